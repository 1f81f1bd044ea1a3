#include "gateway/http/multipart.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "common/status/status.h"
#include "fmt/format.h"
#include "gateway/transcode/path_template.h"

namespace yaoshi::gateway {
namespace {

constexpr size_t kMaxBoundaryBytes = 70;  // RFC 2046.
constexpr size_t kMaxPartHeaderBytes = 4096;

absl::Status Malformed(std::string_view what) {
  return Error(
      absl::StatusCode::kInvalidArgument, "MALFORMED_MULTIPART",
      fmt::format("The form {}. Send multipart/form-data with one file, or the file's bytes as they are.", what));
}

std::string Lower(std::string_view text) {
  std::string result(text);
  absl::AsciiStrToLower(&result);
  return result;
}

}  // namespace

std::string HeaderParameter(std::string_view header, std::string_view name) {
  size_t at = header.find(';');
  while (at != std::string_view::npos) {
    ++at;
    while (at < header.size() && header[at] == ' ') ++at;
    const size_t equals = header.find('=', at);
    if (equals == std::string_view::npos) return "";
    const bool wanted = Lower(header.substr(at, equals - at)) == name;
    std::string value;
    at = equals + 1;
    if (at < header.size() && header[at] == '"') {
      for (++at; at < header.size() && header[at] != '"'; ++at) {
        if (header[at] == '\\' && at + 1 < header.size()) ++at;
        value += header[at];
      }
      at = header.find(';', at);
    } else {
      const size_t end = header.find(';', at);
      value = std::string(header.substr(at, end - at));
      at = end;
    }
    if (wanted) return value;
  }
  return "";
}

absl::StatusOr<MultipartReader> MultipartReader::ForContentType(std::string_view content_type) {
  const std::string boundary = HeaderParameter(content_type, "boundary");
  if (boundary.empty() || boundary.size() > kMaxBoundaryBytes)
    return Malformed("names no boundary of 1 to 70 characters");
  return MultipartReader(boundary);
}

absl::Status MultipartReader::Feed(std::string_view piece, std::string& file) {
  buffer_ += piece;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, Step(file));
    if (!more) return absl::OkStatus();
  }
}

absl::StatusOr<bool> MultipartReader::Step(std::string& file) {
  switch (state_) {
    case State::kPreamble:
    case State::kFile:
    case State::kOther: {
      const size_t end = buffer_.find(delimiter_);
      const bool found = end != std::string::npos;
      // The last bytes may be the beginning of a delimiter.
      const size_t sure = found ? end : buffer_.size() - std::min(buffer_.size(), delimiter_.size() - 1);
      if (state_ == State::kFile) file.append(buffer_, 0, sure);
      buffer_.erase(0, found ? end + delimiter_.size() : sure);
      if (found) state_ = State::kAfterBoundary;
      return found;
    }
    case State::kAfterBoundary:
      if (buffer_.size() < 2) return false;
      if (buffer_.compare(0, 2, "--") == 0) {
        state_ = State::kEnd;
      } else if (buffer_.compare(0, 2, "\r\n") == 0) {
        state_ = State::kHeaders;
        buffer_.erase(0, 2);
      } else {
        return Malformed("has text after a boundary");
      }
      return true;
    case State::kHeaders: {
      const size_t end = buffer_.find("\r\n\r\n");
      if (end == std::string::npos) {
        if (buffer_.size() > kMaxPartHeaderBytes) return Malformed("has a part with headers that are too long");
        return false;
      }
      const std::string headers = buffer_.substr(0, end + 2);
      buffer_.erase(0, end + 4);
      if (absl::Status status = ReadHeaders(headers); !status.ok()) return status;
      return true;
    }
    case State::kEnd:
      buffer_.clear();  // The epilogue says nothing.
      return false;
  }
  return false;
}

absl::Status MultipartReader::ReadHeaders(std::string_view headers) {
  state_ = State::kOther;
  while (!headers.empty()) {
    const size_t end = headers.find("\r\n");
    const std::string_view line = headers.substr(0, end);
    headers.remove_prefix(end == std::string_view::npos ? headers.size() : end + 2);
    if (!absl::StartsWith(Lower(line), "content-disposition:")) continue;
    std::string name = HeaderParameter(line, "filename");
    if (const std::string extended = HeaderParameter(line, "filename*"); absl::StartsWith(Lower(extended), "utf-8''")) {
      if (const auto decoded = PercentDecode(std::string_view(extended).substr(7), false); decoded.ok())
        name = *decoded;
    }
    if (name.empty()) continue;
    if (file_seen_) return Malformed("holds more than one file");
    file_seen_ = true;
    filename_ = std::move(name);
    state_ = State::kFile;
  }
  return absl::OkStatus();
}

absl::Status MultipartReader::Finish() const {
  if (state_ != State::kEnd) return Malformed("breaks off before its last boundary");
  if (!file_seen_) return Malformed("holds no file");
  return absl::OkStatus();
}

}  // namespace yaoshi::gateway

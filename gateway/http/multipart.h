// Reads multipart/form-data with exactly one file, piece by piece (RFC 7578).
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace yaoshi::gateway {

class MultipartReader {
 public:
  // The boundary of a Content-Type such as `multipart/form-data; boundary=xyz`; INVALID_ARGUMENT without one.
  static absl::StatusOr<MultipartReader> ForContentType(std::string_view content_type);

  // Takes the next piece of the body and appends what belongs to the file to `file`.
  absl::Status Feed(std::string_view piece, std::string& file);
  // The body has ended. An error when the file had not.
  absl::Status Finish() const;

  // The part's own file name; known before its first byte comes. Empty when it has none.
  const std::string& filename() const { return filename_; }

 private:
  enum class State { kPreamble, kHeaders, kFile, kOther, kAfterBoundary, kEnd };
  explicit MultipartReader(std::string_view boundary) : delimiter_("\r\n--" + std::string(boundary)) {}
  absl::Status ReadHeaders(std::string_view headers);
  // One step over what is buffered; false when more is needed.
  absl::StatusOr<bool> Step(std::string& file);

  std::string delimiter_;        // CRLF, two dashes, boundary.
  std::string buffer_ = "\r\n";  // So that the first delimiter is found like the others.
  std::string filename_;
  State state_ = State::kPreamble;
  bool file_seen_ = false;
};

// The value of a parameter of a header such as `form-data; name="a"; filename="b.xlsx"`; empty when it has none.
std::string HeaderParameter(std::string_view header, std::string_view name);

}  // namespace yaoshi::gateway

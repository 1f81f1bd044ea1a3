#include "common/sheet/text_source.h"

#include <iconv.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "common/sheet/errors.h"
#include "common/sheet/utf8_scan.h"
#include "common/status/quote.h"
#include "common/status/status.h"

namespace yaoshi::sheet {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{64} << 10;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// glibc's iconv from GB18030, fed piece by piece.
class Gb18030 {
 public:
  Gb18030() : handle_(iconv_open("UTF-8", "GB18030")) {}
  ~Gb18030() {
    if (ok()) {
      iconv_close(handle_);
    }
  }
  Gb18030(const Gb18030&) = delete;
  Gb18030& operator=(const Gb18030&) = delete;

  bool ok() const { return handle_ != iconv_t(-1); }
  // Converts what is whole of `raw`, leaves the rest in it; false on bytes that are not GB18030.
  bool Convert(std::string& raw, std::string& to) {
    std::size_t used = to.size();
    // A two-byte character becomes three, a single byte stays one.
    to.resize(used + raw.size() * 2 + 16);
    char* in = raw.data();
    std::size_t in_left = raw.size();
    char* out = to.data() + used;
    std::size_t out_left = to.size() - used;
    const bool failed = iconv(handle_, &in, &in_left, &out, &out_left) == std::size_t(-1) && errno != EINVAL;
    to.resize(to.size() - out_left);
    raw.erase(0, raw.size() - in_left);
    return !failed;
  }

 private:
  iconv_t handle_;
};

// How many characters of three or four bytes are valid UTF-8, and how many bytes are not. GB18030 text read as UTF-8
// has nearly none of the former.
struct Utf8Evidence {
  std::int64_t characters = 0;
  std::int64_t bad_bytes = 0;

  // Leaves an unfinished character in `raw` unless it is the end.
  void Count(std::string& raw, bool at_end) {
    std::string_view rest = raw;
    while (!rest.empty() && (at_end || rest.size() >= 4 || !MayBecomeUtf8(rest) || Utf8Length(rest) > 0)) {
      const std::size_t valid = ValidUtf8Prefix(rest);
      for (const char c : rest.substr(0, valid)) {
        characters += static_cast<unsigned char>(c) >= 0xE0 ? 1 : 0;
      }
      rest.remove_prefix(valid);
      if (!rest.empty() && (at_end || rest.size() >= 4 || !MayBecomeUtf8(rest))) {
        ++bad_bytes;
        rest.remove_prefix(1);
      }
    }
    raw.erase(0, raw.size() - rest.size());
  }
  bool IsUtf8() const { return bad_bytes == 0 || characters > bad_bytes; }
};

class Utf8Source : public TextSource {
 public:
  explicit Utf8Source(File file) : TextSource(std::move(file), Encoding::kUtf8) {}

 private:
  bool Convert() override { return ReadRaw(piece_); }
};

class Gb18030Source : public TextSource {
 public:
  explicit Gb18030Source(File file) : TextSource(std::move(file), Encoding::kGb18030) {}

 private:
  bool Convert() override {
    while (piece_.empty()) {
      if (!ReadRaw(raw_)) {
        return false;
      }
      converter_.Convert(raw_, piece_);
    }
    return true;
  }

  Gb18030 converter_;
  std::string raw_;
};

bool IsGb18030(std::FILE* file) {
  std::array<char, kPieceBytes> piece;
  Gb18030 converter;
  bool valid = converter.ok();
  std::string rest;
  std::string ignored;
  for (std::size_t got; valid && (got = std::fread(piece.data(), 1, piece.size(), file)) > 0;) {
    ignored.clear();
    valid = converter.Convert(rest.append(piece.data(), got), ignored);
  }
  return valid && rest.empty();
}

absl::StatusOr<Encoding> Detect(std::FILE* file) {
  std::array<char, kPieceBytes> piece;
  Utf8Evidence evidence;
  std::string rest;
  bool first = true;
  for (std::size_t got; (got = std::fread(piece.data(), 1, piece.size(), file)) > 0; first = false) {
    const std::string_view bytes(piece.data(), got);
    if (first && bytes.starts_with(kByteOrderMark)) {
      return Encoding::kUtf8;
    }
    evidence.Count(rest.append(bytes), false);
  }
  evidence.Count(rest, true);
  if (std::ferror(file) != 0) {
    return FileFailed("read", errno);
  }
  if (evidence.IsUtf8()) {
    return Encoding::kUtf8;
  }
  std::rewind(file);
  return IsGb18030(file) ? Encoding::kGb18030 : Encoding::kUtf8;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TextSource>> TextSource::Open(const std::string& path) {
  File file(std::fopen(path.c_str(), "rbe"));
  if (!file) {
    return FileFailed("read", errno);
  }
  ASSIGN_OR_RETURN(const Encoding encoding, Detect(file.get()));
  std::rewind(file.get());
  if (encoding == Encoding::kGb18030) {
    return std::unique_ptr<TextSource>(std::make_unique<Gb18030Source>(std::move(file)));
  }
  return std::unique_ptr<TextSource>(std::make_unique<Utf8Source>(std::move(file)));
}

bool TextSource::ReadRaw(std::string& raw) {
  const std::size_t used = raw.size();
  raw.resize(used + kPieceBytes);
  const std::size_t got = std::fread(raw.data() + used, 1, kPieceBytes, file_.get());
  raw.resize(used + got);
  bytes_read_ += static_cast<std::int64_t>(got);
  if (got == 0 && std::ferror(file_.get()) != 0) {
    status_ = FileFailed("read", errno);
    end_ = -2;
  }
  return got > 0;
}

bool TextSource::Refill() {
  const bool first = bytes_read_ == 0;
  piece_.clear();
  at_ = 0;
  if (end_ == -2 || !Convert()) {
    return false;
  }
  if (first && std::string_view(piece_).starts_with(kByteOrderMark)) {
    at_ = kByteOrderMark.size();
  }
  return at_ < piece_.size() || Refill();
}

}  // namespace yaoshi::sheet

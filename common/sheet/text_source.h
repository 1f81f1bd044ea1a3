// The bytes of a text file as UTF-8, one by one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace yaoshi::sheet {

enum class Encoding { kUtf8, kGb18030 };

class TextSource {
 public:
  // Looks through the whole file for its encoding: UTF-8 when it has a byte order mark, is valid, or is mostly so (a
  // damaged UTF-8 file is not Chinese of another encoding); else GB18030 when it is valid that; else UTF-8, and the
  // reader names the cell that is not.
  static absl::StatusOr<std::unique_ptr<TextSource>> Open(const std::string& path);
  virtual ~TextSource() = default;

  Encoding encoding() const { return encoding_; }
  std::int64_t bytes_read() const { return bytes_read_; }
  // The next byte, 0 to 255; -1 at the end, -2 when reading failed: then status() says why.
  int Next() { return at_ < piece_.size() || Refill() ? static_cast<unsigned char>(piece_[at_++]) : end_; }
  // The next byte without taking it.
  int Peek() { return at_ < piece_.size() || Refill() ? static_cast<unsigned char>(piece_[at_]) : end_; }
  const absl::Status& status() const { return status_; }

 protected:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using File = std::unique_ptr<std::FILE, CloseFile>;
  TextSource(File file, Encoding encoding) : file_(std::move(file)), encoding_(encoding) {}

  // Reads raw bytes behind those in `raw`; false at the end or on failure.
  bool ReadRaw(std::string& raw);
  // Puts converted bytes into piece_, which is empty; false at the end or on failure.
  virtual bool Convert() = 0;

  std::string piece_;
  absl::Status status_;
  int end_ = -1;

 private:
  bool Refill();

  File file_;
  Encoding encoding_;
  std::size_t at_ = 0;
  std::int64_t bytes_read_ = 0;
};

}  // namespace yaoshi::sheet

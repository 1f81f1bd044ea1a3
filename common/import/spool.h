// A sequence of byte strings on disk, written once and read from its beginning: work of any size in little memory.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace yaoshi::imports {

class Spool {
 public:
  // In an unlinked file. FILE_FAILED, STORAGE_FULL.
  static absl::StatusOr<Spool> Open();
  ~Spool();
  Spool(Spool&& other) noexcept : file_(std::exchange(other.file_, nullptr)) {}
  Spool& operator=(Spool&&) = delete;

  absl::Status Append(std::string_view bytes);
  void Rewind();
  // The next string; false at the end.
  absl::StatusOr<bool> Next(std::string& bytes);

 private:
  explicit Spool(std::FILE* file) : file_(file) {}
  std::FILE* file_;
};

}  // namespace yaoshi::imports

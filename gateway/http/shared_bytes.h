// Bytes that are sent again and again.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace yaoshi::gateway {

// Large ones lie in a sealed file of memory (memfd), which the kernel sends without copying them first. A file
// takes a descriptor, so only some get one; all can be read.
class SharedBytes {
 public:
  static constexpr size_t kFileBytes = size_t{64} * 1024;
  static constexpr int kMostFiles = 256;  // Of the process.

  static std::shared_ptr<const SharedBytes> Of(std::string bytes);
  ~SharedBytes();
  SharedBytes(const SharedBytes&) = delete;
  SharedBytes& operator=(const SharedBytes&) = delete;

  std::string_view view() const { return view_; }
  // For sendfile(2); -1: there is none.
  int file() const { return file_; }

 private:
  explicit SharedBytes(std::string bytes);
  bool MoveToFile();

  std::string bytes_;  // Empty when they lie in a file.
  std::string_view view_;
  int file_ = -1;
};

}  // namespace yaoshi::gateway

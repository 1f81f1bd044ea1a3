#include "gateway/http/shared_bytes.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <utility>

namespace yaoshi::gateway {
namespace {

std::atomic<int> files{0};

bool WriteAll(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(file, bytes.data(), bytes.size());
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

// Filled and never to be changed; -1 when the kernel gives none.
int SealedFile(std::string_view bytes) {
  const int file = memfd_create("yaoshi-reply", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file < 0) return -1;
  const bool sealed =
      WriteAll(file, bytes) &&
      fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0;  // NOLINT: variadic.
  if (sealed) return file;
  close(file);
  return -1;
}

}  // namespace

std::shared_ptr<const SharedBytes> SharedBytes::Of(std::string bytes) {
  return std::shared_ptr<const SharedBytes>(new SharedBytes(std::move(bytes)));
}

SharedBytes::SharedBytes(std::string bytes) : bytes_(std::move(bytes)), view_(bytes_) {
  if (bytes_.size() < kFileBytes) return;
  if (files.fetch_add(1) >= kMostFiles || !MoveToFile()) files.fetch_sub(1);
}

SharedBytes::~SharedBytes() {
  if (file_ < 0) return;
  munmap(const_cast<char*>(view_.data()), view_.size());
  close(file_);
  files.fetch_sub(1);
}

bool SharedBytes::MoveToFile() {
  const int file = SealedFile(bytes_);
  if (file < 0) return false;
  void* mapped =
      mmap(nullptr, bytes_.size(), PROT_READ, MAP_PRIVATE, file, 0);  // Shared ones are refused before Linux 6.7.
  if (mapped == MAP_FAILED) {
    close(file);
    return false;
  }
  view_ = {static_cast<const char*>(mapped), bytes_.size()};
  file_ = file;
  std::string().swap(bytes_);
  return true;
}

}  // namespace yaoshi::gateway

#include "common/import/spool.h"

#include <cerrno>
#include <cstdint>

#include "common/sheet/errors.h"

namespace yaoshi::imports {

absl::StatusOr<Spool> Spool::Open() {
  std::FILE* file = std::tmpfile();
  if (file == nullptr) return sheet::FileFailed("write", errno);
  return Spool(file);
}

Spool::~Spool() {
  if (file_ != nullptr) std::fclose(file_);
}

absl::Status Spool::Append(std::string_view bytes) {
  const auto size = static_cast<uint32_t>(bytes.size());
  const bool written = std::fwrite(&size, sizeof(size), 1, file_) == 1 &&
                       std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size();
  return written ? absl::OkStatus() : sheet::FileFailed("write", errno);
}

void Spool::Rewind() {
  std::rewind(file_);
}

absl::StatusOr<bool> Spool::Next(std::string& bytes) {
  uint32_t size = 0;
  if (std::fread(&size, sizeof(size), 1, file_) != 1) {
    if (std::feof(file_) != 0) return false;
    return sheet::FileFailed("read", errno);
  }
  bytes.resize(size);
  if (std::fread(bytes.data(), 1, size, file_) != size) return sheet::FileFailed("read", errno);
  return true;
}

}  // namespace yaoshi::imports

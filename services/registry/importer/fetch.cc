#include "services/registry/importer/fetch.h"

#include <cerrno>
#include <cstdio>
#include <memory>

#include "common/sheet/errors.h"
#include "common/status/status.h"

namespace yaoshi::registry {

absl::Status SaveTo(db::Session& session, const StoredFile& file, const std::string& path) {
  std::FILE* out = std::fopen(path.c_str(), "wbe");
  if (out == nullptr) return sheet::FileFailed("write", errno);
  absl::Status written = ReadFile(session, file, [&](std::string_view piece) {
    const bool whole = std::fwrite(piece.data(), 1, piece.size(), out) == piece.size();
    return whole ? absl::OkStatus() : sheet::FileFailed("write", errno);
  });
  if (std::fclose(out) != 0 && written.ok()) written = sheet::FileFailed("write", errno);
  return written;
}

}  // namespace yaoshi::registry

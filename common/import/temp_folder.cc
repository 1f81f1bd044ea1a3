#include "common/import/temp_folder.h"

#include <stdlib.h>

#include <cerrno>
#include <filesystem>

#include "common/sheet/errors.h"

namespace yaoshi::imports {

absl::StatusOr<TempFolder> TempFolder::Make() {
  std::error_code error;
  std::filesystem::path base = std::filesystem::temp_directory_path(error);
  if (error) base = "/tmp";
  std::string path = base / "yaoshi-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) return sheet::FileFailed("write", errno);
  return TempFolder(std::move(path));
}

TempFolder::~TempFolder() {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace yaoshi::imports

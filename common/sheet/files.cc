#include "common/sheet/files.h"

#include <filesystem>
#include <system_error>

namespace yaoshi::sheet {

void RemoveUnfinished(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) {
    std::filesystem::remove(path, ignored);
  }
}

}  // namespace yaoshi::sheet

// A private folder for files on their way in or out.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace yaoshi::imports {

// Readable by this process's user alone; removed with all that is in it when the object dies.
class TempFolder {
 public:
  // Under $TMPDIR, or /tmp. FILE_FAILED, STORAGE_FULL.
  static absl::StatusOr<TempFolder> Make();
  ~TempFolder();
  TempFolder(TempFolder&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  TempFolder& operator=(TempFolder&&) = delete;

  std::string File(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  explicit TempFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace yaoshi::imports

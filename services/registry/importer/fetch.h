// Stored files as files on disk, which is how workbooks are read.
#pragma once

#include <string>

#include "common/db/session.h"
#include "services/registry/store/file_store.h"

namespace yaoshi::registry {

// Writes the file's bytes to `path`. FILE_BROKEN, FILE_FAILED, STORAGE_FULL.
absl::Status SaveTo(db::Session& session, const StoredFile& file, const std::string& path);

}  // namespace yaoshi::registry

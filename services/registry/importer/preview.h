// A first look at a ledger: its sheets, its columns and what each would be read as.
#pragma once

#include <string>

#include "common/db/session.h"
#include "common/sheet/headings.h"
#include "services/registry/store/file_store.h"
#include "yaoshi/registry/v1/import.pb.h"

namespace yaoshi::registry {

namespace v1 = ::yaoshi::registry::v1;

// `sheet` "" is the first visible one. The reasons of common/sheet; HEADINGS_NOT_FOUND only when no heading is known.
absl::StatusOr<v1::PreviewImportResponse> Preview(db::Session& session, const StoredFile& file,
                                                  const std::string& sheet, const sheet::HeadingMapping& mapping);
// The same of a file on disk.
absl::StatusOr<v1::PreviewImportResponse> PreviewFile(const std::string& path, const std::string& filename,
                                                      const std::string& sheet, const sheet::HeadingMapping& mapping);

}  // namespace yaoshi::registry

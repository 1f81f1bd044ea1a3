// The reader of .xlsx files; use WorkbookReader::Open.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/sheet/workbook_reader.h"

namespace yaoshi::sheet {

// `path` is a zip file of a size that was checked.
absl::StatusOr<std::unique_ptr<WorkbookReader>> OpenXlsx(const std::string& path, const ReadOptions& options);

}  // namespace yaoshi::sheet

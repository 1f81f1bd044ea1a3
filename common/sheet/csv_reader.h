// The reader of .csv files; use WorkbookReader::Open.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/sheet/workbook_reader.h"

namespace yaoshi::sheet {

// RFC 4180 with LF, CRLF or CR; UTF-8 with or without a byte order mark, or GB18030. The ' that our own writer puts
// before a text that a spreadsheet would take for a formula is taken away again.
absl::StatusOr<std::unique_ptr<WorkbookReader>> OpenCsv(const std::string& path, const ReadOptions& options);

}  // namespace yaoshi::sheet

// A copy of an uploaded table in which its owner sees what is wrong.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/sheet/row_values.h"
#include "common/sheet/workbook_reader.h"

namespace yaoshi::sheet {

// Row number → what is wrong in it.
using ViolationsByRow = std::map<std::uint32_t, std::vector<CellViolation>>;

// Streams the sheet that `options` chooses, .xlsx or .csv, into a new .xlsx: the same values in the same cells, wrong
// cells highlighted, and to the right of all columns a column 错误说明 (headed in row `heading_row`) with the Chinese
// texts. So the copy can be corrected and uploaded again. Reasons of WorkbookReader, FILE_FAILED, STORAGE_FULL.
absl::Status WriteErrorCopy(const std::string& input, const ReadOptions& options, const ViolationsByRow& violations,
                            std::uint32_t heading_row, const std::string& output);

}  // namespace yaoshi::sheet

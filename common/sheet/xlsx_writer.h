// The writer of .xlsx files; use SheetWriter::Create.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/sheet/sheet_writer.h"

namespace yaoshi::sheet {

absl::StatusOr<std::unique_ptr<SheetWriter>> CreateXlsxWriter(const std::string& path, const std::string& sheet_name,
                                                              std::vector<WriteColumn> columns);

}  // namespace yaoshi::sheet

// The writer of .csv files; use SheetWriter::Create.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/sheet/sheet_writer.h"

namespace yaoshi::sheet {

absl::StatusOr<std::unique_ptr<SheetWriter>> CreateCsvWriter(const std::string& path, std::vector<WriteColumn> columns);

}  // namespace yaoshi::sheet

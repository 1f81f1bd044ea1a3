// The small parts of a workbook: which sheets there are, which styles are dates.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/sheet/package.h"
#include "common/sheet/row.h"

namespace yaoshi::sheet {

struct SheetPart {
  std::string name;
  bool visible = true;
  std::string part;  // "xl/worksheets/sheet1.xml"
};

struct WorkbookParts {
  std::vector<SheetPart> sheets;  // worksheets only, in the order of their tabs
  std::string shared_strings;     // part names, or ""
  std::string styles;
  DateSystem date_system = DateSystem::k1900;
};

absl::StatusOr<WorkbookParts> ReadWorkbookParts(Package& package);

// For each cell style (the s attribute of a cell) whether its number format shows a date. `part` may be "".
absl::StatusOr<std::vector<bool>> ReadDateStyles(Package& package, const std::string& part);

}  // namespace yaoshi::sheet

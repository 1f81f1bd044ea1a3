#include "common/sheet/sheet_writer.h"

#include <utility>

#include "common/sheet/csv_writer.h"
#include "common/sheet/headings.h"
#include "common/sheet/xlsx_writer.h"

namespace yaoshi::sheet {

absl::StatusOr<std::unique_ptr<SheetWriter>> SheetWriter::Create(const std::string& path, FileFormat format,
                                                                 const std::string& sheet_name,
                                                                 std::vector<WriteColumn> columns) {
  for (WriteColumn& column : columns) {
    if (column.kind == ColumnKind::kAmount && !FormsOfHeading(column.heading).unit) {
      column.heading += "（" + UnitName(column.unit) + "）";
    }
  }
  return format == FileFormat::kXlsx ? CreateXlsxWriter(path, sheet_name, std::move(columns))
                                     : CreateCsvWriter(path, std::move(columns));
}

}  // namespace yaoshi::sheet

// Writes a table row by row to an .xlsx or .csv file, in constant memory.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "common/calendar/date.h"
#include "common/sheet/column_spec.h"

namespace yaoshi::sheet {

enum class FileFormat { kXlsx, kCsv };

struct WriteColumn {
  // An amount's unit is added in brackets when the heading names none.
  std::string heading;
  ColumnKind kind = ColumnKind::kText;
  AmountUnit unit = AmountUnit::kWan;
  // A Scaled value is shown ÷ 10^scale.
  int scale = 0;
  // In characters of Latin text; 0 = what suits the kind.
  double width = 0;
};

// An amount, shown in its column's unit.
struct Fen {
  std::int64_t value = 0;
};
// A number × 10^scale of its column.
struct Scaled {
  std::int64_t value = 0;
};
// std::monostate leaves the cell empty; a boolean is written 是 or 否.
using WriteValue = std::variant<std::monostate, std::string, Fen, Scaled, Date, bool>;

// .xlsx: bold headings in a frozen first row; amounts and numbers are numbers and dates are dates; text is always a
// string cell, never a formula. A number that a double cannot hold exactly is written as text. .csv: UTF-8 with byte
// order mark, CRLF, RFC 4180; text that starts with = + - @ TAB CR gets a ' in front. In both, characters that XML
// forbids are left out, and WorkbookReader gives back what was written.
class SheetWriter {
 public:
  // Reasons FILE_FAILED, STORAGE_FULL. `sheet_name` is shortened to what Excel takes.
  static absl::StatusOr<std::unique_ptr<SheetWriter>> Create(const std::string& path, FileFormat format,
                                                             const std::string& sheet_name,
                                                             std::vector<WriteColumn> columns);
  // A file that was not finished is removed.
  virtual ~SheetWriter() = default;

  // As many values as columns; missing ones are empty, surplus ones are left out. Reasons CELL_TEXT_TOO_LONG,
  // TOO_MANY_ROWS (.xlsx), FILE_FAILED, STORAGE_FULL.
  virtual absl::Status Append(std::span<const WriteValue> values) = 0;
  // Completes the file; nothing else may be called afterwards.
  virtual absl::Status Finish() = 0;
};

}  // namespace yaoshi::sheet

// One data row read column by column, with everything that is wrong with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/calendar/date.h"
#include "common/sheet/column_spec.h"
#include "common/sheet/headings.h"
#include "common/sheet/row.h"
#include "common/sheet/values.h"
#include "common/status/status.h"

namespace yaoshi::sheet {

// One wrong cell. The texts name the row, the column's letter and heading, the value, and what is allowed.
struct CellViolation {
  std::uint32_t row = 0;
  // A = 0; nullopt when the whole row is wrong.
  std::optional<std::size_t> column;
  std::string key;      // the ColumnSpec's, or ""
  std::string reason;   // UPPER_SNAKE_CASE
  std::string text;     // English, for errors
  std::string chinese;  // for people, in the error copy
};

// As a violation of an error: the field is "rows[12].total_investment".
FieldViolation ToFieldViolation(const CellViolation& violation);

// Reads of a row. A read returns nullopt for a cell that is empty, not in the table, or wrong; what is wrong is then in
// violations(). A key that no spec has is a mistake of the program and reads as not in the table.
class RowValues {
 public:
  // All must outlive the object.
  RowValues(const Row& row, const Headings& headings, std::span<const ColumnSpec> specs, DateSystem date_system)
      : row_(row), headings_(headings), specs_(specs), date_system_(date_system) {}

  std::optional<std::string> Text(std::string_view key);
  std::optional<std::int64_t> Fen(std::string_view key);
  std::optional<Date> Day(std::string_view key);
  std::optional<bool> Boolean(std::string_view key);
  std::optional<std::string> Enum(std::string_view key);
  // kInteger, and kDecimal × 10^scale.
  std::optional<std::int64_t> Number(std::string_view key);

  // Whether the column is in the table and the cell has more than white space.
  bool Has(std::string_view key) const;
  // A rule of the caller's own is broken at a column; with key "" the whole row.
  void Reject(std::string_view key, const Fault& fault);

  const std::vector<CellViolation>& violations() const { return violations_; }

 private:
  struct Place {
    const ColumnSpec* spec = nullptr;
    const MatchedColumn* column = nullptr;
  };
  Place Find(std::string_view key) const;
  // The cell to parse, or nullptr when there is none; notes a required value that is missing.
  const Cell* CellOf(const Place& place);
  template <class T, class Parse>
  std::optional<T> Read(std::string_view key, Parse parse);

  const Row& row_;
  const Headings& headings_;
  std::span<const ColumnSpec> specs_;
  DateSystem date_system_;
  std::vector<CellViolation> violations_;
};

}  // namespace yaoshi::sheet

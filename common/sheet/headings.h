// Finds the heading rows of a table and which column is which.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/sheet/column_spec.h"
#include "common/sheet/row.h"

namespace yaoshi::sheet {

// Headings are looked for in so many rows.
inline constexpr std::size_t kMaxHeadingSearchRows = 20;

struct MatchedColumn {
  std::size_t spec = 0;    // index of its ColumnSpec
  std::size_t column = 0;  // A = 0
  std::string heading;     // as found; "group/sub" when there are two heading rows
  AmountUnit unit = AmountUnit::kWan;
};

struct Headings {
  // The last row that is heading: data begins below it.
  std::uint32_t last_row = 0;
  // The text of the first row above that has a single filled cell; "" if none.
  std::string title;
  std::vector<MatchedColumn> columns;
  // Headings that are no column of the import, as found.
  std::vector<std::string> unknown;

  // The matched column of a spec, or nullptr.
  const MatchedColumn* Find(std::size_t spec) const;
};

// Heading text → key. Takes precedence over the specs' own headings; an empty key means that the column is not read.
// Keys of Headings::columns[].heading make a mapping that finds the same columns again.
using HeadingMapping = std::map<std::string, std::string>;

// Looks for the first row, or two rows, of `rows` that have all required headings. `rows` are the first ones of the
// sheet. Widths, white space, line breaks, case, "*" and the kind of brackets do not count; a unit in brackets is the
// column's. Reasons HEADINGS_NOT_FOUND, DUPLICATE_HEADING, UNKNOWN_MAPPING_KEY.
absl::StatusOr<Headings> MatchHeadings(std::span<const Row> rows, std::span<const ColumnSpec> specs,
                                       const HeadingMapping& mapping = {});

// One heading text in its comparable forms.
struct HeadingForms {
  std::string full;          // "总投资(万元)"
  std::string without_unit;  // "总投资"
  std::string bare;          // without any brackets
  std::optional<AmountUnit> unit;
};
HeadingForms FormsOfHeading(std::string_view heading);

// Whether the row is a sum over others: one of its first three filled cells says 合计, 总计, 小计 or 共计.
bool IsTotalRow(const Row& row);

}  // namespace yaoshi::sheet

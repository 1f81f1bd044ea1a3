// The columns of a city office's ledger (台账): what an import reads and an export writes, so that an exported workbook
// can be imported again.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/sheet/column_spec.h"

namespace yaoshi::registry {

inline constexpr int kFirstPlanYear = 2000;
inline constexpr int kLastPlanYear = 2100;

// All columns: first those of the project, then a plan for each year. A label's value is the number of the proto's
// enum.
const std::vector<sheet::ColumnSpec>& LedgerColumns();
// The column of a key; the key must be one.
const sheet::ColumnSpec& LedgerColumn(std::string_view key);

// "plan_2022" and back.
std::string PlanKey(int year);
std::optional<int> YearOfPlanKey(std::string_view key);

// A kind of money and the key of its column.
struct SourceColumn {
  int kind;  // FundingKind of the proto.
  std::string_view key;
};
// In the order of a ledger.
const std::vector<SourceColumn>& SourceColumns();

// The usual label of a column's value, or "".
std::string LabelOf(std::string_view key, int value);

}  // namespace yaoshi::registry

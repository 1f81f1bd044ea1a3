// The columns that an import knows: their headings and what their cells may hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace yaoshi::sheet {

// 元, 千元, 万元, 亿元.
enum class AmountUnit { kYuan, kThousand, kWan, kYi };
// How many fen one unit has, as a power of ten: 2, 5, 6, 10.
int FenPower(AmountUnit unit);
// "元", "千元", "万元", "亿元".
std::string UnitName(AmountUnit unit);

enum class ColumnKind { kText, kAmount, kDate, kBoolean, kEnum, kInteger, kDecimal };

// A Chinese label and what it stands for; several labels may stand for one value.
struct EnumLabel {
  std::string label;
  std::string value;
};

struct ColumnSpec {
  // The caller's name of the column: "total_investment".
  std::string key = {};
  // The headings by which it is known, the first being the usual one. A column below a group title is "group/sub".
  std::vector<std::string> headings = {};
  // The heading must be there. Whether a cell may be empty is `value_required`.
  bool required = false;
  bool value_required = false;
  ColumnKind kind = ColumnKind::kText;
  // For kAmount, when neither the cell, nor the heading, nor a line "单位：万元" above the headings says another.
  AmountUnit unit = AmountUnit::kWan;
  bool allow_negative = false;
  // For kDate: "2022年4月" is the first day of the month.
  bool allow_month = false;
  // For kEnum.
  std::vector<EnumLabel> labels = {};
  // For kDecimal: the value comes out × 10^scale.
  int scale = 0;
  // For kInteger and kDecimal (× 10^scale), both ends allowed.
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  // For kText.
  std::size_t max_characters = 1000;
  bool multiline = false;
};

}  // namespace yaoshi::sheet

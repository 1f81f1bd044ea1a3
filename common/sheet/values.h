// The values of cells: from what people type to what a service stores. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "common/calendar/date.h"
#include "common/sheet/column_spec.h"
#include "common/sheet/row.h"

namespace yaoshi::sheet {

// What is wrong with a value and what is allowed instead, without its place.
struct Fault {
  std::string reason;   // UPPER_SNAKE_CASE, stable
  std::string text;     // "is negative; amounts are 0 or more"
  std::string chinese;  // for the error column of a workbook
};

template <class T>
using Parsed = std::variant<T, Fault>;

// None of these takes an empty cell. A cell with an Excel error (#REF!) is CELL_HAS_ERROR everywhere.

// Trimmed, full-width digits and letters as ASCII, in normal form C. A number is text as it shows; one of more than 15
// digits has lost some in Excel already (NUMBER_LOST_DIGITS). CHARACTER_NOT_ALLOWED, TEXT_TOO_LONG.
struct TextRules {
  std::size_t max_characters = 1000;
  bool multiline = false;
  DateSystem date_system = DateSystem::k1900;
};
Parsed<std::string> ParseText(const Cell& cell, const TextRules& rules);

// Fen. Numbers as Excel stores them: what differs from whole fen only by the noise of a double (beyond 15 significant
// digits) is rounded. Text may have thousands separators, a sign of yuan and its own unit: "3.5亿元", "￥1,234.50".
// AMOUNT_NOT_A_NUMBER, AMOUNT_NEGATIVE, AMOUNT_TOO_PRECISE, AMOUNT_TOO_LARGE.
Parsed<std::int64_t> ParseAmount(const Cell& cell, AmountUnit unit, bool allow_negative);

// A date cell; a number that can only be a date; 2022-04-20, 2022/4/20, 2022.4.20, 2022年4月20日, 20220420, and with
// `allow_month` 2022年4月, 2022-04, 2022.4, 202204 as its first day. From 1900 to 2199. A time of day behind it is
// dropped. DATE_NOT_UNDERSTOOD, DATE_IMPOSSIBLE, DATE_NEEDS_DAY.
Parsed<Date> ParseDate(const Cell& cell, DateSystem date_system, bool allow_month);

// 是 否 有 无 √ × and the like, TRUE FALSE, 1 0. NOT_YES_OR_NO.
Parsed<bool> ParseBoolean(const Cell& cell);

// The value of the label. Width, white space and case do not count. LABEL_UNKNOWN.
Parsed<std::string> ParseEnum(const Cell& cell, std::span<const EnumLabel> labels);

// The number × 10^scale, exact. NUMBER_NOT_UNDERSTOOD, NUMBER_TOO_PRECISE, NUMBER_OUT_OF_RANGE; min and max are ×
// 10^scale.
Parsed<std::int64_t> ParseDecimal(const Cell& cell, int scale, std::int64_t min, std::int64_t max);

}  // namespace yaoshi::sheet

// ParseDate of values.h.
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_replace.h"
#include "common/calendar/date.h"
#include "common/sheet/decimal.h"
#include "common/sheet/normal_text.h"
#include "common/sheet/values.h"
#include "fmt/format.h"

namespace yaoshi::sheet {
namespace {

constexpr int kFirstYear = 1900;
constexpr int kLastYear = 2199;
// Numbers of a cell without a date format: from 1954-10-03 to 2099-12-31 they are surely days; below they may be a year
// (2022) or a month typed as 2022.4.
constexpr std::int64_t kFirstPlainSerial = 20'000;
constexpr std::int64_t kLastPlainSerial = 73'050;
// Days from 1970-01-01 to the days before serial number 1.
constexpr std::int32_t kBase1900 = -25'568;  // 1899-12-31
constexpr std::int32_t kBase1904 = -24'107;  // 1904-01-01 has the number 0
// Lotus 1-2-3 took 1900 for a leap year, and Excel still does.
constexpr std::int64_t kNoSuchDay1900 = 60;

Fault NotUnderstood(bool allow_month) {
  return {"DATE_NOT_UNDERSTOOD",
          allow_month ? "is no date; write it as 2022-04-20 or 2022-04" : "is no date; write it as 2022-04-20",
          allow_month ? "不是日期，请写成 2022-04-20 或 2022-04" : "不是日期，请写成 2022-04-20"};
}

Fault Impossible() {
  return {"DATE_IMPOSSIBLE",
          fmt::format("is a day that does not exist, or is not from {} to {}", kFirstYear, kLastYear),
          fmt::format("日期不存在，或不在{}年至{}年之间", kFirstYear, kLastYear)};
}

// A day of 0 is a month without day.
Parsed<Date> FromParts(int year, int month, int day, bool allow_month) {
  if (day == 0 && !allow_month) {
    return Fault{"DATE_NEEDS_DAY", "is a month; write the day too, as 2022-04-20",
                 "只有年月，请填写到日，例如 2022-04-20"};
  }
  const absl::StatusOr<Date> date = Date::FromCivil(year, month, day == 0 ? 1 : day);
  if (!date.ok() || year < kFirstYear || year > kLastYear) {
    return Impossible();
  }
  return *date;
}

Parsed<Date> FromSerial(std::int64_t serial, DateSystem system) {
  const bool is_1900 = system == DateSystem::k1900;
  if (serial < (is_1900 ? 1 : 0) || serial > 200'000 || (is_1900 && serial == kNoSuchDay1900)) {
    return Impossible();
  }
  const std::int64_t shift = is_1900 ? kBase1900 - (serial > kNoSuchDay1900 ? 1 : 0) : kBase1904;
  const Date date = Date::FromDays(static_cast<std::int32_t>(serial + shift));
  return date.year() > kLastYear ? Parsed<Date>(Impossible()) : Parsed<Date>(date);
}

// 20220420, 202204.
Parsed<Date> FromDigits(std::int64_t number, bool allow_month) {
  const auto n = static_cast<int>(number);
  return n >= 10'000'000 ? FromParts(n / 10'000, n / 100 % 100, n % 100, allow_month)
                         : FromParts(n / 100, n % 100, 0, allow_month);
}

bool IsCompactDate(std::int64_t n) {
  return (n >= 10'000'000 && n <= 99'999'999) || (n >= 190'001 && n <= 219'912);
}

Parsed<Date> FromNumber(const Cell& cell, DateSystem system, bool allow_month) {
  const std::optional<Decimal> number = Decimal::Parse(cell.text);
  if (!number || number->negative() || number->Exceeds(0, 99'999'999)) {
    return NotUnderstood(allow_month);
  }
  // The whole days; the fraction is the time of day. The milliseconds that a double is off do not turn a day.
  const std::string text = number->RoundedToExponent(-9).ToString();
  std::int64_t days = 0;
  std::from_chars(text.data(), text.data() + std::min(text.find('.'), text.size()), days);
  if (cell.kind == Cell::Kind::kDate) {
    return FromSerial(days, system);
  }
  if (number->is_integer() && IsCompactDate(days)) {
    return FromDigits(days, allow_month);
  }
  if (days < kFirstPlainSerial || days >= kLastPlainSerial) {
    return NotUnderstood(allow_month);
  }
  return FromSerial(days, system);
}

// Drops "00:00", "T08:30:00Z" behind a date.
std::string WithoutTime(std::string text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) {
    return text;
  }
  const std::size_t start = text.find_last_of(" Tt", colon);
  if (start == std::string::npos || text.find_first_not_of("0123456789:.Zz", start + 1) != std::string::npos) {
    return text;
  }
  return text.substr(0, start);
}

// "2022-4-20" → {2022, 4, 20}; {} for anything but two or three numbers between single dashes.
std::vector<int> Numbers(std::string_view text) {
  std::vector<int> numbers;
  while (true) {
    const std::size_t end = std::min(text.find('-'), text.size());
    int number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + end, number);
    const std::size_t longest = numbers.empty() ? 4 : 2;
    const bool long_enough = numbers.empty() ? end == 4 : end > 0;
    if (error != std::errc() || stop != text.data() + end || end > longest || !long_enough || numbers.size() == 3) {
      return {};
    }
    numbers.push_back(number);
    if (end == text.size()) {
      return numbers;
    }
    text.remove_prefix(end + 1);
  }
}

Parsed<Date> FromText(const std::string& raw, bool allow_month) {
  std::string text = WithoutSpaces(WithoutTime(Trim(FoldAll(raw))));
  if (text.size() <= 8 && text.find_first_not_of("0123456789") == std::string::npos) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    const bool full = text.size() == 8 || text.size() == 6;
    return full && IsCompactDate(number) ? FromDigits(number, allow_month) : Parsed<Date>(NotUnderstood(allow_month));
  }
  for (const std::string_view end : {"日", "号", "月"}) {
    if (std::string_view(text).ends_with(end)) {
      text.resize(text.size() - end.size());
      break;
    }
  }
  text = absl::StrReplaceAll(text, {{"年", "-"}, {"月", "-"}, {"/", "-"}, {".", "-"}, {"。", "-"}});
  const std::vector<int> numbers = Numbers(text);
  if (numbers.size() < 2) {
    return NotUnderstood(allow_month);
  }
  const bool has_day = numbers.size() == 3;
  if (has_day && numbers[2] == 0) {
    return Impossible();
  }
  return FromParts(numbers[0], numbers[1], has_day ? numbers[2] : 0, allow_month);
}

}  // namespace

Parsed<Date> ParseDate(const Cell& cell, DateSystem date_system, bool allow_month) {
  switch (cell.kind) {
    case Cell::Kind::kDate:
    case Cell::Kind::kNumber:
      return FromNumber(cell, date_system, allow_month);
    case Cell::Kind::kText:
      return FromText(cell.text, allow_month);
    case Cell::Kind::kError:
      return Fault{"CELL_HAS_ERROR", "is an Excel error; correct the formula or type the value",
                   "是公式错误，请改正公式或直接填写数值"};
    default:
      return NotUnderstood(allow_month);
  }
}

}  // namespace yaoshi::sheet

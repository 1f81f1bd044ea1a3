#include "common/calendar/date.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "common/status/quote.h"
#include "common/status/status.h"

namespace yaoshi {
namespace {

constexpr std::int64_t kFirstDay = -354285;  // 1000-01-01
constexpr std::int64_t kLastDay = 2932896;   // 9999-12-31

std::chrono::year_month_day Civil(std::int32_t days) {
  return std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(days)));
}

absl::Status InvalidDate(std::string_view text) {
  return Error(absl::StatusCode::kInvalidArgument, "INVALID_DATE",
               fmt::format("{} is not a date; write a real day as YYYY-MM-DD, for example 2022-04-20.", Quote(text)));
}

// The number that all of `digits` spell, or -1.
int Digits(std::string_view digits) {
  int number = 0;
  for (char c : digits) {
    if (c < '0' || c > '9') return -1;
    number = number * 10 + (c - '0');
  }
  return number;
}

}  // namespace

absl::StatusOr<Date> Date::Parse(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return InvalidDate(text);
  const int year = Digits(text.substr(0, 4));
  const int month = Digits(text.substr(5, 2));
  const int day = Digits(text.substr(8, 2));
  if (year < 0 || month < 0 || day < 0) return InvalidDate(text);
  return FromCivil(year, month, day);
}

absl::StatusOr<Date> Date::FromCivil(int year, int month, int day) {
  const std::chrono::year_month_day civil{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                          std::chrono::day(static_cast<unsigned>(day))};
  const bool in_range = year >= 1000 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
  if (!in_range || !civil.ok()) return InvalidDate(fmt::format("{:04}-{:02}-{:02}", year, month, day));
  return Date(static_cast<std::int32_t>(std::chrono::sys_days(civil).time_since_epoch().count()));
}

Date Date::FromDays(std::int32_t since_1970) {
  return Date().AddDays(since_1970);
}

int Date::year() const {
  return static_cast<int>(Civil(days_).year());
}
int Date::month() const {
  return static_cast<int>(static_cast<unsigned>(Civil(days_).month()));
}
int Date::day() const {
  return static_cast<int>(static_cast<unsigned>(Civil(days_).day()));
}

bool Date::IsWeekend() const {
  const std::chrono::weekday weekday{std::chrono::sys_days(std::chrono::days(days_))};
  return weekday == std::chrono::Saturday || weekday == std::chrono::Sunday;
}

std::string Date::ToString() const {
  const auto civil = Civil(days_);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(civil.year()), static_cast<unsigned>(civil.month()),
                     static_cast<unsigned>(civil.day()));
}

Date Date::AddDays(int days) const {
  return Date(static_cast<std::int32_t>(std::clamp(std::int64_t{days_} + days, kFirstDay, kLastDay)));
}

}  // namespace yaoshi

// A day of the Gregorian calendar, without a time zone.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace yaoshi {

// From 1000-01-01 to 9999-12-31, what a SQL DATE holds. The default is 1970-01-01.
class Date {
 public:
  Date() = default;

  // "2022-04-20" and no other form. Reason INVALID_DATE.
  static absl::StatusOr<Date> Parse(std::string_view text);
  // Reason INVALID_DATE when there is no such day, or it is out of range.
  static absl::StatusOr<Date> FromCivil(int year, int month, int day);
  // The day so many days after 1970-01-01; beyond the range its first or last day.
  static Date FromDays(std::int32_t since_1970);

  std::int32_t days() const { return days_; }
  int year() const;
  int month() const;  // 1 to 12
  int day() const;    // 1 to 31
  bool IsWeekend() const;
  std::string ToString() const;
  // Stops at the first and last day of the range.
  Date AddDays(int days) const;

  friend auto operator<=>(const Date&, const Date&) = default;

  template <class H>
  friend H AbslHashValue(H state, const Date& date) {
    return H::combine(std::move(state), date.days_);
  }

 private:
  explicit Date(std::int32_t days) : days_(days) {}

  std::int32_t days_ = 0;
};

}  // namespace yaoshi

// Working days as the State Council sets them: weekdays, less the holidays, plus the weekend days worked in exchange
// (调休). Only for limits that are in working days: a limit in calendar days uses Date::AddDays.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "common/calendar/date.h"

namespace yaoshi {

// One year's notice. All dates lie in `year`; holidays may include weekend days, worked weekends are weekend days.
struct WorkYear {
  int year = 0;
  std::vector<Date> holidays;
  std::vector<Date> worked_weekends;
};

// The working days of adjoining years, numbered from 0: counting them is adding their numbers. For loops that cannot
// afford a status per step; everybody else asks the WorkCalendar.
class WorkdayIndex {
 public:
  // `worked` says of each day from `first_day` (Date::days()) on whether it is worked.
  WorkdayIndex(int32_t first_day, const std::vector<bool>& worked);

  // The days it covers, as Date::days(): [first_day, end_day).
  int32_t first_day() const { return first_day_; }
  int32_t end_day() const { return first_day_ + static_cast<int32_t>(before_.size()) - 1; }
  bool Covers(int32_t day) const { return day >= first_day() && day < end_day(); }
  // How many working days there are.
  int32_t size() const { return static_cast<int32_t>(days_.size()); }
  // The working days before a day, which is the number of the first working day from it on; `day` is covered or
  // end_day.
  int32_t Before(int32_t day) const { return before_[static_cast<size_t>(day - first_day_)]; }
  // The number of the last working day up to a day that is covered; -1 when there is none.
  int32_t UpTo(int32_t day) const { return before_[static_cast<size_t>(day - first_day_) + 1] - 1; }
  // The day of a number from 0 to size() - 1, as Date::days().
  int32_t Day(int32_t number) const { return days_[static_cast<size_t>(number)]; }
  bool IsWorkingDay(int32_t day) const { return Before(day) <= UpTo(day); }

 private:
  int32_t first_day_;
  std::vector<int32_t> before_;  // One more than there are days.
  std::vector<int32_t> days_;
};

// Immutable once made; every answer takes the same time, however far apart the days are. Every function fails with
// reason CALENDAR_YEAR_MISSING (FAILED_PRECONDITION, metadata "year") when it needs a day of a year that no notice
// covers: without the notice, counting weekdays would be a guess.
class WorkCalendar {
 public:
  // Without any year.
  WorkCalendar() = default;

  // INVALID_FIELDS with paths such as "years[0].holidays[2]" for a year given twice, a date outside its year, a worked
  // weekend that is a weekday, and a day that is both holiday and worked.
  static absl::StatusOr<WorkCalendar> Create(const std::vector<WorkYear>& years);

  absl::StatusOr<bool> IsWorkingDay(Date date) const;

  // The n-th working day after `date`, or before it when n is negative; `date` itself, working or not, when n is 0.
  absl::StatusOr<Date> AddWorkingDays(Date date, int n) const;

  // The working days after `from` up to and including `to`; when `to` is earlier, minus those from `to` on before
  // `from`. So AddWorkingDays(from, n) gives back `to` when `to` is a working day.
  absl::StatusOr<int> WorkingDaysBetween(Date from, Date to) const;

  // The adjoining years around a date, or null when its year is not covered. Lives as long as the calendar.
  const WorkdayIndex* IndexOf(Date date) const;

 private:
  // Adjoining years in order; between two of them at least one year is missing.
  std::vector<WorkdayIndex> indexes_;
};

// FAILED_PRECONDITION, reason CALENDAR_YEAR_MISSING, metadata "year".
absl::Status CalendarYearMissing(int year);

}  // namespace yaoshi

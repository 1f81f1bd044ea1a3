// Working days as the State Council sets them: weekdays, less the holidays, plus the weekend days worked in exchange
// (调休). Only for limits that are in working days: a limit in calendar days uses Date::AddDays.
#pragma once

#include <map>
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

// Immutable once made. Every function fails with reason CALENDAR_YEAR_MISSING (FAILED_PRECONDITION, metadata "year")
// when it needs a day of a year that no notice covers: without the notice, counting weekdays would be a guess.
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

 private:
  // Year → for each day from January 1st, whether it is worked.
  std::map<int, std::vector<bool>> years_;
};

}  // namespace yaoshi

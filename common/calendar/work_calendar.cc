#include "common/calendar/work_calendar.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "common/status/status.h"

namespace yaoshi {
namespace {

// Years that a notice can be for: the State Council's notices began with 1999.
constexpr int kFirstYear = 1999;
constexpr int kLastYear = 9998;

Date NewYear(int year) {
  return Date::FromCivil(year, 1, 1).value();
}

std::size_t DayOfYear(Date date) {
  return static_cast<std::size_t>(date.days() - NewYear(date.year()).days());
}

// What is wrong with one year's notice, with paths under `path`.
std::vector<FieldViolation> Check(const WorkYear& notice, const std::string& path) {
  std::vector<FieldViolation> violations;
  if (notice.year < kFirstYear || notice.year > kLastYear) {
    return {{path + ".year", fmt::format("{} is not a year from {} to {}.", notice.year, kFirstYear, kLastYear)}};
  }
  const auto check_year = [&](Date date, const std::string& field) {
    if (date.year() != notice.year) {
      violations.push_back({field, fmt::format("{} is not a day of {}.", date.ToString(), notice.year)});
    }
  };
  for (std::size_t i = 0; i < notice.holidays.size(); ++i) {
    check_year(notice.holidays[i], fmt::format("{}.holidays[{}]", path, i));
  }
  for (std::size_t i = 0; i < notice.worked_weekends.size(); ++i) {
    const Date date = notice.worked_weekends[i];
    const std::string field = fmt::format("{}.worked_weekends[{}]", path, i);
    check_year(date, field);
    if (!date.IsWeekend()) {
      violations.push_back({field, fmt::format("{} is a weekday; list Saturdays and Sundays only.", date.ToString())});
    }
    if (std::count(notice.holidays.begin(), notice.holidays.end(), date) > 0) {
      violations.push_back({field, fmt::format("{} is a holiday too; list it once.", date.ToString())});
    }
  }
  return violations;
}

std::vector<bool> WorkedDays(const WorkYear& notice) {
  std::vector<bool> worked;
  for (Date date = NewYear(notice.year); date.year() == notice.year; date = date.AddDays(1)) {
    worked.push_back(!date.IsWeekend());
  }
  for (const Date holiday : notice.holidays) worked[DayOfYear(holiday)] = false;
  for (const Date weekend : notice.worked_weekends) worked[DayOfYear(weekend)] = true;
  return worked;
}

absl::Status YearMissing(int year) {
  return Error(absl::StatusCode::kFailedPrecondition, "CALENDAR_YEAR_MISSING",
               fmt::format("The work calendar has no year {}. Enter the State Council's holiday notice for {} first.",
                           year, year),
               {{"year", std::to_string(year)}});
}

}  // namespace

absl::StatusOr<WorkCalendar> WorkCalendar::Create(const std::vector<WorkYear>& years) {
  WorkCalendar calendar;
  std::vector<FieldViolation> violations;
  for (std::size_t i = 0; i < years.size(); ++i) {
    const std::string path = fmt::format("years[{}]", i);
    auto found = Check(years[i], path);
    if (calendar.years_.contains(years[i].year)) {
      found.push_back({path + ".year", fmt::format("{} is given twice; give each year once.", years[i].year)});
    }
    if (found.empty()) calendar.years_.emplace(years[i].year, WorkedDays(years[i]));
    std::move(found.begin(), found.end(), std::back_inserter(violations));
  }
  RETURN_IF_ERROR(InvalidFields(violations));
  return calendar;
}

absl::StatusOr<bool> WorkCalendar::IsWorkingDay(Date date) const {
  const auto year = years_.find(date.year());
  if (year == years_.end()) return YearMissing(date.year());
  return year->second[DayOfYear(date)];
}

absl::StatusOr<Date> WorkCalendar::AddWorkingDays(Date date, int n) const {
  ASSIGN_OR_RETURN(bool working, IsWorkingDay(date));
  const int step = n < 0 ? -1 : 1;
  while (n != 0) {  // Ends at the latest where the covered years end.
    date = date.AddDays(step);
    ASSIGN_OR_RETURN(working, IsWorkingDay(date));
    if (working) n -= step;
  }
  return date;
}

absl::StatusOr<int> WorkCalendar::WorkingDaysBetween(Date from, Date to) const {
  ASSIGN_OR_RETURN(bool working, IsWorkingDay(from));
  const int step = to < from ? -1 : 1;
  int count = 0;
  while (from != to) {
    from = from.AddDays(step);
    ASSIGN_OR_RETURN(working, IsWorkingDay(from));
    if (working) count += step;
  }
  return count;
}

}  // namespace yaoshi

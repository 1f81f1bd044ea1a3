#include "common/calendar/work_calendar.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
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

// The year that is missing behind the end of `index`, or before its beginning.
int MissingYear(const WorkdayIndex& index, bool later) {
  const Date edge = Date::FromDays(later ? index.end_day() : index.first_day() - 1);
  return edge.year();
}

}  // namespace

absl::Status CalendarYearMissing(int year) {
  return Error(absl::StatusCode::kFailedPrecondition, "CALENDAR_YEAR_MISSING",
               fmt::format("The work calendar has no year {}. Enter the State Council's holiday notice for {} first.",
                           year, year),
               {{"year", std::to_string(year)}});
}

WorkdayIndex::WorkdayIndex(int32_t first_day, const std::vector<bool>& worked) : first_day_(first_day) {
  before_.reserve(worked.size() + 1);
  for (size_t i = 0; i < worked.size(); ++i) {
    before_.push_back(size());
    if (worked[i]) days_.push_back(first_day + static_cast<int32_t>(i));
  }
  before_.push_back(size());
}

absl::StatusOr<WorkCalendar> WorkCalendar::Create(const std::vector<WorkYear>& years) {
  std::vector<FieldViolation> violations;
  std::map<int, std::vector<bool>> worked;  // Year → its days.
  for (std::size_t i = 0; i < years.size(); ++i) {
    const std::string path = fmt::format("years[{}]", i);
    auto found = Check(years[i], path);
    if (worked.contains(years[i].year)) {
      found.push_back({path + ".year", fmt::format("{} is given twice; give each year once.", years[i].year)});
    }
    if (found.empty()) worked.emplace(years[i].year, WorkedDays(years[i]));
    std::move(found.begin(), found.end(), std::back_inserter(violations));
  }
  RETURN_IF_ERROR(InvalidFields(violations));
  WorkCalendar calendar;
  for (auto year = worked.begin(); year != worked.end();) {
    std::vector<bool> days;
    int last = year->first;
    const Date first = NewYear(last);
    for (; year != worked.end() && year->first <= last + 1; ++year) {
      last = year->first;
      days.insert(days.end(), year->second.begin(), year->second.end());
    }
    calendar.indexes_.emplace_back(first.days(), days);
  }
  return calendar;
}

const WorkdayIndex* WorkCalendar::IndexOf(Date date) const {
  for (const WorkdayIndex& index : indexes_) {
    if (index.Covers(date.days())) return &index;
  }
  return nullptr;
}

absl::StatusOr<bool> WorkCalendar::IsWorkingDay(Date date) const {
  const WorkdayIndex* index = IndexOf(date);
  if (index == nullptr) return CalendarYearMissing(date.year());
  return index->IsWorkingDay(date.days());
}

absl::StatusOr<Date> WorkCalendar::AddWorkingDays(Date date, int n) const {
  const WorkdayIndex* index = IndexOf(date);
  if (index == nullptr) return CalendarYearMissing(date.year());
  if (n == 0) return date;
  const int64_t from = n > 0 ? index->UpTo(date.days()) : index->Before(date.days());
  const int64_t number = from + n;
  if (number < 0 || number >= index->size()) return CalendarYearMissing(MissingYear(*index, n > 0));
  return Date::FromDays(index->Day(static_cast<int32_t>(number)));
}

absl::StatusOr<int> WorkCalendar::WorkingDaysBetween(Date from, Date to) const {
  const WorkdayIndex* index = IndexOf(from);
  if (index == nullptr) return CalendarYearMissing(from.year());
  if (!index->Covers(to.days())) return CalendarYearMissing(MissingYear(*index, from < to));
  return from < to ? index->UpTo(to.days()) - index->UpTo(from.days())
                   : index->Before(to.days()) - index->Before(from.days());
}

}  // namespace yaoshi

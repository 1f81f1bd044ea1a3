#include "common/calendar/year_before.h"

namespace yaoshi {

Date YearBefore(Date day) {
  const absl::StatusOr<Date> same = Date::FromCivil(day.year() - 1, day.month(), day.day());
  return same.ok() ? *same : *Date::FromCivil(day.year() - 1, 2, 28);
}

}  // namespace yaoshi

// What an amended work calendar would do to the due dates of a case.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/calendar/work_calendar.h"
#include "services/preapproval/domain/case_book.h"

namespace yaoshi::preapproval {

struct DueShift {
  std::string code;
  std::optional<Date> before;  // nullopt: cannot be counted with the present calendar.
  std::optional<Date> after;   // nullopt: could not be counted with the planned one.
  friend bool operator==(const DueShift&, const DueShift&) = default;
};

// The running procedures of the case whose due dates differ under `planned`, in order of code.
std::vector<DueShift> ShiftsOf(const CaseBook& book, const CaseRow& subject, const WorkCalendar& planned);

}  // namespace yaoshi::preapproval

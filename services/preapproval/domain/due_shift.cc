#include "services/preapproval/domain/due_shift.h"

#include <algorithm>

#include "services/preapproval/domain/clock.h"
#include "services/preapproval/domain/procedure.h"

namespace yaoshi::preapproval {

std::vector<DueShift> ShiftsOf(const CaseBook& book, const CaseRow& subject, const WorkCalendar& planned) {
  std::vector<DueShift> shifts;
  if (subject.closed) return shifts;
  for (size_t place = 0; place < subject.rows().size(); ++place) {
    const ProcedureRow& row = subject.rows()[place];
    const std::string& code = subject.profile->procedures[place].code;
    const ProcedureType* type = book.FindType(code);
    const std::optional<ClockFacts> facts = book.ClockOf(row);
    if (!IsRunning(row.state) || !facts || type == nullptr || type->terms.empty()) continue;
    const auto due = DueOn(*facts, TermsOn(*type, facts->accepted_on), planned);
    const std::optional<Date> after = due.ok() ? *due : std::nullopt;
    if (after != row.due.optional()) shifts.push_back({code, row.due.optional(), after});
  }
  std::sort(shifts.begin(), shifts.end(), [](const DueShift& a, const DueShift& b) { return a.code < b.code; });
  return shifts;
}

}  // namespace yaoshi::preapproval

// What a schedule makes of where a procedure stands.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "common/calendar/work_calendar.h"
#include "services/preapproval/domain/clock.h"
#include "services/preapproval/domain/schedule.h"
#include "services/preapproval/domain/types.h"

namespace yaoshi::preapproval {

// A procedure as far as its schedule asks.
struct Standing {
  ProcedureState state = ProcedureState::kNotStarted;
  Date since;                       // Of the state.
  std::optional<Date> decided_on;   // Of an approval or waiver that still holds.
  std::optional<ClockFacts> clock;  // Of one that runs or stands.
};

// The task of a procedure on a day. What was returned, withdrawn, rejected or has lapsed begins anew. What runs needs
// what its clock has left, and what its special procedures have not yet taken of the days outside the clock; while it
// stands, it is thought to go on today. `preparation` is the template's, which goes before the type's.
// CALENDAR_YEAR_MISSING.
absl::StatusOr<Task> TaskOf(const Standing& standing, const ProcedureType& type, const std::optional<Days>& preparation,
                            const WorkCalendar& calendar, Date today);

}  // namespace yaoshi::preapproval

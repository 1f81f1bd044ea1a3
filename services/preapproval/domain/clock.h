// The clock of a procedure (reference §2.2): it starts on the day after the acceptance, stands during corrections and
// special procedures, and stops with the decision. Never stored: counted from the moves, the terms in force at the
// acceptance and the calendar.
#pragma once

#include <optional>
#include <span>

#include "absl/status/statusor.h"
#include "common/calendar/work_calendar.h"
#include "services/preapproval/domain/types.h"

namespace yaoshi::preapproval {

// What a clock is counted from.
struct ClockFacts {
  Date accepted_on;
  std::optional<Date> decided_on;  // Approved or rejected; nullopt while it runs or stands.
  std::span<const Pause> pauses;   // Of this round, in order; the last may be open.
};
// The facts of a procedure; nullopt when it was not accepted in this round, or the round ended undecided.
std::optional<ClockFacts> FactsOf(const Procedure& procedure);

// A clock on a day.
struct ClockReading {
  std::optional<Days> limit;  // The one that counts: promised, else legal.
  std::optional<Days> legal_limit;
  int used = 0;                // In the unit of `limit`; working days without one.
  int remaining = 0;           // Negative when overdue; 0 without limit.
  std::optional<Date> due_on;  // The last day in time. nullopt without limit and while the clock stands.
  bool overdue = false;
  bool legally_overdue = false;
  bool paused = false;
  friend bool operator==(const ClockReading&, const ClockReading&) = default;
};

// The terms of a type that are in force on a day: the last that began by then, else the first.
const Terms& TermsOn(const ProcedureType& type, Date day);

// The clock on `as_of`, which is not before the acceptance. CALENDAR_YEAR_MISSING.
absl::StatusOr<ClockReading> ReadClock(const ClockFacts& facts, const Terms& terms, const WorkCalendar& calendar,
                                       Date as_of);

// Whether a clock can start with an acceptance on a day: one that no calendar has could not be read.
// CALENDAR_YEAR_MISSING.
absl::Status CheckClock(const ProcedureType& type, Date accepted_on, const WorkCalendar& calendar);

// The last day in time alone: nullopt without limit and while the clock stands. CALENDAR_YEAR_MISSING.
absl::StatusOr<std::optional<Date>> DueOn(const ClockFacts& facts, const Terms& terms, const WorkCalendar& calendar);

}  // namespace yaoshi::preapproval

#include "services/preapproval/domain/clock.h"

#include <algorithm>

#include "common/status/status.h"
#include "services/preapproval/domain/procedure.h"

namespace yaoshi::preapproval {
namespace {

// The days after `from` up to and including `to` that count in `unit`; 0 when `to` is not later.
absl::StatusOr<int> Count(Date from, Date to, DayUnit unit, const WorkCalendar& calendar) {
  if (to <= from) return 0;
  if (unit == DayUnit::kCalendarDays) return to.days() - from.days();
  return calendar.WorkingDaysBetween(from, to);
}

absl::StatusOr<Date> AddDays(Date from, int days, DayUnit unit, const WorkCalendar& calendar) {
  if (unit == DayUnit::kCalendarDays) return from.AddDays(days);
  return calendar.AddWorkingDays(from, days);
}

// The days of a pause that a clock started by an acceptance would have counted up to and including `to`. A pause holds
// the days from `from_on` to the one before `to_on`.
absl::StatusOr<int> CountPause(const Pause& pause, Date accepted_on, Date to, DayUnit unit,
                               const WorkCalendar& calendar) {
  const Date last = pause.to_on ? std::min(pause.to_on->AddDays(-1), to) : to;
  return Count(std::max(pause.from_on.AddDays(-1), accepted_on), last, unit, calendar);
}

absl::StatusOr<int> Used(const ClockFacts& facts, Date to, DayUnit unit, const WorkCalendar& calendar) {
  ASSIGN_OR_RETURN(int used, Count(facts.accepted_on, to, unit, calendar));
  for (const Pause& pause : facts.pauses) {
    ASSIGN_OR_RETURN(const int paused, CountPause(pause, facts.accepted_on, to, unit, calendar));
    used -= paused;
  }
  return used;
}

bool StandsNow(const ClockFacts& facts) {
  return !facts.decided_on && !facts.pauses.empty() && !facts.pauses.back().to_on;
}

const std::optional<Days>& LimitOf(const Terms& terms) {
  return terms.promised_limit ? terms.promised_limit : terms.legal_limit;
}

}  // namespace

std::optional<ClockFacts> FactsOf(const Procedure& procedure) {
  if (!procedure.accepted_on || !(IsRunning(procedure.state) || procedure.decided_on)) return std::nullopt;
  return ClockFacts{*procedure.accepted_on, procedure.decided_on, procedure.pauses};
}

const Terms& TermsOn(const ProcedureType& type, Date day) {
  const Terms* terms = &type.terms.front();
  for (const Terms& one : type.terms) {
    if (one.effective_on <= day) terms = &one;
  }
  return *terms;
}

absl::StatusOr<std::optional<Date>> DueOn(const ClockFacts& facts, const Terms& terms, const WorkCalendar& calendar) {
  const std::optional<Days>& limit = LimitOf(terms);
  if (!limit || StandsNow(facts)) return std::optional<Date>();
  ASSIGN_OR_RETURN(Date due, AddDays(facts.accepted_on, limit->count, limit->unit, calendar));
  for (const Pause& pause : facts.pauses) {
    if (!pause.to_on || pause.from_on > due) continue;
    ASSIGN_OR_RETURN(const int paused,
                     CountPause(pause, facts.accepted_on, pause.to_on->AddDays(-1), limit->unit, calendar));
    // What the pause took is added behind it: days before it count once.
    ASSIGN_OR_RETURN(due, AddDays(due, paused, limit->unit, calendar));
  }
  return std::optional<Date>(due);
}

absl::StatusOr<ClockReading> ReadClock(const ClockFacts& facts, const Terms& terms, const WorkCalendar& calendar,
                                       Date as_of) {
  ClockReading reading;
  reading.limit = LimitOf(terms);
  reading.legal_limit = terms.legal_limit;
  const Date end = facts.decided_on ? std::min(*facts.decided_on, as_of) : as_of;
  const DayUnit unit = reading.limit ? reading.limit->unit : DayUnit::kWorkingDays;
  ASSIGN_OR_RETURN(reading.used, Used(facts, end, unit, calendar));
  if (reading.limit) {
    reading.remaining = reading.limit->count - reading.used;
    reading.overdue = reading.remaining < 0;
  }
  if (terms.legal_limit) {
    ASSIGN_OR_RETURN(const int used, Used(facts, end, terms.legal_limit->unit, calendar));
    reading.legally_overdue = used > terms.legal_limit->count;
  }
  reading.paused = StandsNow(facts);
  ASSIGN_OR_RETURN(reading.due_on, DueOn(facts, terms, calendar));
  return reading;
}

absl::Status CheckClock(const ProcedureType& type, Date accepted_on, const WorkCalendar& calendar) {
  return ReadClock({accepted_on, std::nullopt, {}}, TermsOn(type, accepted_on), calendar, accepted_on.AddDays(1))
      .status();
}

}  // namespace yaoshi::preapproval

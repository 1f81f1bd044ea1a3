#include "services/preapproval/domain/task.h"

#include <algorithm>

#include "common/status/status.h"
#include "services/preapproval/domain/procedure.h"

namespace yaoshi::preapproval {
namespace {

// The limit that counts: the promised one, else the legal one.
const std::optional<Days>& LimitOf(const Terms& terms) {
  return terms.promised_limit ? terms.promised_limit : terms.legal_limit;
}

// The days outside the clock that special procedures have not taken yet; corrections take none of them.
absl::StatusOr<std::optional<Days>> OutsideLeft(const ClockFacts& facts, const std::optional<Days>& outside,
                                                const WorkCalendar& calendar, Date today) {
  if (!outside) return outside;
  int taken = 0;
  for (const Pause& pause : facts.pauses) {
    if (pause.kind == PauseKind::kCorrection) continue;
    const Date to = std::min(pause.to_on.value_or(today), today);
    if (to <= pause.from_on) continue;
    int days = to.days() - pause.from_on.days();
    if (outside->unit == DayUnit::kWorkingDays) {
      ASSIGN_OR_RETURN(days, calendar.WorkingDaysBetween(pause.from_on, to));
    }
    taken += days;
  }
  return std::optional<Days>(Days{std::max(0, outside->count - taken), outside->unit});
}

absl::StatusOr<Task> RunningTask(const ClockFacts& facts, const ProcedureType& type, const WorkCalendar& calendar,
                                 Date today) {
  const Terms& terms = TermsOn(type, facts.accepted_on);
  ASSIGN_OR_RETURN(const ClockReading reading, ReadClock(facts, terms, calendar, std::max(today, facts.accepted_on)));
  std::optional<Days> left = reading.limit;
  if (left) left->count = std::max(0, reading.remaining);
  ASSIGN_OR_RETURN(const std::optional<Days> outside, OutsideLeft(facts, type.outside_clock, calendar, today));
  Task task = Task::Of(std::nullopt, outside, left);
  task.progress = Progress::kRunning;
  task.day = today.days();
  return task;
}

}  // namespace

absl::StatusOr<Task> TaskOf(const Standing& standing, const ProcedureType& type, const std::optional<Days>& preparation,
                            const WorkCalendar& calendar, Date today) {
  if (IsRunning(standing.state) && standing.clock) return RunningTask(*standing.clock, type, calendar, today);
  Task task = Task::Of(preparation ? preparation : type.preparation, type.outside_clock, LimitOf(TermsOn(type, today)));
  task.day = standing.since.days();
  if (standing.decided_on) {
    task.progress = Progress::kDecided;
    task.day = standing.decided_on->days();
  } else if (standing.state == ProcedureState::kInPreparation) {
    task.progress = Progress::kPreparing;
  } else if (standing.state == ProcedureState::kSubmitted) {
    task.progress = Progress::kSubmitted;
  }
  return task;
}

}  // namespace yaoshi::preapproval

// The schedule of a case in memory, and what is to be said of it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/preapproval/domain/case_book.h"
#include "services/preapproval/domain/schedule.h"
#include "services/preapproval/domain/warning.h"

namespace yaoshi::preapproval {

// All that a schedule is counted from.
struct CasePlan {
  std::shared_ptr<const CaseGraph> graph;
  std::vector<Task> tasks;  // By node of the graph.
  Date target;
};

// The date that a case counts back from: its own target, else the project's planned start. START_DATE_MISSING.
absl::StatusOr<Date> TargetOf(const CaseBook& book, const CaseRow& subject);

// The tasks of a case in a graph of its template: its own, or one made for other needs. CALENDAR_YEAR_MISSING;
// TEMPLATE_NOT_FOUND when the graph is null or a procedure type has not arrived in memory.
absl::StatusOr<std::vector<Task>> TasksOf(const CaseBook& book, const CaseRow& subject, const CaseGraph* graph,
                                          Date today);

// The plan of a case on a day. START_DATE_MISSING; CALENDAR_YEAR_MISSING; TEMPLATE_NOT_FOUND while the template or one
// of its procedure types has not arrived in memory.
absl::StatusOr<CasePlan> PlanOf(const CaseBook& book, const CaseRow& subject, Date today);
// Its schedule, with the same errors; and that of a plan.
absl::StatusOr<Schedule> ScheduleOf(const CaseBook& book, const CaseRow& subject, Date today);
absl::StatusOr<Schedule> ScheduleOf(const CaseBook& book, const CasePlan& plan, Date today);

// All that is to be said of a case on a day, in the template's order, then of its start. Nothing of a closed case;
// nothing of the start of a project that has started. What cannot be counted for want of a date or a calendar is not
// warned of.
std::vector<Warning> WarningsOf(const CaseBook& book, const CaseRow& subject, const WarningRule& rule, Date today);

}  // namespace yaoshi::preapproval

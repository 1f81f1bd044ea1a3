#include "services/preapproval/domain/case_plan.h"

#include <fmt/format.h>

#include "common/status/status.h"
#include "services/preapproval/domain/procedure.h"
#include "services/preapproval/domain/task.h"

namespace yaoshi::preapproval {
namespace {

absl::Status TemplateMissing(const CaseRow& subject) {
  return Error(absl::StatusCode::kNotFound, "TEMPLATE_NOT_FOUND",
               fmt::format("{} or one of its procedure types is not there; enter it, or wait until it has arrived.",
                           subject.profile->template_name));
}

Standing StandingOf(const CaseBook& book, const ProcedureRow& row, Date today) {
  Standing standing;
  standing.state = row.StateOn(today);
  standing.since = row.SinceOn(today);
  if (row.DoneOn(today)) standing.decided_on = row.decided ? row.decided.date() : row.state_since.date();
  standing.clock = book.ClockOf(row);
  return standing;
}

// The warnings of one procedure of a case.
std::vector<Warning> WarningsOfPlace(const CaseBook& book, const CaseRow& subject, size_t place,
                                     const WarningRule& rule, Date today) {
  const ProcedureRow& row = subject.procedures[place];
  const ProcedureType* type = book.FindType(subject.profile->procedures[place].code);
  const bool quiet = !IsRunning(row.state) && !row.valid_until && row.extras == 0;
  if (type == nullptr || quiet || !subject.profile->Required(place)) return {};
  WatchedProcedure watched;
  watched.project = subject.project;
  watched.code = type->code;
  watched.title = type->title;
  watched.department = book.DepartmentOf(subject, place);
  watched.region = fmt::format("{:06}", subject.region);
  watched.state = row.state;
  watched.clock = book.ClockOf(row);
  watched.valid_until = row.valid_until.optional();
  watched.obligations = book.ExtrasOf(row).obligations;
  return WarningsOf(watched, *type, rule, book.calendar(), today).value_or(std::vector<Warning>());
}

// Most cases are in time: what their page says of them is not made then.
bool StartsInTime(const CaseBook& book, const CasePlan& plan, Date today) {
  std::vector<Slot> slots(plan.graph->nodes().size());
  const auto outcome = CountSchedule(*plan.graph, plan.tasks, book.calendar(), today, plan.target, slots);
  return outcome.ok() && outcome->feasible;
}

}  // namespace

absl::StatusOr<Date> TargetOf(const CaseBook& book, const CaseRow& subject) {
  if (subject.target_start) return subject.target_start.date();
  const ProjectRow* project = book.FindProject(subject.project);
  if (project != nullptr && project->facts.planned_start_on) return *project->facts.planned_start_on;
  return Error(absl::StatusCode::kFailedPrecondition, "START_DATE_MISSING",
               "Neither the project nor the case has a start date to count back from; set one.");
}

absl::StatusOr<std::vector<Task>> TasksOf(const CaseBook& book, const CaseRow& subject, const CaseGraph* graph,
                                          Date today) {
  if (graph == nullptr) return TemplateMissing(subject);
  std::vector<Task> tasks(graph->nodes().size());
  for (size_t node = 0; node < tasks.size(); ++node) {
    const CaseGraph::Node& one = graph->nodes()[node];
    if (one.kind != CaseGraph::Kind::kProcedure) continue;
    const ProcedureType* type = book.FindType(one.code);
    if (type == nullptr) return TemplateMissing(subject);
    const size_t place = static_cast<size_t>(one.position);
    ASSIGN_OR_RETURN(tasks[node], TaskOf(StandingOf(book, subject.procedures[place], today), *type,
                                         subject.profile->preparation[place], book.calendar(), today));
  }
  return tasks;
}

absl::StatusOr<CasePlan> PlanOf(const CaseBook& book, const CaseRow& subject, Date today) {
  CasePlan plan;
  ASSIGN_OR_RETURN(plan.target, TargetOf(book, subject));
  plan.graph = subject.profile->graph;
  ASSIGN_OR_RETURN(plan.tasks, TasksOf(book, subject, plan.graph.get(), today));
  return plan;
}

absl::StatusOr<Schedule> ScheduleOf(const CaseBook& book, const CasePlan& plan, Date today) {
  std::vector<std::string> titles;
  for (const CaseGraph::Node& node : plan.graph->nodes()) {
    const ProcedureType* type = node.kind == CaseGraph::Kind::kProcedure ? book.FindType(node.code) : nullptr;
    titles.push_back(type == nullptr ? "" : type->title);
  }
  return MakeSchedule(*plan.graph, plan.tasks, book.calendar(), today, plan.target, titles);
}

absl::StatusOr<Schedule> ScheduleOf(const CaseBook& book, const CaseRow& subject, Date today) {
  ASSIGN_OR_RETURN(const CasePlan plan, PlanOf(book, subject, today));
  return ScheduleOf(book, plan, today);
}

std::vector<Warning> WarningsOf(const CaseBook& book, const CaseRow& subject, const WarningRule& rule, Date today) {
  std::vector<Warning> warnings;
  if (subject.closed && subject.closed.date() <= today) return warnings;
  for (size_t place = 0; place < subject.profile->procedures.size(); ++place) {
    std::vector<Warning> found = WarningsOfPlace(book, subject, place, rule, today);
    std::move(found.begin(), found.end(), std::back_inserter(warnings));
  }
  const ProjectRow* project = book.FindProject(subject.project);
  if (project != nullptr && project->facts.started_on) return warnings;
  const absl::StatusOr<CasePlan> plan = PlanOf(book, subject, today);
  if (!plan.ok() || StartsInTime(book, *plan, today)) return warnings;
  const absl::StatusOr<Schedule> schedule = ScheduleOf(book, *plan, today);
  if (!schedule.ok()) return warnings;
  const auto start = StartWarning(subject.project, fmt::format("{:06}", subject.region), *schedule);
  if (start) warnings.push_back(*start);
  return warnings;
}

}  // namespace yaoshi::preapproval

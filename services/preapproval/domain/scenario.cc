#include "services/preapproval/domain/scenario.h"

#include <algorithm>

namespace yaoshi::preapproval {
namespace {

// The longest limit that a procedure may have, ten years, at the largest percentage.
constexpr int64_t kMostDays = 36500;

bool Concerns(const ScenarioChange& change, const Uuid& project) {
  return !change.project || *change.project == project;
}

std::optional<CaseOutcome> Count(const CaseBook& book, const absl::StatusOr<CasePlan>& plan, Date today) {
  if (!plan.ok()) return std::nullopt;
  std::vector<Slot> slots(plan->graph->nodes().size());
  const auto outcome = CountSchedule(*plan->graph, plan->tasks, book.calendar(), today, plan->target, slots);
  if (!outcome.ok()) return std::nullopt;
  CaseOutcome counted{*outcome, slots[static_cast<size_t>(plan->graph->start())].float_days, std::nullopt};
  for (const Slot& slot : slots) {
    if (slot.latest_acceptance == Slot::kNever) continue;
    const Date latest = Date::FromDays(slot.latest_acceptance);
    if (!counted.latest_acceptance || latest < *counted.latest_acceptance) counted.latest_acceptance = latest;
  }
  return counted;
}

std::optional<Date> StartOf(const std::optional<Date>& started, const std::optional<Date>& target,
                            const std::optional<CaseOutcome>& outcome) {
  if (started) return started;
  if (!target || !outcome) return std::nullopt;
  return std::max(*target, Date::FromDays(outcome->forecast_start));
}

bool Same(const std::optional<CaseOutcome>& a, const std::optional<CaseOutcome>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->forecast_start == b->forecast_start && a->shortfall_days == b->shortfall_days && a->feasible == b->feasible;
}

std::optional<Date> Known(const absl::StatusOr<Date>& date) {
  return date.ok() ? std::optional<Date>(*date) : std::nullopt;
}

}  // namespace

absl::StatusOr<Date> ShiftStart(Date start, int working_days, const WorkCalendar& calendar) {
  if (working_days == 0) return start;
  // From a day off it is counted as from the working day before it, as schedules do: both ways through the next one.
  ASSIGN_OR_RETURN(const Date next, calendar.AddWorkingDays(start, 1));
  return calendar.AddWorkingDays(next, working_days - 1);
}

bool CaseComparison::Differs() const {
  return ChangesCase() || !Same(before, after);
}

std::optional<Date> CaseComparison::StartBefore() const {
  return StartOf(started_on, target_before, before);
}

std::optional<Date> CaseComparison::StartAfter() const {
  return StartOf(started_on, target_after, after);
}

void Require(std::vector<Applicability>& needs, const std::vector<std::string>& codes, const std::string& reason) {
  for (Applicability& one : needs) {
    if (std::find(codes.begin(), codes.end(), one.code) == codes.end()) continue;
    one.requirement = Requirement::kRequired;
    one.merged_into.clear();
    one.reason = reason;
  }
}

std::vector<std::string> Scenario::AddedTo(const Uuid& project, const std::vector<Applicability>& needs) const {
  std::vector<std::string> added;
  for (const Applicability& one : needs) {
    const bool wanted = std::any_of(changes_.begin(), changes_.end(), [&](const ScenarioChange& change) {
      return change.added == one.code && Concerns(change, project);
    });
    if (wanted && one.requirement != Requirement::kRequired) added.push_back(one.code);
  }
  return added;
}

absl::StatusOr<Date> Scenario::TargetOf(const CaseBook& book, const CaseRow& subject) const {
  absl::StatusOr<Date> target = preapproval::TargetOf(book, subject);
  for (const ScenarioChange& change : changes_) {
    if (!Concerns(change, subject.project)) continue;
    if (change.target) target = *change.target;
    if (change.shift_working_days != 0 && target.ok()) {
      target = ShiftStart(*target, change.shift_working_days, book.calendar());
    }
  }
  return target;
}

std::shared_ptr<const CaseGraph> Scenario::GraphOf(const CaseBook& book, const CaseRow& subject,
                                                   const std::vector<std::string>& added) {
  if (added.empty()) return subject.profile->graph;
  std::string codes;
  for (const std::string& code : added) codes += code + ' ';
  Variant& variant = graphs_[{subject.profile.get(), codes}];
  if (variant.profile != nullptr) return variant.graph;
  variant.profile = subject.profile;
  const Template* found = book.FindTemplate(subject.profile->template_name);
  if (found == nullptr) return nullptr;
  std::vector<Applicability> needs = subject.profile->procedures;
  Require(needs, added, "");
  auto graph = CaseGraph::Create(*found, needs, book.Types());
  if (graph.ok()) variant.graph = std::make_shared<const CaseGraph>(*std::move(graph));
  return variant.graph;
}

absl::StatusOr<CasePlan> Scenario::PlanOf(const CaseBook& book, const CaseRow& subject, Date today) {
  CasePlan plan;
  ASSIGN_OR_RETURN(plan.target, TargetOf(book, subject));
  plan.graph = GraphOf(book, subject, AddedTo(subject.project, subject.profile->procedures));
  ASSIGN_OR_RETURN(plan.tasks, TasksOf(book, subject, plan.graph.get(), today));
  for (const ScenarioChange& change : changes_) {
    if (!change.limit_percent || !Concerns(change, subject.project)) continue;
    for (size_t node = 0; node < plan.tasks.size(); ++node) {
      Task& task = plan.tasks[node];
      const bool asked = change.limit_code.empty() || plan.graph->nodes()[node].code == change.limit_code;
      if (!asked || task.progress >= Progress::kRunning) continue;
      const int64_t days = (int64_t{task.limit} * *change.limit_percent + 99) / 100;
      task.limit = static_cast<uint16_t>(std::min(days, kMostDays));
    }
  }
  return plan;
}

CaseComparison Scenario::Compare(const CaseBook& book, const CaseRow& subject, Date today) {
  CaseComparison comparison;
  comparison.project = subject.project;
  comparison.version = subject.version;
  comparison.target_before = comparison.target_after = Known(preapproval::TargetOf(book, subject));
  const ProjectRow* project = book.FindProject(subject.project);
  if (project != nullptr && project->facts.started_on) {
    comparison.started_on = project->facts.started_on;
    return comparison;
  }
  comparison.target_after = Known(TargetOf(book, subject));
  comparison.added = AddedTo(subject.project, subject.profile->procedures);
  comparison.before = Count(book, preapproval::PlanOf(book, subject, today), today);
  comparison.after = Count(book, PlanOf(book, subject, today), today);
  return comparison;
}

ScenarioTally::ScenarioTally(const std::vector<Date>& dates) {
  for (const Date& date : dates) starts.push_back({date});
}

void ScenarioTally::Add(const CaseComparison& one) {
  ++cases;
  if (one.Differs()) ++differing;
  if (!one.started_on && !one.after) ++skipped;
  if (one.before && !one.before->feasible) ++infeasible_before;
  if (one.after && !one.after->feasible) ++infeasible_after;
  const std::optional<Date> before = one.StartBefore(), after = one.StartAfter();
  for (Starts& at : starts) {
    if (before && *before <= at.on) ++at.before;
    if (after && *after <= at.on) ++at.after;
  }
}

}  // namespace yaoshi::preapproval

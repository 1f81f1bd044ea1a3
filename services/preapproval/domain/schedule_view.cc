// A schedule as people read it: dates, the critical path, and why a start is not in time.
#include <fmt/format.h>

#include <algorithm>

#include "common/status/status.h"
#include "services/preapproval/domain/schedule.h"

namespace yaoshi::preapproval {
namespace {

std::optional<Date> DateOf(int32_t day) {
  return day == Slot::kNever ? std::optional<Date>() : Date::FromDays(day);
}

// What holds the start up, traced back from it through whatever was decided last.
class Trace {
 public:
  Trace(const CaseGraph& graph, std::span<const Task> tasks, std::span<const Slot> slots)
      : graph_(graph), tasks_(tasks), slots_(slots), critical_(graph.nodes().size(), false) {
    if (slots[graph.start()].forecast_finish == Slot::kNever) return;  // Nothing is left to wait for.
    Walk();
    Path();
  }

  const std::vector<bool>& critical() const { return critical_; }
  const std::vector<int32_t>& path() const { return path_; }  // Procedures, in order of time.

 private:
  bool IsProcedure(int32_t node) const { return graph_.nodes()[node].kind == CaseGraph::Kind::kProcedure; }

  // What decides when `node` goes on: prerequisites that are decided on that very day.
  std::vector<int32_t> Binding(int32_t node) const {
    int32_t day = slots_[node].forecast_finish;
    if (IsProcedure(node)) {
      if (tasks_[node].progress >= Progress::kRunning) return {};
      day = tasks_[node].progress == Progress::kOpen ? slots_[node].forecast_start : slots_[node].forecast_acceptance;
    }
    std::vector<int32_t> binding;
    for (const int32_t before : graph_.Prerequisites(node)) {
      const bool decided = IsProcedure(before) && tasks_[before].progress == Progress::kDecided;
      if (!decided && slots_[before].forecast_finish == day) binding.push_back(before);
    }
    return binding;
  }

  void Walk() {
    std::vector<int32_t> open{graph_.start()};
    while (!open.empty()) {
      const int32_t at = open.back();
      open.pop_back();
      if (critical_[at]) continue;
      critical_[at] = true;
      const std::vector<int32_t> binding = Binding(at);
      open.insert(open.end(), binding.begin(), binding.end());
    }
  }

  void Path() {
    for (std::vector<int32_t> next = Binding(graph_.start()); !next.empty(); next = Binding(next.front())) {
      if (IsProcedure(next.front())) path_.push_back(next.front());
    }
    std::reverse(path_.begin(), path_.end());
  }

  const CaseGraph& graph_;
  const std::span<const Task> tasks_;
  const std::span<const Slot> slots_;
  std::vector<bool> critical_;
  std::vector<int32_t> path_;
};

// What should have been done by when. The dates lie in the calendar: they were counted with it.
std::string Explain(const Slot& first, const std::string& title, const WorkCalendar& calendar,
                    const Schedule& schedule) {
  const bool accepted = first.latest_acceptance == Slot::kNever;
  const Date latest = Date::FromDays(accepted ? first.latest_finish : first.latest_acceptance);
  const Date forecast = Date::FromDays(accepted ? first.forecast_finish : first.forecast_acceptance);
  const int late = calendar.WorkingDaysBetween(latest, forecast).value_or(schedule.shortfall_days);
  return fmt::format("{}须于{}前{}，晚{}个工作日；预计{}具备开工条件，比计划开工日期{}晚{}个工作日。", title,
                     latest.ToString(), accepted ? "办结" : "受理", late, schedule.forecast_start_on.ToString(),
                     schedule.target_start_on.ToString(), schedule.shortfall_days);
}

ScheduleItem ItemOf(const CaseGraph& graph, int32_t node, const Slot& slot, bool critical) {
  ScheduleItem item;
  item.code = graph.nodes()[node].code;
  item.latest_start_on = DateOf(slot.latest_start);
  item.latest_acceptance_on = DateOf(slot.latest_acceptance);
  item.latest_finish_on = DateOf(slot.latest_finish);
  item.forecast_start_on = DateOf(slot.forecast_start);
  item.forecast_acceptance_on = DateOf(slot.forecast_acceptance);
  item.forecast_finish_on = DateOf(slot.forecast_finish);
  item.float_days = slot.float_days;
  item.critical = critical;
  item.prerequisites = graph.PrerequisiteCodes(node);
  return item;
}

}  // namespace

absl::StatusOr<Schedule> MakeSchedule(const CaseGraph& graph, std::span<const Task> tasks, const WorkCalendar& calendar,
                                      Date today, Date target, std::span<const std::string> titles) {
  std::vector<Slot> slots(graph.nodes().size());
  ASSIGN_OR_RETURN(const Outcome outcome, CountSchedule(graph, tasks, calendar, today, target, slots));
  Schedule schedule;
  schedule.target_start_on = target;
  schedule.counted_on = today;
  schedule.forecast_start_on = Date::FromDays(outcome.forecast_start);
  schedule.feasible = outcome.feasible;
  schedule.shortfall_days = outcome.shortfall_days;
  const Trace trace(graph, tasks, slots);
  std::vector<int32_t> procedures;
  for (int32_t node = 0; node < static_cast<int32_t>(slots.size()); ++node) {
    if (graph.nodes()[node].kind == CaseGraph::Kind::kProcedure) procedures.push_back(node);
  }
  std::sort(procedures.begin(), procedures.end(),
            [&](int32_t a, int32_t b) { return graph.nodes()[a].position < graph.nodes()[b].position; });
  for (const int32_t node : procedures) {
    schedule.items.push_back(ItemOf(graph, node, slots[node], trace.critical()[node]));
  }
  for (const int32_t node : trace.path()) schedule.critical_path.push_back(graph.nodes()[node].code);
  if (outcome.feasible) return schedule;
  if (trace.path().empty()) {
    schedule.explanation =
        fmt::format("手续于{}办齐，比计划开工日期{}晚{}个工作日。", schedule.forecast_start_on.ToString(),
                    target.ToString(), outcome.shortfall_days);
  } else {
    const int32_t first = trace.path().front();
    schedule.explanation = Explain(slots[first], titles[first], calendar, schedule);
  }
  return schedule;
}

}  // namespace yaoshi::preapproval

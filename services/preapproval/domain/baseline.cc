#include "services/preapproval/domain/baseline.h"

#include <fmt/format.h>

#include <algorithm>

namespace yaoshi::preapproval {
namespace {

const ScheduleItem* Find(const Schedule& schedule, const std::string& code) {
  const auto found = std::find_if(schedule.items.begin(), schedule.items.end(),
                                  [&](const ScheduleItem& one) { return one.code == code; });
  return found == schedule.items.end() ? nullptr : &*found;
}

void TakeCurrent(const ScheduleItem& current, const WorkCalendar& calendar, BaselineItem& item) {
  item.current_latest_finish_on = current.latest_finish_on;
  item.current_finish_on = current.forecast_finish_on;
  if (!item.latest_finish_on || !item.current_finish_on) return;
  item.behind_working_days = calendar.WorkingDaysBetween(*item.latest_finish_on, *item.current_finish_on).value_or(0);
}

std::string ChangeOf(const Replan& replan) {
  if (!replan.from_on) return fmt::format("登记了计划开工日期 {}", replan.to_on->ToString());
  if (!replan.to_on) return fmt::format("登记的计划开工日期 {} 已撤销", replan.from_on->ToString());
  return fmt::format("登记的计划开工日期由 {} 改为 {}", replan.from_on->ToString(), replan.to_on->ToString());
}

}  // namespace

void SetBaseline(Case& subject) {
  ++subject.baselines;
  subject.replan.reset();
}

void FollowPlannedStart(const CopiedProject& project, Case& subject) {
  if (subject.target_start_on || project.planned_before == project.facts.planned_start_on) return;
  ++subject.baselines;
  subject.replan = {project.planned_before, project.facts.planned_start_on, project.reason};
}

std::string WhyOf(const Replan& replan) {
  return replan.reason.empty() ? ChangeOf(replan) : fmt::format("{}：{}", ChangeOf(replan), replan.reason);
}

std::vector<BaselineItem> CompareBaseline(const Schedule& then, const Schedule* now, const WorkCalendar& calendar) {
  std::vector<BaselineItem> items;
  for (const ScheduleItem& planned : then.items) {
    BaselineItem& item = items.emplace_back();
    item.code = planned.code;
    item.latest_start_on = planned.latest_start_on;
    item.latest_acceptance_on = planned.latest_acceptance_on;
    item.latest_finish_on = planned.latest_finish_on;
    if (now == nullptr) continue;
    const ScheduleItem* current = Find(*now, planned.code);
    item.need = current == nullptr ? BaselineNeed::kDroppedSince : BaselineNeed::kKept;
    if (current != nullptr) TakeCurrent(*current, calendar, item);
  }
  if (now == nullptr) return items;
  for (const ScheduleItem& current : now->items) {
    if (Find(then, current.code) != nullptr) continue;
    BaselineItem& item = items.emplace_back();
    item.code = current.code;
    item.need = BaselineNeed::kAddedSince;
    TakeCurrent(current, calendar, item);
  }
  return items;
}

}  // namespace yaoshi::preapproval

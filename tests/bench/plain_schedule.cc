#include "tests/bench/plain_schedule.h"

#include <algorithm>

namespace yaoshi::bench {

using preapproval::Progress;
using preapproval::Slot;
using preapproval::Task;

PlainSchedule::PlainSchedule(const preapproval::CaseGraph& graph, const WorkCalendar& calendar, Date within)
    : days_(*calendar.IndexOf(within)),
      nodes_(graph.nodes()),
      start_(static_cast<size_t>(graph.start())),
      finish_(nodes_.size()),
      latest_(nodes_.size()) {
  for (size_t node = 0; node < nodes_.size(); ++node) {
    first_.push_back(edges_.size());
    for (const int32_t before : graph.Prerequisites(static_cast<int32_t>(node))) {
      edges_.push_back(static_cast<size_t>(before));
    }
  }
  first_.push_back(edges_.size());
}

int32_t PlainSchedule::Forward(const Task* tasks, int32_t today) {
  for (size_t node = 0; node < nodes_.size(); ++node) {
    int32_t gate = INT32_MIN;
    for (size_t edge = first_[node]; edge < first_[node + 1]; ++edge) gate = std::max(gate, finish_[edges_[edge]]);
    finish_[node] = node == start_ ? gate : Finish(tasks[node], std::max(today, gate), today);
  }
  return finish_[start_];
}

int64_t PlainSchedule::Count(const Task* tasks, int32_t today, int32_t target) {
  Forward(tasks, today);
  return Backward(tasks, target);
}

int32_t PlainSchedule::Finish(const Task& task, int32_t begin, int32_t today) const {
  if (task.progress == Progress::kDecided) return INT32_MIN;
  int32_t accepted = begin;
  if (task.progress == Progress::kOpen) accepted = begin + task.preparation;
  if (task.progress == Progress::kPreparing) accepted = std::max(begin, days_.Before(task.day) + task.preparation);
  if (task.progress == Progress::kRunning) accepted = std::max(today, days_.Before(task.day));
  if (task.calendar_units == 0 || task.limit == 0) return accepted + task.outside + task.limit;
  return days_.Before(days_.Day(accepted + task.outside) + task.limit);
}

int64_t PlainSchedule::Backward(const Task* tasks, int32_t target) {
  std::fill(latest_.begin(), latest_.end(), INT32_MAX);
  latest_[start_] = target;
  const int32_t late = finish_[start_] == INT32_MIN ? 0 : std::max(0, finish_[start_] - target);
  int64_t sum = late;
  for (size_t node = nodes_.size(); node-- > 0;) {
    sum += Dates(tasks[node], node);
    if (latest_[node] == INT32_MAX || (node != start_ && tasks[node].progress >= Progress::kRunning)) continue;
    int32_t by = latest_[node];
    if (node != start_) {
      const Task& task = tasks[node];
      by = task.calendar_units == 0 || task.limit == 0 ? by - task.limit : days_.UpTo(days_.Day(by) - task.limit);
      by -= task.outside;
      if (task.progress == Progress::kOpen) by -= task.preparation;
    }
    for (size_t edge = first_[node]; edge < first_[node + 1]; ++edge) {
      latest_[edges_[edge]] = std::min(latest_[edges_[edge]], by);
    }
  }
  return sum;
}

int64_t PlainSchedule::Dates(const Task& task, size_t node) const {
  const bool open = latest_[node] != INT32_MAX;
  if (finish_[node] == INT32_MIN) return int64_t{Slot::kNever} + (node == start_ ? Slot::kNever : task.day);
  const int32_t latest = open ? days_.Day(latest_[node]) : Slot::kNever;
  return int64_t{latest} + days_.Day(finish_[node]) + (open ? latest_[node] - finish_[node] : 0);
}

}  // namespace yaoshi::bench

// What a programmer would write who has nothing but arrays of tasks: no groups, no missing years.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "services/preapproval/domain/schedule.h"

namespace yaoshi::bench {

// Days are numbers of working days. Not thread-safe.
class PlainSchedule {
 public:
  // Graph and calendar outlive it; every date lies in the run of years of `within`.
  PlainSchedule(const preapproval::CaseGraph& graph, const WorkCalendar& calendar, Date within);

  const WorkdayIndex& days() const { return days_; }
  // When the start is forecast; INT32_MIN when nothing is left to wait for. `tasks` has a place per node.
  int32_t Forward(const preapproval::Task* tasks, int32_t today);
  // Both passes: the sum of all dates, of the floats and of the days short.
  int64_t Count(const preapproval::Task* tasks, int32_t today, int32_t target);

 private:
  int32_t Finish(const preapproval::Task& task, int32_t begin, int32_t today) const;
  int64_t Backward(const preapproval::Task* tasks, int32_t target);
  int64_t Dates(const preapproval::Task& task, size_t node) const;

  const WorkdayIndex& days_;
  const std::span<const preapproval::CaseGraph::Node> nodes_;
  const size_t start_;
  std::vector<size_t> first_, edges_;
  std::vector<int32_t> finish_, latest_;
};

}  // namespace yaoshi::bench

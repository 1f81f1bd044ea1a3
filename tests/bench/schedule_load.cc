#include "tests/bench/schedule_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

#include "services/preapproval/domain/schedule.h"
#include "services/preapproval/testing/reference_catalogue.h"

namespace yaoshi::bench {
namespace {

using preapproval::CaseGraph;
using preapproval::Day;
using preapproval::Progress;
using preapproval::Slot;
using preapproval::Task;

constexpr int kProcedures = 30;
constexpr int kSingleRepeats = 2000;

// The reference's 21 procedures and nine more that run beside them.
preapproval::Template Procedures() {
  preapproval::Template subject = preapproval::ReferenceTemplate();
  for (int i = 0; static_cast<int>(subject.nodes.size()) < kProcedures; ++i) {
    const std::string before = i % 3 == 0 ? "P02" : fmt::format("P{}", 80 + i - 1);
    subject.nodes.push_back(preapproval::NodeOf(fmt::format("P{}", 80 + i), {before}, i % 3 == 2));
  }
  return subject;
}

struct Portfolio {
  CaseGraph graph;
  WorkCalendar calendar;
  std::vector<Task> tasks;     // A row of nodes per case.
  std::vector<int32_t> today;  // One day for all; by itself, so that the plain pass reads what the scheduler reads.
  std::vector<Date> targets;
};

Portfolio Make(int projects) {
  const preapproval::Template subject = Procedures();
  Portfolio made{CaseGraph::Create(subject, {}, preapproval::ReferenceTypes()).value(),
                 preapproval::ReferenceCalendar(),
                 {},
                 {},
                 {}};
  const size_t nodes = made.graph.nodes().size();
  std::mt19937 random(7);
  const int32_t today = Day("2021-09-01").days();
  made.today = {today};
  made.tasks.resize(nodes * static_cast<size_t>(projects));
  made.targets.reserve(static_cast<size_t>(projects));
  for (Task& task : made.tasks) {
    task.limit = static_cast<uint16_t>(random() % 12);
    task.preparation = static_cast<uint16_t>(random() % 3);
    task.calendar_units = random() % 4 == 0 ? 4 : 0;
    task.progress = static_cast<Progress>(random() % 5);
    task.day = today - static_cast<int32_t>(random() % 60);
  }
  for (int i = 0; i < projects; ++i)
    made.targets.push_back(Day("2022-03-01").AddDays(static_cast<int>(random() % 200)));
  return made;
}

int64_t Sum(const Slot& slot) {
  return int64_t{slot.latest_finish} + slot.forecast_finish + slot.float_days;
}

int64_t Scheduler(const Portfolio& portfolio) {
  const size_t nodes = portfolio.graph.nodes().size();
  std::vector<Slot> slots(nodes);
  int64_t sum = 0;
  for (size_t i = 0; i < portfolio.targets.size(); ++i) {
    const auto outcome =
        preapproval::CountSchedule(portfolio.graph, std::span(portfolio.tasks).subspan(i * nodes, nodes),
                                   portfolio.calendar, Date::FromDays(portfolio.today[0]), portfolio.targets[i], slots);
    if (!outcome.ok()) return -1;
    sum += outcome->shortfall_days;
    for (const Slot& slot : slots) sum += Sum(slot);
  }
  return sum;
}

// What a programmer would write who has nothing but these arrays: no groups, no missing years.
class Plain {
 public:
  explicit Plain(const Portfolio& portfolio)
      : portfolio_(portfolio),
        days_(*portfolio.calendar.IndexOf(portfolio.targets[0])),
        nodes_(portfolio.graph.nodes()),
        start_(static_cast<size_t>(portfolio.graph.start())),
        finish_(nodes_.size()),
        latest_(nodes_.size()),
        begin_(nodes_.size()) {
    for (size_t node = 0; node < nodes_.size(); ++node) {
      first_.push_back(edges_.size());
      for (const int32_t before : portfolio.graph.Prerequisites(static_cast<int32_t>(node))) {
        edges_.push_back(static_cast<size_t>(before));
      }
    }
    first_.push_back(edges_.size());
  }

  int64_t Run() {
    int64_t sum = 0;
    const int32_t today = days_.Before(portfolio_.today[0]);
    for (size_t i = 0; i < portfolio_.targets.size(); ++i) {
      const Task* tasks = &portfolio_.tasks[i * nodes_.size()];
      Forward(tasks, today);
      sum += Backward(tasks, days_.UpTo(portfolio_.targets[i].days()));
    }
    return sum;
  }

 private:
  void Forward(const Task* tasks, int32_t today) {
    for (size_t node = 0; node < nodes_.size(); ++node) {
      int32_t gate = INT32_MIN;
      for (size_t edge = first_[node]; edge < first_[node + 1]; ++edge) gate = std::max(gate, finish_[edges_[edge]]);
      finish_[node] = node == start_ ? gate : Finish(tasks[node], std::max(today, gate), today);
    }
  }

  int32_t Finish(const Task& task, int32_t begin, int32_t today) const {
    if (task.progress == Progress::kDecided) return INT32_MIN;
    int32_t accepted = begin;
    if (task.progress == Progress::kOpen) accepted = begin + task.preparation;
    if (task.progress == Progress::kPreparing) accepted = std::max(begin, days_.Before(task.day) + task.preparation);
    if (task.progress == Progress::kRunning) accepted = std::max(today, days_.Before(task.day));
    if (task.calendar_units == 0 || task.limit == 0) return accepted + task.outside + task.limit;
    return days_.Before(days_.Day(accepted + task.outside) + task.limit);
  }

  int64_t Backward(const Task* tasks, int32_t target) {
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

  int64_t Dates(const Task& task, size_t node) const {
    const bool open = latest_[node] != INT32_MAX;
    if (finish_[node] == INT32_MIN) return int64_t{Slot::kNever} + (node == start_ ? Slot::kNever : task.day);
    const int32_t latest = open ? days_.Day(latest_[node]) : Slot::kNever;
    return int64_t{latest} + days_.Day(finish_[node]) + (open ? latest_[node] - finish_[node] : 0);
  }

  const Portfolio& portfolio_;
  const WorkdayIndex& days_;
  const std::span<const CaseGraph::Node> nodes_;
  const size_t start_;
  std::vector<size_t> first_, edges_;
  std::vector<int32_t> finish_, latest_, begin_;
};

double Seconds(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

// One case with items, critical path and explanation.
double SingleMicros(const Portfolio& portfolio) {
  const size_t nodes = portfolio.graph.nodes().size();
  const std::vector<std::string> titles(nodes, "可行性研究报告批复");
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kSingleRepeats; ++i) {
    const size_t one = static_cast<size_t>(i) % portfolio.targets.size();
    const auto schedule = preapproval::MakeSchedule(
        portfolio.graph, std::span(portfolio.tasks).subspan(one * nodes, nodes), portfolio.calendar,
        Date::FromDays(portfolio.today[0]), portfolio.targets[one], titles);
    if (!schedule.ok()) return -1;
  }
  return Seconds(begin) / kSingleRepeats * 1e6;
}

}  // namespace

int RunSchedules(const ScheduleLoad& load) {
  const Portfolio portfolio = Make(load.projects);
  Plain plain(portfolio);
  const auto begin = std::chrono::steady_clock::now();
  const int64_t checksum = load.plain ? plain.Run() : Scheduler(portfolio);
  const double seconds = Seconds(begin);
  fmt::print("{{\"count\": {}, \"seconds\": {}, \"checksum\": {}, \"single_micros\": {}}}\n", load.projects, seconds,
             checksum, SingleMicros(portfolio));
  return 0;
}

}  // namespace yaoshi::bench

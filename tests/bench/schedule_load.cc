#include "tests/bench/schedule_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

#include "services/preapproval/domain/schedule.h"
#include "services/preapproval/testing/reference_catalogue.h"
#include "tests/bench/plain_schedule.h"
#include "tests/bench/thirty_procedures.h"

namespace yaoshi::bench {
namespace {

using preapproval::CaseGraph;
using preapproval::Day;
using preapproval::Progress;
using preapproval::Slot;
using preapproval::Task;

constexpr int kSingleRepeats = 2000;

struct Portfolio {
  CaseGraph graph;
  WorkCalendar calendar;
  std::vector<Task> tasks;     // A row of nodes per case.
  std::vector<int32_t> today;  // One day for all; by itself, so that the plain pass reads what the scheduler reads.
  std::vector<Date> targets;
};

Portfolio Make(int projects) {
  const preapproval::Template subject = ThirtyProcedures();
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

int64_t PlainPass(const Portfolio& portfolio) {
  PlainSchedule plain(portfolio.graph, portfolio.calendar, portfolio.targets[0]);
  const size_t nodes = portfolio.graph.nodes().size();
  const int32_t today = plain.days().Before(portfolio.today[0]);
  int64_t sum = 0;
  for (size_t i = 0; i < portfolio.targets.size(); ++i) {
    sum += plain.Count(&portfolio.tasks[i * nodes], today, plain.days().UpTo(portfolio.targets[i].days()));
  }
  return sum;
}

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
  const auto begin = std::chrono::steady_clock::now();
  const int64_t checksum = load.plain ? PlainPass(portfolio) : Scheduler(portfolio);
  const double seconds = Seconds(begin);
  fmt::print("{{\"count\": {}, \"seconds\": {}, \"checksum\": {}, \"single_micros\": {}}}\n", load.projects, seconds,
             checksum, SingleMicros(portfolio));
  return 0;
}

}  // namespace yaoshi::bench

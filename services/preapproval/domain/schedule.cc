#include "services/preapproval/domain/schedule.h"

#include <fmt/format.h>

#include <algorithm>

#include "absl/container/inlined_vector.h"

namespace yaoshi::preapproval {
namespace {

// While a case is counted, its slots hold numbers of working days instead of days. These are no such numbers:
constexpr int32_t kDone = INT32_MIN + 1;  // Decided already: earlier than everything.
constexpr int32_t kFree = INT32_MAX;      // Nothing asks for it: later than everything.

constexpr uint8_t kPreparationBit = 1;
constexpr uint8_t kOutsideBit = 2;
constexpr uint8_t kLimitBit = 4;

// One case while it is counted.
class Count {
 public:
  Count(const CaseGraph& graph, std::span<const Task> tasks, const WorkdayIndex& days, std::span<Slot> slots)
      : graph_(graph), nodes_(graph.nodes()), tasks_(tasks), days_(days), slots_(slots) {}

  void Forward(int32_t today);
  void Backward(int32_t target);
  // Turns numbers into days. CALENDAR_YEAR_MISSING.
  absl::StatusOr<Outcome> Finish(Date today, Date target);

 private:
  // The number a duration later; a day off becomes the next working day.
  int32_t Add(int32_t number, int32_t count, bool calendar) {
    if (!calendar || count == 0) return number + count;
    if (number < 0 || number >= days_.size()) return number + count;
    const int32_t day = days_.Day(number) + count;
    return day < days_.end_day() ? days_.Before(day) : Missing(true);
  }
  // The number a duration earlier; a day off becomes the working day before.
  int32_t Subtract(int32_t number, int32_t count, bool calendar) {
    if (!calendar || count == 0) return number - count;
    if (number < 0 || number >= days_.size()) return number - count;
    const int32_t day = days_.Day(number) - count;
    return day >= days_.first_day() ? days_.UpTo(day) : Missing(false);
  }
  int32_t NumberOf(int32_t day) {
    if (days_.Covers(day)) return days_.Before(day);
    return Missing(day >= days_.end_day());
  }
  int32_t Missing(bool later) { return later ? days_.size() : -1; }
  // The day of a number, noting when there is none.
  int32_t DayOf(int32_t number) {
    if (number < 0) {
      before_ = true;
      return Slot::kNever;
    }
    if (number >= days_.size()) {
      after_ = true;
      return Slot::kNever;
    }
    return days_.Day(number);
  }

  // When a preparation under way ends. What began before the calendar matters only if it may end after `begin`.
  int32_t Prepared(const Task& task, int32_t begin) {
    const int32_t from = std::max(0, NumberOf(task.day));
    const int32_t ready = Add(from, task.preparation, (task.calendar_units & kPreparationBit) != 0);
    before_ = before_ || (task.day < days_.first_day() && ready > begin);
    return ready;
  }
  // When enough of what a node waits for is decided.
  int32_t Gate(int32_t node) const;
  void Procedure(const Task& task, int32_t begin, Slot& slot);
  void Limit(int32_t node, int32_t by);
  void Settle(int32_t node);
  int32_t LastDecision(Date today) const;

  const CaseGraph& graph_;
  const std::span<const CaseGraph::Node> nodes_;
  const std::span<const Task> tasks_;
  const WorkdayIndex& days_;
  const std::span<Slot> slots_;
  bool before_ = false;  // A date fell out of the calendar at its beginning, or at its end.
  bool after_ = false;
};

int32_t Count::Gate(int32_t node) const {
  const std::span<const int32_t> waits = graph_.Prerequisites(node);
  if (nodes_[node].needed == nodes_[node].count) {
    int32_t last = kDone;
    for (const int32_t before : waits) last = std::max(last, slots_[before].forecast_finish);
    return last;
  }
  absl::InlinedVector<int32_t, 32> finishes;
  for (const int32_t before : waits) finishes.push_back(slots_[before].forecast_finish);
  std::nth_element(finishes.begin(), finishes.begin() + (nodes_[node].needed - 1), finishes.end());
  return finishes[static_cast<size_t>(nodes_[node].needed) - 1];
}

void Count::Procedure(const Task& task, int32_t begin, Slot& slot) {
  switch (task.progress) {
    case Progress::kDecided:
      slot.forecast_finish = kDone;
      return;
    case Progress::kOpen:
      slot.forecast_start = begin;
      slot.forecast_acceptance = Add(begin, task.preparation, (task.calendar_units & kPreparationBit) != 0);
      break;
    case Progress::kPreparing:
      slot.forecast_acceptance = std::max(begin, Prepared(task, begin));
      break;
    case Progress::kSubmitted:
      slot.forecast_acceptance = begin;
      break;
    case Progress::kRunning:
      begin = std::max(begin, NumberOf(task.day));
      break;
  }
  const int32_t runs = task.progress == Progress::kRunning ? begin : slot.forecast_acceptance;
  const int32_t outside = Add(runs, task.outside, (task.calendar_units & kOutsideBit) != 0);
  slot.forecast_finish = Add(outside, task.limit, (task.calendar_units & kLimitBit) != 0);
}

void Count::Forward(int32_t today) {
  for (int32_t node = 0; node < static_cast<int32_t>(nodes_.size()); ++node) {
    Slot& slot = slots_[node];
    slot = {};
    slot.latest_finish = kFree;
    if (nodes_[node].kind != CaseGraph::Kind::kProcedure) {
      slot.forecast_finish = Gate(node);
      continue;
    }
    const Task& task = tasks_[node];
    const bool waits = task.progress < Progress::kRunning;
    Procedure(task, waits ? std::max(today, Gate(node)) : today, slot);
  }
}

// What `node` waits for must be decided by the number `by`; of a choice, what is forecast first.
void Count::Limit(int32_t node, int32_t by) {
  const std::span<const int32_t> waits = graph_.Prerequisites(node);
  if (nodes_[node].needed == nodes_[node].count) {
    for (const int32_t before : waits) slots_[before].latest_finish = std::min(slots_[before].latest_finish, by);
    return;
  }
  absl::InlinedVector<int32_t, 32> first(waits.begin(), waits.end());
  std::stable_sort(first.begin(), first.end(),
                   [&](int32_t a, int32_t b) { return slots_[a].forecast_finish < slots_[b].forecast_finish; });
  first.resize(static_cast<size_t>(nodes_[node].needed));
  for (const int32_t before : first) slots_[before].latest_finish = std::min(slots_[before].latest_finish, by);
}

void Count::Backward(int32_t target) {
  slots_[graph_.start()].latest_finish = target;
  for (int32_t node = graph_.start(); node >= 0; --node) {
    Slot& slot = slots_[node];
    if (slot.latest_finish == kFree) continue;
    if (nodes_[node].kind != CaseGraph::Kind::kProcedure) {
      Limit(node, slot.latest_finish);
      continue;
    }
    const Task& task = tasks_[node];
    if (task.progress >= Progress::kRunning) continue;
    const int32_t outside = Subtract(slot.latest_finish, task.limit, (task.calendar_units & kLimitBit) != 0);
    slot.latest_acceptance = Subtract(outside, task.outside, (task.calendar_units & kOutsideBit) != 0);
    slot.latest_start =
        Subtract(slot.latest_acceptance, task.preparation, (task.calendar_units & kPreparationBit) != 0);
    Limit(node, task.progress == Progress::kOpen ? slot.latest_start : slot.latest_acceptance);
  }
}

void Count::Settle(int32_t node) {
  Slot& slot = slots_[node];
  const bool procedure = nodes_[node].kind == CaseGraph::Kind::kProcedure;
  if (slot.forecast_finish == kDone) {
    slot = {};
    if (procedure) slot.forecast_finish = tasks_[node].day;
    return;
  }
  if (slot.latest_finish != kFree) slot.float_days = slot.latest_finish - slot.forecast_finish;
  slot.latest_finish = slot.latest_finish == kFree ? Slot::kNever : DayOf(slot.latest_finish);
  slot.forecast_finish = DayOf(slot.forecast_finish);
  if (!procedure) return;
  if (slot.latest_acceptance != Slot::kNever) slot.latest_acceptance = DayOf(slot.latest_acceptance);
  if (slot.latest_start != Slot::kNever) slot.latest_start = DayOf(slot.latest_start);
  if (slot.forecast_acceptance != Slot::kNever) slot.forecast_acceptance = DayOf(slot.forecast_acceptance);
  if (slot.forecast_start != Slot::kNever) slot.forecast_start = DayOf(slot.forecast_start);
  if (tasks_[node].progress == Progress::kPreparing) slot.forecast_start = tasks_[node].day;
}

// The day on which the last that leads to the start was decided; today when there is nothing.
int32_t Count::LastDecision(Date today) const {
  int32_t last = Slot::kNever;
  for (size_t node = 0; node < nodes_.size(); ++node) {
    if (nodes_[node].kind != CaseGraph::Kind::kProcedure || !nodes_[node].leads_to_start) continue;
    if (tasks_[node].progress == Progress::kDecided) last = std::max(last, tasks_[node].day);
  }
  return last == Slot::kNever ? today.days() : last;
}

absl::StatusOr<Outcome> Count::Finish(Date today, Date target) {
  const Slot start = slots_[graph_.start()];
  for (int32_t node = 0; node < static_cast<int32_t>(nodes_.size()); ++node) Settle(node);
  if (before_) return CalendarYearMissing(Date::FromDays(days_.first_day() - 1).year());
  if (after_) return CalendarYearMissing(Date::FromDays(days_.end_day()).year());
  Outcome outcome;
  if (start.forecast_finish != kDone) {
    outcome.forecast_start = slots_[graph_.start()].forecast_finish;
    outcome.feasible = start.forecast_finish <= start.latest_finish;
    outcome.shortfall_days = outcome.feasible ? 0 : start.forecast_finish - start.latest_finish;
    return outcome;
  }
  outcome.forecast_start = LastDecision(today);
  outcome.feasible = outcome.forecast_start <= target.days();
  if (!outcome.feasible) {
    outcome.shortfall_days = std::max(1, NumberOf(outcome.forecast_start) - days_.UpTo(target.days()));
  }
  return outcome;
}

uint8_t Bit(const std::optional<Days>& days, uint8_t bit) {
  return days.has_value() && days->unit == DayUnit::kCalendarDays ? bit : uint8_t{0};
}

}  // namespace

Task Task::Of(const std::optional<Days>& preparation, const std::optional<Days>& outside,
              const std::optional<Days>& limit) {
  const auto count = [](const std::optional<Days>& days) { return static_cast<uint16_t>(days ? days->count : 0); };
  Task task;
  task.preparation = count(preparation);
  task.outside = count(outside);
  task.limit = count(limit);
  task.calendar_units =
      static_cast<uint8_t>(Bit(preparation, kPreparationBit) | Bit(outside, kOutsideBit) | Bit(limit, kLimitBit));
  return task;
}

absl::StatusOr<Outcome> CountSchedule(const CaseGraph& graph, std::span<const Task> tasks, const WorkCalendar& calendar,
                                      Date today, Date target, std::span<Slot> slots) {
  const WorkdayIndex* days = calendar.IndexOf(target);
  if (days == nullptr) return CalendarYearMissing(target.year());
  if (!days->Covers(today.days())) {
    // The first missing year between the two: today's own, or the one where the target's adjoining years end.
    return calendar.WorkingDaysBetween(today, target).status();
  }
  Count count(graph, tasks, *days, slots);
  count.Forward(days->Before(today.days()));
  count.Backward(days->UpTo(target.days()));
  return count.Finish(today, target);
}

}  // namespace yaoshi::preapproval

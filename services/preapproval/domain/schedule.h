// Schedules of a case: back from the start date (倒排) and forward from today (reference §2.5).
//
// A procedure takes its preparation, then the days outside its clock, then its limit; each in its own unit. It begins
// when what it waits for is decided, on the same day: the clock runs from the next. Things are decided on working days:
// forward a day off becomes the next working day, backward the one before. So the two passes fit exactly: a forecast is
// never later than the latest date if and only if the start is in time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/calendar/work_calendar.h"
#include "services/preapproval/domain/graph.h"
#include "services/preapproval/domain/types.h"

namespace yaoshi::preapproval {

// How far a procedure is, as far as its schedule asks.
enum class Progress : uint8_t {
  kOpen,       // Nothing of it has begun.
  kPreparing,  // Since `day`.
  kSubmitted,  // Waits to be accepted.
  kRunning,    // Accepted; goes on at `day` at the earliest, and `outside` and `limit` are what is left.
  kDecided,    // On `day`.
};

// One procedure in time. Packed: a million cases have thirty million.
struct Task {
  int32_t day = 0;  // Date::days() of what Progress says.
  uint16_t preparation = 0;
  uint16_t outside = 0;
  uint16_t limit = 0;
  Progress progress = Progress::kOpen;
  uint8_t calendar_units = 0;  // Bits 0, 1, 2: preparation, outside, limit are in calendar days.

  // No days, which is at once, when a part is unset.
  static Task Of(const std::optional<Days>& preparation, const std::optional<Days>& outside,
                 const std::optional<Days>& limit);
};

// The dates of one node, as Date::days(); kNever where there is none.
struct Slot {
  static constexpr int32_t kNever = INT32_MIN;
  int32_t latest_start = kNever;
  int32_t latest_acceptance = kNever;
  int32_t latest_finish = kNever;  // Of what is not decided and leads to the start.
  int32_t forecast_start = kNever;
  int32_t forecast_acceptance = kNever;
  int32_t forecast_finish = kNever;
  int32_t float_days = 0;
};

// The start of one case.
struct Outcome {
  int32_t forecast_start = 0;  // Date::days().
  int32_t shortfall_days = 0;  // Working days; 0 when feasible.
  bool feasible = false;
};

// Counts one case without allocating. `tasks` and `slots` have a place per node of the graph; places of groups and of
// the start are not read as tasks. CALENDAR_YEAR_MISSING when a date falls out of the calendar.
absl::StatusOr<Outcome> CountSchedule(const CaseGraph& graph, std::span<const Task> tasks, const WorkCalendar& calendar,
                                      Date today, Date target, std::span<Slot> slots);

// One procedure of a schedule as people read it.
struct ScheduleItem {
  std::string code;
  std::optional<Date> latest_start_on;
  std::optional<Date> latest_acceptance_on;
  std::optional<Date> latest_finish_on;
  std::optional<Date> forecast_start_on;
  std::optional<Date> forecast_acceptance_on;
  std::optional<Date> forecast_finish_on;
  int float_days = 0;
  bool critical = false;
  std::vector<std::string> prerequisites;
  friend bool operator==(const ScheduleItem&, const ScheduleItem&) = default;
};

struct Schedule {
  Date target_start_on;
  Date counted_on;
  Date forecast_start_on;
  bool feasible = false;
  int shortfall_days = 0;
  std::string explanation;
  std::vector<ScheduleItem> items;         // In the template's order.
  std::vector<std::string> critical_path;  // In order of time.
  friend bool operator==(const Schedule&, const Schedule&) = default;
};

// The whole schedule. `titles` has the Chinese title of every node that is a procedure, by node.
absl::StatusOr<Schedule> MakeSchedule(const CaseGraph& graph, std::span<const Task> tasks, const WorkCalendar& calendar,
                                      Date today, Date target, std::span<const std::string> titles);

}  // namespace yaoshi::preapproval

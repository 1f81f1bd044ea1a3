// Baselines: what was planned on a day, held against what is planned and done now.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/calendar/work_calendar.h"
#include "services/preapproval/domain/copies.h"
#include "services/preapproval/domain/schedule.h"
#include "services/preapproval/domain/types.h"

namespace yaoshi::preapproval {

// A person sets the start, the needs or the template of a case anew: one more baseline.
void SetBaseline(Case& subject);

// Facts of the project came: one more baseline when the start that the case counts from is planned anew, also of a case
// that is closed, so that it comes back with the plan of that time. Other facts make none: what a case needs is decided
// by people (ReassessCase).
void FollowPlannedStart(const CopiedProject& project, Case& subject);

// Why the registry's facts made a baseline, as a page says it.
std::string WhyOf(const Replan& replan);

// What became of a procedure's need since, in the numbers of the proto.
enum class BaselineNeed : uint8_t { kUnspecified = 0, kKept = 1, kDroppedSince = 2, kAddedSince = 3 };

struct BaselineItem {
  std::string code;
  BaselineNeed need = BaselineNeed::kUnspecified;
  std::optional<Date> latest_start_on, latest_acceptance_on, latest_finish_on;  // As planned then.
  std::optional<Date> current_latest_finish_on;                                 // As planned now.
  std::optional<Date> current_finish_on;                                        // Decided, or forecast now.
  int behind_working_days = 0;  // Of current_finish_on behind latest_finish_on; 0 when one is missing.
  friend bool operator==(const BaselineItem&, const BaselineItem&) = default;
};

// The procedures of `then` in its order, then what only `now` has. Without `now` nothing is compared.
std::vector<BaselineItem> CompareBaseline(const Schedule& then, const Schedule* now, const WorkCalendar& calendar);

}  // namespace yaoshi::preapproval

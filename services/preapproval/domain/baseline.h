// Baselines: what was planned on a day, held against what is planned and done now.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/calendar/work_calendar.h"
#include "services/preapproval/domain/schedule.h"

namespace yaoshi::preapproval {

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

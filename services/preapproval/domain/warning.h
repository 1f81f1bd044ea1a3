// Early warning (预警): what is said of a procedure before and when it is late. Each warning is about one date, and is
// said once for it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/calendar/work_calendar.h"
#include "services/preapproval/domain/clock.h"
#include "services/preapproval/domain/schedule.h"
#include "services/preapproval/domain/types.h"

namespace yaoshi::preapproval {

// The numbers are those of the proto.
enum class WarningKind : uint8_t {
  kUnspecified = 0,
  kDueSoon = 1,
  kOverdue = 2,
  kLegallyOverdue = 3,
  kExpiresSoon = 4,
  kStartAtRisk = 5,
  kObligationOverdue = 6,
};
std::string_view WarningKindName(WarningKind kind);

// How long before a date is warned of.
struct WarningRule {
  int due_working_days = 3;
  int expiry_calendar_days = 30;
};

struct Warning {
  WarningKind kind = WarningKind::kUnspecified;
  Uuid project;
  std::string code;  // "" of the case as a whole.
  std::string department;
  std::string region;
  Date due_on;  // The date that passed or will pass.
  Date warned_on;
  int obligation = 0;  // Of kObligationOverdue: which.
  std::string explanation;
  friend bool operator==(const Warning&, const Warning&) = default;
};

// One procedure as far as warnings ask.
struct WatchedProcedure {
  Uuid project;
  std::string code;
  std::string title;
  std::string department;
  std::string region;
  ProcedureState state = ProcedureState::kNotStarted;
  std::optional<ClockFacts> clock;  // Of one that runs or stands.
  std::optional<Date> valid_until;  // Of an approval.
  std::span<const Obligation> obligations;
};

// All that is to be said of a procedure on a day. A clock that stands is not warned of. CALENDAR_YEAR_MISSING.
absl::StatusOr<std::vector<Warning>> WarningsOf(const WatchedProcedure& watched, const ProcedureType& type,
                                                const WarningRule& rule, const WorkCalendar& calendar, Date today);

// That a case will not start in time; nullopt when it will. `department` and `region` are those of the project.
std::optional<Warning> StartWarning(const Uuid& project, const std::string& region, const Schedule& schedule);

}  // namespace yaoshi::preapproval

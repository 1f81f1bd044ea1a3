#include "services/preapproval/domain/warning.h"

#include <fmt/format.h>

#include "common/status/status.h"
#include "services/preapproval/domain/procedure.h"

namespace yaoshi::preapproval {
namespace {

class Watch {
 public:
  Watch(const WatchedProcedure& watched, const WorkCalendar& calendar, Date today)
      : watched_(watched), calendar_(calendar), today_(today) {}

  void Say(WarningKind kind, Date due, std::string explanation, int obligation = 0) {
    warnings_.push_back({.kind = kind,
                         .project = watched_.project,
                         .code = watched_.code,
                         .department = watched_.department,
                         .region = watched_.region,
                         .due_on = due,
                         .warned_on = today_,
                         .obligation = obligation,
                         .explanation = std::move(explanation)});
  }

  absl::Status Limits(const ClockFacts& facts, const Terms& terms, const WarningRule& rule) {
    ASSIGN_OR_RETURN(const std::optional<Date> due, DueOn(facts, terms, calendar_));
    if (!due) return absl::OkStatus();
    ASSIGN_OR_RETURN(const int left, calendar_.WorkingDaysBetween(today_, *due));
    const std::string date = due->ToString();
    if (today_ > *due) {
      Say(WarningKind::kOverdue, *due, fmt::format("{}应于{}前办结，已超过时限。", watched_.title, date));
      return LegalLimit(facts, terms);
    }
    if (left > rule.due_working_days) return absl::OkStatus();
    Say(WarningKind::kDueSoon, *due, fmt::format("{}须于{}前办结，还有{}个工作日。", watched_.title, date, left));
    return absl::OkStatus();
  }

  void Validity(Date until, const WarningRule& rule) {
    if (until < today_ || until.days() - today_.days() > rule.expiry_calendar_days) return;
    Say(WarningKind::kExpiresSoon, until,
        fmt::format("{}批复有效期至{}，请及时办理延续或开工。", watched_.title, until.ToString()));
  }

  void Obligations() {
    for (const Obligation& obligation : watched_.obligations) {
      if (obligation.fulfilled_on || obligation.due_on >= today_) continue;
      Say(WarningKind::kObligationOverdue, obligation.due_on,
          fmt::format("{}容缺受理的{}应于{}前补齐，尚未补齐。", watched_.title, obligation.document,
                      obligation.due_on.ToString()),
          obligation.id);
    }
  }

  std::vector<Warning> Take() { return std::move(warnings_); }

 private:
  // The promised limit has passed: has the legal one?
  absl::Status LegalLimit(const ClockFacts& facts, Terms terms) {
    terms.promised_limit.reset();
    ASSIGN_OR_RETURN(const std::optional<Date> due, DueOn(facts, terms, calendar_));
    if (!due || today_ <= *due) return absl::OkStatus();
    Say(WarningKind::kLegallyOverdue, *due,
        fmt::format("{}法定时限已于{}届满，仍未办结。", watched_.title, due->ToString()));
    return absl::OkStatus();
  }

  const WatchedProcedure& watched_;
  const WorkCalendar& calendar_;
  const Date today_;
  std::vector<Warning> warnings_;
};

}  // namespace

std::string_view WarningKindName(WarningKind kind) {
  switch (kind) {
    case WarningKind::kDueSoon:
      return "DUE_SOON";
    case WarningKind::kOverdue:
      return "OVERDUE";
    case WarningKind::kLegallyOverdue:
      return "LEGALLY_OVERDUE";
    case WarningKind::kExpiresSoon:
      return "EXPIRES_SOON";
    case WarningKind::kStartAtRisk:
      return "START_AT_RISK";
    case WarningKind::kObligationOverdue:
      return "OBLIGATION_OVERDUE";
    case WarningKind::kUnspecified:
      break;
  }
  return "KIND_UNSPECIFIED";
}

absl::StatusOr<std::vector<Warning>> WarningsOf(const WatchedProcedure& watched, const ProcedureType& type,
                                                const WarningRule& rule, const WorkCalendar& calendar, Date today) {
  Watch watch(watched, calendar, today);
  if (IsRunning(watched.state) && watched.clock) {
    RETURN_IF_ERROR(watch.Limits(*watched.clock, TermsOn(type, watched.clock->accepted_on), rule));
  }
  if (watched.state == ProcedureState::kApproved && watched.valid_until) watch.Validity(*watched.valid_until, rule);
  watch.Obligations();
  return watch.Take();
}

std::optional<Warning> StartWarning(const Uuid& project, const std::string& region, const Schedule& schedule) {
  if (schedule.feasible) return std::nullopt;
  Warning warning;
  warning.kind = WarningKind::kStartAtRisk;
  warning.project = project;
  warning.region = region;
  warning.due_on = schedule.target_start_on;
  warning.warned_on = schedule.counted_on;
  warning.explanation = schedule.explanation;
  return warning;
}

}  // namespace yaoshi::preapproval

// What would be if (推演): start dates moved, procedures added, limits changed; each case counted in both worlds, what
// is and what would be. Nothing is written here.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "services/preapproval/domain/case_plan.h"

namespace yaoshi::preapproval {

struct ScenarioChange {
  std::optional<Uuid> project = {};  // Whose case; nullopt: every case.
  std::optional<Date> target = {};
  int shift_working_days = 0;
  std::string added = {};                 // Code that becomes required; "": none.
  std::string limit_code = {};            // "": every code.
  std::optional<int> limit_percent = {};  // Of what is not accepted yet, rounded up to whole days.
};

// The date n working days from a start date: no day of any schedule moves by another number. CALENDAR_YEAR_MISSING.
absl::StatusOr<Date> ShiftStart(Date start, int working_days, const WorkCalendar& calendar);

// What a case comes to in one world.
struct CaseOutcome : Outcome {
  int32_t float_days = 0;                 // Working days between forecast and start; 0 also when all is decided.
  std::optional<Date> latest_acceptance;  // The first one of what is not accepted yet.
};

// One case in both worlds.
struct CaseComparison {
  Uuid project;
  uint32_t version = 0;                             // Of the case, when it was counted.
  std::optional<Date> started_on;                   // Of a project that has started; then nothing is counted.
  std::optional<Date> target_before, target_after;  // The dates counted back from.
  std::optional<CaseOutcome> before, after;         // nullopt when it cannot be counted.
  std::vector<std::string> added;                   // Codes that are newly required.

  // Whether making the scenario true changes the case: what cannot be counted in it stays as it is.
  bool ChangesCase() const { return after && (target_before != target_after || !added.empty()); }
  bool Differs() const;
  // When the project starts: on its start date, or on its forecast when that is later.
  std::optional<Date> StartBefore() const;
  std::optional<Date> StartAfter() const;
};

class Scenario {
 public:
  explicit Scenario(std::vector<ScenarioChange> changes) : changes_(std::move(changes)) {}

  // Codes that the scenario newly requires of a case with these needs.
  std::vector<std::string> AddedTo(const Uuid& project, const std::vector<Applicability>& needs) const;
  // The date that it counts back from in the scenario. START_DATE_MISSING; CALENDAR_YEAR_MISSING.
  absl::StatusOr<Date> TargetOf(const CaseBook& book, const CaseRow& subject) const;
  // The plan in the scenario, with the errors of PlanOf of the case itself.
  absl::StatusOr<CasePlan> PlanOf(const CaseBook& book, const CaseRow& subject, Date today);
  CaseComparison Compare(const CaseBook& book, const CaseRow& subject, Date today);

 private:
  // The graph of a profile with codes added, made once.
  struct Variant {
    std::shared_ptr<const Profile> profile;  // Keeps the key's pointer alive.
    std::shared_ptr<const CaseGraph> graph;
  };
  std::shared_ptr<const CaseGraph> GraphOf(const CaseBook& book, const CaseRow& subject,
                                           const std::vector<std::string>& added);

  std::vector<ScenarioChange> changes_;
  absl::flat_hash_map<std::pair<const Profile*, std::string>, Variant> graphs_;
};

// The same needs with codes required.
void Require(std::vector<Applicability>& needs, const std::vector<std::string>& codes, const std::string& reason);

// The sums of many comparisons.
struct ScenarioTally {
  struct Starts {
    Date on;
    int64_t before = 0, after = 0;
  };
  std::vector<Starts> starts;
  int64_t cases = 0, differing = 0, skipped = 0;
  int64_t infeasible_before = 0, infeasible_after = 0;

  explicit ScenarioTally(const std::vector<Date>& dates);
  void Add(const CaseComparison& one);
};

}  // namespace yaoshi::preapproval

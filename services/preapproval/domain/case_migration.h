// What moving a case from one template to another means for each of its procedures. What has begun is never lost: it
// goes on under its code or another one, or stays in the case, not required, with its history.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/status/status.h"
#include "services/preapproval/domain/template.h"
#include "services/preapproval/domain/types.h"

namespace yaoshi::preapproval {

// What becomes of a code of the old template that the new one lacks.
struct MigrationRule {
  std::string from;
  std::string to;  // "": dropped.
  std::string reason;
};

// All that is wrong with rules between two templates, with paths of CreateCaseMigrationRequest.
std::vector<FieldViolation> CheckMigrationRules(const Template& from, const Template& to,
                                                const std::vector<MigrationRule>& rules);

// In the numbers of the proto.
enum class MigrationEffect : uint8_t {
  kUnspecified = 0,
  kKept = 1,
  kMapped = 2,
  kNewlyRequired = 3,
  kNoLongerRequired = 4,
  kRetained = 5,
  kRefused = 6,
};

struct MigrationChange {
  MigrationEffect effect = MigrationEffect::kUnspecified;
  std::string from, to;  // "": the template has none.
  ProcedureState state = ProcedureState::kNotStarted;
  std::string reason;
  friend bool operator==(const MigrationChange&, const MigrationChange&) = default;
};

// Where a procedure of the case stands; one without is not begun.
struct MigrationStanding {
  ProcedureState state = ProcedureState::kNotStarted;
  bool owes = false;  // A document of a tolerant acceptance.
};

struct MigrationPlan {
  std::vector<MigrationChange> changes;       // In the new template's order; what it lacks comes last.
  std::vector<std::string> refusals;          // In Chinese; none: the case can be migrated.
  std::vector<Applicability> procedures;      // Of the case afterwards.
  std::map<std::string, std::string> copies;  // What has begun and goes on under another code: new code → old code.

  // All that the plan says beside where procedures stand, as text: two plans with the same do the same to the case.
  std::string Essence() const;
};

// Those of the procedures of a case that have moved, by code.
using MigrationStandings = std::map<std::string, MigrationStanding, std::less<>>;

// `before` is what the procedures mean to the project so far, `fresh` what the new template asks of it, in its order;
// the rules were checked.
MigrationPlan PlanMigration(const std::vector<Applicability>& before, const std::vector<Applicability>& fresh,
                            const std::vector<MigrationRule>& rules, const MigrationStandings& standings);

// One migration, to be asked about many cases. Immutable.
class Migrator {
 public:
  // The rules were checked. INVALID_FILTER when a condition of `to` cannot be read.
  static absl::StatusOr<Migrator> Create(const Template& from, const Template& to, std::vector<MigrationRule> rules);

  // `attributes` are null while the project's facts are not here: then the case is refused. So is one that the old
  // template is for and the new one is not.
  MigrationPlan Plan(const std::vector<Applicability>& before, const ProjectAttributes* attributes,
                     const MigrationStandings& standings) const;

 private:
  Migrator(Selector from, Selector to, Assessor assessor, std::vector<MigrationRule> rules)
      : from_(std::move(from)), to_(std::move(to)), assessor_(std::move(assessor)), rules_(std::move(rules)) {}
  Selector from_, to_;
  Assessor assessor_;
  std::vector<MigrationRule> rules_;
};

}  // namespace yaoshi::preapproval

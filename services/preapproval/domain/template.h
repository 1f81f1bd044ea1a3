// Templates: what is wrong with one, which one a project gets, and what it asks of the project (reference §2.1, §2.4).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/calendar/date.h"
#include "common/filter/bound.h"
#include "common/status/status.h"
#include "services/preapproval/domain/types.h"

namespace yaoshi::preapproval {

// What decides about procedures: the attributes of a project that conditions and selectors ask for. Enums carry the
// numbers of registry's proto.
struct ProjectAttributes {
  int regime = 0;
  int field = 0;
  int nature = 0;
  std::string industry;
  int64_t total_investment_fen = 0;
  bool uses_new_land = false;
  bool uses_cultivated_land = false;
  bool uses_forest_or_grass = false;
  bool near_river = false;
  int64_t site_hectares_e2 = 0;
  int64_t earthwork_m3 = 0;
  int64_t energy_tce = 0;
  int64_t electricity_kwh = 0;
  bool building_or_municipal = false;
  bool epc = false;
  friend bool operator==(const ProjectAttributes&, const ProjectAttributes&) = default;
};

// The fields that a rule's condition may name: those of ProjectAttributes.
const filter::FieldTable& AttributeFields();
// The value of a field of that table; its views live as long as `attributes`.
filter::FieldValue AttributeValue(const ProjectAttributes& attributes, size_t field);

// All that is wrong with a draft by itself, with paths relative to the template ("nodes[2].rules[0].condition"): codes
// given twice, conditions that are no filter, a requirement without a value, merged_into without MERGED or the other
// way round, groups without codes, an empty range of investments. What only a published template must be is not asked.
std::vector<FieldViolation> CheckDraft(const Template& subject);

// All that keeps a template from being published, paths as above: those of CheckDraft; codes that `catalogue` or the
// template does not have; cycles, each named once with its codes in order; procedures that lead to no start, or that
// wait for what comes after it; groups that cannot be met; merges in a circle or into themselves; no gate at all.
std::vector<FieldViolation> CheckPublishable(const Template& subject, std::span<const ProcedureType> catalogue);

// Whether the template is for such a project.
bool Selects(const Selector& selector, const ProjectAttributes& project);

// The template for a project whose case is opened on `on`, or null: of those published, in force and not superseded by
// one in force that also selects it, the one with the largest priority, then the latest date, then the first name.
const Template* SelectTemplate(std::span<const Template> templates, const ProjectAttributes& project, Date on);

// A template with its conditions read, to be asked about many projects. Immutable.
class Assessor {
 public:
  // INVALID_FILTER when a condition cannot be read, which CheckDraft would have said.
  static absl::StatusOr<Assessor> Create(const Template& subject);

  // What each procedure means to the project, in the template's order. A procedure that would be merged into one that
  // is not required is required itself, and the reason says so.
  std::vector<Applicability> Assess(const ProjectAttributes& project) const;

 private:
  struct Row {
    filter::BoundExpr condition;
    Requirement requirement = Requirement::kUnspecified;
    std::string merged_into;
    std::string reason;
  };
  struct Table {
    std::string code;
    std::vector<Row> rows;
  };
  std::vector<Table> tables_;
};

}  // namespace yaoshi::preapproval

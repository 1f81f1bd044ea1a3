#include "services/preapproval/domain/template.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace yaoshi::preapproval {
namespace {

using filter::FieldType;
using filter::FieldValue;

filter::FieldSpec Number(std::string_view name, FieldType type = FieldType::kInteger) {
  return {.name = std::string(name), .type = type, .column = std::string(name)};
}

filter::FieldSpec Enum(std::string_view name, const std::vector<std::string_view>& values) {
  filter::FieldSpec spec = Number(name, FieldType::kEnum);
  for (const std::string_view value : values) {
    spec.enum_values.push_back({std::string(value), static_cast<int64_t>(spec.enum_values.size()) + 1});
  }
  return spec;
}

// In the order of AttributeValue.
std::vector<filter::FieldSpec> AttributeSpecs() {
  return {Enum("regime", {"APPROVAL", "VERIFICATION", "FILING"}),
          Enum("field", {"AGRICULTURE_WATER", "ECOLOGY", "TRANSPORT_LOGISTICS", "ENERGY", "INDUSTRY_INNOVATION",
                         "SOCIAL", "CULTURE_TOURISM", "URBAN_INFRASTRUCTURE"}),
          Enum("nature", {"NEW_CONSTRUCTION", "EXTENSION", "RECONSTRUCTION", "RELOCATION", "RESTORATION", "PURCHASE"}),
          {.name = "industry", .column = "industry"},
          Number("total_investment_fen"),
          Number("uses_new_land", FieldType::kBoolean),
          Number("uses_cultivated_land", FieldType::kBoolean),
          Number("uses_forest_or_grass", FieldType::kBoolean),
          Number("near_river", FieldType::kBoolean),
          Number("site_hectares_e2"),
          Number("earthwork_m3"),
          Number("energy_tce"),
          Number("electricity_kwh"),
          Number("building_or_municipal", FieldType::kBoolean),
          Number("epc", FieldType::kBoolean)};
}

// Unset when 0, as protos have it.
FieldValue EnumValue(int number) {
  return number == 0 ? FieldValue() : FieldValue(int64_t{number});
}

bool Contains(const std::vector<int>& values, int value) {
  return values.empty() || std::find(values.begin(), values.end(), value) != values.end();
}

bool InForce(const Template& subject, Date on) {
  return subject.state == TemplateState::kPublished && subject.effective_on <= on;
}

const Applicability* FindCode(const std::vector<Applicability>& all, std::string_view code) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Applicability& one) { return one.code == code; });
  return found == all.end() ? nullptr : &*found;
}

// Whether following the merges from `one` ends at a procedure that is required.
bool EndsRequired(const std::vector<Applicability>& all, const Applicability& one) {
  const Applicability* at = &one;
  for (size_t steps = 0; at != nullptr && steps <= all.size(); ++steps) {
    if (at->requirement == Requirement::kRequired) return true;
    if (at->requirement == Requirement::kNotRequired) return false;
    at = FindCode(all, at->merged_into);
  }
  return false;
}

}  // namespace

const filter::FieldTable& AttributeFields() {
  static const filter::FieldTable& table = *new filter::FieldTable(AttributeSpecs());
  return table;
}

FieldValue AttributeValue(const ProjectAttributes& attributes, size_t field) {
  switch (field) {
    case 0:
      return EnumValue(attributes.regime);
    case 1:
      return EnumValue(attributes.field);
    case 2:
      return EnumValue(attributes.nature);
    case 3:
      return std::string_view(attributes.industry);
    case 4:
      return attributes.total_investment_fen;
    case 5:
      return int64_t{attributes.uses_new_land};
    case 6:
      return int64_t{attributes.uses_cultivated_land};
    case 7:
      return int64_t{attributes.uses_forest_or_grass};
    case 8:
      return int64_t{attributes.near_river};
    case 9:
      return attributes.site_hectares_e2;
    case 10:
      return attributes.earthwork_m3;
    case 11:
      return attributes.energy_tce;
    case 12:
      return attributes.electricity_kwh;
    case 13:
      return int64_t{attributes.building_or_municipal};
    default:
      return int64_t{attributes.epc};
  }
}

bool Selects(const Selector& selector, const ProjectAttributes& project) {
  return Contains(selector.regimes, project.regime) && Contains(selector.fields, project.field) &&
         project.total_investment_fen >= selector.min_total_investment_fen &&
         (selector.below_total_investment_fen == 0 ||
          project.total_investment_fen < selector.below_total_investment_fen);
}

const Template* SelectTemplate(std::span<const Template> templates, const ProjectAttributes& project, Date on) {
  const auto candidate = [&](const Template& one) { return InForce(one, on) && Selects(one.selector, project); };
  const auto superseded = [&](const Template& old) {
    return std::any_of(templates.begin(), templates.end(), [&](const Template& one) {
      return one.supersedes == old.name && &one != &old && candidate(one);
    });
  };
  const Template* best = nullptr;
  for (const Template& one : templates) {
    if (!candidate(one) || superseded(one)) continue;
    if (best == nullptr || std::tuple(-one.selector.priority, -one.effective_on.days(), one.name) <
                               std::tuple(-best->selector.priority, -best->effective_on.days(), best->name)) {
      best = &one;
    }
  }
  return best;
}

absl::StatusOr<Assessor> Assessor::Create(const Template& subject) {
  Assessor assessor;
  for (const Node& node : subject.nodes) {
    Table& table = assessor.tables_.emplace_back();
    table.code = node.code;
    for (const Rule& rule : node.rules) {
      ASSIGN_OR_RETURN(filter::BoundExpr condition, filter::ParseAndBind(rule.condition, AttributeFields()));
      table.rows.push_back({std::move(condition), rule.requirement, rule.merged_into, rule.reason});
    }
  }
  return assessor;
}

std::vector<Applicability> Assessor::Assess(const ProjectAttributes& project) const {
  const auto row = [&](size_t field) { return AttributeValue(project, field); };
  std::vector<Applicability> all;
  for (const Table& table : tables_) {
    Applicability& one = all.emplace_back();
    one.code = table.code;
    one.requirement = Requirement::kRequired;
    const auto decides = std::find_if(table.rows.begin(), table.rows.end(),
                                      [&](const Row& rule) { return filter::Matches(rule.condition, row); });
    if (decides == table.rows.end()) continue;
    one.requirement = decides->requirement;
    one.merged_into = decides->merged_into;
    one.reason = decides->reason;
  }
  const std::vector<Applicability> by_rules = all;
  for (Applicability& one : all) {
    if (one.requirement != Requirement::kMerged || EndsRequired(by_rules, one)) continue;
    one.reason = fmt::format("拟并入的{}无需办理，须单独办理。", one.merged_into);
    one.requirement = Requirement::kRequired;
    one.merged_into.clear();
  }
  return all;
}

}  // namespace yaoshi::preapproval

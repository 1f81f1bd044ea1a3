#include "services/registry/domain/project_fields.h"

#include <string>
#include <vector>

namespace yaoshi::registry {
namespace {

using filter::FieldSpec;
using filter::FieldType;

std::vector<FieldSpec> ProjectSpecs() {
  const std::vector<filter::EnumValue> fields = {
      {"AGRICULTURE_WATER", 1},   {"ECOLOGY", 2}, {"TRANSPORT_LOGISTICS", 3}, {"ENERGY", 4},
      {"INDUSTRY_INNOVATION", 5}, {"SOCIAL", 6},  {"CULTURE_TOURISM", 7},     {"URBAN_INFRASTRUCTURE", 8}};
  const std::vector<filter::EnumValue> natures = {{"NEW_CONSTRUCTION", 1}, {"EXTENSION", 2},   {"RECONSTRUCTION", 3},
                                                  {"RELOCATION", 4},       {"RESTORATION", 5}, {"PURCHASE", 6}};
  const std::vector<filter::EnumValue> regimes = {{"APPROVAL", 1}, {"VERIFICATION", 2}, {"FILING", 3}};
  const std::vector<filter::EnumValue> stages = {{"PLANNED", 1},   {"RESERVED", 2},           {"PREPARING", 3},
                                                 {"STARTED", 4},   {"UNDER_CONSTRUCTION", 5}, {"SUSPENDED", 6},
                                                 {"COMPLETED", 7}, {"OPERATING", 8},          {"CANCELLED", 9}};
  const auto text = [](std::string name, bool searched = false) {
    return FieldSpec{.name = name, .type = FieldType::kString, .column = "p." + name, .searched = searched};
  };
  const auto code = [](std::string name, bool searched = false) {
    return FieldSpec{
        .name = name, .type = FieldType::kString, .column = "p." + name, .binary = true, .searched = searched};
  };
  const auto date = [](std::string name) {
    return FieldSpec{.name = name, .type = FieldType::kDate, .column = "p." + name, .nullable = true};
  };
  const auto choice = [](std::string name, const std::vector<filter::EnumValue>& values) {
    return FieldSpec{.name = name, .type = FieldType::kEnum, .column = "p." + name, .enum_values = values};
  };
  return {text("title", true),
          code("project_code", true),
          code("region"),
          text("place"),
          code("industry"),
          choice("field", fields),
          choice("nature", natures),
          choice("regime", regimes),
          choice("stage", stages),
          text("owner_title", true),
          code("owner_credit_code"),
          code("competent_department"),
          code("responsible_unit"),
          FieldSpec{.name = "total_investment_fen", .type = FieldType::kInteger, .column = "p.total_investment_fen"},
          date("planned_start_on"),
          date("planned_completion_on"),
          date("started_on"),
          date("completed_on")};
}

std::vector<FieldSpec> EntrySpecs() {
  std::vector<FieldSpec> specs = ProjectSpecs();
  specs.push_back({.name = "entry_kind",
                   .type = FieldType::kEnum,
                   .column = "e.kind",
                   .enum_values = {{"CONTINUING", 1}, {"NEW_START", 2}, {"STANDBY", 3}}});
  specs.push_back({.name = "admitted_on", .type = FieldType::kDate, .column = "e.admitted_on"});
  specs.push_back(
      {.name = "planned_investment_fen", .type = FieldType::kInteger, .column = "p.planned_investment_fen"});
  return specs;
}

}  // namespace

const filter::FieldTable& ProjectFields() {
  static const filter::FieldTable table(ProjectSpecs());
  return table;
}

const filter::FieldTable& EntryFields() {
  static const filter::FieldTable table(EntrySpecs());
  return table;
}

}  // namespace yaoshi::registry

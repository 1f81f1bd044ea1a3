// A field table and rows that the tests of this folder share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/filter/bound.h"
#include "common/filter/field_table.h"

namespace yaoshi::filter {

inline FieldTable ProjectTable() {
  return FieldTable({
      {.name = "title", .column = "title", .searched = true},
      {.name = "project_code", .column = "code", .nullable = true, .searched = true},
      {.name = "region", .column = "region", .binary = true},
      {.name = "total_investment_fen", .type = FieldType::kInteger, .column = "total_fen"},
      {.name = "floor_area", .type = FieldType::kInteger, .column = "floor_area", .nullable = true},
      {.name = "admitted_on", .type = FieldType::kDate, .column = "admitted_on"},
      {.name = "removed_on", .type = FieldType::kDate, .column = "removed_on", .nullable = true},
      {.name = "cross_year", .type = FieldType::kBoolean, .column = "cross_year"},
      {.name = "stage",
       .type = FieldType::kEnum,
       .column = "stage",
       .enum_values = {{"PLANNED", 1}, {"STARTED", 2}, {"DONE", 3}}},
  });
}

struct Project {
  std::string title;
  std::string code;
  std::string region;
  std::int64_t total_fen = 0;
  std::int64_t floor_area = 0;
  Date admitted_on;
  std::optional<Date> removed_on;
  bool cross_year = false;
  std::int64_t stage = 0;
};

// A project as a row of ProjectTable().
struct ProjectRow {
  const Project& project;

  FieldValue operator()(std::size_t field) const {
    switch (field) {
      case 0:
        return std::string_view(project.title);
      case 1:
        return project.code.empty() ? FieldValue() : FieldValue(std::string_view(project.code));
      case 2:
        return std::string_view(project.region);
      case 3:
        return project.total_fen;
      case 4:
        return project.floor_area == 0 ? FieldValue() : FieldValue(project.floor_area);
      case 5:
        return project.admitted_on;
      case 6:
        return project.removed_on.has_value() ? FieldValue(*project.removed_on) : FieldValue();
      case 7:
        return std::int64_t{project.cross_year ? 1 : 0};
      default:
        return project.stage;
    }
  }
};

}  // namespace yaoshi::filter

#include "common/auth/principal.h"

#include <array>
#include <utility>

namespace yaoshi::auth {
namespace {

constexpr std::array<std::pair<Role, std::string_view>, kRoleCount - 1> kNames = {{
    {Role::kCityOffice, "CITY_OFFICE"},
    {Role::kCounty, "COUNTY"},
    {Role::kDepartment, "DEPARTMENT"},
    {Role::kLeader, "LEADER"},
    {Role::kDiscipline, "DISCIPLINE"},
    {Role::kOrganization, "ORGANIZATION"},
    {Role::kCongress, "CONGRESS"},
    {Role::kAuditor, "AUDITOR"},
    {Role::kOperator, "OPERATOR"},
    {Role::kService, "SERVICE"},
}};

}  // namespace

std::string_view RoleName(Role role) {
  for (const auto& [value, name] : kNames) {
    if (value == role) return name;
  }
  return "";
}

std::optional<Role> RoleFromName(std::string_view name) {
  for (const auto& [value, known] : kNames) {
    if (known == name) return value;
  }
  return std::nullopt;
}

}  // namespace yaoshi::auth

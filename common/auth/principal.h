// Who calls: the identity that a verified token states.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yaoshi::auth {

// What a caller is. The rules (rules.h) say what each may do.
enum class Role : uint8_t {
  kNone,          // No role; every permission is denied.
  kCityOffice,    // The city's project office (市重大项目办): keeps the whole portfolio of its city.
  kCounty,        // A county or district: keeps the projects of its own region.
  kDepartment,    // A competent department of the city.
  kLeader,        // A city leader.
  kDiscipline,    // Discipline inspection (纪委监委).
  kOrganization,  // Organization department (组织部).
  kCongress,      // People's congress or CPPCC (人大/政协).
  kAuditor,       // Reads the audit trail.
  kOperator,      // Runs the system: accounts, audit, feed; no business data.
  kService,       // Another service of the suite or the gateway itself.
};
inline constexpr int kRoleCount = 11;

// "CITY_OFFICE", "COUNTY", … as tokens and protos write it; kNone is "".
std::string_view RoleName(Role role);
// The role of a name, or nullopt.
std::optional<Role> RoleFromName(std::string_view name);

struct Principal {
  std::string account;       // Account id, or the service's name for a service. Never empty in a verified token.
  Role role = Role::kNone;   //
  std::string region;        // Region code (GB/T 2260) whose cover is the principal's scope; empty for a service.
  std::string organization;  // Organization id, or empty.
  bool service = false;      // True for a service's own token (role kService).
  std::string session = {};  // Id of the session that the token was given out for, or empty.
  friend bool operator==(const Principal&, const Principal&) = default;
};

}  // namespace yaoshi::auth

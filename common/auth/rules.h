// Who may do what: one table of role × permission (architecture §8). Rights are rules, never rows per project.
#pragma once

#include <span>
#include <string_view>

#include "common/auth/principal.h"

namespace yaoshi::auth {

// How far a role carries a permission.
enum class Reach : uint8_t {
  kNone,             // Denied.
  kOwnOrganization,  // What belongs to the principal's organization.
  kOwnRegion,        // What lies in the cover of the principal's region.
  kAll,              // Everything.
};

// Denied by default: an unknown permission, or a pair that the table does not name, is kNone.
Reach ReachOf(Role role, std::string_view permission);

// All permissions that some role holds.
std::span<const std::string_view> Permissions();

// True when a principal that carries a permission with `reach` may touch what lies in `region` and belongs to
// `organization` (its id, or empty).
bool WithinReach(const Principal& principal, Reach reach, std::string_view region, std::string_view organization);

}  // namespace yaoshi::auth

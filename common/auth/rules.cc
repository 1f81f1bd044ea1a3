#include "common/auth/rules.h"

#include <algorithm>
#include <array>

#include "common/region/region.h"

namespace yaoshi::auth {
namespace {

constexpr Reach kNo = Reach::kNone;
constexpr Reach kOrg = Reach::kOwnOrganization;
constexpr Reach kReg = Reach::kOwnRegion;
constexpr Reach kAny = Reach::kAll;

struct Rule {
  std::string_view permission;
  std::array<Reach, kRoleCount> reach;  // In the order of Role.
};

// A city principal's region is the city's code, so kReg is all of its city; a county's is its own. The directory and
// the regions are the same for all: a county names city departments in its projects. A further city is set up by the
// operator, who gives its office the first account. An entry of feedback belongs to no unit: who does not answer it
// reads its own alone.
constexpr Rule kRules[] = {
    // clang-format off
    //                           none office county dept  leader discip organ congr audit oper  service
    {"accounts.write",          {kNo, kReg,  kNo,  kNo,  kNo,   kNo,   kNo,  kNo,  kNo,  kAny, kNo}},
    {"audit.read",              {kNo, kNo,   kNo,  kNo,  kNo,   kNo,   kNo,  kNo,  kAny, kAny, kNo}},
    {"calendar.read",           {kNo, kAny,  kAny, kAny, kAny,  kAny,  kAny, kAny, kAny, kAny, kAny}},
    {"calendar.write",          {kNo, kReg,  kNo,  kNo,  kNo,   kNo,   kNo,  kNo,  kNo,  kNo,  kNo}},
    {"cases.write",             {kNo, kReg,  kReg, kNo,  kNo,   kNo,   kNo,  kNo,  kNo,  kNo,  kNo}},
    {"catalogue.read",          {kNo, kAny,  kAny, kAny, kAny,  kAny,  kAny, kAny, kAny, kAny, kAny}},
    {"catalogue.write",         {kNo, kReg,  kNo,  kNo,  kNo,   kNo,   kNo,  kNo,  kNo,  kNo,  kNo}},
    {"directory.read",          {kNo, kAny,  kAny, kAny, kAny,  kAny,  kAny, kAny, kAny, kAny, kAny}},
    {"directory.write",         {kNo, kReg,  kNo,  kNo,  kNo,   kNo,   kNo,  kNo,  kNo,  kAny, kNo}},
    {"exports.read",            {kNo, kReg,  kReg, kReg, kReg,  kReg,  kReg, kReg, kReg, kNo,  kAny}},
    {"feed.read",               {kNo, kNo,   kNo,  kNo,  kNo,   kNo,   kNo,  kNo,  kNo,  kAny, kAny}},
    {"feedback.answer",         {kNo, kReg,  kNo,  kNo,  kNo,   kNo,   kNo,  kNo,  kNo,  kAny, kNo}},
    {"feedback.read",           {kNo, kReg,  kOrg, kOrg, kOrg,  kOrg,  kOrg, kOrg, kOrg, kAny, kNo}},
    {"feedback.write",          {kNo, kReg,  kReg, kReg, kReg,  kReg,  kReg, kReg, kReg, kAny, kNo}},
    {"figures.read",            {kNo, kReg,  kReg, kReg, kReg,  kReg,  kReg, kReg, kReg, kNo,  kAny}},
    {"imports.write",           {kNo, kReg,  kReg, kNo,  kNo,   kNo,   kNo,  kNo,  kNo,  kNo,  kNo}},
    {"lists.read",              {kNo, kReg,  kReg, kReg, kReg,  kReg,  kReg, kReg, kReg, kNo,  kAny}},
    {"lists.write",             {kNo, kReg,  kReg, kNo,  kNo,   kNo,   kNo,  kNo,  kNo,  kNo,  kNo}},
    {"operations.read",         {kNo, kReg,  kReg, kReg, kReg,  kReg,  kReg, kReg, kReg, kAny, kAny}},
    {"procedures.read",         {kNo, kReg,  kReg, kReg, kReg,  kReg,  kReg, kReg, kReg, kNo,  kAny}},
    {"procedures.write",        {kNo, kReg,  kReg, kOrg, kNo,   kNo,   kNo,  kNo,  kNo,  kNo,  kNo}},
    {"projects.read",           {kNo, kReg,  kReg, kReg, kReg,  kReg,  kReg, kReg, kReg, kNo,  kAny}},
    {"projects.write",          {kNo, kReg,  kReg, kNo,  kNo,   kNo,   kNo,  kNo,  kNo,  kNo,  kNo}},
    {"regions.read",            {kNo, kAny,  kAny, kAny, kAny,  kAny,  kAny, kAny, kAny, kAny, kAny}},
    {"sessions.authenticate",   {kNo, kNo,   kNo,  kNo,  kNo,   kNo,   kNo,  kNo,  kNo,  kNo,  kAny}},
    // clang-format on
};

constexpr auto kPermissions = [] {
  std::array<std::string_view, std::size(kRules)> names;
  for (size_t i = 0; i < names.size(); ++i) names[i] = kRules[i].permission;
  return names;
}();

static_assert(std::is_sorted(std::begin(kPermissions), std::end(kPermissions)), "ReachOf() searches by halves.");

}  // namespace

Reach ReachOf(Role role, std::string_view permission) {
  const auto* found = std::lower_bound(std::begin(kRules), std::end(kRules), permission,
                                       [](const Rule& rule, std::string_view name) { return rule.permission < name; });
  if (found == std::end(kRules) || found->permission != permission) return Reach::kNone;
  const auto column = static_cast<size_t>(role);
  return column < found->reach.size() ? found->reach[column] : Reach::kNone;
}

std::span<const std::string_view> Permissions() {
  return kPermissions;
}

bool WithinReach(const Principal& principal, Reach reach, std::string_view region, std::string_view organization) {
  switch (reach) {
    case Reach::kAll:
      return true;
    case Reach::kOwnRegion:
      return RegionCovers(principal.region, region);
    case Reach::kOwnOrganization:
      return !principal.organization.empty() && principal.organization == organization;
    case Reach::kNone:
      return false;
  }
  return false;
}

}  // namespace yaoshi::auth

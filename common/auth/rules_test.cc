#include "common/auth/rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace yaoshi::auth {
namespace {

std::vector<Role> AllRoles() {
  std::vector<Role> roles;
  for (int i = 0; i < kRoleCount; ++i) roles.push_back(static_cast<Role>(i));
  return roles;
}

TEST(RulesTest, DeniesWhatTheTableDoesNotName) {
  for (const Role role : AllRoles()) {
    for (const char* permission : {"", "projects", "projects.delete", "zebra.read", "a.read"}) {
      EXPECT_EQ(ReachOf(role, permission), Reach::kNone) << permission;
    }
  }
  for (const std::string_view permission : Permissions()) {
    EXPECT_EQ(ReachOf(Role::kNone, permission), Reach::kNone) << permission;
    EXPECT_EQ(ReachOf(static_cast<Role>(200), permission), Reach::kNone) << permission;
  }
}

TEST(RulesTest, WritersAreNamedOneByOne) {
  struct Case {
    const char* permission;
    std::vector<Role> writers;
  };
  const Case cases[] = {
      {"projects.write", {Role::kCityOffice, Role::kCounty}},
      {"lists.write", {Role::kCityOffice, Role::kCounty}},
      {"imports.write", {Role::kCityOffice, Role::kCounty}},
      {"directory.write", {Role::kCityOffice, Role::kOperator}},
      {"accounts.write", {Role::kCityOffice, Role::kOperator}},
      {"sessions.authenticate", {Role::kService}},
      {"calendar.write", {Role::kCityOffice}},
      {"catalogue.write", {Role::kCityOffice}},
      {"cases.write", {Role::kCityOffice, Role::kCounty}},
      {"procedures.write", {Role::kCityOffice, Role::kCounty, Role::kDepartment}},
      {"feed.read", {Role::kOperator, Role::kService}},
      {"audit.read", {Role::kAuditor, Role::kOperator}},
      {"feedback.answer", {Role::kCityOffice, Role::kOperator}},
  };
  for (const Case& c : cases) {
    for (const Role role : AllRoles()) {
      const bool holds = std::find(c.writers.begin(), c.writers.end(), role) != c.writers.end();
      EXPECT_EQ(ReachOf(role, c.permission) != Reach::kNone, holds) << c.permission << " " << RoleName(role);
    }
  }
}

TEST(RulesTest, PeopleReachNoFurtherThanTheirRegion) {
  for (const Role role : {Role::kCityOffice, Role::kCounty, Role::kDepartment, Role::kLeader, Role::kDiscipline,
                          Role::kOrganization, Role::kCongress, Role::kAuditor}) {
    for (const char* permission : {"projects.read", "lists.read", "figures.read", "exports.read"}) {
      EXPECT_EQ(ReachOf(role, permission), Reach::kOwnRegion) << RoleName(role) << " " << permission;
    }
  }
  EXPECT_EQ(ReachOf(Role::kOperator, "projects.read"), Reach::kNone);
  EXPECT_EQ(ReachOf(Role::kService, "projects.read"), Reach::kAll);
}

TEST(RulesTest, WithinReach) {
  const Principal county{"a", Role::kCounty, "621122", "o1", false};
  EXPECT_FALSE(WithinReach(county, Reach::kNone, "621122", "o1"));
  EXPECT_FALSE(WithinReach(county, Reach::kOwnRegion, "621121", "o1"));
  EXPECT_FALSE(WithinReach(county, Reach::kOwnOrganization, "621122", "o2"));
  EXPECT_TRUE(WithinReach(county, Reach::kOwnRegion, "621122", "o2"));
  EXPECT_TRUE(WithinReach(county, Reach::kOwnOrganization, "621121", "o1"));
  EXPECT_TRUE(WithinReach(county, Reach::kAll, "110000", ""));
  const Principal nobody{"a", Role::kDepartment, "", "", false};
  EXPECT_FALSE(WithinReach(nobody, Reach::kOwnOrganization, "621122", ""));
  EXPECT_FALSE(WithinReach(nobody, Reach::kOwnRegion, "621122", ""));
}

TEST(RoleTest, NamesRoundTrip) {
  for (const Role role : AllRoles()) {
    if (role == Role::kNone) continue;
    EXPECT_EQ(RoleFromName(RoleName(role)), role);
  }
  EXPECT_EQ(RoleFromName(""), std::nullopt);
  EXPECT_EQ(RoleFromName("city_office"), std::nullopt);
}

}  // namespace
}  // namespace yaoshi::auth

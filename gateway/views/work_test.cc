// My work and the project page.
#include <gtest/gtest.h>

#include "common/status/status.h"
#include "gateway/views/my_work.h"
#include "gateway/views/project_page.h"
#include "yaoshi/registry/v1/organization.pb.h"
#include "yaoshi/registry/v1/project.pb.h"

namespace yaoshi::gateway {
namespace {

namespace registry = yaoshi::registry::v1;

const Date kApril = Date::Parse("2022-04-20").value();

WorkQuestion Of(auth::Role role) {
  return {{"a", role, "621122", "longxi", false}, kApril, "", ""};
}

PartAnswer Answer(std::string part, const google::protobuf::Message& message) {
  return {std::move(part), "registry", absl::OkStatus(), true, message.SerializeAsString(), {}, {}};
}

TEST(MyWork, WhoOnlyReadsHasNone) {
  for (const auth::Role role : {auth::Role::kLeader, auth::Role::kDiscipline, auth::Role::kOrganization,
                                auth::Role::kCongress, auth::Role::kAuditor, auth::Role::kOperator}) {
    EXPECT_TRUE(AsksOf(Of(role)).empty());
    EXPECT_EQ(ComposeMyWork(Of(role), {})->groups_size(), 0);
  }
  for (const auth::Role role : {auth::Role::kCityOffice, auth::Role::kCounty, auth::Role::kDepartment}) {
    EXPECT_EQ(AsksOf(Of(role)).size(), 4u);
  }
}

TEST(MyWork, ADepartmentIsAskedForItsOwnProjects) {
  registry::ListProjectsRequest request;
  request.ParseFromString(AsksOf(Of(auth::Role::kDepartment)).front().request);
  EXPECT_NE(request.filter().find("competent_department = \"organizations/longxi\""), std::string::npos);
  request.ParseFromString(AsksOf(Of(auth::Role::kCounty)).front().request);
  EXPECT_EQ(request.filter().find("competent_department"), std::string::npos) << "its reach bounds a county";
}

TEST(MyWork, SaysHowManyDaysAreLeft) {
  registry::ListProjectsResponse page;
  page.set_total_size(61);
  page.add_projects()->set_planned_start_on("2022-04-17");
  page.mutable_projects(0)->set_responsible_person("not for this screen");
  const auto work = ComposeMyWork(Of(auth::Role::kCounty), {Answer("start-overdue", page)}).value();
  ASSERT_EQ(work.groups_size(), 4);
  EXPECT_EQ(work.groups(0).items_total().value(), "61");
  EXPECT_EQ(work.groups(0).items(0).days_left(), -3);
  EXPECT_EQ(work.groups(0).items(0).due_on(), "2022-04-17");
  EXPECT_EQ(work.groups(0).items(0).project().responsible_person(), "");
  EXPECT_EQ(work.groups(1).items_total().value(), "") << "what is missing is not zero";
}

TEST(ProjectPage, IsTheProjectWithItsUnits) {
  registry::Project project;
  project.set_name("projects/1");
  project.set_region("621122");
  project.set_competent_department("organizations/dept-01");
  registry::ListOrganizationsResponse units;
  for (const char* name : {"organizations/longxi", "organizations/dept-01", "organizations/dept-02"}) {
    auto* unit = units.add_organizations();
    unit->set_name(name);
    unit->set_kind(registry::Organization::DEPARTMENT);
    unit->set_region("621100");
  }
  units.mutable_organizations(0)->set_kind(registry::Organization::COUNTY_LEVEL);
  units.mutable_organizations(0)->set_region("621122");
  registry::ListProjectVersionsResponse versions;
  versions.add_versions()->set_account("city-office");
  const auto page =
      ComposeProjectPage({Answer("project", project), Answer("directory", units), Answer("versions", versions)});
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->region_unit().name(), "organizations/longxi");
  EXPECT_EQ(page->competent_department().name(), "organizations/dept-01");
  EXPECT_FALSE(page->has_responsible_unit());
  EXPECT_EQ(page->versions(0).account(), "city-office");
  PartAnswer gone = Answer("project", project);
  gone.status = Error(absl::StatusCode::kNotFound, "PROJECT_NOT_FOUND", "No.");
  EXPECT_EQ(ReasonOf(ComposeProjectPage({gone}).status()), "PROJECT_NOT_FOUND");
}

}  // namespace
}  // namespace yaoshi::gateway

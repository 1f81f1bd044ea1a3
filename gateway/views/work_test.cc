// My work, the project page and the region's page.
#include <gtest/gtest.h>

#include "common/status/status.h"
#include "gateway/testing/golden.h"
#include "gateway/views/my_work.h"
#include "gateway/views/project_page.h"
#include "gateway/views/region_page.h"
#include "yaoshi/preapproval/v1/case.pb.h"
#include "yaoshi/preapproval/v1/procedure.pb.h"
#include "yaoshi/preapproval/v1/schedule.pb.h"
#include "yaoshi/registry/v1/organization.pb.h"
#include "yaoshi/registry/v1/project.pb.h"

namespace yaoshi::gateway {
namespace {

namespace preapproval = yaoshi::preapproval::v1;
namespace registry = yaoshi::registry::v1;

const Date kApril = Date::Parse("2022-04-20").value();

WorkQuestion Of(auth::Role role) {
  return {{"a", role, "621122", "longxi", false}, kApril, "", "", kApril};
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
    EXPECT_EQ(AsksOf(Of(role)).size(), 10u);
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
  ASSERT_EQ(work.groups_size(), 10);
  EXPECT_EQ(work.groups(0).items_total().value(), "61");
  EXPECT_EQ(work.groups(0).items(0).days_left(), -3);
  EXPECT_EQ(work.groups(0).items(0).due_on(), "2022-04-17");
  EXPECT_EQ(work.groups(0).items(0).project().responsible_person(), "");
  EXPECT_EQ(work.groups(1).items_total().value(), "") << "what is missing is not zero";
}

preapproval::ListTasksResponse Tasks() {
  preapproval::ListTasksResponse tasks;
  for (const int64_t count : {2, 31, 0, 0, 0, 0}) tasks.add_counts(count);
  auto* task = tasks.add_tasks();
  task->set_kind(preapproval::Task::OVERDUE);
  task->set_project_title("陇西县供水工程");
  task->set_due_on("2022-04-15");
  task->set_working_days_left(-3);
  task->mutable_procedure()->set_name("cases/0190a1b2-0000-7000-8000-000000000001/procedures/P01");
  task->mutable_procedure()->set_region("621122");
  task->mutable_procedure()->set_state(preapproval::ACCEPTED);
  return tasks;
}

TEST(MyWork, TasksAreADepartmentsOwnAndAnOfficesAllOfItsRegion) {
  preapproval::ListTasksRequest request;
  request.ParseFromString(AsksOf(Of(auth::Role::kDepartment)).back().request);
  EXPECT_EQ(request.department(), "organizations/longxi");
  request.ParseFromString(AsksOf(Of(auth::Role::kCounty)).back().request);
  EXPECT_EQ(request.department(), "organizations/-");
}

TEST(MyWork, TasksAreSaidOfTodayAlone) {
  WorkQuestion past = Of(auth::Role::kCounty);
  past.today = kApril.AddDays(1);
  EXPECT_EQ(AsksOf(past).size(), 4u);
  EXPECT_EQ(ComposeMyWork(past, {Answer("procedure-overdue", Tasks())})->groups_size(), 4);
  WorkQuestion known = Of(auth::Role::kCounty);
  known.known_at = "2022-04-19T00:00:00Z";
  EXPECT_EQ(AsksOf(known).size(), 4u);
}

// The view as outsiders see it: a changed golden file is a changed API.
TEST(MyWork, LooksLikeThis) {
  registry::ListProjectsResponse page;
  page.set_total_size(61);
  page.add_projects()->set_planned_start_on("2022-04-17");
  WorkQuestion question = Of(auth::Role::kDepartment);
  question.region = "621122";
  const auto work = ComposeMyWork(question, {Answer("start-overdue", page), Answer("procedure-overdue", Tasks())});
  ASSERT_TRUE(work.ok());
  testing::ExpectGolden(*work, "gateway/views/testdata/my_work.json");
}

TEST(ProjectPage, SaysWhatPreapprovalKnows) {
  preapproval::CaseView subject;
  subject.mutable_case_()->set_name("cases/1");
  subject.mutable_schedule()->set_shortfall_days(3);
  preapproval::CheckGateResponse gate;
  gate.set_as_of("2022-04-20");
  gate.add_obstacles()->set_explanation("可研未批复");
  preapproval::ListWarningsResponse warnings;
  warnings.add_warnings()->set_name("warnings/1");
  const auto page =
      ComposeProjectPage({Answer("case", subject), Answer("gate", gate), Answer("warnings", warnings)}).value();
  EXPECT_EQ(page.case_().schedule().shortfall_days(), 3);
  EXPECT_EQ(page.gate().obstacles_size(), 1);
  EXPECT_EQ(page.warnings(0).name(), "warnings/1");
  testing::ExpectGolden(page, "gateway/views/testdata/project_page.json");
}

TEST(ProjectPage, WithoutACaseThereIsNone) {
  const auto page = ComposeProjectPage({Answer("case", preapproval::CaseView())}).value();
  EXPECT_FALSE(page.has_case_());
  EXPECT_FALSE(page.has_gate());
}

TEST(ProjectPage, AsksForTheCaseOfItsProject) {
  v1::GetProjectPageRequest request;
  request.set_name("projects/1");
  std::map<std::string, PartAsk> asks;
  for (PartAsk& ask : AsksOf(request, {kApril, ""})) asks[ask.part] = ask;
  preapproval::GetCaseRequest subject;
  subject.ParseFromString(asks["case"].request);
  EXPECT_EQ(subject.name(), "cases/1");
  EXPECT_TRUE(asks["case"].may_be_absent && asks["gate"].may_be_absent);
  EXPECT_FALSE(asks["project"].may_be_absent) << "what is not there, or may not be seen, has no page";
}

TEST(RegionPage, IsTheOverviewWithUnitAndLargestProjects) {
  const OverviewQuestion question = {kApril, "", "621122", ""};
  const std::vector<PartAsk> asks = AsksOfRegionPage(question, {"registry"});
  EXPECT_EQ(asks.size(), AsksOf(question, {"registry"}).size() + 1);
  registry::ListProjectsRequest largest;
  largest.ParseFromString(asks.back().request);
  EXPECT_EQ(largest.filter(), "region = \"621122\"");
  EXPECT_EQ(largest.order_by(), "total_investment_fen desc");
  registry::ListOrganizationsResponse units;
  auto* unit = units.add_organizations();
  unit->set_name("organizations/longxi");
  unit->set_kind(registry::Organization::COUNTY_LEVEL);
  unit->set_region("621122");
  *units.add_organizations() = *unit;
  units.mutable_organizations(1)->set_region("621125");
  registry::ListProjectsResponse projects;
  projects.add_projects()->set_name("projects/1");
  const auto page =
      ComposeRegionPage(question, {Answer("directory", units), Answer("largest-projects", projects)}).value();
  EXPECT_EQ(page.unit().region(), "621122");
  EXPECT_EQ(page.largest_projects(0).name(), "projects/1");
  EXPECT_EQ(page.overview().region(), "621122");
  testing::ExpectGolden(page, "gateway/views/testdata/region_page.json");
  PartAnswer foreign = Answer("figures", units);
  foreign.status = Error(absl::StatusCode::kNotFound, "REGION_NOT_FOUND", "No.");
  EXPECT_EQ(ReasonOf(ComposeRegionPage(question, {foreign}).status()), "REGION_NOT_FOUND");
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

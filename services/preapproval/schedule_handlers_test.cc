// Schedules and warnings through the API.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/preapproval/domain/warning.h"
#include "services/preapproval/testing/preapproval_server.h"
#include "services/preapproval/warning_scanner.h"
#include "yaoshi/preapproval/v1/case.pb.h"
#include "yaoshi/preapproval/v1/schedule.pb.h"

namespace yaoshi::preapproval::testing {
namespace {

using rpc::testing::CityOffice;
using rpc::testing::County;

// It is 2022-04-20; procedures take twenty working days each, and the calendar has no holidays.
class ScheduleTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = new PreapprovalServer;
    registry::v1::Organization unit;
    unit.set_name("organizations/dept-01");
    unit.set_region("621100");
    server_->Copy(unit);
    for (const char* year : {"2022", "2023"}) {
      Must(server_->Call<v1::WorkCalendar>(
          CityOffice(), "WorkCalendarService/CreateWorkCalendar",
          Parse<v1::CreateWorkCalendarRequest>(std::string("work_calendar { source: '通知' year: ") + year + " }")));
    }
    for (const char* code : {"P01", "P10"}) {
      Must(server_->Call<v1::ProcedureType>(
          CityOffice(), "ProcedureTypeService/CreateProcedureType",
          Parse<v1::CreateProcedureTypeRequest>(
              std::string("procedure_type_id: '") + code + "' procedure_type { title: '手续" + code +
              "' stage: PLANNING_PERMISSION department: 'organizations/dept-01' terms { effective_on: '2019-01-01' "
              "basis: '条例' legal_limit { count: 20 unit: WORKING_DAYS } } }")));
    }
    Must(server_->Call<v1::Template>(
        CityOffice(), "TemplateService/CreateTemplate",
        Parse<v1::CreateTemplateRequest>("template_id: 'approval' template { title: '审批制' effective_on: "
                                         "'2021-01-01' basis: '条例' nodes { code: 'P01' } nodes { code: 'P10' "
                                         "prerequisites: 'P01' gates_start: true } }")));
    Must(server_->Call<v1::Template>(CityOffice(), "TemplateService/PublishTemplate",
                                     Parse<v1::PublishTemplateRequest>("name: 'templates/approval'")));
  }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }

  static std::string NewCase(const std::string& planned_start_on, const std::string& opened_on = "") {
    registry::v1::Project project = NewProject("供水工程 " + planned_start_on);
    project.set_planned_start_on(planned_start_on);
    server_->Copy(project);
    v1::OpenCaseRequest request;
    request.set_project(project.name());
    request.set_opened_on(opened_on);
    return Must(server_->Call<v1::Case>(County("621122"), "CaseService/OpenCase", request)).name();
  }
  static absl::StatusOr<v1::Schedule> Get(const std::string& name, const auth::Principal& who = County("621122")) {
    v1::GetScheduleRequest request;
    request.set_name(name);
    return server_->Call<v1::Schedule>(who, "ScheduleService/GetSchedule", request);
  }
  static absl::StatusOr<v1::ListWarningsResponse> List(const std::string& request,
                                                       const auth::Principal& who = County("621122")) {
    return server_->Call<v1::ListWarningsResponse>(who, "ScheduleService/ListWarnings",
                                                   Parse<v1::ListWarningsRequest>(request));
  }

  static PreapprovalServer* server_;
};

PreapprovalServer* ScheduleTest::server_ = nullptr;

TEST_F(ScheduleTest, NamesWhatIsWrong) {
  const std::string known = NewCase("2022-06-30") + "/schedule";
  EXPECT_EQ(ReasonOr(Get("cases/1")), "INVALID_FIELDS");
  EXPECT_EQ(ReasonOr(Get("cases/1/schedule")), "INVALID_FIELDS");
  EXPECT_EQ(ReasonOr(Get("cases/00000000-0000-7000-8000-000000000009/schedule")), "CASE_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Get(known, County("621123"))), "CASE_NOT_FOUND");  // Another county's.
  EXPECT_EQ(ReasonOr(Get(NewCase("") + "/schedule")), "START_DATE_MISSING");
  EXPECT_EQ(ReasonOr(Get(NewCase("2026-06-30") + "/schedule")), "CALENDAR_YEAR_MISSING");
  EXPECT_EQ(ReasonOr(List("page_size: -1")), "INVALID_FIELDS");
  EXPECT_EQ(ReasonOr(List("filter: 'colour = 1'")), "INVALID_FILTER");
  EXPECT_EQ(ReasonOr(List("page_token: 'x'")), "INVALID_PAGE_TOKEN");
  EXPECT_EQ(ReasonOr(List("region: '621123'")), "REGION_NOT_FOUND");
}

TEST_F(ScheduleTest, CountsBackFromThePlannedStart) {
  const v1::Schedule schedule = Must(Get(NewCase("2022-06-30") + "/schedule"));
  EXPECT_EQ(schedule.counted_on(), "2022-04-20");
  EXPECT_EQ(schedule.forecast_start_on(), "2022-06-15");
  EXPECT_TRUE(schedule.feasible());
  ASSERT_EQ(schedule.items_size(), 2);
  EXPECT_EQ(schedule.items(0).code(), "P01");
  EXPECT_EQ(schedule.items(0).latest_acceptance_on(), "2022-05-05");
  EXPECT_EQ(schedule.items(1).latest_finish_on(), "2022-06-30");
  EXPECT_EQ(schedule.items(1).float_days(), 11);
  EXPECT_EQ(schedule.items(1).state(), v1::NOT_STARTED);
}

TEST_F(ScheduleTest, TheCasePageHasTheScheduleOfItsDay) {
  const auto page = [](const std::string& request) {
    return Must(
        server_->Call<v1::CaseView>(County("621122"), "CaseService/GetCase", Parse<v1::GetCaseRequest>(request)));
  };
  const std::string name = NewCase("2022-06-30", "2022-04-18");
  const v1::CaseView view = page("name: '" + name + "'");
  EXPECT_EQ(view.schedule().SerializeAsString(), Must(Get(name + "/schedule")).SerializeAsString());
  EXPECT_EQ(view.schedule_missing_reason(), "");
  const v1::CaseView before = page("name: '" + name + "' as_of: '2022-04-19'");
  EXPECT_EQ(before.schedule().counted_on(), "2022-04-19");
  EXPECT_EQ(before.schedule().forecast_start_on(), "2022-06-14");
  const v1::CaseView undated = page("name: '" + NewCase("") + "'");
  EXPECT_FALSE(undated.has_schedule());
  EXPECT_EQ(undated.schedule_missing_reason(), "START_DATE_MISSING");
}

TEST_F(ScheduleTest, ExplainsAStartThatIsNotInTime) {
  const v1::Schedule schedule = Must(Get(NewCase("2022-05-25") + "/schedule", CityOffice()));
  EXPECT_FALSE(schedule.feasible());
  EXPECT_EQ(schedule.shortfall_days(), 15);
  EXPECT_THAT(schedule.explanation(), ::testing::HasSubstr("手续P01须于2022-03-30前受理，晚15个工作日"));
}

TEST_F(ScheduleTest, ListsWarningsPageByPage) {
  ScannerOptions options;
  options.database = server_->database();
  options.clock = &SystemClock();
  options.source = [](const Uuid& after, Date) -> absl::StatusOr<ScanStep> {
    ScanStep step{{}, after, true};
    for (int i = 0; i < 3; ++i) {
      Warning& warning = step.warnings.emplace_back();
      warning.kind = WarningKind::kStartAtRisk;
      if (i == 0) warning.project = Uuid::Parse("00000000-0000-7000-8000-00000000000a").value();
      warning.region = i == 2 ? "621123" : "621122";
      warning.due_on = Date::Parse("2022-05-2" + std::to_string(i)).value();
      warning.warned_on = Date::Parse("2022-04-20").value();
    }
    return step;
  };
  WarningScanner scanner(options);
  EXPECT_EQ(Must(scanner.ScanOnce(server_->session())), 3);
  const auto first = Must(List("page_size: 1"));
  ASSERT_EQ(first.warnings_size(), 1);
  const auto second = Must(List("page_size: 1 page_token: '" + first.next_page_token() + "'"));
  ASSERT_EQ(second.warnings_size(), 1);
  EXPECT_NE(first.warnings(0).name(), second.warnings(0).name());
  EXPECT_EQ(second.next_page_token(), "");
  EXPECT_EQ(Must(List("", CityOffice())).warnings_size(), 3);
  EXPECT_EQ(Must(List("case_name: 'cases/00000000-0000-7000-8000-00000000000a'")).warnings_size(), 1);
  EXPECT_EQ(Must(List("case_name: 'cases/00000000-0000-7000-8000-00000000000b'")).warnings_size(), 0);
  EXPECT_EQ(ReasonOr(List("case_name: 'cases/a'")), "INVALID_FIELDS");
  EXPECT_EQ(Must(List("filter: 'due_on = 2022-05-20 kind = START_AT_RISK'")).warnings_size(), 1);
  EXPECT_EQ(ReasonOr(List("page_token: '" + first.next_page_token() + "'", CityOffice())), "INVALID_PAGE_TOKEN");
}

}  // namespace
}  // namespace yaoshi::preapproval::testing

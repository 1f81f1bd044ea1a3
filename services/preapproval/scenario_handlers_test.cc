// What-if through the API: counted, compared, made true or dropped; many cases at once, all or nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "services/preapproval/testing/rates_world.h"
#include "yaoshi/preapproval/v1/case.pb.h"
#include "yaoshi/preapproval/v1/scenario.pb.h"
#include "yaoshi/preapproval/v1/schedule.pb.h"

namespace yaoshi::preapproval::testing {
namespace {

using rpc::testing::CityOffice;
using rpc::testing::County;

// It is 2022-04-20. A case has three procedures of five working days before its start, one after the other: as things
// stand it may start on 2022-05-11.
class ScenarioTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { world_ = new RatesWorld; }
  static void TearDownTestSuite() {
    delete world_;
    world_ = nullptr;
  }

  static std::string NewCase(const std::string& planned_start_on, const std::string& region = "621122",
                             bool listed = false) {
    const Uuid project = world_->NewProjectOf("灌区改造", region, planned_start_on);
    if (listed) world_->PutOn(world_->list(), project);
    world_->Write(world_->NewCase(project, region, *Date::Parse("2022-01-04")));
    return "cases/" + project.ToString();
  }
  // The case of NewCase without its last procedure before the start.
  static std::string SmallCase(const std::string& planned_start_on) {
    const Uuid project = world_->NewProjectOf("灌区改造", "621122", planned_start_on);
    Case subject = world_->NewCase(project, "621122", *Date::Parse("2022-01-04"));
    subject.procedures[2].requirement = Requirement::kNotRequired;
    world_->Write(subject);
    return "cases/" + project.ToString();
  }

  // More cases than one transaction of an application takes.
  static std::vector<std::string> Open(int count) {
    v1::BatchOpenCasesRequest request;
    for (int i = 0; i < count; ++i) {
      const Uuid project = world_->NewProjectOf("灌区改造", "621122", "2022-06-01");
      request.add_requests()->set_project("projects/" + project.ToString());
    }
    std::vector<std::string> names;
    const auto opened =
        Must(world_->server().Call<v1::BatchOpenCasesResponse>(CityOffice(), "CaseService/BatchOpenCases", request));
    for (const v1::Case& one : opened.cases()) names.push_back(one.name());
    std::sort(names.begin(), names.end());
    return names;
  }

  static v1::CreateScenarioRequest Request(const std::string& text, const std::vector<std::string>& cases = {}) {
    v1::CreateScenarioRequest request = Parse<v1::CreateScenarioRequest>(text);
    if (request.title().empty()) request.set_title("推迟开工");
    for (const std::string& one : cases) request.add_cases(one);
    return request;
  }
  static absl::StatusOr<v1::Scenario> Create(const v1::CreateScenarioRequest& request,
                                             const auth::Principal& who = County("621122")) {
    return world_->server().Call<v1::Scenario>(who, "ScenarioService/CreateScenario", request);
  }
  static absl::StatusOr<v1::Scenario> Get(const std::string& name, const auth::Principal& who = County("621122")) {
    v1::GetScenarioRequest request;
    request.set_name(name);
    return world_->server().Call<v1::Scenario>(who, "ScenarioService/GetScenario", request);
  }
  static absl::StatusOr<v1::Scenario> Apply(const std::string& name, const auth::Principal& who = County("621122"),
                                            const std::string& request_id = "") {
    v1::ApplyScenarioRequest request;
    request.set_name(name);
    request.set_reason("市政府第5次常务会议");
    request.set_request_id(request_id);
    return world_->server().Call<v1::Scenario>(who, "ScenarioService/ApplyScenario", request);
  }
  static absl::StatusOr<v1::Scenario> Drop(const std::string& name, const auth::Principal& who = County("621122")) {
    v1::DropScenarioRequest request;
    request.set_name(name);
    return world_->server().Call<v1::Scenario>(who, "ScenarioService/DropScenario", request);
  }
  static v1::CaseView Page(const std::string& name) {
    v1::GetCaseRequest request;
    request.set_name(name);
    return Must(world_->server().Call<v1::CaseView>(CityOffice(), "CaseService/GetCase", request));
  }
  static void Retarget(const std::string& name, const std::string& on) {
    v1::SetTargetStartRequest request;
    request.set_name(name);
    request.set_target_start_on(on);
    request.set_reason("变更");
    Must(world_->server().Call<v1::Case>(CityOffice(), "CaseService/SetTargetStart", request));
  }
  static std::string Wrong(const v1::CreateScenarioRequest& request) { return WrongFields(Create(request).status()); }
  static int64_t Count(const std::string& sql) {
    auto rows = Must(world_->server().session().Query(sql, {}));
    return rows.Next() ? rows.Int(1) : -1;
  }

  static inline RatesWorld* world_ = nullptr;
};

TEST_F(ScenarioTest, NamesWhatIsWrong) {
  const std::string mine = NewCase("2022-06-01"), theirs = NewCase("2022-06-01", "621121");
  const std::string shift = "changes { shift_working_days: 5 } ";
  EXPECT_EQ(Wrong(Request(shift)), "list");
  EXPECT_EQ(Wrong(Request(shift + "list: 'lists/none'", {mine})), "list");
  EXPECT_EQ(Wrong(Request(shift + "region: '621122'", {mine})), "region");
  EXPECT_EQ(Wrong(Request("changes { } changes { target_start_on: '2022-06-01' shift_working_days: 1 } "
                          "changes { limit_code: 'P01' }",
                          {mine})),
            "changes[0].target_start_on changes[1].shift_working_days changes[2].target_start_on "
            "changes[2].limit_percent");
  EXPECT_EQ(Wrong(Request("changes { limit_code: 'P88' limit_percent: 50 } changes { add_procedure: 'P99' }", {mine})),
            "changes[0].limit_code changes[1].add_procedure");
  EXPECT_EQ(Wrong(Request("changes { case: '" + theirs + "' shift_working_days: 5 }", {mine})), "changes[0].case");
  EXPECT_EQ(Wrong(Request(shift + "target_dates: 'soon'", {mine})), "target_dates[0]");
  EXPECT_EQ(Wrong(Request(shift, {"cases/1"})), "cases[0]");
  EXPECT_EQ(ReasonOr(Create(Request(shift, {theirs}))), "CASE_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Create(Request(shift + "list: 'lists/none'"))), "LIST_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Create(Request(shift + "list: '" + world_->list() + "' region: '621121'"))), "REGION_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Get("scenarios/1")), "INVALID_FIELDS");
  const std::string nobodys = "scenarios/00000000-0000-7000-8000-000000000009";
  EXPECT_EQ(ReasonOr(Get(nobodys)), "SCENARIO_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Apply(nobodys)), "SCENARIO_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Drop(nobodys)), "SCENARIO_NOT_FOUND");
}

TEST_F(ScenarioTest, AClosedCaseIsNoneOfAScenario) {
  const Uuid project = world_->NewProjectOf("灌区改造", "621122", "2022-06-01");
  Case closed = world_->NewCase(project, "621122", *Date::Parse("2022-01-04"));
  closed.closed_on = *Date::Parse("2022-02-01");
  world_->Write(closed);
  EXPECT_EQ(Wrong(Request("changes { shift_working_days: 5 }", {"cases/" + project.ToString()})), "cases[0]");
}

TEST_F(ScenarioTest, ComparesBothWorldsAndKeepsNothingWhenOnlyCounting) {
  const std::string name = NewCase("2022-05-05");
  const int64_t kept = Count("SELECT COUNT(*) FROM scenario");
  const v1::Scenario counted = Must(Create(Request(
      "validate_only: true changes { shift_working_days: 10 } target_dates: '2022-05-05' target_dates: '2022-05-20'",
      {name})));
  EXPECT_EQ(counted.name(), "");
  EXPECT_EQ(counted.cases(), 1);
  EXPECT_EQ(counted.cases_changed(), 1);
  EXPECT_EQ(counted.infeasible_before(), 1);
  EXPECT_EQ(counted.infeasible_after(), 0);
  ASSERT_EQ(counted.comparisons_size(), 1);
  const v1::Scenario::Comparison& one = counted.comparisons(0);
  EXPECT_EQ(one.case_(), name);
  EXPECT_EQ(one.case_etag(), "1");
  EXPECT_EQ(one.title(), "灌区改造");
  EXPECT_EQ(one.target_start_before() + " " + one.target_start_after(), "2022-05-05 2022-05-19");
  EXPECT_EQ(one.forecast_start_before() + " " + one.forecast_start_after(), "2022-05-11 2022-05-11");
  EXPECT_EQ(one.shortfall_before(), 4);
  EXPECT_EQ(one.shortfall_after(), 0);
  EXPECT_EQ(one.float_before(), -4);
  EXPECT_EQ(one.float_after(), 6) << "ten working days later";
  EXPECT_LT(one.latest_acceptance_before(), one.latest_acceptance_after());
  ASSERT_EQ(counted.start_rates_size(), 2);
  EXPECT_EQ(counted.start_rates(0).started_before() + counted.start_rates(0).started_after(), 0);
  EXPECT_EQ(counted.start_rates(1).started_before(), 1);
  EXPECT_EQ(counted.start_rates(1).started_after(), 1);
  EXPECT_EQ(Count("SELECT COUNT(*) FROM scenario"), kept);
  EXPECT_EQ(Page(name).case_().etag(), "1");
}

TEST_F(ScenarioTest, WhatIsAppliedIsWhatWasSaid) {
  const std::string small = SmallCase("2022-06-01"), other = NewCase("2022-07-01");
  const v1::Scenario scenario = Must(Create(Request(
      "changes { shift_working_days: 3 } changes { case: '" + small + "' add_procedure: 'P20' }", {small, other})));
  EXPECT_EQ(scenario.state(), v1::Scenario::OPEN);
  EXPECT_EQ(Must(Get(scenario.name())).SerializeAsString(), scenario.SerializeAsString());
  const v1::Scenario applied = Must(Apply(scenario.name(), County("621122"), "00000000-0000-4000-8000-000000000011"));
  EXPECT_EQ(applied.state(), v1::Scenario::APPLIED);
  EXPECT_EQ(applied.close_account(), County("621122").account);
  for (const v1::Scenario::Comparison& one : scenario.comparisons()) {
    const v1::CaseView page = Page(one.case_());
    EXPECT_EQ(page.case_().etag(), "2");
    EXPECT_EQ(page.case_().baselines(), 1);
    EXPECT_EQ(page.schedule().target_start_on(), one.target_start_after());
    EXPECT_EQ(page.schedule().forecast_start_on(), one.forecast_start_after());
    EXPECT_EQ(page.schedule().shortfall_days(), one.shortfall_after());
  }
  EXPECT_EQ(Page(small).case_().procedures(2).requirement(), v1::REQUIRED);
  EXPECT_EQ(Page(small).case_().procedures(2).reason(), "市政府第5次常务会议");
  EXPECT_EQ(Must(Get(scenario.name())).state(), v1::Scenario::APPLIED);
  EXPECT_EQ(ReasonOr(Apply(scenario.name())), "SCENARIO_CLOSED");
  EXPECT_EQ(ReasonOr(Drop(scenario.name())), "SCENARIO_CLOSED");
  // Repeated, it gets its first answer.
  EXPECT_EQ(Must(Apply(scenario.name(), County("621122"), "00000000-0000-4000-8000-000000000011")).SerializeAsString(),
            applied.SerializeAsString());
  EXPECT_EQ(Page(small).case_().etag(), "2");
}

TEST_F(ScenarioTest, AListIsCountedInTheRegionsThatTheCallerWrites) {
  world_->NewLists();
  const std::string mine = NewCase("2022-06-01", "621122", true), theirs = NewCase("2022-06-01", "621121", true);
  NewCase("", "621122", true);
  const std::string request = "changes { shift_working_days: -20 } list: '" + world_->list() + "'";
  const v1::Scenario own = Must(Create(Request(request)));
  EXPECT_EQ(own.cases(), 2);
  EXPECT_EQ(own.cases_skipped(), 1);
  EXPECT_EQ(own.region(), "621122");
  const v1::Scenario both = Must(Create(Request(request), CityOffice()));
  EXPECT_EQ(both.cases(), 3);
  EXPECT_EQ(both.infeasible_after(), 2);
  EXPECT_EQ(both.region(), "621100");
  EXPECT_EQ(ReasonOr(Get(both.name())), "SCENARIO_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Apply(own.name(), County("621121"))), "SCENARIO_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Drop(own.name(), County("621121"))), "SCENARIO_NOT_FOUND");
  Must(Apply(both.name(), CityOffice()));
  EXPECT_EQ(ReasonOr(Apply(own.name())), "CASE_CHANGED");
}

TEST_F(ScenarioTest, LimitsAreComparedAndNotApplied) {
  const std::string name = NewCase("2022-05-05");
  const v1::Scenario scenario = Must(Create(Request("changes { limit_percent: 50 }", {name})));
  EXPECT_EQ(scenario.comparisons(0).forecast_start_after(), "2022-05-03");  // Three working days instead of five.
  EXPECT_EQ(ReasonOr(Apply(scenario.name())), "SCENARIO_CHANGES_LIMITS");
  EXPECT_EQ(Must(Get(scenario.name())).state(), v1::Scenario::OPEN);
}

TEST_F(ScenarioTest, RefusesACaseThatChangedSince) {
  const std::string retargeted = NewCase("2022-06-01");
  const Uuid project = world_->NewProjectOf("灌区改造", "621122", "2022-06-01");
  world_->Write(world_->NewCase(project, "621122", *Date::Parse("2022-01-04")));
  const std::string replanned = "cases/" + project.ToString(), unchanged = NewCase("2022-06-01");
  const std::string shift = "changes { shift_working_days: 5 }";
  const v1::Scenario first = Must(Create(Request(shift, {retargeted, unchanged})));
  const v1::Scenario second = Must(Create(Request(shift, {replanned, unchanged})));
  Retarget(retargeted, "2022-08-01");
  world_->Replan(project, "2022-08-01");
  const absl::Status status = Apply(first.name()).status();
  EXPECT_EQ(ReasonOf(status), "CASE_CHANGED");
  EXPECT_EQ(MetadataOf(status, "case"), retargeted);
  EXPECT_EQ(ReasonOr(Apply(second.name())), "CASE_CHANGED");
  EXPECT_EQ(Page(unchanged).case_().etag(), "1");
  EXPECT_EQ(Must(Get(first.name())).state(), v1::Scenario::OPEN);
  EXPECT_EQ(Count("SELECT COUNT(*) FROM change_set WHERE committed = 0"), 0);
}

TEST_F(ScenarioTest, WhatIsDroppedCannotBeApplied) {
  const std::string name = NewCase("2022-06-01");
  const v1::Scenario scenario = Must(Create(Request("changes { shift_working_days: 5 }", {name})));
  EXPECT_EQ(Must(Drop(scenario.name())).state(), v1::Scenario::DROPPED);
  EXPECT_EQ(ReasonOr(Apply(scenario.name())), "SCENARIO_CLOSED");
  EXPECT_EQ(ReasonOr(Drop(scenario.name())), "SCENARIO_CLOSED");
  EXPECT_EQ(Must(Get(scenario.name())).comparisons_size(), 1);
  EXPECT_EQ(Page(name).case_().etag(), "1");
}

TEST_F(ScenarioTest, AreListedNewestFirstPageByPage) {
  const std::string name = NewCase("2022-06-01", "621125");
  const auth::Principal county = County("621125");
  std::vector<std::string> made;
  for (int i = 0; i < 3; ++i) {
    made.push_back(Must(Create(Request("changes { shift_working_days: 5 }", {name}), county)).name());
  }
  Must(Drop(made[1], county));
  std::vector<std::string> seen;
  v1::ListScenariosRequest request = Parse<v1::ListScenariosRequest>("page_size: 2");
  do {
    const auto page =
        Must(world_->server().Call<v1::ListScenariosResponse>(county, "ScenarioService/ListScenarios", request));
    for (const v1::Scenario& one : page.scenarios()) {
      seen.push_back(one.name());
      EXPECT_EQ(one.comparisons_size(), 0);
      EXPECT_EQ(one.cases_changed(), 1);
      EXPECT_EQ(one.state(), one.name() == made[1] ? v1::Scenario::DROPPED : v1::Scenario::OPEN);
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(seen, std::vector<std::string>(made.rbegin(), made.rend()));
}

TEST_F(ScenarioTest, ManyCasesAreChangedAllOrNone) {
  const std::vector<std::string> names = Open(300);
  const v1::CreateScenarioRequest request = Request("changes { target_start_on: '2022-09-01' }", names);
  const v1::Scenario early = Must(Create(request));
  EXPECT_EQ(early.cases_changed(), 300);
  Retarget(names.back(), "2022-08-01");
  EXPECT_EQ(ReasonOr(Apply(early.name())), "CASE_CHANGED");
  EXPECT_EQ(Count("SELECT COUNT(*) FROM change_set WHERE committed = 0"), 0);
  EXPECT_EQ(Page(names.front()).case_().etag(), "1");
  const v1::Scenario late = Must(Create(request));
  Must(Apply(late.name()));
  for (const std::string& name : names) EXPECT_EQ(Page(name).schedule().target_start_on(), "2022-09-01");
}

TEST_F(ScenarioTest, ManyCasesAreChangedOnceByManyWhoApply) {
  const std::vector<std::string> names = Open(20);
  const v1::Scenario scenario = Must(Create(Request("changes { shift_working_days: 5 }", names)));
  std::atomic<int> applied{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      v1::ApplyScenarioRequest request;
      request.set_name(scenario.name());
      request.set_reason("同时");
      PreapprovalServer& server = world_->server();
      const auto answer = server.rpc().channel().Call<v1::Scenario>(kPreapproval + "ScenarioService/ApplyScenario",
                                                                    request, server.OptionsFor(County("621122")));
      applied += answer.ok() ? 1 : 0;
      if (!answer.ok()) {
        EXPECT_THAT(ReasonOf(answer.status()), ::testing::AnyOf("SCENARIO_CLOSED", "CHANGE_IN_PROGRESS"));
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(applied, 1);
  EXPECT_TRUE(
      world_->server().service().engine().Sync(std::chrono::steady_clock::now() + std::chrono::seconds(10)).ok());
  for (const std::string& name : names) EXPECT_EQ(Page(name).case_().etag(), "2");
}

}  // namespace
}  // namespace yaoshi::preapproval::testing

// The baselines of a case through the API: as they were planned then, and against the plan of today.
#include <gtest/gtest.h>

#include "services/preapproval/testing/rates_world.h"
#include "yaoshi/preapproval/v1/case.pb.h"
#include "yaoshi/preapproval/v1/schedule.pb.h"

namespace yaoshi::preapproval::testing {
namespace {

using rpc::testing::CityOffice;
using rpc::testing::County;

// It is 2022-04-20. A case has three procedures of five working days before its start, one after the other.
class BaselinesTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { world_ = new RatesWorld; }
  static void TearDownTestSuite() {
    delete world_;
    world_ = nullptr;
  }

  static Uuid NewCase(const std::string& planned_start_on) {
    const Uuid project = world_->NewProjectOf("灌区改造", "621122", planned_start_on);
    v1::OpenCaseRequest request;
    request.set_project("projects/" + project.ToString());
    request.set_opened_on("2022-01-04");
    Must(world_->server().Call<v1::Case>(County("621122"), "CaseService/OpenCase", request));
    return project;
  }
  static absl::StatusOr<v1::ListBaselinesResponse> List(const std::string& name, const std::string& more = "",
                                                        const auth::Principal& who = County("621122")) {
    auto request = Parse<v1::ListBaselinesRequest>(more);
    request.set_name(name);
    return world_->server().Call<v1::ListBaselinesResponse>(who, "CaseService/ListBaselines", request);
  }
  static void Retarget(const std::string& name, const std::string& on, const std::string& reason) {
    v1::SetTargetStartRequest request;
    request.set_name(name);
    request.set_target_start_on(on);
    request.set_reason(reason);
    Must(world_->server().Call<v1::Case>(County("621122"), "CaseService/SetTargetStart", request));
  }
  static void Submit(const std::string& name, const std::string& code) {
    v1::MoveProcedureRequest request;
    request.set_name(name + "/procedures/" + code);
    request.set_move(v1::SUBMIT);
    Must(world_->server().Call<v1::Procedure>(County("621122"), "ProcedureService/MoveProcedure", request));
  }
  static v1::Schedule Today(const std::string& name) {
    v1::GetScheduleRequest request;
    request.set_name(name + "/schedule");
    return Must(world_->server().Call<v1::Schedule>(CityOffice(), "ScheduleService/GetSchedule", request));
  }

  static inline RatesWorld* world_ = nullptr;
};

TEST_F(BaselinesTest, NamesWhatIsWrong) {
  const std::string name = "cases/" + NewCase("2022-06-01").ToString();
  EXPECT_EQ(ReasonOr(List("cases/1")), "INVALID_FIELDS");
  EXPECT_EQ(ReasonOr(List("cases/00000000-0000-7000-8000-000000000009")), "CASE_NOT_FOUND");
  EXPECT_EQ(ReasonOr(List(name, "", County("621121"))), "CASE_NOT_FOUND");
  EXPECT_EQ(ReasonOr(List(name, "page_size: -1")), "INVALID_FIELDS");
  EXPECT_EQ(ReasonOr(List(name, "page_token: 'x'")), "INVALID_PAGE_TOKEN");
}

TEST_F(BaselinesTest, SaysWhatWasPlannedWhenAndWhyAndHoldsItAgainstToday) {
  const Uuid project = NewCase("2022-06-01");
  const std::string name = "cases/" + project.ToString();
  Retarget(name, "2022-07-01", "资金到位推迟");
  const v1::Schedule second_plan = Today(name);
  Retarget(name, "2022-08-01", "汛期避让");
  Submit(name, "P01");  // Moves make no baseline.
  world_->server().Advance(std::chrono::seconds(1));
  world_->Replan(project, "2022-12-01");  // The case counts from a start of its own: none either.
  const v1::ListBaselinesResponse listed = Must(List(name));
  ASSERT_EQ(listed.baselines_size(), 3);
  EXPECT_EQ(listed.current().SerializeAsString(), Today(name).SerializeAsString());
  const v1::Baseline &third = listed.baselines(0), &second = listed.baselines(1), &first = listed.baselines(2);
  EXPECT_EQ(third.number(), 2);
  EXPECT_EQ(third.reason(), "汛期避让");
  EXPECT_EQ(third.set_on(), "2022-04-20");
  EXPECT_EQ(third.account(), County("621122").account);
  EXPECT_EQ(third.method(), "CaseService/SetTargetStart");
  EXPECT_EQ(third.target_start_on(), "2022-08-01");
  EXPECT_EQ(second.target_start_on(), "2022-07-01");
  EXPECT_EQ(first.number(), 0);
  EXPECT_EQ(first.set_on(), "2022-01-04");
  EXPECT_EQ(first.reason(), "");
  EXPECT_EQ(first.target_start_on(), "2022-06-01") << "the registry's plan as it was then";
  EXPECT_EQ(first.template_(), "templates/small");
  // The same dates as were planned that day.
  ASSERT_EQ(second.items_size(), second_plan.items_size());
  for (int i = 0; i < second.items_size(); ++i) {
    EXPECT_EQ(second.items(i).code(), second_plan.items(i).code());
    EXPECT_EQ(second.items(i).latest_start_on(), second_plan.items(i).latest_start_on());
    EXPECT_EQ(second.items(i).latest_acceptance_on(), second_plan.items(i).latest_acceptance_on());
    EXPECT_EQ(second.items(i).latest_finish_on(), second_plan.items(i).latest_finish_on());
    EXPECT_EQ(second.items(i).current_latest_finish_on(), listed.current().items(i).latest_finish_on());
    EXPECT_EQ(second.items(i).need(), v1::Baseline::KEPT);
  }
  EXPECT_GT(third.items(0).current_latest_finish_on(), second.items(0).latest_finish_on());
}

TEST_F(BaselinesTest, AStartThatTheRegistryPlansAnewMakesOne) {
  const Uuid project = NewCase("2022-06-01");
  const std::string name = "cases/" + project.ToString();
  const v1::Schedule first_plan = Today(name);
  world_->server().Advance(std::chrono::seconds(1));
  world_->Replan(project, "2022-08-01", "资金到位推迟");
  const v1::Schedule second_plan = Today(name);
  world_->Replan(project, "2022-08-01", "更名");  // Other facts make none.
  Retarget(name, "2022-09-01", "汛期避让");
  world_->Replan(project, "2022-12-01");  // Counted when the case goes back to the registry's start.
  Retarget(name, "", "按登记日期");
  const v1::ListBaselinesResponse listed = Must(List(name));
  ASSERT_EQ(listed.baselines_size(), 4);
  const v1::Baseline &back = listed.baselines(0), &own = listed.baselines(1), &registered = listed.baselines(2);
  EXPECT_EQ(back.target_start_on(), "2022-12-01");
  EXPECT_EQ(back.reason(), "按登记日期");
  EXPECT_EQ(own.target_start_on(), "2022-09-01");
  EXPECT_EQ(own.reason(), "汛期避让");
  EXPECT_EQ(registered.number(), 1);
  EXPECT_EQ(registered.reason(), "登记的计划开工日期由 2022-06-01 改为 2022-08-01：资金到位推迟");
  EXPECT_EQ(registered.account(), "registry");
  EXPECT_EQ(registered.set_on(), "2022-04-20");
  EXPECT_EQ(registered.target_start_on(), "2022-08-01");
  ASSERT_EQ(registered.items_size(), second_plan.items_size());
  for (int i = 0; i < registered.items_size(); ++i) {
    EXPECT_EQ(registered.items(i).latest_finish_on(), second_plan.items(i).latest_finish_on());
    EXPECT_EQ(listed.baselines(3).items(i).latest_finish_on(), first_plan.items(i).latest_finish_on());
  }
}

TEST_F(BaselinesTest, ChangesThatComeTogetherAreCountedEachByItself) {
  const Uuid project = NewCase("2022-06-01");
  world_->ReplanAtOnce(project, {"2022-07-01", "2022-08-01", "2022-07-01"});
  const v1::ListBaselinesResponse listed = Must(List("cases/" + project.ToString()));
  ASSERT_EQ(listed.baselines_size(), 4);
  EXPECT_EQ(listed.baselines(2).target_start_on(), "2022-07-01");
  EXPECT_EQ(listed.baselines(1).target_start_on(), "2022-08-01") << "not what it became in the same moment";
  EXPECT_LT(listed.baselines(2).items(0).latest_finish_on(), listed.baselines(1).items(0).latest_finish_on());
  EXPECT_EQ(listed.baselines(0).reason(), "登记的计划开工日期由 2022-08-01 改为 2022-07-01");
}

TEST_F(BaselinesTest, SaysWhatIsNotAskedForAnyMore) {
  const std::string name = "cases/" + NewCase("2022-06-01").ToString();
  auto reassess = Parse<v1::ReassessCaseRequest>(
      "reason: '总承包' decisions { code: 'P20' requirement: NOT_REQUIRED reason: '总承包' }");
  reassess.set_name(name);
  Must(world_->server().Call<v1::Case>(County("621122"), "CaseService/ReassessCase", reassess));
  const v1::ListBaselinesResponse listed = Must(List(name));
  ASSERT_EQ(listed.baselines_size(), 2);
  ASSERT_EQ(listed.baselines(1).items_size(), 4);
  EXPECT_EQ(listed.baselines(1).items(2).need(), v1::Baseline::DROPPED_SINCE);
  EXPECT_EQ(listed.baselines(0).items_size(), 3);
}

TEST_F(BaselinesTest, WithoutAStartDateSaysWhyNothingIsPlanned) {
  const std::string name = "cases/" + NewCase("").ToString();
  const v1::ListBaselinesResponse none = Must(List(name));
  ASSERT_EQ(none.baselines_size(), 1);
  EXPECT_EQ(none.baselines(0).missing_reason(), "START_DATE_MISSING");
  EXPECT_EQ(none.current_missing_reason(), "START_DATE_MISSING");
  EXPECT_FALSE(none.has_current());
  Retarget(name, "2022-07-01", "确定开工日期");
  const v1::ListBaselinesResponse planned = Must(List(name));
  EXPECT_EQ(planned.baselines(1).missing_reason(), "START_DATE_MISSING");
  EXPECT_EQ(planned.baselines(0).items_size(), 4);
}

TEST_F(BaselinesTest, AreListedPageByPage) {
  const std::string name = "cases/" + NewCase("2022-06-01").ToString();
  for (const char* on : {"2022-07-01", "2022-07-02", "2022-07-04"}) Retarget(name, on, "变更");
  std::vector<int> numbers;
  std::string token;
  do {
    const auto page = Must(List(name, "page_size: 3 page_token: '" + token + "'"));
    for (const v1::Baseline& one : page.baselines()) numbers.push_back(one.number());
    token = page.next_page_token();
  } while (!token.empty());
  EXPECT_EQ(numbers, (std::vector<int>{3, 2, 1, 0}));
}

}  // namespace
}  // namespace yaoshi::preapproval::testing

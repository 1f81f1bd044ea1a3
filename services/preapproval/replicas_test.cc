// Two replicas on one database: the same answers, also right behind a write through either; each warning once.
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <set>

#include "services/preapproval/testing/rates_world.h"
#include "yaoshi/preapproval/v1/case.pb.h"
#include "yaoshi/preapproval/v1/procedure.pb.h"
#include "yaoshi/preapproval/v1/schedule.pb.h"
#include "yaoshi/preapproval/v1/statistics.pb.h"

namespace yaoshi::preapproval::testing {
namespace {

using rpc::testing::CityOffice;
using rpc::testing::County;

class ReplicasTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = new RatesWorld;
    other_ = new PreapprovalServer;
  }
  static void TearDownTestSuite() {
    delete other_;
    delete world_;
    other_ = nullptr;
    world_ = nullptr;
  }
  void SetUp() override { world_->NewLists(); }

  static PreapprovalServer& one() { return world_->server(); }
  static PreapprovalServer& other() { return *other_; }

  // A project on the list, with its case.
  std::string NewCase(const std::string& region, const std::string& planned_start_on) {
    const Uuid project = world_->NewProjectOf("灌区改造", region, planned_start_on);
    world_->PutOn(world_->list(), project);
    SyncOther();
    v1::OpenCaseRequest request;
    request.set_project("projects/" + project.ToString());
    request.set_opened_on("2022-01-04");
    return Must(Write<v1::Case>(other(), CityOffice(), "CaseService/OpenCase", request)).name();
  }
  // What the world itself writes carries no token.
  void SyncOther() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    other().service().engine().Kick();
    Must(other().service().engine().Sync(deadline));
  }

  // Writes through a replica; what is asked of either from then on is asked with the token of that write.
  template <class Response>
  absl::StatusOr<Response> Write(PreapprovalServer& through, const auth::Principal& who, const std::string& method,
                                 const google::protobuf::Message& request) {
    auto answer = through.Call<Response>(who, method, request);
    one().set_token(through.token());
    other().set_token(through.token());
    return answer;
  }

  // Both say the same, to the byte; what they say.
  template <class Response>
  Response Both(const auth::Principal& who, const std::string& method, const google::protobuf::Message& request) {
    const auto first = one().Call<Response>(who, method, request),
               second = other().Call<Response>(who, method, request);
    EXPECT_EQ(ReasonOr(first), ReasonOr(second)) << method;
    if (!first.ok() || !second.ok()) return Response();
    EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString()) << method << ":\n"
                                                                       << first->DebugString() << second->DebugString();
    return *first;
  }

  void ExpectTheSame(const std::string& name) {
    for (const auth::Principal& who : {CityOffice(), County("621122"), County("621123")}) {
      v1::GetCaseRequest page;
      page.set_name(name);
      Both<v1::CaseView>(who, "CaseService/GetCase", page);
      v1::CheckGateRequest gate;
      gate.set_project("projects/" + name.substr(name.find('/') + 1));
      Both<v1::CheckGateResponse>(who, "CaseService/CheckGate", gate);
      const std::string list = "list: '" + world_->list() + "' ";
      Both<v1::ListCasesResponse>(who, "CaseService/ListCases",
                                  Parse<v1::ListCasesRequest>(list + "include_total_size: true"));
      Both<v1::ListProceduresResponse>(who, "ProcedureService/ListProcedures",
                                       Parse<v1::ListProceduresRequest>(list + "rated: true include_total_size: true"));
      Both<v1::ListTasksResponse>(who, "ProcedureService/ListTasks",
                                  Parse<v1::ListTasksRequest>("department: 'organizations/-'"));
      Both<v1::CompletionRates>(who, "StatisticsService/GetCompletionRates",
                                Parse<v1::GetCompletionRatesRequest>(list + "group_by: RATE_BY_REGION"));
    }
  }

  // A move that the procedure allows, at random; nullopt when it allows none.
  std::optional<v1::MoveProcedureRequest> SomeMove(const std::string& name) {
    v1::GetCaseRequest page;
    page.set_name(name);
    const v1::CaseView view = Both<v1::CaseView>(CityOffice(), "CaseService/GetCase", page);
    const v1::Procedure& procedure = view.procedures(static_cast<int>(random_() % 4));
    if (procedure.allowed_moves().empty()) return std::nullopt;
    v1::MoveProcedureRequest request;
    request.set_name(procedure.name());
    request.set_etag(procedure.etag());
    request.set_reason("依据");
    const auto count = static_cast<uint32_t>(procedure.allowed_moves_size());
    request.set_move(procedure.allowed_moves(static_cast<int>(random_() % count)));
    if (request.move() == v1::APPROVE) {
      request.mutable_approval()->set_number("定发改〔2022〕1号");
      request.mutable_approval()->set_issuer("定西市发展和改革委员会");
    }
    return request;
  }

  static inline RatesWorld* world_ = nullptr;
  static inline PreapprovalServer* other_ = nullptr;
  std::mt19937 random_{11};
};

TEST_F(ReplicasTest, GiveTheSameAnswersRightBehindEachWriteThroughEither) {
  std::vector<std::string> names;
  for (int i = 0; i < 4; ++i) names.push_back(NewCase(i % 2 == 0 ? "621122" : "621123", "2022-09-01"));
  int moved = 0;
  for (int round = 0; round < 60; ++round) {
    const std::string& name = names[random_() % names.size()];
    const auto request = SomeMove(name);
    if (!request) continue;
    PreapprovalServer& through = random_() % 2 == 0 ? one() : other();
    moved += Write<v1::Procedure>(through, CityOffice(), "ProcedureService/MoveProcedure", *request).ok() ? 1 : 0;
    ExpectTheSame(name);
    if (round == 30) other().Restart();
  }
  EXPECT_GT(moved, 20);
  v1::SetTargetStartRequest target;
  target.set_name(names[0]);
  target.set_target_start_on("2022-10-10");
  target.set_reason("汛期避让");
  Must(Write<v1::Case>(other(), CityOffice(), "CaseService/SetTargetStart", target));
  ExpectTheSame(names[0]);
}

TEST_F(ReplicasTest, OneGoesOnWithThePagesOfTheOther) {
  std::set<std::string> names, listed;
  for (int i = 0; i < 5; ++i) names.insert(NewCase("621122", "2022-09-01"));
  auto request = Parse<v1::ListCasesRequest>("page_size: 2 list: '" + world_->list() + "'");
  for (int page = 0; page == 0 || !request.page_token().empty(); ++page) {
    PreapprovalServer& asked = page % 2 == 0 ? one() : other();
    const auto answer = Must(asked.Call<v1::ListCasesResponse>(CityOffice(), "CaseService/ListCases", request));
    for (const auto& row : answer.rows()) EXPECT_TRUE(listed.insert(row.case_().name()).second) << "twice";
    request.set_page_token(answer.next_page_token());
  }
  EXPECT_EQ(listed, names);
}

TEST_F(ReplicasTest, SayEachWarningOnceWhileTheyAreRestarted) {
  constexpr int kCases = 900;
  std::vector<Case> cases;
  for (int i = 0; i < kCases; ++i) {
    cases.push_back(world_->NewCase(Uuid::New(SystemClock()), "621122", *Date::Parse("2022-01-04")));
  }
  world_->WriteMany(cases, "P01", *Date::Parse("2022-04-11"));  // Promised by 04-18.
  const auto said = [&](const std::string& what) {
    auto rows = Must(one().session().Query("SELECT " + what +
                                           " FROM resource_version v JOIN warning w ON w.id = v.id "
                                           "WHERE v.type = 'warning' AND w.due_on = '2022-04-18'"));
    rows.Next();
    return rows.Int(1);
  };
  one().RestartWithWarnings();
  other().RestartWithWarnings();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  for (int64_t seen = 0; seen < kCases && std::chrono::steady_clock::now() < deadline;) {
    const int64_t now = said("COUNT(*)");
    if (now > seen) (random_() % 2 == 0 ? one() : other()).RestartWithWarnings();
    seen = now;
  }
  EXPECT_EQ(said("COUNT(*)"), kCases);
  EXPECT_EQ(said("COUNT(DISTINCT v.id)"), kCases);
  one().Advance(std::chrono::minutes(11));
  other().Advance(std::chrono::minutes(11));
  one().RestartWithWarnings();
  const auto scanned_again = [&] {
    auto rows = Must(one().session().Query("SELECT finished_at FROM scan WHERE name = 'warnings'"));
    return rows.Next() && rows.Time(1) >= one().now();
  };
  while (!scanned_again() && std::chrono::steady_clock::now() < deadline) {
  }
  EXPECT_TRUE(scanned_again());
  EXPECT_EQ(said("COUNT(*)"), kCases) << "another pass repeats nothing";
}

}  // namespace
}  // namespace yaoshi::preapproval::testing

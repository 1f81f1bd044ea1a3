// Starts through the API where preapproval is asked first: a preapproval that the test speaks for, and none at all.
#include <gtest/gtest.h>

#include "services/registry/testing/registry_server.h"

namespace yaoshi::registry {
namespace {

namespace pre = ::yaoshi::preapproval::v1;
using rpc::testing::CityOffice;
using rpc::testing::County;
using testing::Must;
using testing::NewProjectRequest;
using testing::ReasonOr;
using testing::RegistryServer;
using testing::WrongFields;

// Of all that preapproval offers only CheckGate is called.
template <class Response, class Request>
void Refuse(rpc::ServiceBuilder& builder, const char* method) {
  builder.Memory(method, [](rpc::Call&, const Request&) {
    return absl::StatusOr<Response>(absl::UnimplementedError("not asked for in this test"));
  });
}

std::vector<rpc::BoundService> Preapproval(const pre::CheckGateResponse& answer) {
  rpc::ServiceBuilder builder(pre::Case::descriptor()->file()->FindServiceByName("CaseService"));
  Refuse<pre::Case, pre::OpenCaseRequest>(builder, "OpenCase");
  Refuse<pre::BatchOpenCasesResponse, pre::BatchOpenCasesRequest>(builder, "BatchOpenCases");
  Refuse<pre::CaseView, pre::GetCaseRequest>(builder, "GetCase");
  Refuse<pre::ListCasesResponse, pre::ListCasesRequest>(builder, "ListCases");
  Refuse<pre::Case, pre::SetTargetStartRequest>(builder, "SetTargetStart");
  Refuse<pre::Case, pre::ReassessCaseRequest>(builder, "ReassessCase");
  Refuse<pre::ListBaselinesResponse, pre::ListBaselinesRequest>(builder, "ListBaselines");
  builder.Memory("CheckGate", [answer](rpc::Call&, const pre::CheckGateRequest&) {
    return absl::StatusOr<pre::CheckGateResponse>(answer);
  });
  std::vector<rpc::BoundService> services;
  services.push_back(builder.Finish());
  return services;
}

pre::CheckGateResponse Obstacles(std::initializer_list<pre::CheckGateResponse::Obstacle::Kind> kinds) {
  pre::CheckGateResponse answer;
  answer.set_clear(kinds.size() == 0);
  for (const auto kind : kinds) {
    auto& obstacle = *answer.add_obstacles();
    obstacle.set_kind(kind);
    obstacle.set_procedure("cases/1/procedures/P40");
    obstacle.set_explanation("施工许可证未办");
  }
  return answer;
}

// A registry in front of a preapproval that always gives the same answer.
struct World {
  explicit World(const pre::CheckGateResponse& answer, StartGateMode mode = StartGateMode::kEnforce)
      : preapproval(Preapproval(answer)), registry(Gate(preapproval.shared_channel(), mode)) {}

  StartGateOptions Gate(std::shared_ptr<rpc::Channel> channel, StartGateMode mode) {
    StartGateOptions gate;
    gate.mode = mode;
    gate.preapproval = std::move(channel);
    gate.token = [this] { return preapproval.Token(rpc::testing::ServicePrincipal("registry")); };
    return gate;
  }
  std::string Prepared() {
    v1::CreateProjectRequest request = NewProjectRequest("待开工项目", "621122", "2022-01-10");
    request.set_initial_stage(v1::PREPARING);
    return registry.Create(request).name();
  }
  absl::StatusOr<v1::Project> Start(const std::string& name, const std::string& override_reason = "",
                                    const std::string& on = "", const auth::Principal& who = CityOffice()) {
    v1::MoveProjectRequest request;
    request.set_name(name);
    request.set_move(v1::START);
    request.set_reason("开工");
    request.set_effective_on(on);
    request.set_gate_override_reason(override_reason);
    return registry.Call<v1::Project>(who, "ProjectService/MoveProject", request);
  }

  rpc::testing::TestServer preapproval;
  RegistryServer registry;
};

using Kind = pre::CheckGateResponse::Obstacle;

TEST(StartGateTest, WhatStandsInTheWayIsNamedAndNothingIsChanged) {
  World world(Obstacles({Kind::PROCEDURE_OPEN, Kind::OBLIGATION_OPEN}));
  const std::string name = world.Prepared();
  const auto refused = world.Start(name);
  EXPECT_EQ(ReasonOr(refused), "GATE_NOT_CLEAR");
  EXPECT_EQ(MetadataOf(refused.status(), "obstacles"), "2");
  EXPECT_EQ(world.registry.Get(name).stage(), v1::PREPARING);
  EXPECT_EQ(ReasonOr(world.Start(name, "", "", County("621125"))), "PROJECT_NOT_FOUND")
      << "another county learns nothing of its procedures";
}

TEST(StartGateTest, AnOverrideIsKeptInTheAuditLog) {
  World world(Obstacles({Kind::PROCEDURE_OPEN}));
  const std::string name = world.Prepared();
  EXPECT_EQ(Must(world.Start(name, "抢险工程")).stage(), v1::STARTED);
  const Uuid id = *Uuid::Parse(name.substr(name.find('/') + 1));
  const auto latest = Must(feed::LoadLatest(world.registry.session(), id));
  EXPECT_EQ(latest.author.reason, "开工；手续未齐开工：抢险工程");

  v1::MoveProjectRequest other;
  other.set_name(name);
  other.set_move(v1::BUILD);
  other.set_gate_override_reason("抢险工程");
  EXPECT_EQ(WrongFields(world.registry.Call<v1::Project>(CityOffice(), "ProjectService/MoveProject", other).status()),
            "gate_override_reason");
}

TEST(StartGateTest, WithoutACaseOnlyAStartOfTodayIsHeldUp) {
  World world(Obstacles({Kind::NO_CASE}));
  EXPECT_EQ(ReasonOr(world.Start(world.Prepared())), "GATE_NOT_CLEAR");
  EXPECT_EQ(Must(world.Start(world.Prepared(), "", "2022-03-01")).stage(), v1::STARTED);
}

TEST(StartGateTest, AWarningHoldsNobodyUp) {
  World world(Obstacles({Kind::APPROVAL_EXPIRED}), StartGateMode::kWarn);
  EXPECT_EQ(Must(world.Start(world.Prepared())).stage(), v1::STARTED);
}

TEST(StartGateTest, AClearProjectStarts) {
  World world(Obstacles({}));
  EXPECT_EQ(Must(world.Start(world.Prepared())).stage(), v1::STARTED);
}

TEST(StartGateTest, WithoutAnAnswerTheRemedyIsSaid) {
  StartGateOptions gate;
  gate.mode = StartGateMode::kEnforce;
  rpc::ChannelOptions nobody;
  nobody.target = "unix:nobody-listens-here";
  gate.preapproval = rpc::Channel::Open(nobody);
  gate.token = [] { return std::string(); };
  RegistryServer registry(gate);
  v1::CreateProjectRequest request = NewProjectRequest("无人应答", "621122", "2022-01-10");
  request.set_initial_stage(v1::PREPARING);
  v1::MoveProjectRequest move;
  move.set_name(registry.Create(request).name());
  move.set_move(v1::START);
  EXPECT_EQ(ReasonOr(registry.Call<v1::Project>(CityOffice(), "ProjectService/MoveProject", move)), "GATE_UNAVAILABLE");
  move.set_gate_override_reason("系统停机");
  EXPECT_EQ(Must(registry.Call<v1::Project>(CityOffice(), "ProjectService/MoveProject", move)).stage(), v1::STARTED);
}

}  // namespace
}  // namespace yaoshi::registry

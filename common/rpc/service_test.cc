#include "common/rpc/service.h"

#include <gtest/gtest.h>

#include "common/rpc/echo_testing.h"

namespace yaoshi::rpc {
namespace {

absl::StatusOr<Echo> FreeHandler(Call&, const GetEchoRequest&) {
  return Echo();
}

struct Handlers {
  absl::StatusOr<Echo> Get(Call&, const GetEchoRequest&) { return Echo(); }
  absl::StatusOr<Echo> Create(Call&, const CreateEchoRequest&) { return Echo(); }
  absl::Status Stream(Call&, const StreamEchoRequest&, StreamWriter&) { return absl::OkStatus(); }
};

TEST(ServiceBuilderDeathTest, EveryMethodNeedsAHandler) {
  EXPECT_DEATH(
      {
        ServiceBuilder builder(EchoServiceDescriptor());
        builder.Memory("GetEcho", &FreeHandler);
        builder.Finish();
      },
      "CreateEcho has no handler; yaoshi.testing.v1.EchoService.UpdateEcho has no handler");
}

TEST(ServiceBuilderDeathTest, EveryMethodNeedsAPermission) {
  EXPECT_DEATH(
      {
        ServiceBuilder builder(EchoServiceDescriptor("UnguardedService"));
        builder.Memory("GetEcho", &FreeHandler);
        builder.Finish();
      },
      "UnguardedService.GetEcho has no permission option");
}

TEST(ServiceBuilderDeathTest, SomeRoleMustHoldThePermission) {
  EXPECT_DEATH(
      {
        ServiceBuilder builder(EchoServiceDescriptor("MisspeltService"));
        builder.Memory("GetEcho", &FreeHandler);
        builder.Finish();
      },
      "MisspeltService.GetEcho needs project.read, which no role holds");
}

TEST(ServiceBuilderDeathTest, HandlersMustFitTheirMethods) {
  EXPECT_DEATH({ ServiceBuilder builder(nullptr); }, "no service descriptor");
  EXPECT_DEATH(
      {
        ServiceBuilder builder(EchoServiceDescriptor());
        builder.Memory("GetEcho", &FreeHandler);
        builder.Memory("GetEcho", &FreeHandler);
        builder.Memory("CreateEcho", &FreeHandler);
        builder.Memory("StreamEcho", [](Call&, const StreamEchoRequest&) -> absl::StatusOr<Echo> { return Echo(); });
        builder.Memory("Nothing", &FreeHandler);
        builder.Finish();
      },
      "GetEcho is bound twice; .*CreateEcho takes yaoshi.testing.v1.CreateEchoRequest, its handler "
      "yaoshi.testing.v1.GetEchoRequest; .*StreamEcho and its handler do not agree on streaming; Nothing is no method");
}

TEST(ServiceBuilderDeathTest, ARelayIsUnaryAndOfTheService) {
  EXPECT_DEATH(
      {
        ServiceBuilder builder(EchoServiceDescriptor());
        builder.Relay("StreamEcho", [](Call&, const google::protobuf::Message&, const RelayDone&) {});
        builder.Relay("Nothing", [](Call&, const google::protobuf::Message&, const RelayDone&) {});
        builder.Finish();
      },
      "StreamEcho and its handler do not agree on streaming; Nothing is no method");
}

TEST(ServiceBuilderTest, TakesLambdasFunctionsAndMembers) {
  Handlers handlers;
  ServiceBuilder builder(EchoServiceDescriptor());
  builder.Memory("GetEcho", &handlers, &Handlers::Get)
      .Database("CreateEcho", &handlers, &Handlers::Create)
      .Memory("UpdateEcho", [](Call&, const UpdateEchoRequest&) -> absl::StatusOr<Bytes> { return Bytes{}; })
      .Relay("RelayEcho", [](Call&, const google::protobuf::Message&, const RelayDone&) {})
      .Stream("StreamEcho", &handlers, &Handlers::Stream);
  const BoundService service = builder.Finish();
  ASSERT_EQ(service.methods.size(), 5u);
  EXPECT_EQ(service.methods[0].path, kGetEcho);
  EXPECT_EQ(service.methods[0].permission, "projects.read");
  EXPECT_EQ(service.methods[1].kind, HandlerKind::kDatabase);
  EXPECT_EQ(service.methods[3].kind, HandlerKind::kRelay);
  EXPECT_EQ(service.methods[4].kind, HandlerKind::kStream);
}

}  // namespace
}  // namespace yaoshi::rpc

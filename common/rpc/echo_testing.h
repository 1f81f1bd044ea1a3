// The echo service of these tests, with handlers that a test may replace.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/rpc/service.h"
#include "yaoshi/testing/v1/echo.pb.h"

namespace yaoshi::rpc {

using yaoshi::testing::v1::CreateEchoRequest;
using yaoshi::testing::v1::Echo;
using yaoshi::testing::v1::GetEchoRequest;
using yaoshi::testing::v1::StreamEchoRequest;
using yaoshi::testing::v1::UpdateEchoRequest;

inline constexpr char kGetEcho[] = "/yaoshi.testing.v1.EchoService/GetEcho";
inline constexpr char kCreateEcho[] = "/yaoshi.testing.v1.EchoService/CreateEcho";
inline constexpr char kUpdateEcho[] = "/yaoshi.testing.v1.EchoService/UpdateEcho";
inline constexpr char kRelayEcho[] = "/yaoshi.testing.v1.EchoService/RelayEcho";
inline constexpr char kStreamEcho[] = "/yaoshi.testing.v1.EchoService/StreamEcho";

struct EchoHandlers {
  std::function<absl::StatusOr<Echo>(Call&, const GetEchoRequest&)> get = [](Call&, const GetEchoRequest& request) {
    Echo echo;
    echo.set_text(request.text());
    return echo;
  };
  std::function<absl::StatusOr<Echo>(Call&, const CreateEchoRequest&)> create =
      [](Call&, const CreateEchoRequest& request) { return request.echo(); };
  RelayHandler relay = [](Call&, const google::protobuf::Message&, const RelayDone& done) {
    done(Echo().SerializeAsString());
  };
  std::function<absl::Status(Call&, const StreamEchoRequest&, StreamWriter&)> stream =
      [](Call&, const StreamEchoRequest& request, StreamWriter& writer) {
        Echo echo;
        echo.set_text(request.text());
        for (int i = 0; request.count() == 0 || i < request.count(); ++i) {
          if (!writer.Write(echo)) break;
        }
        return absl::OkStatus();
      };
};

inline const google::protobuf::ServiceDescriptor* EchoServiceDescriptor(const char* name = "EchoService") {
  return Echo::descriptor()->file()->FindServiceByName(name);
}

inline std::vector<BoundService> BindEcho(EchoHandlers handlers = {}) {
  ServiceBuilder builder(EchoServiceDescriptor());
  builder.Memory("GetEcho", handlers.get);
  builder.Database("CreateEcho", handlers.create);
  builder.Memory("UpdateEcho", [](Call&, const UpdateEchoRequest& request) -> absl::StatusOr<Bytes> {
    return Bytes{request.echo().SerializeAsString()};
  });
  builder.Relay("RelayEcho", handlers.relay);
  builder.Stream("StreamEcho", handlers.stream);
  std::vector<BoundService> services;
  services.push_back(builder.Finish());
  return services;
}

inline CreateEchoRequest CreateOf(std::string text) {
  CreateEchoRequest request;
  request.mutable_echo()->set_text(std::move(text));
  return request;
}

inline GetEchoRequest GetOf(std::string text) {
  GetEchoRequest request;
  request.set_text(std::move(text));
  return request;
}

}  // namespace yaoshi::rpc

#include "tests/bench/bare_echo.h"

#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <cstdio>
#include <memory>
#include <string_view>
#include <utility>

// After server_builder.h, which it needs.
#include <grpcpp/impl/codegen/server_callback_handlers.h>

#include "absl/synchronization/mutex.h"

namespace yaoshi::bench {
namespace {

class BareService : public grpc::Service {
 public:
  explicit BareService(const std::vector<EchoAnswer>& answers) {
    for (const EchoAnswer& answer : answers) Add(answer);
  }

 private:
  void Add(const EchoAnswer& answer) {
    const auto index = static_cast<size_t>(count_++);
    AddMethod(
        new grpc::internal::RpcServiceMethod(answer.method.c_str(), grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
    MarkMethodRawCallback(
        index, new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
                   [slice = grpc::Slice(answer.bytes)](grpc::CallbackServerContext* context, const grpc::ByteBuffer*,
                                                       grpc::ByteBuffer* response) {
                     *response = grpc::ByteBuffer(&slice, 1);
                     grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
                     reactor->Finish(grpc::Status::OK);
                     return reactor;
                   }));
  }

  int count_ = 0;
};

}  // namespace

int RunEcho(const std::vector<EchoAnswer>& answers) {
  // As the services' main does: without it a debug aid of Abseil costs more than the call.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  BareService service(answers);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) {
    std::fprintf(stderr, "no port is free\n");
    return 1;
  }
  std::printf("port %d\n", port);
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  server->Shutdown();
  return 0;
}

}  // namespace yaoshi::bench

// What the gate costs: a Memory handler behind it against a bare raw callback handler that returns the same bytes, in
// the same process, alternating, 5 rounds, medians (performance.md B1). Prints one JSON object.
#include <fcntl.h>
#include <fmt/format.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// After server_builder.h, which it needs.
#include <grpcpp/impl/codegen/server_callback_handlers.h>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "common/obs/log.h"
#include "common/obs/metrics.h"
#include "common/rpc/echo_testing.h"
#include "common/rpc/testing.h"
#include "common/rpc/wire.h"

namespace yaoshi::rpc {
namespace {

constexpr int kRounds = 5;
constexpr int kCallsPerRound = 20'000;
constexpr int kInFlight = 64;
constexpr size_t kAnswerBytes = 1000;  // As a project.

// The least that answers a call.
class BareService : public grpc::Service {
 public:
  explicit BareService(const std::string& answer) {
    AddMethod(new grpc::internal::RpcServiceMethod(kGetEcho, grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
    MarkMethodRawCallback(
        0, new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
               [answer](grpc::CallbackServerContext* context, const grpc::ByteBuffer*, grpc::ByteBuffer* response) {
                 *response = ToBuffer(answer);
                 grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
                 reactor->Finish(grpc::Status::OK);
                 return reactor;
               }));
  }
};

struct Measure {
  double per_second = 0;
  double cpu_micros = 0;  // Of client and server together, per call.
};

double CpuMicros() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto micros = [](const timeval& time) {
    return 1e6 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec);
  };
  return micros(usage.ru_utime) + micros(usage.ru_stime);
}

// Keeps kInFlight calls going until kCallsPerRound are done.
class Load {
 public:
  Load(Channel& channel, CallOptions options) : channel_(channel), options_(std::move(options)) {}

  Measure Run() {
    const double cpu = CpuMicros();
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < kInFlight; ++i) Next();
    done_.WaitForNotification();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    return {kCallsPerRound / seconds.count(), (CpuMicros() - cpu) / kCallsPerRound};
  }

 private:
  void Next() {
    if (started_.fetch_add(1) >= kCallsPerRound) return;
    channel_.CallBytes(kGetEcho, request_, options_, [this](Reply reply) {
      if (!reply.status.ok()) {
        std::fprintf(stderr, "%s\n", reply.status.ToString().c_str());
        std::abort();
      }
      Next();
      if (finished_.fetch_add(1) + 1 == kCallsPerRound) done_.Notify();
    });
  }

  Channel& channel_;
  const CallOptions options_;
  const std::string request_ = GetOf("018f3c5e-7b1a-7c3d-8e9f-0123456789ab").SerializeAsString();
  std::atomic<int> started_{0};
  std::atomic<int> finished_{0};
  absl::Notification done_;
};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Series {
  std::vector<double> per_second, cpu_micros;
  void Add(const Measure& measure) {
    per_second.push_back(measure.per_second);
    cpu_micros.push_back(measure.cpu_micros);
  }
};

int Main() {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // As main.cc does.
  const std::string answer(kAnswerBytes, 'x');
  EchoHandlers handlers;
  ServiceBuilder builder(EchoServiceDescriptor());
  builder.Memory("GetEcho", [&](Call&, const GetEchoRequest&) -> absl::StatusOr<Bytes> { return Bytes{answer}; });
  builder.Database("CreateEcho", handlers.create);
  builder.Memory("UpdateEcho", [](Call&, const UpdateEchoRequest&) -> absl::StatusOr<Bytes> { return Bytes{}; });
  builder.Relay("RelayEcho", [](Call&, const google::protobuf::Message&, const RelayDone& done) { done(""); });
  builder.Stream("StreamEcho", handlers.stream);
  std::vector<BoundService> services;
  services.push_back(builder.Finish());
  ServerOptions options;
  options.log = std::make_shared<obs::Log>(open("/dev/null", O_WRONLY));
  options.metrics = std::make_shared<obs::Metrics>("bench");
  testing::TestServer gated(std::move(services), std::move(options));

  BareService bare_service(answer);
  grpc::ServerBuilder bare_builder;
  int bare_port = 0;
  bare_builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &bare_port);
  bare_builder.RegisterService(&bare_service);
  const std::unique_ptr<grpc::Server> bare = bare_builder.BuildAndStart();
  const auto bare_channel =
      Channel::Open({.target = "127.0.0.1:" + std::to_string(bare_port), .tls = {}, .keepalive_without_calls = false});

  const CallOptions call = gated.As(testing::CityOffice());  // Both carry the same metadata.
  Series gate_series, bare_series;
  for (int round = -1; round < kRounds; ++round) {
    const Measure bare_measure = Load(*bare_channel, call).Run();
    const Measure gate_measure = Load(gated.channel(), call).Run();
    if (round < 0) continue;  // Warm-up.
    bare_series.Add(bare_measure);
    gate_series.Add(gate_measure);
  }
  const double bare_rps = Median(bare_series.per_second), gate_rps = Median(gate_series.per_second);
  const double bare_cpu = Median(bare_series.cpu_micros), gate_cpu = Median(gate_series.cpu_micros);
  fmt::print(R"({{"bare_per_second":{:.0f},"gate_per_second":{:.0f},"ratio":{:.3f},)"
             R"("bare_cpu_micros":{:.2f},"gate_cpu_micros":{:.2f},"gate_cost_micros":{:.2f}}})"
             "\n",
             bare_rps, gate_rps, gate_rps / bare_rps, bare_cpu, gate_cpu, gate_cpu - bare_cpu);
  bare->Shutdown();
  return 0;
}

}  // namespace
}  // namespace yaoshi::rpc

int main() {
  return yaoshi::rpc::Main();
}

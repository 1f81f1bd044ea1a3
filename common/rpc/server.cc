#include "common/rpc/server.h"

#include <fmt/format.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <atomic>
#include <mutex>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/rpc/gate.h"
#include "common/rpc/tls.h"
#include "common/rpc/transport.h"
#include "common/status/status.h"

namespace yaoshi::rpc {
namespace {

constexpr int kMaxRequestBytes = 4 << 20;
// Memory of all connections' buffers together.
constexpr size_t kQuotaBytes = size_t{256} << 20;
constexpr int kQuotaThreads = 64;
constexpr int kConcurrentStreams = 256;  // Per connection.
constexpr int kMaxMetadataBytes = 16 << 10;
// A new replica is found when clients connect anew. gRPC spreads the age by ±10 % itself.
constexpr int kMaxConnectionAgeMillis = 180'000;
constexpr int kMaxConnectionAgeGraceMillis = 30'000;
// Clients ping every 25 s (client.cc); more often than this is too_many_pings.
constexpr int kMinPingIntervalMillis = 10'000;
constexpr int kKeepaliveMillis = 60'000;
constexpr int kKeepaliveTimeoutMillis = 10'000;
// When no call arrived for so long, callers have turned away.
constexpr std::chrono::milliseconds kQuiet{100};

void SetLimits(grpc::ServerBuilder& builder) {
  grpc::ResourceQuota quota("yaoshi");
  quota.Resize(kQuotaBytes).SetMaxThreads(kQuotaThreads);
  builder.SetResourceQuota(quota);
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kConcurrentStreams);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, kMaxConnectionAgeMillis);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, kMaxConnectionAgeGraceMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kMinPingIntervalMillis);
  // Two servers on one port would hide from each other.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Only reflection is synchronous; it needs no more.
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MIN_POLLERS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MAX_POLLERS, 1);
}

}  // namespace

struct Server::State {
  explicit State(ServerOptions options) : gate(std::move(options)) {}

  Gate gate;
  std::vector<std::unique_ptr<GatedService>> services;
  std::unique_ptr<grpc::Server> server;
  int port = 0;
  std::atomic<bool> serving{false};
  std::once_flag drained;

  absl::Status AddServices(grpc::ServerBuilder& builder, std::vector<BoundService> bound) {
    for (BoundService& service : bound) {
      std::vector<std::unique_ptr<GatedMethod>> methods;
      for (BoundMethod& method : service.methods) {
        ASSIGN_OR_RETURN(std::unique_ptr<GatedMethod> gated, gate.Prepare(std::move(method)));
        methods.push_back(std::move(gated));
      }
      services.push_back(std::make_unique<GatedService>(gate, std::move(methods)));
      builder.RegisterService(services.back().get());
    }
    return absl::OkStatus();
  }

  void SetServing(bool value) {
    serving = value;
    server->GetHealthCheckService()->SetServingStatus(value);
  }

  // Serves on until no call arrives any more: callers that watch health turn away at once.
  void Linger() const {
    const auto end = std::chrono::steady_clock::now() + gate.options().linger;
    uint64_t seen = 0;
    do {
      seen = gate.arrivals();
      if (std::chrono::steady_clock::now() + kQuiet > end) return;
      absl::SleepFor(absl::FromChrono(kQuiet));
    } while (gate.arrivals() != seen);
  }

  void Drain() {
    SetServing(false);
    gate.CancelStreams();
    Linger();
    // Sends GOAWAY, refuses new calls, waits for running ones, then cancels those that are left.
    server->Shutdown(std::chrono::system_clock::now() + gate.options().drain);
    server->Wait();
    gate.StopWorkers();
  }
};

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options, std::vector<BoundService> services) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  auto state = std::make_unique<State>(std::move(options));
  const ServerOptions& chosen = state->gate.options();
  grpc::ServerBuilder builder;
  SetLimits(builder);
  builder.AddListeningPort(chosen.address, ServerCredentialsOf(chosen.tls), &state->port);
  RETURN_IF_ERROR(state->AddServices(builder, std::move(services)));
  state->server = builder.BuildAndStart();
  if (state->server == nullptr || state->port == 0) {
    return Error(absl::StatusCode::kUnavailable, "ADDRESS_UNUSABLE",
                 fmt::format("Cannot listen on {}; choose a free address.", chosen.address));
  }
  state->SetServing(chosen.serving);
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  Drain();
}

int Server::port() const {
  return state_->port;
}

void Server::SetServing(bool serving) {
  state_->SetServing(serving);
}

bool Server::serving() const {
  return state_->serving;
}

void Server::Drain() {
  std::call_once(state_->drained, [this] { state_->Drain(); });
}

}  // namespace yaoshi::rpc

#include "common/rpc/main.h"

#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>
#include <grpc/grpc.h>
#include <grpc/support/log.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <utility>

#include "absl/synchronization/mutex.h"

namespace yaoshi::rpc {
namespace {

// gRPC logs through a plain function. Set while a service runs, so that its lines are JSON like all others.
std::atomic<obs::Log*> grpc_log{nullptr};

void LogFromGrpc(gpr_log_func_args* line) {
  obs::Log* log = grpc_log.load();
  if (log == nullptr || line->severity < GPR_LOG_SEVERITY_ERROR) return;
  log->Event(obs::Severity::kWarning, "gRPC says something.", {{"text", line->message}});
}

// protobuf complains on stderr about requests that it refuses; the gate answers and logs those.
void IgnoreProtobuf(google::protobuf::LogLevel, const char*, int, const std::string&) {}

sigset_t EndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

// Blocks the ending signals in this thread and all that it starts; a write to a closed pipe is an error, no death.
void PrepareSignals() {
  const sigset_t signals = EndSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

// After this a further signal ends the process at once.
void AwaitEnd() {
  const sigset_t signals = EndSignals();
  int received = 0;
  sigwait(&signals, &received);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  constexpr int kWrongConfiguration = 2;
  return status.code() == absl::StatusCode::kInvalidArgument ? kWrongConfiguration : 1;
}

ServerOptions OptionsOf(const config::ServerConfig& config) {
  ServerOptions options;
  options.address = config.address;
  options.workers = config.workers;
  options.queue_limit = config.queue_limit;
  options.stream_limit = config.stream_limit;
  options.drain = std::chrono::seconds(config.drain_seconds);
  options.tls = {config.tls_certificate, config.tls_key, config.tls_authority};
  options.allowed_peers = config.allowed_peers;
  return options;
}

}  // namespace

struct ServiceMain::State {
  State(std::string name, std::string about, bool with_database)
      : program(std::move(name)), needs_database(with_database), flags(program, std::move(about)) {
    config.AddTo(flags, needs_database);
  }

  const std::string program;
  const bool needs_database;
  config::Flags flags;
  config::ServerConfig config;
  std::function<bool()> errand_wanted;
  std::function<absl::Status(const config::ServerConfig&)> errand;

  bool errand_asked() const { return errand_wanted && errand_wanted(); }

  absl::Status Configure(int argc, char** argv) {
    const absl::Status parsed = flags.Parse(argc, argv);
    if (parsed.code() == absl::StatusCode::kCancelled) return parsed;
    std::vector<std::string> problems = errand_asked() ? config.DatabaseProblems() : config.Problems(needs_database);
    if (!parsed.ok()) problems.insert(problems.begin(), std::string(parsed.message()));
    return config::ConfigProblems(problems);
  }

  absl::StatusOr<std::unique_ptr<obs::MetricsServer>> StartMetrics(const Startup& up, Server& server) const {
    std::unique_ptr<obs::MetricsServer> metrics;
    if (config.metrics_address.empty()) return metrics;
    const absl::Status status = obs::MetricsServer::Start(
        config.metrics_address, up.metrics, [&server] { return server.serving(); }, &metrics);
    if (!status.ok()) return status;
    return metrics;
  }

  absl::Status Serve(Startup& up) const {
    absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(std::move(up.options), std::move(up.services));
    if (!server.ok()) return server.status();
    auto metrics = StartMetrics(up, **server);
    if (!metrics.ok()) return metrics.status();
    if (up.started) {
      if (absl::Status status = up.started(**server); !status.ok()) return status;
    }
    up.log->Event(obs::Severity::kInfo, "Serving.", {{"address", config.address}, {"program", program}});
    AwaitEnd();
    up.log->Event(obs::Severity::kInfo, "Draining.");
    (*server)->Drain();
    return absl::OkStatus();
  }

  absl::Status RunWired(const std::function<absl::Status(Startup&)>& wire) const {
    auto verifier = auth::TokenVerifier::FromDirectory(config.trusted_keys_dir);
    if (!verifier.ok()) return verifier.status();
    Startup up{config,
               std::make_shared<obs::Log>(STDERR_FILENO),
               std::make_shared<obs::Metrics>(program),
               OptionsOf(config),
               {},
               nullptr,
               nullptr};
    up.options.verifier = std::make_shared<auth::TokenVerifier>(*std::move(verifier));
    up.options.log = up.log;
    up.options.metrics = up.metrics;
    grpc_log = up.log.get();
    gpr_set_log_function(&LogFromGrpc);
    google::protobuf::SetLogHandler(&IgnoreProtobuf);
    absl::Status status = wire(up);
    if (status.ok()) status = Serve(up);
    if (up.stopped) up.stopped();
    grpc_log = nullptr;
    return status;
  }
};

ServiceMain::ServiceMain(std::string program, std::string about, bool needs_database)
    : state_(std::make_unique<State>(std::move(program), std::move(about), needs_database)) {}
ServiceMain::~ServiceMain() = default;

config::Flags& ServiceMain::flags() {
  return state_->flags;
}

int ServiceMain::Run(int argc, char** argv, const std::function<absl::Status(Startup&)>& wire) {
  const absl::Status configured = state_->Configure(argc, argv);
  if (configured.code() == absl::StatusCode::kCancelled) {
    std::fprintf(stdout, "%s", std::string(configured.message()).c_str());
    return 0;
  }
  if (!configured.ok()) return Fail(configured);
  if (state_->errand_asked()) {
    const absl::Status done = state_->errand(state_->config);
    return done.ok() ? 0 : Fail(done);
  }
  // Debian's Abseil looks for deadlocks at every lock of ours and of gRPC: about 5 % of a call's CPU. Tests keep that.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  PrepareSignals();
  grpc_init();  // Never shut down: with the last server gone that takes up to 10 s now and then.
  const absl::Status status = state_->RunWired(wire);
  return status.ok() ? 0 : Fail(status);
}

void ServiceMain::Errand(std::function<bool()> wanted, std::function<absl::Status(const config::ServerConfig&)> work) {
  state_->errand_wanted = std::move(wanted);
  state_->errand = std::move(work);
}

int ServiceMain::RunService(int argc, char** argv, std::string program, std::string about, bool needs_database,
                            const std::function<absl::Status(Startup&)>& wire) {
  return ServiceMain(std::move(program), std::move(about), needs_database).Run(argc, argv, wire);
}

}  // namespace yaoshi::rpc

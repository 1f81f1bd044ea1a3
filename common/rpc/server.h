// The gRPC server of one process: health, reflection, and every bound service behind one gate (architecture §3).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/auth/token.h"
#include "common/calendar/clock.h"
#include "common/rpc/service.h"

namespace yaoshi::obs {
class Log;
class Metrics;
}  // namespace yaoshi::obs

namespace yaoshi::rpc {

// Makes the database session of one worker, on the worker's thread. A factory that returns a unique_ptr fits.
using SessionFactory = std::function<std::shared_ptr<db::Session>()>;

// Calls `ready` once this replica's memory has what `token` stands for, or with an error when `deadline` comes first
// or the token is malformed. Must not block; `ready` may be called at once or from any thread, exactly once.
using WaitForToken = std::function<void(std::string token, std::chrono::steady_clock::time_point deadline,
                                        std::function<void(absl::Status)> ready)>;

// Mutual TLS. All three files or none; rotated files are read again without a restart.
struct TlsFiles {
  std::string certificate;
  std::string key;
  std::string authority;
  bool enabled() const { return !certificate.empty(); }
};

struct ServerOptions {
  std::string address = "127.0.0.1:0";  // host:port; port 0 takes a free one.
  int workers = 8;                      // Database handlers at a time; each worker owns one session.
  int queue_limit = 256;                // Calls that wait for a worker; more are refused with RESOURCE_EXHAUSTED.
  int stream_limit = 32;                // Streams at a time, each on a thread of its own.
  std::chrono::seconds drain{20};       // How long Drain() lets running calls finish.
  // How long Drain() goes on serving at most while callers turn away, because gRPC itself answers a call that meets
  // a closing server with CANCELLED. Ends as soon as no call arrives.
  std::chrono::milliseconds linger{2000};
  bool serving = true;  // Health at start; false until SetServing(true) for a service that loads.

  const Clock* clock = nullptr;  // Null: SystemClock().
  std::shared_ptr<const auth::TokenVerifier> verifier;
  std::shared_ptr<obs::Metrics> metrics;  // Null: none are kept.
  std::shared_ptr<obs::Log> log;          // Null: nothing is logged.

  // Without a session factory Database handlers run without a session.
  SessionFactory session_factory;
  // What a worker's thread holds from its start to its end, made before its session: db::ThreadScope.
  std::function<std::shared_ptr<void>()> thread_scope;
  // Without it, consistency tokens are ignored.
  WaitForToken wait_for_token;

  TlsFiles tls;
  std::vector<std::string>
      allowed_peers;  // With TLS: subject alternative names that may call. Empty: any that verifies.
};

class Server {
 public:
  // Binds the port, starts workers, serves.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options, std::vector<BoundService> services);
  // Drains.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const;
  // What grpc.health.v1 answers.
  void SetServing(bool serving);
  bool serving() const;

  // Unready → callers turn away → stop accepting → streams are told to end → running and queued calls finish → close.
  // Returns within the drain time; calls still running then are cancelled. The second call waits for the first.
  void Drain();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace yaoshi::rpc

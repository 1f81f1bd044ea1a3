// What every service's main does besides wiring: flags, log, metrics, signals, drain.
//
//   int main(int argc, char** argv) {
//     yaoshi::rpc::ServiceMain service("yaoshi-registry", "Projects, lists and the directory.",
//     /*needs_database=*/true); service.flags().String("city", "Region code of the city", &city); return
//     service.Run(argc, argv, [&](yaoshi::rpc::Startup& up) -> absl::Status {
//       up.options.session_factory = …;
//       up.services.push_back(…);
//       return absl::OkStatus();
//     });
//   }
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/config/server_config.h"
#include "common/obs/log.h"
#include "common/obs/metrics.h"
#include "common/rpc/server.h"

namespace yaoshi::rpc {

// What `wire` fills before the server starts.
struct Startup {
  const config::ServerConfig& config;
  std::shared_ptr<obs::Log> log;
  std::shared_ptr<obs::Metrics> metrics;
  ServerOptions options;               // Filled from config; add the database and wait_for_token.
  std::vector<BoundService> services;  //
  // Runs once the port is bound; set options.serving = false and call server.SetServing(true) here (or later, from a
  // loader's thread) when the service is not ready at once.
  std::function<absl::Status(Server&)> started;
  // Runs after the drain: stop background threads here.
  std::function<void()> stopped;
};

class ServiceMain {
 public:
  ServiceMain(std::string program, std::string about, bool needs_database);
  ~ServiceMain();

  // For the service's own flags.
  config::Flags& flags();

  // Parses, validates, wires, serves until SIGTERM or SIGINT, drains. Returns the exit code: 0 after a drain or
  // --help, 2 for a wrong configuration, 1 for anything else. A second signal ends the process at once.
  int Run(int argc, char** argv, const std::function<absl::Status(Startup&)>& wire);

  // Work that ends the process instead of serving (--migrate): when `wanted` after parsing, only the database's flags
  // are demanded and `work` runs. Its error is printed and gives exit code 1.
  void Errand(std::function<bool()> wanted, std::function<absl::Status(const config::ServerConfig&)> work);

  // Run() as a call: for services without flags of their own.
  static int RunService(int argc, char** argv, std::string program, std::string about, bool needs_database,
                        const std::function<absl::Status(Startup&)>& wire);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace yaoshi::rpc

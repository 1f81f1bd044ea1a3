// The registry put together: memory, feed engine, handlers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/db/session.h"
#include "common/feed/engine.h"
#include "common/obs/log.h"
#include "common/page/page_token.h"
#include "common/rpc/server.h"
#include "services/registry/gate_client.h"

namespace yaoshi::registry {

struct RegistryOptions {
  db::Options database;
  const Clock* clock = nullptr;
  std::string page_key;                     // 32 secret bytes that all replicas share.
  std::shared_ptr<obs::Log> log = nullptr;  // Null: nothing is logged.
  StartGateOptions gate = {};               // What is asked before a start is entered.
};

class RegistryService {
 public:
  static absl::StatusOr<std::unique_ptr<RegistryService>> Create(RegistryOptions options);
  ~RegistryService();

  // The bound services; this must outlive the server.
  std::vector<rpc::BoundService> Bind();
  // Fills memory, then follows the feed and works on imports. Blocks until memory is full.
  absl::Status Start();
  void Stop();

  feed::Engine& engine();
  // For ServerOptions.
  rpc::SessionFactory session_factory() const;
  rpc::WaitForToken wait_for_token();

 private:
  struct State;
  explicit RegistryService(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace yaoshi::registry

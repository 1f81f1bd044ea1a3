// Preapproval put together: memory, feed engine, handlers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/auth/principal.h"
#include "common/db/session.h"
#include "common/feed/engine.h"
#include "common/obs/log.h"
#include "common/page/page_token.h"
#include "common/rpc/client.h"
#include "common/rpc/server.h"
#include "services/preapproval/domain/warning.h"
#include "services/preapproval/store/copy_store.h"

namespace yaoshi::preapproval {

struct PreapprovalOptions {
  db::Options database;
  const Clock* clock = nullptr;
  std::string page_key;  // 32 secret bytes that all replicas share.
  // Registry, whose feed is followed, and this service's own token for it. Null: nothing is followed.
  std::shared_ptr<rpc::Channel> registry = nullptr;
  std::function<std::string()> token = nullptr;
  // A token for a person, for what this service does for them at the registry.
  std::function<std::string(const auth::Principal& person)> token_for = nullptr;
  std::shared_ptr<obs::Log> log = nullptr;
  std::optional<WarningRule> warnings = std::nullopt;  // nullopt: this replica does not look for what is late.
};

class PreapprovalService {
 public:
  static absl::StatusOr<std::unique_ptr<PreapprovalService>> Create(PreapprovalOptions options);
  ~PreapprovalService();

  // The bound services; this must outlive the server.
  std::vector<rpc::BoundService> Bind();
  // Fills memory, then follows the feed. Blocks until memory is full.
  absl::Status Start();
  void Stop();

  feed::Engine& engine();
  // Until which time registry's facts are known here.
  Timestamp facts_time() const;
  // What follows a copy of registry's projects, in the same transaction.
  ProjectsCopied projects_copied();
  // For ServerOptions.
  rpc::SessionFactory session_factory() const;
  rpc::WaitForToken wait_for_token();

 private:
  struct State;
  explicit PreapprovalService(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace yaoshi::preapproval

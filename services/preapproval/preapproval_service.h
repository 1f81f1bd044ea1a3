// Preapproval put together: memory, feed engine, handlers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/auth/principal.h"
#include "common/rpc/client.h"
#include "common/service/service.h"
#include "services/preapproval/domain/warning.h"
#include "services/preapproval/store/copy_store.h"

namespace yaoshi::preapproval {

struct PreapprovalOptions {
  // Registry, whose feed is followed, and this service's own token for it. Null: nothing is followed.
  std::shared_ptr<rpc::Channel> registry = nullptr;
  std::function<std::string()> token = nullptr;
  // A token for a person, for what this service does for them at the registry.
  std::function<std::string(const auth::Principal& person)> token_for = nullptr;
  std::optional<WarningRule> warnings = std::nullopt;  // nullopt: this replica does not look for what is late.
};

class PreapprovalService : public service::Service {
 public:
  static absl::StatusOr<std::unique_ptr<PreapprovalService>> Create(service::Foundation foundation,
                                                                    PreapprovalOptions options);
  ~PreapprovalService() override;

  std::vector<rpc::BoundService> Bind() override;
  absl::Status Start() override;
  void Stop() override;
  feed::Engine& engine() override;
  // Until which time registry's facts are known here.
  Timestamp facts_time() const;
  // What follows a copy of registry's projects, in the same transaction.
  ProjectsCopied projects_copied();

 private:
  struct State;
  explicit PreapprovalService(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace yaoshi::preapproval

// The registry put together: memory, feed engine, handlers.
#pragma once

#include <memory>
#include <vector>

#include "common/service/service.h"
#include "services/registry/gate_client.h"

namespace yaoshi::registry {

class RegistryService : public service::Service {
 public:
  // `gate` is asked before a start is entered.
  static absl::StatusOr<std::unique_ptr<RegistryService>> Create(service::Foundation foundation,
                                                                 StartGateOptions gate = {});
  ~RegistryService() override;

  std::vector<rpc::BoundService> Bind() override;
  absl::Status Start() override;
  void Stop() override;
  feed::Engine& engine() override;

 private:
  struct State;
  explicit RegistryService(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace yaoshi::registry

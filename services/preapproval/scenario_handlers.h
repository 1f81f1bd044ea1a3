// ScenarioService: what would be if, applied or dropped.
#pragma once

#include "absl/status/statusor.h"
#include "common/rpc/service.h"
#include "services/preapproval/context.h"
#include "yaoshi/preapproval/v1/scenario.pb.h"

namespace yaoshi::preapproval {

class ScenarioHandlers {
 public:
  // `context` outlives the handlers.
  explicit ScenarioHandlers(const Context& context) : context_(context) {}

  // This must outlive the server.
  rpc::BoundService Bind();

 private:
  absl::StatusOr<v1::Scenario> CreateScenario(rpc::Call& call, const v1::CreateScenarioRequest& request);
  absl::StatusOr<v1::Scenario> GetScenario(rpc::Call& call, const v1::GetScenarioRequest& request);
  absl::StatusOr<v1::ListScenariosResponse> ListScenarios(rpc::Call& call, const v1::ListScenariosRequest& request);
  absl::StatusOr<v1::Scenario> ApplyScenario(rpc::Call& call, const v1::ApplyScenarioRequest& request);
  absl::StatusOr<v1::Scenario> DropScenario(rpc::Call& call, const v1::DropScenarioRequest& request);

  const Context& context_;
};

}  // namespace yaoshi::preapproval

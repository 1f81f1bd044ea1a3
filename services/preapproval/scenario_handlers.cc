#include "services/preapproval/scenario_handlers.h"

#include <algorithm>

#include "common/status/status.h"
#include "services/preapproval/errors.h"
#include "services/preapproval/scenario_applier.h"
#include "services/preapproval/scenario_convert.h"
#include "services/preapproval/scenario_counter.h"
#include "services/preapproval/store/scenario_cases.h"

namespace yaoshi::preapproval {
namespace {

// A scenario that is to be closed. SCENARIO_NOT_FOUND, SCENARIO_CLOSED.
absl::StatusOr<v1::Scenario> LoadOpen(const rpc::Call& call, db::Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(v1::Scenario scenario, Scenarios().Load(call, session, name));
  if (scenario.state() != v1::Scenario::OPEN) return ScenarioClosed(name);
  return scenario;
}

bool ChangesLimits(const v1::Scenario& scenario) {
  return std::any_of(scenario.changes().begin(), scenario.changes().end(),
                     [](const v1::ScenarioChange& change) { return change.limit_percent() != 0; });
}

}  // namespace

rpc::BoundService ScenarioHandlers::Bind() {
  rpc::ServiceBuilder builder(v1::Scenario::descriptor()->file()->FindServiceByName("ScenarioService"));
  builder.Database("CreateScenario", this, &ScenarioHandlers::CreateScenario)
      .Database("GetScenario", this, &ScenarioHandlers::GetScenario)
      .Database("ListScenarios", this, &ScenarioHandlers::ListScenarios)
      .Database("ApplyScenario", this, &ScenarioHandlers::ApplyScenario)
      .Database("DropScenario", this, &ScenarioHandlers::DropScenario);
  return builder.Finish();
}

absl::StatusOr<v1::Scenario> ScenarioHandlers::CreateScenario(rpc::Call& call,
                                                              const v1::CreateScenarioRequest& request) {
  ASSIGN_OR_RETURN(const std::optional<v1::Scenario> earlier, context_.writer.Replay<v1::Scenario>(call));
  if (earlier) return *earlier;
  RETURN_IF_ERROR(context_.writer.engine().Sync(call.deadline()));
  ASSIGN_OR_RETURN(CountedScenario counted, CountScenario(context_, call, request));
  v1::Scenario& scenario = counted.scenario;
  if (request.validate_only()) return scenario;
  scenario.set_state(v1::Scenario::OPEN);
  return Scenarios().Create(context_.writer, call, {request.title(), false}, std::move(scenario), Pack(counted.cases));
}

absl::StatusOr<v1::Scenario> ScenarioHandlers::GetScenario(rpc::Call& call, const v1::GetScenarioRequest& request) {
  return Scenarios().Get(call, request.name());
}

absl::StatusOr<v1::ListScenariosResponse> ScenarioHandlers::ListScenarios(rpc::Call& call,
                                                                          const v1::ListScenariosRequest& request) {
  v1::ListScenariosResponse response;
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(),
                   Scenarios().List(context_, call, request, *response.mutable_scenarios()));
  return response;
}

absl::StatusOr<v1::Scenario> ScenarioHandlers::ApplyScenario(rpc::Call& call, const v1::ApplyScenarioRequest& request) {
  ASSIGN_OR_RETURN(const std::optional<v1::Scenario> earlier, context_.writer.Replay<v1::Scenario>(call));
  if (earlier) return *earlier;
  ASSIGN_OR_RETURN(const v1::Scenario scenario, LoadOpen(call, call.session(), request.name()));
  if (ChangesLimits(scenario)) return ScenarioChangesLimits();
  RETURN_IF_ERROR(context_.writer.engine().Sync(call.deadline()));
  return preapproval::ApplyScenario(context_, call, request.reason(), scenario);
}

absl::StatusOr<v1::Scenario> ScenarioHandlers::DropScenario(rpc::Call& call, const v1::DropScenarioRequest& request) {
  return context_.writer.Transact<v1::Scenario>(call, {}, [&](feed::Tx& tx) -> absl::StatusOr<v1::Scenario> {
    ASSIGN_OR_RETURN(const v1::Scenario scenario, LoadOpen(call, tx.session(), request.name()));
    v1::Scenario dropped = Closed(call, scenario, v1::Scenario::DROPPED);
    ASSIGN_OR_RETURN(const Uuid id, Scenarios().IdOf(request.name()));
    RETURN_IF_ERROR(Scenarios().store.DeleteCases(tx.session(), id));
    tx.Put(Scenarios().NextVersion(dropped));
    return dropped;
  });
}

}  // namespace yaoshi::preapproval

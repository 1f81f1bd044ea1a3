#include "services/preapproval/scenario_handlers.h"

#include <algorithm>

#include "common/page/page_size.h"
#include "common/status/status.h"
#include "services/preapproval/errors.h"
#include "services/preapproval/scenario_applier.h"
#include "services/preapproval/scenario_convert.h"
#include "services/preapproval/scenario_counter.h"

namespace yaoshi::preapproval {
namespace {

// The newest version of a scenario that `may` the caller. SCENARIO_NOT_FOUND.
absl::StatusOr<v1::Scenario> Load(const rpc::Call& call, db::Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(const Uuid id, ParseScenarioName(name));
  const auto stored = feed::LoadLatest(session, id);
  v1::Scenario scenario;
  const bool found = stored.ok() && stored->type == "scenario" && scenario.ParseFromString(stored->body);
  if (!stored.ok() && ReasonOf(stored.status()) != "VERSION_NOT_FOUND") return stored.status();
  if (!found || !call.MayTouch(scenario.region(), "")) return ScenarioNotFound(name);
  return scenario;
}

// The same, to be closed. SCENARIO_CLOSED.
absl::StatusOr<v1::Scenario> LoadOpen(const rpc::Call& call, db::Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(v1::Scenario scenario, Load(call, session, name));
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
  const Uuid id = Uuid::New(SystemClock());
  scenario.set_name(ScenarioName(id));
  scenario.set_state(v1::Scenario::OPEN);
  scenario.set_create_time(call.now().ToString());
  scenario.set_create_account(call.principal().account);
  v1::Scenario comparisons;
  *comparisons.mutable_comparisons() = scenario.comparisons();
  return context_.writer.Transact<v1::Scenario>(
      call, {request.title(), false}, [&](feed::Tx& tx) -> absl::StatusOr<v1::Scenario> {
        tx.Put(VersionOf(scenario, 1));
        RETURN_IF_ERROR(InsertScenario(tx.session(), id, tx.change_set(), scenario.region(),
                                       comparisons.SerializeAsString(), counted.cases));
        return scenario;
      });
}

absl::StatusOr<v1::Scenario> ScenarioHandlers::GetScenario(rpc::Call& call, const v1::GetScenarioRequest& request) {
  ASSIGN_OR_RETURN(v1::Scenario scenario, Load(call, call.session(), request.name()));
  ASSIGN_OR_RETURN(const Uuid id, ParseScenarioName(request.name()));
  ASSIGN_OR_RETURN(const std::string comparisons, LoadScenarioComparisons(call.session(), id));
  scenario.MergeFromString(comparisons);
  return scenario;
}

absl::StatusOr<v1::ListScenariosResponse> ScenarioHandlers::ListScenarios(rpc::Call& call,
                                                                          const v1::ListScenariosRequest& request) {
  ScenarioQuery query;
  ASSIGN_OR_RETURN(const int size, PageSize(request.page_size()));
  ASSIGN_OR_RETURN(query.region, ScopeOf(call, request.region()));
  const PageScope scope{call.method(), query.region, "", "", "", "", PrincipalScope(call)};
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(const PagePosition position, context_.tokens.Decode(scope, request.page_token()));
    query.after = position.id;
  }
  query.limit = size + 1;
  ASSIGN_OR_RETURN(std::vector<ScenarioRow> rows, preapproval::ListScenarios(call.session(), query));
  v1::ListScenariosResponse response;
  if (rows.size() > static_cast<size_t>(size)) {
    rows.pop_back();
    response.set_next_page_token(context_.tokens.Encode(scope, {{}, rows.back().id}));
  }
  for (const ScenarioRow& row : rows) response.add_scenarios()->ParseFromString(row.body);
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
    ASSIGN_OR_RETURN(const Uuid id, ParseScenarioName(request.name()));
    RETURN_IF_ERROR(DeleteScenarioCases(tx.session(), id));
    tx.Put(VersionOf(dropped, 2));
    return dropped;
  });
}

}  // namespace yaoshi::preapproval

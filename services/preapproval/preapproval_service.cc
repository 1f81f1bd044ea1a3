#include "services/preapproval/preapproval_service.h"

#include <algorithm>
#include <optional>

#include "common/feed/feed_service.h"
#include "common/feed/transact.h"
#include "common/import/import_runner.h"
#include "common/import/operation_handlers.h"
#include "common/resource/memory.h"
#include "services/preapproval/case_follower.h"
#include "services/preapproval/case_handlers.h"
#include "services/preapproval/case_migration_handlers.h"
#include "services/preapproval/context.h"
#include "services/preapproval/delegation_handlers.h"
#include "services/preapproval/figure_handlers.h"
#include "services/preapproval/importer/procedure_import.h"
#include "services/preapproval/memory.h"
#include "services/preapproval/procedure_handlers.h"
#include "services/preapproval/procedure_import_handlers.h"
#include "services/preapproval/procedure_type_handlers.h"
#include "services/preapproval/registry_follower.h"
#include "services/preapproval/scenario_handlers.h"
#include "services/preapproval/schedule_handlers.h"
#include "services/preapproval/statistics_handlers.h"
#include "services/preapproval/store/case_store.h"
#include "services/preapproval/template_handlers.h"
#include "services/preapproval/warning_scanner.h"
#include "services/preapproval/work_calendar_handlers.h"

namespace yaoshi::preapproval {
namespace {

// The first day that changes may alter for those who read cases, procedures and rates; nullopt when none. The catalogue
// counts every day.
std::optional<Date> AlteredFrom(const std::vector<feed::Change>& changes) {
  std::optional<Date> first;
  for (const feed::Change& change : changes) {
    const bool dated = change.type == "case" || change.type == "procedure" || change.type == "project_copy" ||
                       change.type == "entry_copy";
    const bool always = change.type == "list_copy" || change.type == "procedure_type" || change.type == "template" ||
                        change.type == "work_calendar";
    if (dated || always)
      first = std::min(first.value_or(Date::FromDays(INT32_MAX)), always ? Date() : change.effective_on);
  }
  return first;
}

}  // namespace

// In order of construction: what stands below uses what stands above.
struct PreapprovalService::State {
  State(service::Foundation laid, PreapprovalOptions given, PageTokens page_tokens)
      : foundation(std::move(laid)),
        options(std::move(given)),
        tokens(page_tokens),
        resources(SmallTypes()),
        memory(resources),
        engine(
            {foundation.database, foundation.clock, [this](const auto& changes) { Apply(changes); }, kCaseSideTables}),
        writer(engine) {}

  void Apply(const std::vector<feed::Change>& changes) {
    memory.Apply(changes);
    // After memory, whose catalogue the past is counted with, too.
    if (const std::optional<Date> from = AlteredFrom(changes)) days.Changed(*from);
  }

  const service::Foundation foundation;
  const PreapprovalOptions options;
  const PageTokens tokens;
  resource::ResourceMemory resources;
  Memory memory;
  DayGenerations days;
  feed::Engine engine;
  feed::Writer writer;
  const Context context{memory, writer, tokens, foundation.database};
  WorkCalendarHandlers calendars{context};
  ProcedureTypeHandlers procedure_types{context};
  TemplateHandlers templates{context};
  DelegationHandlers delegations{context};
  PastBooks past_books{context, days};
  CaseHandlers cases{context, past_books};
  ProcedureHandlers procedures{context, past_books};
  ScheduleHandlers schedules{context};
  ScenarioHandlers scenarios{context};
  CaseMigrationHandlers case_migrations{context};
  PastRates past_rates{context, days};
  StatisticsHandlers statistics{context, past_rates};
  FigureHandlers figures{context, past_rates};
  const RegistryFiles files{options.registry, options.token_for};
  imports::ImportRunner runner{foundation.database,
                               [this](db::Session& session, imports::ImportRunOptions run, imports::ImportJob job) {
                                 return std::make_unique<ProcedureImport>(context, files, session, std::move(run),
                                                                          std::move(job));
                               },
                               {.clock = foundation.clock, .log = foundation.log}};
  ProcedureImportHandlers procedure_imports{context, files, runner};
  imports::OperationHandlers operations{writer, runner};
  // What follows a copy of registry's projects, in the same transaction.
  ProjectsCopied projects_copied = &FollowProjects;
  RegistryFollower follower{{.database = foundation.database,
                             .clock = foundation.clock,
                             .registry = options.registry,
                             .token = options.token,
                             .log = foundation.log},
                            memory,
                            engine,
                            projects_copied};
  WarningScanner scanner{{.database = foundation.database,
                          .clock = foundation.clock,
                          .source = CasesInMemory(memory, options.warnings.value_or(WarningRule())),
                          .said = [this] { engine.Kick(); },
                          .log = foundation.log}};
};

PreapprovalService::PreapprovalService(std::unique_ptr<State> state)
    : Service(state->foundation.database), state_(std::move(state)) {}
PreapprovalService::~PreapprovalService() {
  Stop();
}

absl::StatusOr<std::unique_ptr<PreapprovalService>> PreapprovalService::Create(service::Foundation foundation,
                                                                               PreapprovalOptions options) {
  ASSIGN_OR_RETURN(PageTokens tokens, PageTokens::FromKey(foundation.page_key));
  return std::unique_ptr<PreapprovalService>(
      new PreapprovalService(std::make_unique<State>(std::move(foundation), std::move(options), tokens)));
}

std::vector<rpc::BoundService> PreapprovalService::Bind() {
  std::vector<rpc::BoundService> services;
  services.push_back(state_->calendars.Bind());
  services.push_back(state_->procedure_types.Bind());
  services.push_back(state_->templates.Bind());
  services.push_back(state_->delegations.Bind());
  services.push_back(state_->cases.Bind());
  services.push_back(state_->procedures.Bind());
  services.push_back(state_->schedules.Bind());
  services.push_back(state_->scenarios.Bind());
  services.push_back(state_->case_migrations.Bind());
  services.push_back(state_->statistics.Bind());
  services.push_back(state_->figures.Bind());
  services.push_back(state_->procedure_imports.Bind());
  services.push_back(state_->operations.Bind());
  std::vector<std::string> types = SmallTypes();
  types.insert(types.end(), {"project_copy", "entry_copy"});
  services.push_back(feed::BindChangeFeed(state_->engine, state_->foundation.database, types));
  return services;
}

absl::Status PreapprovalService::Start() {
  db::Session session(state_->foundation.database);
  RETURN_IF_ERROR(state_->engine.Load(session));
  state_->engine.Start();
  state_->follower.Start();
  if (state_->options.warnings) state_->scanner.Start();
  state_->runner.Start();
  return absl::OkStatus();
}

void PreapprovalService::Stop() {
  state_->scanner.Stop();
  state_->runner.Stop();
  state_->follower.Stop();
  state_->engine.Stop();
}

feed::Engine& PreapprovalService::engine() {
  return state_->engine;
}

Timestamp PreapprovalService::facts_time() const {
  return state_->memory.facts_time();
}

ProjectsCopied PreapprovalService::projects_copied() {
  return state_->projects_copied;
}

}  // namespace yaoshi::preapproval

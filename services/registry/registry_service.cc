#include "services/registry/registry_service.h"

#include "common/feed/feed_service.h"
#include "common/feed/transact.h"
#include "common/import/operation_handlers.h"
#include "common/resource/memory.h"
#include "services/registry/account_handlers.h"
#include "services/registry/context.h"
#include "services/registry/directory_context.h"
#include "services/registry/feedback_handlers.h"
#include "services/registry/figure_handlers.h"
#include "services/registry/file_handlers.h"
#include "services/registry/import_handlers.h"
#include "services/registry/import_mapping_handlers.h"
#include "services/registry/importer/import_run.h"
#include "services/registry/list_handlers.h"
#include "services/registry/memory.h"
#include "services/registry/official_handlers.h"
#include "services/registry/organization_handlers.h"
#include "services/registry/project_handlers.h"
#include "services/registry/session_handlers.h"
#include "services/registry/store/directory.h"

namespace yaoshi::registry {

// In order of construction: what stands below uses what stands above.
struct RegistryService::State {
  State(service::Foundation given, PageTokens page_tokens, StartGateOptions gate_options)
      : foundation(std::move(given)),
        tokens(page_tokens),
        resources(DirectoryTypes()),
        memory(resources),
        directory(resources),
        engine({foundation.database, foundation.clock, [this](const auto& changes) { memory.Apply(changes); },
                kSideTables}),
        writer(engine),
        gate(std::move(gate_options)) {}

  const service::Foundation foundation;
  const PageTokens tokens;
  resource::ResourceMemory resources;
  Memory memory;
  Directory directory;
  feed::Engine engine;
  feed::Writer writer;
  const StartGate gate;
  const Context context{memory, writer, tokens, directory, foundation.database, gate};
  const DirectoryContext directory_context{resources, writer, tokens};
  OrganizationHandlers organizations{directory_context};
  OfficialHandlers officials{directory_context};
  AccountHandlers accounts{directory_context};
  SessionHandlers sessions{directory_context};
  FeedbackHandlers feedback{directory_context};
  ListCatalogueHandlers catalogue{directory_context};
  ProjectHandlers projects{context};
  ListHandlers lists{context, catalogue};
  FigureHandlers figures{context};
  ImportMappingHandlers mappings{directory_context};
  imports::ImportRunner runner{foundation.database,
                               [this](db::Session& session, imports::ImportRunOptions run, imports::ImportJob job) {
                                 return std::make_unique<ProjectImport>(context, session, std::move(run),
                                                                        std::move(job));
                               },
                               {.clock = foundation.clock, .log = foundation.log}};
  ImportHandlers project_imports{context, mappings, runner};
  imports::OperationHandlers operations{writer, runner};
  FileHandlers files{writer, foundation.database};
};

RegistryService::RegistryService(std::unique_ptr<State> state)
    : Service(state->foundation.database), state_(std::move(state)) {}
RegistryService::~RegistryService() {
  Stop();
}

absl::StatusOr<std::unique_ptr<RegistryService>> RegistryService::Create(service::Foundation foundation,
                                                                         StartGateOptions gate) {
  ASSIGN_OR_RETURN(PageTokens tokens, PageTokens::FromKey(foundation.page_key));
  return std::unique_ptr<RegistryService>(
      new RegistryService(std::make_unique<State>(std::move(foundation), tokens, std::move(gate))));
}

std::vector<rpc::BoundService> RegistryService::Bind() {
  std::vector<rpc::BoundService> services;
  services.push_back(state_->organizations.Bind());
  services.push_back(state_->officials.Bind());
  services.push_back(state_->accounts.Bind());
  services.push_back(state_->sessions.Bind());
  services.push_back(state_->feedback.Bind());
  services.push_back(state_->projects.Bind());
  services.push_back(state_->lists.Bind());
  services.push_back(state_->figures.Bind());
  services.push_back(state_->project_imports.Bind());
  services.push_back(state_->operations.Bind());
  services.push_back(state_->files.Bind());
  std::vector<std::string> types = DirectoryTypes();
  types.insert(types.end(), {"project", "entry", "adjustment"});
  services.push_back(feed::BindChangeFeed(state_->engine, state_->foundation.database, types));
  return services;
}

absl::Status RegistryService::Start() {
  db::Session session(state_->foundation.database);
  RETURN_IF_ERROR(state_->engine.Load(session));
  state_->engine.Start();
  state_->runner.Start();
  return absl::OkStatus();
}

void RegistryService::Stop() {
  state_->runner.Stop();
  state_->engine.Stop();
}

feed::Engine& RegistryService::engine() {
  return state_->engine;
}

}  // namespace yaoshi::registry

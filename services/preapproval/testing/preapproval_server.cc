#include "services/preapproval/testing/preapproval_server.h"

#include <map>
#include <span>

#include "common/page/page_token.h"
#include "common/testing/test_database.h"
#include "services/preapproval/store/copy_store.h"

namespace yaoshi::preapproval {
std::span<const db::Migration> Migrations();
}

namespace yaoshi::preapproval::testing {

struct PreapprovalServer::State {
  const db::Options& database = yaoshi::testing::TestDatabase(Migrations());
  FakeClock clock;
  db::Session session{database};
  std::shared_ptr<rpc::Channel> registry;
  std::string registry_token;
  std::function<std::string(const auth::Principal&)> token_for;
  std::optional<WarningRule> warnings;
  std::unique_ptr<PreapprovalService> service;
  std::map<std::string, int64_t> copied;  // The versions of what was copied, by name.
  std::unique_ptr<rpc::testing::TestServer> rpc;
};

PreapprovalServer::PreapprovalServer(std::shared_ptr<rpc::Channel> registry, std::string token,
                                     std::function<std::string(const auth::Principal&)> token_for)
    : state_(std::make_unique<State>()) {
  state_->registry = std::move(registry);
  state_->registry_token = std::move(token);
  state_->token_for = std::move(token_for);
  Start();
}

PreapprovalServer::~PreapprovalServer() {
  state_->rpc.reset();
  state_->service.reset();
}

void PreapprovalServer::Start() {
  state_->service = Must(PreapprovalService::Create({.database = state_->database,
                                                     .clock = &state_->clock,
                                                     .page_key = std::string(PageTokens::kKeyBytes, 'k'),
                                                     .registry = state_->registry,
                                                     .token = [token = state_->registry_token] { return token; },
                                                     .token_for = state_->token_for,
                                                     .warnings = state_->warnings}));
  const absl::Status started = state_->service->Start();
  if (!started.ok()) Must<int>(started);
  rpc::ServerOptions options = rpc::testing::TestServer::DefaultOptions();
  options.workers = 4;
  options.session_factory = state_->service->session_factory();
  options.thread_scope = [] { return std::make_shared<db::ThreadScope>(); };
  options.wait_for_token = state_->service->wait_for_token();
  state_->rpc = std::make_unique<rpc::testing::TestServer>(state_->service->Bind(), options);
  state_->rpc->clock().Set(state_->clock.Now());
}

void PreapprovalServer::Restart() {
  state_->rpc.reset();
  state_->service.reset();
  Start();
}

void PreapprovalServer::RestartWithWarnings() {
  state_->warnings = WarningRule();
  Restart();
}

const db::Options& PreapprovalServer::database() const {
  return state_->database;
}
db::Session& PreapprovalServer::session() {
  return state_->session;
}
PreapprovalService& PreapprovalServer::service() {
  return *state_->service;
}
rpc::testing::TestServer& PreapprovalServer::rpc() {
  return *state_->rpc;
}
Timestamp PreapprovalServer::now() const {
  return state_->clock.Now();
}
void PreapprovalServer::Advance(std::chrono::microseconds delay) {
  state_->clock.Advance(delay);
  state_->rpc->clock().Advance(delay);
}
void PreapprovalServer::SetTime(Timestamp time) {
  state_->clock.Set(time);
  state_->rpc->clock().Set(time);
}

std::string PreapprovalServer::PathOf(const std::string& method) {
  return method.starts_with('/') ? method : kPreapproval + method;
}

rpc::CallOptions PreapprovalServer::OptionsFor(const auth::Principal& who) const {
  rpc::CallOptions options = state_->rpc->As(who);
  options.consistency_token = token_;
  options.timeout = std::chrono::seconds(30);
  return options;
}

void PreapprovalServer::Copy(std::vector<common::v1::Change> changes, std::optional<Timestamp> known_at) {
  for (common::v1::Change& change : changes) {
    change.set_version(++state_->copied[change.name()]);
    change.set_record_time(known_at.value_or(now()).ToString());
  }
  const CopyCursor from = Must(LoadCursor(session()));
  const CopyCursor to{from.sequence + static_cast<int64_t>(changes.size()), known_at.value_or(now())};
  Must(SaveCopies(session(), now(), from, to, changes, state_->service->projects_copied()));
  state_->service->engine().Kick();
  const absl::Status seen = state_->service->engine().Sync(std::chrono::steady_clock::now() + std::chrono::seconds(30));
  if (!seen.ok()) Must<int>(seen);
}

void PreapprovalServer::Copy(const registry::v1::Project& project, std::optional<Timestamp> known_at) {
  Copy({ChangeOf(project)}, known_at);
}

void PreapprovalServer::Copy(const registry::v1::Entry& entry, const std::string& effective_on,
                             std::optional<Timestamp> known_at) {
  common::v1::Change change;
  change.set_type("entry");
  change.set_name(entry.name());
  change.set_region("621100");
  change.set_effective_on(effective_on);
  change.set_body(entry.SerializeAsString());
  Copy({std::move(change)}, known_at);
}

void PreapprovalServer::Copy(const registry::v1::List& list) {
  common::v1::Change change;
  change.set_type("list");
  change.set_name(list.name());
  change.set_region("621100");
  change.set_effective_on("2021-01-01");
  change.set_body(list.SerializeAsString());
  Copy({std::move(change)});
}

void PreapprovalServer::Copy(const registry::v1::Organization& organization) {
  common::v1::Change change;
  change.set_type("organization");
  change.set_name(organization.name());
  change.set_region(organization.region());
  change.set_effective_on("2021-01-01");
  change.set_body(organization.SerializeAsString());
  Copy({std::move(change)});
}

registry::v1::Project NewProject(const std::string& title, const std::string& region) {
  registry::v1::Project project;
  project.set_name("projects/" + Uuid::New(SystemClock()).ToString());
  project.set_title(title);
  project.set_region(region);
  project.set_stage(registry::v1::PREPARING);
  project.set_regime(registry::v1::APPROVAL);
  project.set_field(registry::v1::AGRICULTURE_WATER);
  project.set_nature(registry::v1::NEW_CONSTRUCTION);
  project.set_industry("N76");
  project.set_total_investment_fen(1'000'000'000);
  project.set_effective_on("2021-01-04");
  return project;
}

common::v1::Change ChangeOf(const registry::v1::Project& project) {
  common::v1::Change change;
  change.set_type("project");
  change.set_name(project.name());
  change.set_region(project.region());
  change.set_effective_on(project.effective_on());
  change.set_body(project.SerializeAsString());
  return change;
}

std::string WrongFields(const absl::Status& status) {
  std::string fields;
  for (const FieldViolation& violation : ViolationsOf(status)) fields += (fields.empty() ? "" : " ") + violation.field;
  return fields;
}

}  // namespace yaoshi::preapproval::testing

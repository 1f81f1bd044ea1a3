#include "services/preapproval/testing/preapproval_server.h"

#include <span>
#include <utility>

#include "services/preapproval/store/copy_store.h"

namespace yaoshi::preapproval {
std::span<const db::Migration> Migrations();
}

namespace yaoshi::preapproval::testing {

PreapprovalServer::PreapprovalServer(std::shared_ptr<rpc::Channel> registry, const std::string& token,
                                     std::function<std::string(const auth::Principal&)> token_for)
    : TestService(kPreapproval, Migrations()) {
  PreapprovalOptions options{
      .registry = std::move(registry), .token = [token] { return token; }, .token_for = std::move(token_for)};
  Start([this, options](const service::Foundation& foundation) {
    PreapprovalOptions now = options;
    now.warnings = warnings_;
    return Must(PreapprovalService::Create(foundation, std::move(now)));
  });
}

void PreapprovalServer::RestartWithWarnings() {
  warnings_ = WarningRule();
  Restart();
}

void PreapprovalServer::Copy(std::vector<common::v1::Change> changes, std::optional<Timestamp> known_at) {
  for (common::v1::Change& change : changes) {
    change.set_version(++copied_[change.name()]);
    change.set_record_time(known_at.value_or(now()).ToString());
  }
  const CopyCursor from = Must(LoadCursor(session()));
  const CopyCursor to{from.sequence + static_cast<int64_t>(changes.size()), known_at.value_or(now())};
  Must(SaveCopies(session(), now(), from, to, changes, service().projects_copied()));
  service().engine().Kick();
  Must(service().engine().Sync(std::chrono::steady_clock::now() + std::chrono::seconds(30)));
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

}  // namespace yaoshi::preapproval::testing

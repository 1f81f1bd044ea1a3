// Preapproval's process: flags, migration, serving.
#include "common/rpc/main.h"

#include "common/auth/service_identity.h"
#include "common/db/configured.h"
#include "common/db/migrate.h"
#include "common/db/watch.h"
#include "common/feed/change_set.h"
#include "common/status/status.h"
#include "services/preapproval/preapproval_service.h"

namespace yaoshi::preapproval {

std::span<const db::Migration> Migrations();  // Made by the build from the .sql files.

namespace {

absl::Status Migrate(const config::ServerConfig& config) {
  ASSIGN_OR_RETURN(const db::Options database, db::ConfiguredDatabase(config));
  db::Session session(database);
  return db::Migrate(session, Migrations(), SystemClock());
}

// Where registry is, and what this service signs its calls with.
struct Registry {
  std::string target;
  std::string signing_key;

  absl::Status Open(const config::ServerConfig& config, PreapprovalOptions& options) const {
    if (target.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(auth::TokenSigner signer, auth::TokenSigner::FromFile(signing_key));
    auto identity = std::make_shared<auth::ServiceIdentity>("preapproval", std::move(signer), SystemClock());
    options.token = [identity] { return identity->Token(); };
    options.token_for = [identity](const auth::Principal& person) { return identity->TokenFor(person); };
    options.registry = rpc::Channel::Open({.target = target,
                                           .tls = {config.tls_certificate, config.tls_key, config.tls_authority},
                                           .keepalive_without_calls = true});
    return absl::OkStatus();
  }
};

absl::Status Wire(rpc::Startup& up, const Registry& registry, const WarningRule& warnings,
                  std::unique_ptr<PreapprovalService>& service) {
  PreapprovalOptions options;
  ASSIGN_OR_RETURN(options.database, db::ConfiguredDatabase(up.config));
  options.database.watch = std::make_shared<db::StatementWatch>(*up.metrics, up.log);
  options.clock = &SystemClock();
  ASSIGN_OR_RETURN(const std::string secret, config::ReadSecret(up.config.page_key_file));
  options.page_key = feed::Sha256(secret);
  options.log = up.log;
  options.warnings = warnings;
  RETURN_IF_ERROR(registry.Open(up.config, options));
  ASSIGN_OR_RETURN(service, PreapprovalService::Create(std::move(options)));
  RETURN_IF_ERROR(service->Start());
  up.options.thread_scope = [] { return std::make_shared<db::ThreadScope>(); };
  up.options.session_factory = service->session_factory();
  up.options.wait_for_token = service->wait_for_token();
  up.services = service->Bind();
  up.stopped = [&service] { service->Stop(); };
  return absl::OkStatus();
}

}  // namespace
}  // namespace yaoshi::preapproval

int main(int argc, char** argv) {
  using namespace yaoshi;
  db::InitDriver();
  rpc::ServiceMain main("yaoshi-preapproval", "Work calendars, procedures and schedules of a city's projects.", true);
  bool migrate = false;
  main.flags().Bool("migrate", "Bring the schema up to date, then end.", &migrate);
  preapproval::Registry registry;
  main.flags().String("registry", "The registry whose feed is followed, host:port; empty: nothing is followed.",
                      &registry.target);
  main.flags().String("signing-key", "The secret key that calls of the registry are signed with, <kid>.key.",
                      &registry.signing_key);
  preapproval::WarningRule warnings;
  main.flags().Int("warn-working-days", "Working days before a limit passes at which it is warned of.",
                   &warnings.due_working_days, 0, 60);
  main.flags().Int("warn-expiry-days", "Calendar days before an approval lapses at which it is warned of.",
                   &warnings.expiry_calendar_days, 0, 365);
  main.Errand([&] { return migrate; }, preapproval::Migrate);
  std::unique_ptr<preapproval::PreapprovalService> service;
  return main.Run(argc, argv, [&](rpc::Startup& up) { return preapproval::Wire(up, registry, warnings, service); });
}

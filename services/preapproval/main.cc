// Preapproval's process: flags, migration, serving.
#include "common/service/main.h"

#include "common/auth/service_identity.h"
#include "common/status/status.h"
#include "services/preapproval/preapproval_service.h"

namespace yaoshi::preapproval {

std::span<const db::Migration> Migrations();  // Made by the build from the .sql files.

namespace {

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

int Run(int argc, char** argv) {
  service::Main main("yaoshi-preapproval", "Work calendars, procedures and schedules of a city's projects.",
                     Migrations());
  Registry registry;
  main.flags().String("registry", "The registry whose feed is followed, host:port; empty: nothing is followed.",
                      &registry.target);
  main.flags().String("signing-key", "The secret key that calls of the registry are signed with, <kid>.key.",
                      &registry.signing_key);
  WarningRule warnings;
  main.flags().Int("warn-working-days", "Working days before a limit passes at which it is warned of.",
                   &warnings.due_working_days, 0, 60);
  main.flags().Int("warn-expiry-days", "Calendar days before an approval lapses at which it is warned of.",
                   &warnings.expiry_calendar_days, 0, 365);
  return main.Run(argc, argv, [&](const rpc::Startup& up, service::Foundation foundation) -> service::Main::Made {
    PreapprovalOptions options;
    options.warnings = warnings;
    RETURN_IF_ERROR(registry.Open(up.config, options));
    return PreapprovalService::Create(std::move(foundation), std::move(options));
  });
}

}  // namespace
}  // namespace yaoshi::preapproval

int main(int argc, char** argv) {
  return yaoshi::preapproval::Run(argc, argv);
}

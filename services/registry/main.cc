// The registry's process: flags, migration, bootstrap, serving.
#include "common/rpc/main.h"

#include <cstdio>

#include "common/auth/service_identity.h"
#include "common/db/configured.h"
#include "common/db/migrate.h"
#include "common/db/watch.h"
#include "common/feed/change_set.h"
#include "common/status/status.h"
#include "services/registry/registry_service.h"
#include "services/registry/store/bootstrap.h"

namespace yaoshi::registry {

std::span<const db::Migration> Migrations();  // Made by the build from the .sql files.

namespace {

// Work that ends the process: --migrate as the DDL user, --bootstrap as the service's own.
struct Errand {
  bool migrate = false;
  std::string bootstrap;
  bool any() const { return migrate || !bootstrap.empty(); }

  absl::Status Run(const config::ServerConfig& config) const {
    ASSIGN_OR_RETURN(const db::Options database, db::ConfiguredDatabase(config));
    if (migrate) {
      db::Session ddl(db::MigrationOptions(database));
      RETURN_IF_ERROR(db::Migrate(ddl, Migrations(), SystemClock()));
    }
    db::Session session(database);
    if (!bootstrap.empty()) RETURN_IF_ERROR(Bootstrap(session, bootstrap, SystemClock()));
    return absl::OkStatus();
  }
};

// Where preapproval is, what this service signs its calls with, and what its answer means for a start.
struct Gate {
  std::string target;
  std::string signing_key;
  std::string mode = "off";

  absl::Status Open(const rpc::Startup& up, StartGateOptions& options) const {
    if (mode == "off") return absl::OkStatus();
    if (mode != "warn" && mode != "enforce") {
      return config::ConfigProblems({"--start-gate must be off, warn or enforce"});
    }
    if (target.empty()) return config::ConfigProblems({"--start-gate needs --preapproval and --signing-key"});
    ASSIGN_OR_RETURN(auth::TokenSigner signer, auth::TokenSigner::FromFile(signing_key));
    auto identity = std::make_shared<auth::ServiceIdentity>("registry", std::move(signer), SystemClock());
    options.mode = mode == "warn" ? StartGateMode::kWarn : StartGateMode::kEnforce;
    options.token = [identity] { return identity->Token(); };
    options.log = up.log;
    options.preapproval = rpc::Channel::Open(
        {.target = target, .tls = {up.config.tls_certificate, up.config.tls_key, up.config.tls_authority}});
    return absl::OkStatus();
  }
};

absl::Status Wire(rpc::Startup& up, const Gate& gate, std::unique_ptr<RegistryService>& service) {
  RegistryOptions options;
  ASSIGN_OR_RETURN(options.database, db::ConfiguredDatabase(up.config));
  options.database.watch = std::make_shared<db::StatementWatch>(*up.metrics, up.log);
  options.clock = &SystemClock();
  ASSIGN_OR_RETURN(const std::string secret, config::ReadSecret(up.config.page_key_file));
  options.page_key = feed::Sha256(secret);
  options.log = up.log;
  RETURN_IF_ERROR(gate.Open(up, options.gate));
  ASSIGN_OR_RETURN(service, RegistryService::Create(std::move(options)));
  RETURN_IF_ERROR(service->Start());
  up.options.thread_scope = [] { return std::make_shared<db::ThreadScope>(); };
  up.options.session_factory = service->session_factory();
  up.options.wait_for_token = service->wait_for_token();
  up.services = service->Bind();
  up.stopped = [&service] { service->Stop(); };
  return absl::OkStatus();
}

}  // namespace
}  // namespace yaoshi::registry

int main(int argc, char** argv) {
  using namespace yaoshi;
  db::InitDriver();
  rpc::ServiceMain main("yaoshi-registry", "Projects, lists and the directory of a city.", true);
  registry::Errand errand;
  main.flags().Bool("migrate", "Bring the schema up to date, then end.", &errand.migrate);
  main.flags().String("bootstrap", "Create the first account from this JSON file, then end.", &errand.bootstrap);
  registry::Gate gate;
  main.flags().String("preapproval", "The preapproval service, host:port, which is asked before a start.",
                      &gate.target);
  main.flags().String("signing-key", "The secret key that calls of preapproval are signed with, <kid>.key.",
                      &gate.signing_key);
  main.flags().String("start-gate", "Of starts that are not clear: off, warn (log them) or enforce (refuse them).",
                      &gate.mode);
  main.Errand([&] { return errand.any(); }, [&](const config::ServerConfig& config) { return errand.Run(config); });
  std::unique_ptr<registry::RegistryService> service;
  return main.Run(argc, argv, [&](rpc::Startup& up) { return registry::Wire(up, gate, service); });
}

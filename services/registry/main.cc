// The registry's process: flags, migration, bootstrap, serving.
#include "common/rpc/main.h"

#include <cstdio>

#include "common/db/migrate.h"
#include "common/feed/change_set.h"
#include "common/status/status.h"
#include "services/registry/registry_service.h"
#include "services/registry/store/bootstrap.h"

namespace yaoshi::registry {

std::span<const db::Migration> Migrations();  // Made by the build from the .sql files.

namespace {

absl::StatusOr<db::Options> DatabaseOf(const config::ServerConfig& config) {
  constexpr std::string_view kSocket = "unix://";
  db::Options options;
  const std::string& host = config.database_host;
  if (host.starts_with(kSocket)) {
    options.socket = host.substr(kSocket.size());
  } else if (const size_t colon = host.rfind(':'); colon != std::string::npos) {
    options.host = host.substr(0, colon);
    options.port = std::atoi(host.c_str() + colon + 1);
  } else {
    options.host = host;
  }
  options.user = config.database_user;
  options.schema = config.database_schema;
  if (!config.database_password_file.empty()) {
    ASSIGN_OR_RETURN(options.password, config::ReadSecret(config.database_password_file));
  }
  return options;
}

// Work that ends the process: --migrate as the DDL user, --bootstrap as the service's own.
struct Errand {
  bool migrate = false;
  std::string bootstrap;
  bool any() const { return migrate || !bootstrap.empty(); }

  absl::Status Run(const config::ServerConfig& config) const {
    ASSIGN_OR_RETURN(const db::Options database, DatabaseOf(config));
    if (migrate) {
      db::Session ddl(db::MigrationOptions(database));
      RETURN_IF_ERROR(db::Migrate(ddl, Migrations(), SystemClock()));
    }
    db::Session session(database);
    if (!bootstrap.empty()) RETURN_IF_ERROR(Bootstrap(session, bootstrap, SystemClock()));
    return absl::OkStatus();
  }
};

absl::Status Wire(rpc::Startup& up, std::unique_ptr<RegistryService>& service) {
  RegistryOptions options;
  ASSIGN_OR_RETURN(options.database, DatabaseOf(up.config));
  options.clock = &SystemClock();
  ASSIGN_OR_RETURN(const std::string secret, config::ReadSecret(up.config.page_key_file));
  options.page_key = feed::Sha256(secret);
  options.log = up.log;
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
  main.Errand([&] { return errand.any(); }, [&](const config::ServerConfig& config) { return errand.Run(config); });
  std::unique_ptr<registry::RegistryService> service;
  return main.Run(argc, argv, [&](rpc::Startup& up) { return registry::Wire(up, service); });
}

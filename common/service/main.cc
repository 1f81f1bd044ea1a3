#include "common/service/main.h"

#include <utility>

#include "common/db/configured.h"
#include "common/db/watch.h"
#include "common/feed/change_set.h"
#include "common/status/status.h"

namespace yaoshi::service {
namespace {

absl::StatusOr<Foundation> FoundationOf(const rpc::Startup& up) {
  Foundation foundation;
  ASSIGN_OR_RETURN(foundation.database, db::ConfiguredDatabase(up.config));
  foundation.database.watch = std::make_shared<db::StatementWatch>(*up.metrics, up.log);
  foundation.clock = &SystemClock();
  ASSIGN_OR_RETURN(const std::string secret, config::ReadSecret(up.config.page_key_file));
  foundation.page_key = feed::Sha256(secret);
  foundation.log = up.log;
  return foundation;
}

}  // namespace

Main::Main(std::string program, std::string about, std::span<const db::Migration> migrations)
    : main_(std::move(program), std::move(about), /*needs_database=*/true), migrations_(migrations) {
  db::InitDriver();
  flags().Bool("migrate", "Bring the schema up to date, then end.", &migrate_);
  main_.Errand([this] { return migrate_ || wanted_(); },
               [this](const config::ServerConfig& config) { return RunErrands(config); });
}

void Main::Errand(std::function<bool()> wanted, std::function<absl::Status(db::Session&)> work) {
  wanted_ = std::move(wanted);
  work_ = std::move(work);
}

absl::Status Main::RunErrands(const config::ServerConfig& config) const {
  ASSIGN_OR_RETURN(const db::Options database, db::ConfiguredDatabase(config));
  if (migrate_) {
    db::Session session(db::MigrationOptions(database));
    RETURN_IF_ERROR(db::Migrate(session, migrations_, SystemClock()));
  }
  if (!wanted_()) return absl::OkStatus();
  db::Session session(database);
  return work_(session);
}

int Main::Run(int argc, char** argv, const Make& make) {
  std::unique_ptr<Service> service;
  return main_.Run(argc, argv, [&](rpc::Startup& up) -> absl::Status {
    ASSIGN_OR_RETURN(Foundation foundation, FoundationOf(up));
    ASSIGN_OR_RETURN(service, make(up, std::move(foundation)));
    RETURN_IF_ERROR(service->Start());
    service->Equip(up.options);
    up.services = service->Bind();
    up.stopped = [&service] { service->Stop(); };
    return absl::OkStatus();
  });
}

}  // namespace yaoshi::service

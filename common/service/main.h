// The process of a service with a database: what rpc/main.h does, --migrate, and what the service is made of.
//
//   int main(int argc, char** argv) {
//     service::Main main("yaoshi-registry", "Projects, lists and the directory of a city.", registry::Migrations());
//     main.flags().String(…);
//     return main.Run(argc, argv, [&](const rpc::Startup& up, service::Foundation foundation) {
//       return registry::RegistryService::Create(std::move(foundation), …);
//     });
//   }
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "common/db/migrate.h"
#include "common/rpc/main.h"
#include "common/service/service.h"

namespace yaoshi::service {

class Main {
 public:
  using Made = absl::StatusOr<std::unique_ptr<Service>>;
  using Make = std::function<Made(const rpc::Startup& up, Foundation foundation)>;

  // `migrations` bring the schema up to date with --migrate, as the database user that the flags name.
  Main(std::string program, std::string about, std::span<const db::Migration> migrations);

  // For the service's own flags.
  config::Flags& flags() { return main_.flags(); }
  // Work that ends the process like --migrate, and comes after it when both are asked for.
  void Errand(std::function<bool()> wanted, std::function<absl::Status(db::Session&)> work);

  // The exit code, as rpc::ServiceMain gives it.
  int Run(int argc, char** argv, const Make& make);

 private:
  absl::Status RunErrands(const config::ServerConfig& config) const;

  rpc::ServiceMain main_;
  const std::span<const db::Migration> migrations_;
  bool migrate_ = false;
  std::function<bool()> wanted_ = [] { return false; };
  std::function<absl::Status(db::Session&)> work_;
};

}  // namespace yaoshi::service

// The registry's process: flags, migration, bootstrap, serving.
#include "common/service/main.h"

#include "common/auth/service_identity.h"
#include "common/status/status.h"
#include "services/registry/registry_service.h"
#include "services/registry/store/bootstrap.h"

namespace yaoshi::registry {

std::span<const db::Migration> Migrations();  // Made by the build from the .sql files.

namespace {

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

int Run(int argc, char** argv) {
  service::Main main("yaoshi-registry", "Projects, lists and the directory of a city.", Migrations());
  std::string bootstrap;
  main.flags().String("bootstrap", "Create the first account from this JSON file, then end.", &bootstrap);
  Gate gate;
  main.flags().String("preapproval", "The preapproval service, host:port, which is asked before a start.",
                      &gate.target);
  main.flags().String("signing-key", "The secret key that calls of preapproval are signed with, <kid>.key.",
                      &gate.signing_key);
  main.flags().String("start-gate", "Of starts that are not clear: off, warn (log them) or enforce (refuse them).",
                      &gate.mode);
  main.Errand([&] { return !bootstrap.empty(); },
              [&](db::Session& session) { return Bootstrap(session, bootstrap, SystemClock()); });
  return main.Run(argc, argv, [&](const rpc::Startup& up, service::Foundation foundation) -> service::Main::Made {
    StartGateOptions options;
    RETURN_IF_ERROR(gate.Open(up, options));
    return RegistryService::Create(std::move(foundation), std::move(options));
  });
}

}  // namespace
}  // namespace yaoshi::registry

int main(int argc, char** argv) {
  return yaoshi::registry::Run(argc, argv);
}

// The gateway's process: flags, wiring, signals.
#include <sodium.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "common/config/flags.h"
#include "common/config/server_config.h"
#include "common/rpc/server.h"
#include "common/status/status.h"
#include "fmt/format.h"
#include "gateway/app.h"
#include "gateway/descriptors.h"
#include "gateway/http/server.h"
#include "gateway/oidc/options.h"
#include "gateway/oidc/provider.h"

namespace yaoshi::gateway {
namespace {

struct Config {
  std::string address = "127.0.0.1:8080";
  std::string metrics_address = "127.0.0.1:9080";
  std::string grpc_address = "127.0.0.1:7080";
  std::vector<std::string> allowed_peers;
  std::string registry = "127.0.0.1:7001";
  std::string preapproval;
  std::string signing_key;
  std::string trusted_keys_dir;
  int threads = 2;
  int connections = 10000;
  int connections_per_address = 256;
  int upload_mebibytes = 64;
  int token_minutes = 60;
  int session_hours = 12;
  int idle_minutes = 120;
  std::string trusted_proxies;
  std::string portal;
  std::string map_file;
  int drain_seconds = 20;
  rpc::TlsFiles tls;
  oidc::Options oidc;
  std::string oidc_client_secret_file;
};

constexpr int kOk = 0;
constexpr int kFailed = 1;
constexpr int kWrongConfig = 2;

void AddTo(config::Flags& flags, Config& config) {
  flags.String("address", "Where HTTP is served, host:port", &config.address);
  flags.String("metrics-address", "Where /metrics is served, host:port; empty: nowhere", &config.metrics_address);
  flags.String("grpc-address", "Where the views are served over gRPC, host:port; empty: nowhere", &config.grpc_address);
  flags.List("allowed-peers", "Names in client certificates that may call there, separated by commas; empty: any",
             &config.allowed_peers);
  flags.String("registry", "The registry service, host:port or dns:///name:port", &config.registry);
  flags.String("preapproval", "The preapproval service, as --registry; empty: it is not offered", &config.preapproval);
  flags.String("signing-key", "The secret key that tokens are signed with, <kid>.key", &config.signing_key);
  flags.String("trusted-keys-dir", "Directory of the <kid>.pub files of trusted signers", &config.trusted_keys_dir);
  flags.Int("threads", "Threads for HTTP connections", &config.threads, 1, 256);
  flags.Int("connections", "Connections at a time", &config.connections, 1, 1'000'000);
  flags.Int("connections-per-address", "Connections of one address at a time", &config.connections_per_address, 1,
            1'000'000);
  flags.Int("upload-mebibytes", "Largest file that is taken, in MiB", &config.upload_mebibytes, 1, 1024);
  flags.Int("token-minutes", "How long an access token is valid", &config.token_minutes, 1, 24 * 60);
  flags.Int("session-hours", "How long a session may be refreshed after its sign-in", &config.session_hours, 1, 168);
  flags.Int("idle-minutes", "How long a browser's session lasts without a request", &config.idle_minutes, 5, 24 * 60);
  flags.String("trusted-proxies",
               "Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed: addresses and networks, by commas",
               &config.trusted_proxies);
  flags.String("portal", "Folder of the built portal; empty: a landing page stands in its place", &config.portal);
  flags.String("map-file", "GeoJSON with the outlines of the regions for the overview; empty: it has tiles instead",
               &config.map_file);
  flags.Int("drain-seconds", "How long running requests may take to finish at the end", &config.drain_seconds, 0, 3600);
  flags.String("tls-certificate", "Certificate among the services; with key and authority, or none",
               &config.tls.certificate);
  flags.String("tls-key", "Its key", &config.tls.key);
  flags.String("tls-authority", "The authority that their certificates are checked with", &config.tls.authority);
  flags.String("oidc-issuer", "The identity provider (OpenID Connect) that people may sign in at; empty: none",
               &config.oidc.issuer);
  flags.String("oidc-client-id", "What this gateway is called there", &config.oidc.client_id);
  flags.String("oidc-client-secret-file", "File of its secret there; empty: a public client",
               &config.oidc_client_secret_file);
  flags.String("oidc-public-url", "Where people reach this gateway, https://host: the provider sends them back there",
               &config.oidc.public_url);
  flags.String("oidc-account-claim", "The claim of the ID token that is the id of the person's account",
               &config.oidc.account_claim);
  flags.String("oidc-scopes", "What is asked of the provider, by blanks", &config.oidc.scopes);
  flags.String("oidc-authorities", "Authorities that the provider's certificate is checked with; empty: the system's",
               &config.oidc.authorities);
}

// Null when people sign in with account and password alone.
absl::StatusOr<std::unique_ptr<oidc::Provider>> IdentityProvider(const Config& config) {
  if (config.oidc.issuer.empty()) return nullptr;
  oidc::Options options = config.oidc;
  if (!config.oidc_client_secret_file.empty()) {
    ASSIGN_OR_RETURN(options.client_secret, config::ReadSecret(config.oidc_client_secret_file));
  }
  return oidc::Provider::Create(std::move(options), SystemClock());
}

// `map` is what --map-file holds; null without one.
absl::Status Validate(const Config& config, std::shared_ptr<const RegionMap>& map) {
  std::vector<std::string> problems;
  if (config.registry.empty()) problems.emplace_back("--registry must name the registry service, host:port");
  if (config.signing_key.empty()) problems.emplace_back("--signing-key must name the secret key file <kid>.key");
  if (!std::filesystem::is_directory(config.trusted_keys_dir)) {
    problems.emplace_back("--trusted-keys-dir must be a directory with <kid>.pub files");
  }
  if (const auto proxies = TrustedProxies::Parse(config.trusted_proxies); !proxies.ok()) {
    problems.push_back(fmt::format("--trusted-proxies: {}", std::string(proxies.status().message())));
  }
  if (!config.map_file.empty()) {
    auto read = RegionMap::Load(config.map_file);
    if (read.ok())
      map = *std::move(read);
    else
      problems.push_back(fmt::format("--map-file: {}", std::string(read.status().message())));
  }
  const int tls = !config.tls.certificate.empty() + !config.tls.key.empty() + !config.tls.authority.empty();
  if (tls != 0 && tls != 3) {
    problems.emplace_back("--tls-certificate, --tls-key and --tls-authority go together: all three, or none");
  }
  if (tls == 0 && !config.allowed_peers.empty()) problems.emplace_back("--allowed-peers needs --tls-certificate");
  for (std::string& problem : oidc::Problems(config.oidc, config.oidc_client_secret_file)) {
    problems.push_back(std::move(problem));
  }
  return config::ConfigProblems(problems);
}

// What the process is made of, in the order of its making.
struct Gateway {
  std::shared_ptr<obs::Log> log = std::make_shared<obs::Log>(STDERR_FILENO);
  std::shared_ptr<obs::Metrics> metrics = std::make_shared<obs::Metrics>("gateway");
  std::unique_ptr<App> app;
  std::unique_ptr<HttpServer> server;
  std::unique_ptr<rpc::Server> grpc_server;
  std::unique_ptr<obs::MetricsServer> metrics_server;
};

absl::Status StartGrpc(const Config& config, std::shared_ptr<const auth::TokenVerifier> verifier, Gateway& gateway) {
  rpc::ServerOptions options;
  options.address = config.grpc_address;
  options.workers = 1;  // What needs a database is none of its business.
  options.drain = std::chrono::seconds(config.drain_seconds);
  options.verifier = std::move(verifier);
  options.metrics = gateway.metrics;
  options.log = gateway.log;
  options.tls = config.tls;
  options.allowed_peers = config.allowed_peers;
  ASSIGN_OR_RETURN(gateway.grpc_server, rpc::Server::Start(std::move(options), gateway.app->GrpcServices()));
  return absl::OkStatus();
}

absl::Status Start(const Config& config, std::shared_ptr<const RegionMap> map, Gateway& gateway) {
  AppOptions options;
  options.map = std::move(map);
  ASSIGN_OR_RETURN(auth::TokenSigner signer, auth::TokenSigner::FromFile(config.signing_key));
  ASSIGN_OR_RETURN(auth::TokenVerifier verifier, auth::TokenVerifier::FromDirectory(config.trusted_keys_dir));
  options.signer = std::make_shared<auth::TokenSigner>(std::move(signer));
  const auto shared_verifier = std::make_shared<const auth::TokenVerifier>(std::move(verifier));
  options.verifier = shared_verifier;
  std::vector<std::string> backends;
  for (const auto& [name, target] : {std::pair("registry", config.registry), {"preapproval", config.preapproval}}) {
    if (target.empty()) continue;
    options.backends[name] = {name, rpc::Channel::Open({.target = target, .tls = config.tls})};
    backends.emplace_back(name);
  }
  ASSIGN_OR_RETURN(options.api, Api::Create(DescriptorSet(), backends));
  if (!config.portal.empty()) {
    ASSIGN_OR_RETURN(options.portal, StaticFiles::Load(config.portal));
  }
  ASSIGN_OR_RETURN(options.identity_provider, IdentityProvider(config));
  options.log = gateway.log;
  options.metrics = gateway.metrics;
  options.sessions.token_lifetime = std::chrono::minutes(config.token_minutes);
  options.sessions.session_lifetime = std::chrono::hours(config.session_hours);
  options.sessions.idle_lifetime = std::chrono::minutes(config.idle_minutes);
  options.uploads.max_bytes = static_cast<uint64_t>(config.upload_mebibytes) << 20;
  gateway.app = std::make_unique<App>(std::move(options));

  HttpServerOptions http;
  http.address = config.address;
  http.threads = config.threads;
  http.connections = config.connections;
  http.connections_per_address = config.connections_per_address;
  ASSIGN_OR_RETURN(http.proxies, TrustedProxies::Parse(config.trusted_proxies));
  App* app = gateway.app.get();
  http.error = [app](int status, std::string_view reason, std::string_view message) {
    return app->ServerError(status, reason, message);
  };
  http.refused = [app](std::string_view peer, int status) { app->CountRefused(peer, status); };
  ASSIGN_OR_RETURN(gateway.server, HttpServer::Start(std::move(http), [app](std::shared_ptr<Exchange> exchange) {
                     app->Handle(std::move(exchange));
                   }));
  if (!config.grpc_address.empty()) RETURN_IF_ERROR(StartGrpc(config, shared_verifier, gateway));
  if (config.metrics_address.empty()) return absl::OkStatus();
  return obs::MetricsServer::Start(
      config.metrics_address, gateway.metrics, [] { return true; }, &gateway.metrics_server);
}

int Run(int argc, char** argv) {
  Config config;
  config::Flags flags("gateway", "The HTTP/JSON door of Yaoshi: signs people in and passes their requests on.");
  AddTo(flags, config);
  absl::Status status = flags.Parse(argc, argv);
  if (status.code() == absl::StatusCode::kCancelled) {
    std::cout << status.message();
    return kOk;
  }
  std::shared_ptr<const RegionMap> map;
  if (status.ok()) status = Validate(config, map);
  if (!status.ok()) {
    std::cerr << status.message() << '\n';
    return kWrongConfig;
  }
  // Signals are taken by this thread alone.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  if (sodium_init() < 0) return kFailed;
  // Debian's Abseil looks for deadlocks at every lock of ours and of gRPC. Tests keep that.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);

  Gateway gateway;
  if (status = Start(config, std::move(map), gateway); !status.ok()) {
    std::cerr << status.message() << '\n';
    return kFailed;
  }
  gateway.log->Event(obs::Severity::kInfo, "serving", {{"port", std::to_string(gateway.server->port())}});
  int received = 0;
  sigwait(&signals, &received);
  gateway.log->Event(obs::Severity::kInfo, "draining");
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);  // A second signal ends the process at once.
  gateway.app->EndStreams();
  // Both doors at once, each within the time for it.
  std::thread second([&] { gateway.grpc_server.reset(); });
  gateway.server->Stop(std::chrono::seconds(config.drain_seconds));
  second.join();
  return kOk;
}

}  // namespace
}  // namespace yaoshi::gateway

int main(int argc, char** argv) {
  return yaoshi::gateway::Run(argc, argv);
}

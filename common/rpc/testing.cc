#include "common/rpc/testing.h"

#include <grpc/grpc.h>
#include <stdlib.h>

#include <filesystem>
#include <utility>

#include "common/status/testing.h"

namespace yaoshi::rpc::testing {
namespace {

using yaoshi::testing::Must;

constexpr char kKeyId[] = "test";
// A busy machine is no failure.
constexpr std::chrono::seconds kPatience{60};

// A directory with one key pair, removed with this object.
class KeysDirectory {
 public:
  KeysDirectory() {
    std::string pattern = std::filesystem::temp_directory_path() / "yaoshi-keys-XXXXXX";
    path_ = mkdtemp(pattern.data());
    Must(auth::GenerateKeyPair(path_, kKeyId));
  }
  ~KeysDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

auth::Principal CityOffice(std::string region) {
  return WithRole(auth::Role::kCityOffice, std::move(region));
}

auth::Principal County(std::string region) {
  return WithRole(auth::Role::kCounty, std::move(region));
}

auth::Principal WithRole(auth::Role role, std::string region, std::string organization) {
  return {std::string(auth::RoleName(role)) + "-account", role, std::move(region), std::move(organization), false};
}

auth::Principal ServicePrincipal(std::string name) {
  return {std::move(name), auth::Role::kService, "", "", true};
}

struct TestServer::State {
  KeysDirectory keys;
  auth::TokenSigner signer = Must(auth::TokenSigner::FromFile(keys.path() + "/" + kKeyId + ".key"));
  FakeClock clock;
  std::unique_ptr<Server> server;
  std::shared_ptr<Channel> channel;
};

// gRPC's own shutdown, when a test's last server goes, takes up to 10 s now and then: it stays up between tests.
void KeepGrpcUp() {
  static const bool kUp = (grpc_init(), true);
  static_cast<void>(kUp);
}

TestServer::TestServer(std::vector<BoundService> services, ServerOptions options) : state_(std::make_unique<State>()) {
  KeepGrpcUp();
  options.address = "127.0.0.1:0";
  options.clock = &state_->clock;
  options.verifier =
      std::make_shared<auth::TokenVerifier>(Must(auth::TokenVerifier::FromDirectory(state_->keys.path())));
  state_->server = Must(Server::Start(std::move(options), std::move(services)));
  state_->channel = Channel::Open({.target = target(), .tls = {}, .keepalive_without_calls = false});
}

TestServer::~TestServer() = default;

ServerOptions TestServer::DefaultOptions() {
  ServerOptions options;
  options.linger = std::chrono::milliseconds(0);
  return options;
}

FakeClock& TestServer::clock() {
  return state_->clock;
}
Server& TestServer::server() {
  return *state_->server;
}
Channel& TestServer::channel() {
  return *state_->channel;
}
std::shared_ptr<Channel> TestServer::shared_channel() {
  return state_->channel;
}
int TestServer::port() const {
  return state_->server->port();
}
std::string TestServer::target() const {
  return "127.0.0.1:" + std::to_string(port());
}
const auth::TokenSigner& TestServer::signer() const {
  return state_->signer;
}
const std::string& TestServer::keys_dir() const {
  return state_->keys.path();
}

std::string TestServer::Token(const auth::Principal& principal) const {
  return state_->signer.Sign(principal, state_->clock.Now(), std::chrono::hours(1));
}

CallOptions TestServer::AsNobody() {
  CallOptions options;
  options.timeout = kPatience;
  return options;
}

CallOptions TestServer::As(const auth::Principal& principal) const {
  CallOptions options = AsNobody();
  options.token = Token(principal);
  return options;
}

}  // namespace yaoshi::rpc::testing

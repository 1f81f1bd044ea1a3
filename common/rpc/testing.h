// A real server in the test's own process, on a free loopback port, with a fake clock and tokens for any principal.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/auth/token.h"
#include "common/calendar/clock.h"
#include "common/rpc/client.h"
#include "common/rpc/server.h"

namespace yaoshi::rpc::testing {

// Principals that tests speak of.
auth::Principal CityOffice(std::string region = "621100");
auth::Principal County(std::string region);
auth::Principal WithRole(auth::Role role, std::string region = "621100", std::string organization = "");
auth::Principal ServicePrincipal(std::string name = "gateway");

class TestServer {
 public:
  // `options` may set everything but address, clock and verifier, which this server brings. Aborts when the server
  // does not start. The clock stands at 2022-04-20T08:00:00+08:00.
  explicit TestServer(std::vector<BoundService> services, ServerOptions options = DefaultOptions());
  ~TestServer();

  // As a service's, but without the linger of a drain: a test's callers are gone.
  static ServerOptions DefaultOptions();

  FakeClock& clock();
  Server& server();
  Channel& channel();
  std::shared_ptr<Channel> shared_channel();
  int port() const;
  std::string target() const;  // "127.0.0.1:port"
  const auth::TokenSigner& signer() const;
  // The directory of the .pub and .key files; gone with this object.
  const std::string& keys_dir() const;

  // A token valid for an hour of the fake clock.
  std::string Token(const auth::Principal& principal) const;
  // Both with a minute to answer.
  CallOptions As(const auth::Principal& principal) const;
  static CallOptions AsNobody();

  // Calls `method` ("/package.Service/Method") as `principal`.
  template <class Response>
  absl::StatusOr<Response> Call(const auth::Principal& principal, std::string_view method,
                                const google::protobuf::Message& request) {
    return channel().Call<Response>(method, request, As(principal));
  }

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace yaoshi::rpc::testing

// A registry with its directory on a real database, for tests of handlers: writes are seen by the reads that follow.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/feed/engine.h"
#include "common/rpc/testing.h"
#include "common/status/testing.h"
#include "services/registry/directory_context.h"

namespace yaoshi::registry::testing {

using yaoshi::testing::Must;
using yaoshi::testing::ReasonOr;
using yaoshi::testing::WrongFields;

inline const std::string kRegistry = "/yaoshi.registry.v1.";

class DirectoryServer {
 public:
  // `bind` makes the services; what it captures must outlive this.
  using Bind = std::function<std::vector<rpc::BoundService>(const DirectoryContext&, const db::Options&)>;
  explicit DirectoryServer(const Bind& bind);
  ~DirectoryServer();

  const db::Options& database() const;
  feed::Engine& engine();
  const resource::ResourceMemory& memory() const;
  rpc::testing::TestServer& rpc();

  // Calls "Service/Method"; after a write the caller's reads wait until memory has it.
  template <class Response>
  absl::StatusOr<Response> Call(const auth::Principal& who, const std::string& method,
                                const google::protobuf::Message& request) {
    rpc::CallOptions options = rpc().As(who);
    options.consistency_token = token_;
    std::string token;
    auto response = rpc().channel().Call<Response>(kRegistry + method, request, options, &token);
    if (!token.empty()) token_ = token;
    return response;
  }

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::string token_;
};

// The operator's account and the city 621100 ("organizations/city"), as a new installation has them.
void BootstrapCity(const db::Options& database);

}  // namespace yaoshi::registry::testing

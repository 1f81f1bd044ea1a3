// A service in the test's own process, on a real database and a clock that the test moves: writes are seen by the reads
// that follow.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "common/calendar/clock.h"
#include "common/db/migrate.h"
#include "common/rpc/testing.h"
#include "common/service/service.h"
#include "common/status/testing.h"

namespace yaoshi::service::testing {

// A service's own test server derives from this and starts it. It is 2022-04-20 08:00 in China.
class TestService {
 public:
  const db::Options& database() const;
  db::Session& session();  // Of the test's own thread.
  rpc::testing::TestServer& rpc();
  Timestamp now() const;
  void Advance(std::chrono::microseconds delay);
  // Another time, on all clocks of this server.
  void SetTime(Timestamp time);
  // A new process on the same database.
  void Restart();

  // Calls "ProjectService/CreateProject", or a full path; reads wait until memory has the writes before them.
  template <class Response>
  absl::StatusOr<Response> Call(const auth::Principal& who, const std::string& method,
                                const google::protobuf::Message& request) {
    std::string token;
    auto response = rpc().channel().Call<Response>(PathOf(method), request, OptionsFor(who), &token);
    if (!token.empty()) token_ = token;
    return response;
  }
  rpc::CallOptions OptionsFor(const auth::Principal& who) const;
  // Of the last write; another replica that is asked with it waits for that write.
  const std::string& token() const { return token_; }
  void set_token(const std::string& token) { token_ = token; }

 protected:
  using Make = std::function<std::unique_ptr<Service>(const Foundation& foundation)>;

  // `package` is what paths of methods begin with: "/yaoshi.registry.v1.".
  TestService(std::string package, std::span<const db::Migration> migrations);
  ~TestService();

  // `make` makes the service, and makes it anew after Restart().
  void Start(Make make);
  Service& service();

 private:
  std::string PathOf(const std::string& method) const;
  void Run();
  void End();

  struct State;
  std::unique_ptr<State> state_;
  std::string token_;
};

}  // namespace yaoshi::service::testing

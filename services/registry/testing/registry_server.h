// The whole registry in the test's own process, on a real database and a clock that the test moves: writes are seen by
// the reads that follow.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/rpc/testing.h"
#include "services/registry/registry_service.h"
#include "services/registry/testing/directory_server.h"
#include "yaoshi/registry/v1/list.pb.h"
#include "yaoshi/registry/v1/project.pb.h"

namespace yaoshi::registry::testing {

namespace v1 = ::yaoshi::registry::v1;

class RegistryServer {
 public:
  // The city 621100 with the counties 621121, 621122 and 621125 and the department organizations/dept-01. It is
  // 2022-04-20 08:00 in China.
  // Before a start it asks what `gate` says.
  explicit RegistryServer(StartGateOptions gate = {});
  ~RegistryServer();

  const db::Options& database() const;
  db::Session& session();  // Of the test's own thread.
  RegistryService& service();
  rpc::testing::TestServer& rpc();
  Timestamp now() const;
  std::string Now() const { return now().ToString(); }
  void Advance(std::chrono::microseconds delay);
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
  // The same without types; a stream's messages one after the other.
  rpc::Reply CallBytes(const auth::Principal& who, const google::protobuf::MethodDescriptor& method,
                       const google::protobuf::Message& request);
  rpc::CallOptions OptionsFor(const auth::Principal& who) const;

  // By the city's office. Failing ends the test.
  v1::Project Create(const v1::CreateProjectRequest& request);
  std::vector<v1::Project> Create(const std::vector<v1::CreateProjectRequest>& requests);
  v1::Project Get(const std::string& name, const std::string& as_of = "", const std::string& known_at = "");
  std::string NewList(const std::string& id, v1::List::Kind kind = v1::List::STANDALONE, const std::string& parent = "",
                      int first_year = 2022);

 private:
  void Start();
  static std::string PathOf(const std::string& method);

  struct State;
  std::unique_ptr<State> state_;
  std::string token_;
};

// A project that is right: total 1000 万元, planned 300 万元 in 2022, PLANNED. It is entered although it looks like
// others.
v1::CreateProjectRequest NewProjectRequest(const std::string& title, const std::string& region = "621122",
                                           const std::string& effective_on = "");

// The answer, or the end of the process with the error.
template <class T>
T Must(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "%s\n", value.status().ToString().c_str());
  std::abort();
}

}  // namespace yaoshi::registry::testing

// The whole registry in the test's own process.
#pragma once

#include <string>
#include <vector>

#include "common/service/testing.h"
#include "services/registry/registry_service.h"
#include "services/registry/testing/directory_server.h"
#include "yaoshi/registry/v1/list.pb.h"
#include "yaoshi/registry/v1/project.pb.h"

namespace yaoshi::registry::testing {

namespace v1 = ::yaoshi::registry::v1;

class RegistryServer : public service::testing::TestService {
 public:
  // The city 621100 with the counties 621121, 621122 and 621125 and the department organizations/dept-01.
  // Before a start it asks what `gate` says.
  explicit RegistryServer(StartGateOptions gate = {});

  std::string Now() const { return now().ToString(); }
  using TestService::service;

  // Call() without types; a stream's messages one after the other.
  rpc::Reply CallBytes(const auth::Principal& who, const google::protobuf::MethodDescriptor& method,
                       const google::protobuf::Message& request);

  // By the city's office. Failing ends the test.
  v1::Project Create(const v1::CreateProjectRequest& request);
  std::vector<v1::Project> Create(const std::vector<v1::CreateProjectRequest>& requests);
  v1::Project Get(const std::string& name, const std::string& as_of = "", const std::string& known_at = "");
  std::string NewList(const std::string& id, v1::List::Kind kind = v1::List::STANDALONE, const std::string& parent = "",
                      int first_year = 2022);
};

// A project that is right: total 1000 万元, planned 300 万元 in 2022, PLANNED. It is entered although it looks like
// others.
v1::CreateProjectRequest NewProjectRequest(const std::string& title, const std::string& region = "621122",
                                           const std::string& effective_on = "");

}  // namespace yaoshi::registry::testing

// The whole of preapproval in the test's own process.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/service/testing.h"
#include "google/protobuf/text_format.h"
#include "services/preapproval/preapproval_service.h"
#include "yaoshi/common/v1/change_feed.pb.h"
#include "yaoshi/registry/v1/list.pb.h"
#include "yaoshi/registry/v1/organization.pb.h"
#include "yaoshi/registry/v1/project.pb.h"

namespace yaoshi::preapproval::testing {

using yaoshi::testing::Must;
using yaoshi::testing::ReasonOr;
using yaoshi::testing::WrongFields;

inline const std::string kPreapproval = "/yaoshi.preapproval.v1.";

class PreapprovalServer : public service::testing::TestService {
 public:
  // Nothing is entered. `registry`, when given, is followed, and asked for files with `token_for`.
  explicit PreapprovalServer(std::shared_ptr<rpc::Channel> registry = nullptr, const std::string& token = "",
                             std::function<std::string(const auth::Principal& person)> token_for = nullptr);

  PreapprovalService& service() { return static_cast<PreapprovalService&>(TestService::service()); }
  // A new process that looks for what is late, too.
  void RestartWithWarnings();

  // What the follower does with a change of registry: the message is copied, known there at `known_at` (now when it is
  // not set). The version is the next of that name. Reads that follow see it.
  void Copy(const registry::v1::Project& project, std::optional<Timestamp> known_at = std::nullopt);
  void Copy(const registry::v1::Entry& entry, const std::string& effective_on,
            std::optional<Timestamp> known_at = std::nullopt);
  void Copy(const registry::v1::List& list);
  void Copy(const registry::v1::Organization& organization);
  // The same with changes of any kind, all in one transaction.
  void Copy(std::vector<common::v1::Change> changes, std::optional<Timestamp> known_at = std::nullopt);

 private:
  std::map<std::string, int64_t> copied_;  // The versions of what was copied, by name.
  std::optional<WarningRule> warnings_;
};

// A project as registry tells it: approval regime, 1000 万元, in preparation in 陇西县, known since 2021-01-04.
registry::v1::Project NewProject(const std::string& title, const std::string& region = "621122");

// What registry's feed says of a project; without version and record time.
common::v1::Change ChangeOf(const registry::v1::Project& project);

// The message of a text in protobuf's text format.
template <class T>
T Parse(const std::string& text) {
  T message;
  if (google::protobuf::TextFormat::ParseFromString(text, &message)) return message;
  std::fprintf(stderr, "Not a message: %s\n", text.c_str());
  std::abort();
}

}  // namespace yaoshi::preapproval::testing

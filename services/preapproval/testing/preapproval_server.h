// The whole of preapproval in the test's own process, on a real database and a clock that the test moves: writes are
// seen by the reads that follow.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/rpc/testing.h"
#include "common/status/status.h"
#include "google/protobuf/text_format.h"
#include "services/preapproval/preapproval_service.h"
#include "yaoshi/common/v1/change_feed.pb.h"
#include "yaoshi/registry/v1/list.pb.h"
#include "yaoshi/registry/v1/organization.pb.h"
#include "yaoshi/registry/v1/project.pb.h"

namespace yaoshi::preapproval::testing {

inline const std::string kPreapproval = "/yaoshi.preapproval.v1.";

class PreapprovalServer {
 public:
  // It is 2022-04-20 08:00 in China. Nothing is entered. `registry`, when given, is followed, and asked for files with
  // `token_for`.
  explicit PreapprovalServer(std::shared_ptr<rpc::Channel> registry = nullptr, std::string token = "",
                             std::function<std::string(const auth::Principal& person)> token_for = nullptr);
  ~PreapprovalServer();

  const db::Options& database() const;
  db::Session& session();  // Of the test's own thread.
  PreapprovalService& service();
  rpc::testing::TestServer& rpc();
  Timestamp now() const;
  void Advance(std::chrono::microseconds delay);
  // Another time, on all clocks of this server.
  void SetTime(Timestamp time);
  // A new process on the same database.
  void Restart();
  // A new process that looks for what is late, too.
  void RestartWithWarnings();

  // Calls "ProcedureTypeService/GetProcedureType", or a full path; reads wait until memory has the writes before them.
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
  void Start();
  static std::string PathOf(const std::string& method);

  struct State;
  std::unique_ptr<State> state_;
  std::string token_;
};

// The answer, or the end of the process with the error.
template <class T>
T Must(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "%s\n", value.status().ToString().c_str());
  std::abort();
}

// The error's reason, "OK" when there is none.
template <class T>
std::string ReasonOr(const absl::StatusOr<T>& result) {
  return result.ok() ? "OK" : ReasonOf(result.status());
}

// The fields of the violations, in order: "template.nodes[0].code template.basis".
std::string WrongFields(const absl::Status& status);

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

// How a handler writes: one transaction, one change set, one answer per request_id.
//
//   return writer.Transact<v1::Project>(call, {.reason = req.reason()}, [&](feed::Tx& tx) ->
//   absl::StatusOr<v1::Project> {
//     …load, check, decide…
//     tx.Put(version);
//     return project;
//   });
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/feed/change_set.h"
#include "common/feed/engine.h"
#include "common/rpc/call.h"
#include "common/status/status.h"

namespace yaoshi::feed {

// A transaction in progress. What is Put is written as one change set when the handler's function has succeeded.
class Tx {
 public:
  Tx(db::Session& session, Timestamp now, const Uuid& change_set)
      : session_(session), now_(now), change_set_(change_set) {}
  db::Session& session() { return session_; }
  // The set that this transaction will write, for the service's own tables.
  const Uuid& change_set() const { return change_set_; }
  Timestamp now() const { return now_; }
  void Put(Version version) { versions_.push_back(std::move(version)); }
  // Makes a staged set true with this transaction, instead of versions that are Put. A set without versions changes
  // nothing.
  absl::Status CommitStagedSet(const Uuid& staged);
  // The set that the answer's consistency token names; nil when the transaction makes no set true.
  Uuid token() const {
    if (!staged_.nil()) return staged_;
    return versions_.empty() ? Uuid() : change_set_;
  }
  const std::vector<Version>& versions() const { return versions_; }

 private:
  db::Session& session_;
  const Timestamp now_;
  const Uuid change_set_;
  Uuid staged_;
  std::vector<Version> versions_;
};

struct WriteOptions {
  std::string reason = {};     // Why, for the audit log.
  bool validate_only = false;  // Do all but the writing.
  // Replaces the call's request_hash when not empty: of a request with a secret, one that leaves the secret out.
  std::string request_hash = {};
};

// The author of a call's changes.
Author AuthorOf(const rpc::Call& call, std::string reason);

class Writer {
 public:
  explicit Writer(Engine& engine) : engine_(engine) {}

  // Runs `body` in a transaction of the call's session. It may run several times; its only effects are the session's
  // and tx.Put. Errors: those of `body`; ETAG_MISMATCH with the current etag when another writer was faster;
  // CHANGE_IN_PROGRESS when a staged change set holds a resource; those of db::RunWrite.
  template <class T>
  absl::StatusOr<T> Transact(rpc::Call& call, const WriteOptions& options,
                             const std::function<absl::StatusOr<T>(Tx&)>& body) {
    auto reply = TransactBytes(call, options, [&](Tx& tx) -> absl::StatusOr<std::string> {
      ASSIGN_OR_RETURN(const T answer, body(tx));
      return answer.SerializeAsString();
    });
    if (!reply.ok()) return std::move(reply).status();
    T answer;
    answer.ParseFromString(*reply);
    return answer;
  }

  // The answer that an earlier attempt of this call got, or nullopt: for handlers that do much before they Transact.
  template <class T>
  absl::StatusOr<std::optional<T>> Replay(rpc::Call& call) {
    ASSIGN_OR_RETURN(const std::optional<std::string> reply, ReplayBytes(call));
    if (!reply) return std::optional<T>();
    T answer;
    answer.ParseFromString(*reply);
    return std::optional<T>(std::move(answer));
  }

  // For a check before Transact: when it refuses, a repeated request still gets its first answer, although the same
  // facts would be refused by now. Nullopt when the check is passed.
  template <class T>
  absl::StatusOr<std::optional<T>> ReplayIfRefused(rpc::Call& call, const absl::Status& check) {
    if (check.ok()) return std::optional<T>();
    ASSIGN_OR_RETURN(std::optional<T> earlier, Replay<T>(call));
    if (!earlier) return check;
    return earlier;
  }

  absl::StatusOr<std::optional<std::string>> ReplayBytes(rpc::Call& call);
  absl::StatusOr<std::string> TransactBytes(rpc::Call& call, const WriteOptions& options,
                                            const std::function<absl::StatusOr<std::string>(Tx&)>& body);

  Engine& engine() { return engine_; }

 private:
  Engine& engine_;
};

// What a failed insert of versions means to the caller: ETAG_MISMATCH or CHANGE_IN_PROGRESS when another writer has one
// of the resources, the error itself otherwise.
absl::Status ExplainConflict(db::Session& session, const std::vector<Version>& versions, absl::Status status);

// ABORTED, reason ETAG_MISMATCH: `name` is at `current` now.
absl::Status EtagMismatch(std::string_view name, int64_t current);

}  // namespace yaoshi::feed

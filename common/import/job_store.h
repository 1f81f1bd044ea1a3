// Imports as they wait, run and end: one row each. Whoever holds a row's lease works on it; any replica may.
#pragma once

#include <optional>
#include <string>

#include "common/auth/principal.h"
#include "common/db/session.h"
#include "yaoshi/common/v1/import.pb.h"

// The namespace is in the plural: `import` is a word of C++.
namespace yaoshi::imports {

struct ImportJob {
  Uuid id;
  auth::Principal principal;  // Who began it.
  std::string origin;
  std::string request;  // The serialised request of the service's own RPC.
  Timestamp created_at;
  bool cancelled = false;  // Somebody asked for its end.
  int attempts = 0;        // How often a runner took it up.
  Uuid staged_set;         // Of the last attempt; of a done one, what became true, or nil.
  common::v1::ImportProgress progress;
  std::string result;  // A serialised google.protobuf.Any; "" unless it is done and has not failed.
  std::string error;   // A serialised google.rpc.Status; "" unless it failed.

  bool done() const { return progress.state() == common::v1::ImportProgress::DONE; }
};

absl::Status InsertImport(db::Session& tx, const ImportJob& job);
// OPERATION_NOT_FOUND when there is none.
absl::StatusOr<ImportJob> LoadImport(db::Session& session, const Uuid& id);
// Asks for its end; changes nothing when it is done.
absl::Status RequestCancel(db::Session& tx, const Uuid& id);

// A runner that does not renew its lease for so long is dead. Longer than the longest step between two renewals.
inline constexpr int64_t kLeaseMicros = 60'000'000;

// Who works on imports, and until when others leave its work alone.
struct Lease {
  Uuid runner;
  Timestamp until;
};
// Takes up the oldest import that nobody works on; nullopt when there is none.
absl::StatusOr<std::optional<ImportJob>> TakeImport(db::Session& session, const Lease& lease, Timestamp now);
// Renews the lease and tells the progress; whether it was cancelled meanwhile. ABORTED, reason LEASE_LOST, when another
// runner has it.
absl::StatusOr<bool> RenewImport(db::Session& session, const Uuid& id, const Lease& lease,
                                 const common::v1::ImportProgress& progress);
// Remembers a set before it is staged, so that whoever takes over discards it. LEASE_LOST.
absl::Status RememberStagedSet(db::Session& session, const Uuid& id, const Lease& lease, const Uuid& staged_set);
// Ends an import within the caller's transaction, with a result or an error. LEASE_LOST when another runner has it, it
// is done already, or (with `unless_cancelled`) its end was asked for.
struct ImportEnd {
  common::v1::ImportProgress progress;
  std::string result, error;
  Uuid staged_set;  // What became true with it; nil when nothing did.
  bool unless_cancelled = false;
};
absl::Status FinishImport(db::Session& tx, const Uuid& id, const Lease& lease, const ImportEnd& end);

// The sequence in the feed at which a change set begins; 0 while it is not numbered.
absl::StatusOr<int64_t> LoadSequence(db::Session& session, const Uuid& change_set);

}  // namespace yaoshi::imports

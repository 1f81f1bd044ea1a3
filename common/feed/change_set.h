// Every write of a service is a change set: versions of resources, with who, from where and why (ADR 0001).
//
// A version is a row that is never changed. Inserting (id, v + 1) is the optimistic lock: of two writers one gets
// Failure::kDuplicate. A change set of any size becomes true by one row: versions may be staged in many short
// transactions under a set that is not committed yet, and nobody sees them until CommitStaged.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/db/session.h"

namespace yaoshi::feed {

// One version of one resource.
struct Version {
  std::string type;  // "project"
  Uuid id;
  std::string name;  // "projects/{uuid}"
  int64_t version = 0;
  Date effective_on;
  std::string region;
  std::string body;  // The serialised message of its full state.
};

// Who changes, from where and why.
struct Author {
  std::string account;
  std::string origin;
  std::string method;
  std::string reason;
};

// A transaction's most rows (Galera, Group Replication and TiDB bound a write set).
inline constexpr size_t kMaxRowsPerTransaction = 1000;

// Writes a change set of at most kMaxRowsPerTransaction versions, committed with the caller's transaction.
// Failure::kDuplicate when another writer was faster or a staged set holds one of the resources.
absl::Status Write(db::Session& tx, const Uuid& change_set, const Author& author, Timestamp now,
                   const std::vector<Version>& versions);

// Begins a staged set. It holds its resources until it is committed or discarded; when `lease_until` passes without
// another StageChunk, the engine discards it.
absl::Status BeginStaged(db::Session& tx, const Uuid& change_set, const Author& author, Timestamp now,
                         Timestamp lease_until);
// Adds up to kMaxRowsPerTransaction versions to a staged set. NOT_FOUND, reason CHANGE_SET_GONE, when it was discarded.
absl::Status StageChunk(db::Session& tx, const Uuid& change_set, Timestamp lease_until,
                        const std::vector<Version>& versions);
// How many versions a staged set has: tells a worker whose COMMIT was lost whether its chunk is there. CHANGE_SET_GONE.
absl::StatusOr<int64_t> StagedItems(db::Session& tx, const Uuid& change_set);
// Makes the set true: one row. False when nothing was staged: there is no change then, and no set. CHANGE_SET_GONE when
// it was discarded.
absl::StatusOr<bool> CommitStaged(db::Session& tx, const Uuid& change_set);
// Removes up to kMaxRowsPerTransaction rows of a set that is not committed, first from `side_tables` (tables of the
// service with a column change_set_id), then its versions; true when all are gone, the set too.
absl::StatusOr<bool> DiscardStaged(db::Session& tx, const Uuid& change_set,
                                   const std::vector<std::string>& side_tables);
// The staged sets whose lease has passed.
absl::StatusOr<std::vector<Uuid>> ExpiredStaged(db::Session& session, Timestamp now);

// A version with what the feed says of it.
struct StoredVersion : Version {
  Author author;
  Timestamp recorded_at;  // 1970 while the sequencer has not numbered it.
};

// The newest committed version of a resource. NOT_FOUND, reason VERSION_NOT_FOUND, when there is none.
absl::StatusOr<StoredVersion> LoadLatest(db::Session& session, const Uuid& id);
// All committed versions, oldest first, at most 10 000.
absl::StatusOr<std::vector<StoredVersion>> LoadHistory(db::Session& session, const Uuid& id);
// The state on `as_of` as it was known at `known_at`. VERSION_NOT_FOUND when the resource was not known or not there.
absl::StatusOr<StoredVersion> LoadAsOf(db::Session& session, const Uuid& id, Date as_of, Timestamp known_at);
// Whether a staged set holds the resource now.
absl::StatusOr<bool> IsStaged(db::Session& session, const Uuid& id);

// SHA-256, 32 bytes.
std::string Sha256(std::string_view bytes);
// The digest of a set after one more version: SHA-256 over the digest before and every field of the version.
std::string ExtendDigest(std::string_view digest, int64_t item, const Version& version);

// The id of a resource with a natural key: always the same for the same type and key (UUID version 8).
Uuid NamedId(std::string_view type, std::string_view key);

}  // namespace yaoshi::feed

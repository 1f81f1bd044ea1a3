// Writes of any size as one change set: few versions in one transaction, many staged in chunks and made true by one
// row.
#pragma once

#include <string>
#include <vector>

#include "services/registry/context.h"
#include "services/registry/convert.h"

namespace yaoshi::registry {

// Versions that become true together.
struct Batch {
  std::vector<v1::Project> projects;  // Stamped.
  std::vector<EntryVersion> entries;
  std::vector<std::string> entry_regions;  // Of each entry's project.
  std::vector<feed::Version> others;       // Resources without columns of their own.
  size_t size() const { return projects.size() + entries.size() + others.size(); }
};

// A batch up to this size is written in one transaction.
inline constexpr size_t kSmallBatch = 400;

// Writes a batch within a transaction.
absl::Status Save(feed::Tx& tx, const Batch& batch);

// A change set that is staged chunk by chunk. Nobody sees it until a transaction commits it
// (feed::Tx::CommitStagedSet); when the process dies first, it is discarded after its lease.
class StagedSet {
 public:
  StagedSet(db::Session& session, const Clock& clock, feed::Author author)
      : session_(session), clock_(clock), author_(std::move(author)), id_(Uuid::New(clock)) {}

  const Uuid& id() const { return id_; }
  absl::Status Begin();
  // Stages a batch of any size in chunks. CHANGE_IN_PROGRESS or ETAG_MISMATCH when another writer has one of the
  // resources.
  absl::Status Add(const Batch& batch);
  // Removes what was staged. Best effort: what is left goes with the lease.
  void Discard();

 private:
  absl::Status AddChunk(const Batch& chunk);
  Timestamp Lease() const;

  db::Session& session_;
  const Clock& clock_;
  const feed::Author author_;
  const Uuid id_;
  int64_t items_ = 0;  // Staged for sure.
};

}  // namespace yaoshi::registry

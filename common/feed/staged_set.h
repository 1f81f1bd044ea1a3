// A change set of any size, staged chunk by chunk. Nobody sees it until a transaction commits it (Tx::CommitStagedSet,
// CommitStaged); when the process dies first, it is discarded after its lease.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/calendar/clock.h"
#include "common/feed/change_set.h"

namespace yaoshi::feed {

class StagedSet {
 public:
  // `side_tables` are the tables of the service whose rows go with the set. The session and the clock outlive it.
  StagedSet(db::Session& session, const Clock& clock, Author author, const std::vector<std::string>& side_tables)
      : session_(session),
        clock_(clock),
        author_(std::move(author)),
        side_tables_(side_tables),
        id_(Uuid::New(clock)) {}

  const Uuid& id() const { return id_; }
  absl::Status Begin();
  // Stages up to kMaxRowsPerTransaction versions, and what `columns` writes, in one transaction that begins with
  // `hold`. CHANGE_IN_PROGRESS or ETAG_MISMATCH when another writer has one of the resources; the errors of the two.
  using Part = std::function<absl::Status(db::Session& tx)>;
  absl::Status Stage(const std::vector<Version>& versions, const Part& columns = nullptr, const Part& hold = nullptr);
  // Removes what was staged. Best effort: what is left goes with the lease.
  void Discard();

 private:
  Timestamp Lease() const;

  db::Session& session_;
  const Clock& clock_;
  const Author author_;
  const std::vector<std::string> side_tables_;
  const Uuid id_;
  int64_t items_ = 0;  // Staged for sure.
};

// Removes all of a set that is not committed, in transactions of bounded size.
absl::Status DiscardWhole(db::Session& session, const Uuid& change_set, const std::vector<std::string>& side_tables);

}  // namespace yaoshi::feed

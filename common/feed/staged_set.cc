#include "common/feed/staged_set.h"

#include <utility>

#include "common/db/status.h"
#include "common/db/write.h"
#include "common/feed/transact.h"
#include "common/status/status.h"

namespace yaoshi::feed {
namespace {

// A worker that stages renews its lease with every chunk; one that is silent for so long is dead.
constexpr int64_t kLeaseMicros = 30'000'000;
constexpr std::chrono::seconds kChunkDeadline{20};

std::chrono::steady_clock::time_point Deadline() {
  return std::chrono::steady_clock::now() + kChunkDeadline;
}

}  // namespace

Timestamp StagedSet::Lease() const {
  return Timestamp{clock_.Now().micros + kLeaseMicros};
}

absl::Status StagedSet::Begin() {
  return db::RunTransaction(session_, Deadline(), [&](db::Session& tx) {
    const absl::Status begun = BeginStaged(tx, id_, author_, clock_.Now(), Lease());
    // The id is this set's alone: it was begun by an attempt whose COMMIT was done, though its answer was lost.
    return db::FailureOf(begun) == db::Failure::kDuplicate ? absl::OkStatus() : begun;
  });
}

absl::Status StagedSet::Stage(const std::vector<Version>& versions, const Part& columns, const Part& hold) {
  const int64_t after = items_ + static_cast<int64_t>(versions.size());
  bool again = false;
  RETURN_IF_ERROR(db::RunTransaction(session_, Deadline(), [&](db::Session& tx) -> absl::Status {
    if (std::exchange(again, true)) {  // Of the attempt before it may be unknown whether it was committed.
      ASSIGN_OR_RETURN(const int64_t there, StagedItems(tx, id_));
      if (there == after) return absl::OkStatus();
    }
    if (const absl::Status held = hold ? hold(tx) : absl::OkStatus(); !held.ok()) return held;
    const absl::Status staged = StageChunk(tx, id_, Lease(), versions);
    if (!staged.ok()) return ExplainConflict(tx, versions, staged);
    return columns ? columns(tx) : absl::OkStatus();
  }));
  items_ = after;
  return absl::OkStatus();
}

void StagedSet::Discard() {
  DiscardWhole(session_, id_, side_tables_).IgnoreError();
}

absl::Status DiscardWhole(db::Session& session, const Uuid& change_set, const std::vector<std::string>& side_tables) {
  for (bool gone = false; !gone;) {
    RETURN_IF_ERROR(db::RunTransaction(session, Deadline(), [&](db::Session& tx) -> absl::Status {
      ASSIGN_OR_RETURN(gone, DiscardStaged(tx, change_set, side_tables));
      return absl::OkStatus();
    }));
  }
  return absl::OkStatus();
}

}  // namespace yaoshi::feed

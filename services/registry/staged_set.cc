#include "services/registry/staged_set.h"

#include <algorithm>
#include <utility>

#include "common/db/status.h"
#include "common/db/write.h"
#include "services/registry/project_writer.h"

namespace yaoshi::registry {
namespace {

// A worker that stages renews its lease with every chunk; one that is dead for so long is.
constexpr int64_t kLeaseMicros = 30'000'000;
constexpr std::chrono::seconds kChunkDeadline{20};

std::vector<feed::Version> VersionsOf(const Batch& batch) {
  std::vector<feed::Version> versions;
  versions.reserve(batch.size());
  for (const v1::Project& project : batch.projects) versions.push_back(VersionOf(project));
  for (size_t i = 0; i < batch.entries.size(); ++i) {
    versions.push_back(VersionOf(batch.entries[i].entry, batch.entry_regions[i], batch.entries[i].version));
  }
  versions.insert(versions.end(), batch.others.begin(), batch.others.end());
  return versions;
}

absl::Status InsertColumns(db::Session& session, const Uuid& change_set, const Batch& batch) {
  std::vector<ProjectVersion> projects;
  for (const v1::Project& project : batch.projects) projects.push_back({FromProto(project), MetaOf(project).version});
  RETURN_IF_ERROR(ClaimCodes(session, change_set, projects));
  RETURN_IF_ERROR(InsertProjects(session, change_set, projects));
  return InsertEntries(session, change_set, batch.entries);
}

template <class T>
std::vector<T> Slice(const std::vector<T>& all, size_t begin, size_t end) {
  begin = std::min(begin, all.size());
  return {all.begin() + static_cast<std::ptrdiff_t>(begin),
          all.begin() + static_cast<std::ptrdiff_t>(std::max(begin, std::min(end, all.size())))};
}

}  // namespace

absl::Status Save(feed::Tx& tx, const Batch& batch) {
  for (feed::Version& version : VersionsOf(batch)) tx.Put(std::move(version));
  return InsertColumns(tx.session(), tx.change_set(), batch);
}

Timestamp StagedSet::Lease() const {
  return Timestamp{clock_.Now().micros + kLeaseMicros};
}

absl::Status StagedSet::Begin() {
  return db::RunTransaction(session_, std::chrono::steady_clock::now() + kChunkDeadline, [&](db::Session& tx) {
    const absl::Status begun = feed::BeginStaged(tx, id_, author_, clock_.Now(), Lease());
    // The id is this set's alone: it was begun by an attempt whose COMMIT was done, though its answer was lost.
    return db::FailureOf(begun) == db::Failure::kDuplicate ? absl::OkStatus() : begun;
  });
}

absl::Status StagedSet::Add(const Batch& batch) {
  // Columns and versions of a project are two rows and its plans some more: chunks stay under a transaction's bound.
  constexpr size_t kChunk = 250;
  const size_t most = std::max({batch.projects.size(), batch.entries.size(), batch.others.size()});
  for (size_t begin = 0; begin < most; begin += kChunk) {
    const Batch chunk{Slice(batch.projects, begin, begin + kChunk), Slice(batch.entries, begin, begin + kChunk),
                      Slice(batch.entry_regions, begin, begin + kChunk), Slice(batch.others, begin, begin + kChunk)};
    RETURN_IF_ERROR(AddChunk(chunk));
  }
  return absl::OkStatus();
}

absl::Status StagedSet::AddChunk(const Batch& chunk) {
  const std::vector<feed::Version> versions = VersionsOf(chunk);
  const int64_t after = items_ + static_cast<int64_t>(versions.size());
  bool again = false;
  RETURN_IF_ERROR(db::RunTransaction(
      session_, std::chrono::steady_clock::now() + kChunkDeadline, [&](db::Session& tx) -> absl::Status {
        if (std::exchange(again, true)) {  // Of the attempt before it may be unknown whether it was committed.
          ASSIGN_OR_RETURN(const int64_t there, feed::StagedItems(tx, id_));
          if (there == after) return absl::OkStatus();
        }
        const absl::Status staged = feed::StageChunk(tx, id_, Lease(), versions);
        if (!staged.ok()) return feed::ExplainConflict(tx, versions, staged);
        return InsertColumns(tx, id_, chunk);
      }));
  items_ = after;
  return absl::OkStatus();
}

void StagedSet::Discard() {
  for (bool gone = false; !gone;) {
    const absl::Status discarded = db::RunTransaction(
        session_, std::chrono::steady_clock::now() + kChunkDeadline, [&](db::Session& tx) -> absl::Status {
          ASSIGN_OR_RETURN(gone, feed::DiscardStaged(tx, id_, kSideTables));
          return absl::OkStatus();
        });
    if (!discarded.ok()) return;
  }
}

}  // namespace yaoshi::registry

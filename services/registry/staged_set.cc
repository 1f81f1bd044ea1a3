#include "services/registry/staged_set.h"

#include <algorithm>

#include "services/registry/project_writer.h"

namespace yaoshi::registry {
namespace {

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

absl::Status Stage(feed::StagedSet& staged, const Batch& batch) {
  // Columns and versions of a project are two rows and its plans some more: chunks stay under a transaction's bound.
  constexpr size_t kChunk = 250;
  const size_t most = std::max({batch.projects.size(), batch.entries.size(), batch.others.size()});
  for (size_t begin = 0; begin < most; begin += kChunk) {
    const Batch chunk{Slice(batch.projects, begin, begin + kChunk), Slice(batch.entries, begin, begin + kChunk),
                      Slice(batch.entry_regions, begin, begin + kChunk), Slice(batch.others, begin, begin + kChunk)};
    RETURN_IF_ERROR(
        staged.Stage(VersionsOf(chunk), [&](db::Session& tx) { return InsertColumns(tx, staged.id(), chunk); }));
  }
  return absl::OkStatus();
}

}  // namespace yaoshi::registry

// Writes of any size as one change set: few versions in one transaction, many staged in chunks and made true by one
// row.
#pragma once

#include <string>
#include <vector>

#include "common/feed/staged_set.h"
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

// Stages a batch of any size in chunks. The errors of feed::StagedSet::Stage; PROJECT_CODE_TAKEN.
absl::Status Stage(feed::StagedSet& staged, const Batch& batch);

}  // namespace yaoshi::registry

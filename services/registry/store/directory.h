// The directory as other parts ask it: which units and regions there are.
#pragma once

#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/db/session.h"
#include "common/resource/memory.h"
#include "services/registry/domain/project.h"
#include "yaoshi/registry/v1/organization.pb.h"

namespace yaoshi::registry {

// From memory. Thread-safe.
class Directory : public References {
 public:
  // `memory` keeps the type "organization" and outlives this.
  explicit Directory(const resource::ResourceMemory& memory) : memory_(memory) {}

  // Whether a city or county-level unit has the region.
  bool IsRegion(std::string_view code) const override ABSL_LOCKS_EXCLUDED(mutex_);
  bool IsOrganization(std::string_view name) const override;

 private:
  const resource::ResourceMemory& memory_;
  mutable absl::Mutex mutex_;
  mutable uint64_t generation_ ABSL_GUARDED_BY(mutex_) = 0;  // Of the memory when `regions_` was made.
  mutable absl::flat_hash_set<std::string> regions_ ABSL_GUARDED_BY(mutex_);
};

// From the database, within the caller's transaction, so that what was committed a moment ago counts. nullopt when
// there is no such unit.
absl::StatusOr<std::optional<v1::Organization>> LoadOrganization(db::Session& session, const std::string& name);

// Whether the unit has its region for itself: cities and county-level units do.
bool OwnsRegion(const v1::Organization& organization);

}  // namespace yaoshi::registry

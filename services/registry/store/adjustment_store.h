// The adjustment log, read from the versions in the feed.
#pragma once

#include <string>
#include <vector>

#include "common/db/session.h"

namespace yaoshi::registry {

struct StoredAdjustment {
  std::string name;
  std::string region;
  std::string body;
  Timestamp recorded_at;
};

// The orders of a list ("lists/{id}") whose names come before `before_name` ("" for the newest), newest first. Names of
// orders are in order of time.
absl::StatusOr<std::vector<StoredAdjustment>> LoadAdjustments(db::Session& session, const std::string& list,
                                                              const std::string& before_name, size_t limit);
// One order; nothing when there is none.
absl::StatusOr<std::vector<StoredAdjustment>> LoadAdjustment(db::Session& session, const std::string& name);

}  // namespace yaoshi::registry

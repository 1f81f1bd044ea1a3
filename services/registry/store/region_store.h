// Which unit a region is of. One row per region guards that two units never share one, whoever writes at once.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/db/session.h"

namespace yaoshi::registry {

// Gives the region to the unit ("organizations/{id}"), within the caller's transaction; having it already is fine.
// REGION_TAKEN when it is another unit's.
absl::Status ClaimRegion(db::Session& tx, const std::string& region, const std::string& organization);

// Takes the region back if it is the unit's.
absl::Status ReleaseRegion(db::Session& tx, const std::string& region, const std::string& organization);

// The unit that has the region; "" when none has.
absl::StatusOr<std::string> UnitOfRegion(db::Session& session, const std::string& region);

}  // namespace yaoshi::registry

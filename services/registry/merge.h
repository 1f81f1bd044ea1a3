// Merging a project that was entered twice: the duplicate goes, its lineage stays (reference §7: one project started
// three times).
#pragma once

#include <string>
#include <vector>

#include "services/registry/context.h"
#include "services/registry/convert.h"

namespace yaoshi::registry {

struct MergeOrder {
  Uuid from;
  Uuid into;
  Date on;
  std::string reason;
  std::string etag;  // Of `from`; "" for whatever it is.
};

// The duplicate is cancelled and points to the survivor; its list entries end, and where the survivor is not on the
// list it takes the place. Returns the survivor.
absl::StatusOr<v1::Project> Merge(const Context& context, const rpc::Call& call, feed::Tx& tx, const MergeOrder& order);

// POSSIBLE_DUPLICATE when two projects of one batch look alike and neither says why.
absl::Status CheckTwins(const std::vector<v1::Project>& projects);

}  // namespace yaoshi::registry

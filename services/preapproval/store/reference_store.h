// Reference resources straight from the database, within the caller's transaction, so that what was committed a moment
// ago counts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/session.h"

namespace yaoshi::preapproval {

// The bodies of the newest versions of a collection ("procedureTypes"), in order of name; at most 10 000.
absl::StatusOr<std::vector<std::string>> LoadCollection(db::Session& session, std::string_view collection);

// Lets one transaction at a time change delegations, until it ends: whether a chain is allowed depends on all.
absl::Status GuardDelegations(db::Session& tx);

}  // namespace yaoshi::preapproval

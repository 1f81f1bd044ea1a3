// What a case makes of its project's new facts.
#pragma once

#include <span>

#include "absl/status/status.h"
#include "common/feed/transact.h"
#include "services/preapproval/domain/copies.h"

namespace yaoshi::preapproval {

// Closes the cases of projects that are cancelled or merged, and opens them again when the project is restored; moves
// them to the project's region; counts a baseline when the planned start that they count from changed. In the
// transaction that copies the facts, so that each is followed once.
absl::Status FollowProjects(feed::Tx& tx, std::span<const CopiedProject> projects);

}  // namespace yaoshi::preapproval

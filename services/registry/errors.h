// The errors of projects and lists by name: one reason each (docs/errors.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "common/status/status.h"
#include "services/registry/directory_errors.h"

namespace yaoshi::registry {

absl::Status ProjectNotFound(std::string_view name);
absl::Status RegionNotFound(std::string_view code);
absl::Status AdjustmentNotFound(std::string_view name);
absl::Status ClassifiedProject();
// `candidates` say what it looks like.
absl::Status PossibleDuplicate(std::string_view field, const std::vector<std::string>& candidates);
absl::Status ProjectMerged(std::string_view name, std::string_view into);
// A fact is dated before the project was known, or after today.
absl::Status EffectiveBeforeProject(std::string_view name, std::string_view effective_on);
absl::Status LaterMoveExists(std::string_view name, std::string_view on);
absl::Status LaterChangeExists(std::string_view name, std::string_view on);
// `obstacles` stand in the way of a start: type, subject and explanation of each.
absl::Status GateNotClear(std::string_view name, const std::vector<Precondition>& obstacles);
// Preapproval gave no answer; `why` is its reason.
absl::Status GateUnavailable(std::string_view name, std::string_view why);
absl::Status ListIsMaster(std::string_view name);

}  // namespace yaoshi::registry

// The errors of imports and operations by name: one reason each (docs/errors.md).
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/ids/uuid.h"
#include "common/status/status.h"

namespace yaoshi::imports {

// "operations/{uuid}" and back; the nil id when the name has another form.
std::string OperationName(const Uuid& id);
Uuid ParseOperationName(std::string_view name);

absl::Status OperationNotFound(std::string_view name);
absl::Status OperationDone(std::string_view name);
// How a cancelled import ends.
absl::Status ImportCancelled();
// An import that failed as often as it was tried.
absl::Status ImportFailed(int attempts);
// Another runner has the import; never seen by a caller.
absl::Status LeaseLost();

}  // namespace yaoshi::imports

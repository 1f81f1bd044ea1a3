// The errors of preapproval by name: one reason each (docs/errors.md).
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace yaoshi::preapproval {

absl::Status RegionNotFound(std::string_view code);
absl::Status WorkCalendarNotFound(std::string_view name);
absl::Status WorkCalendarExists(std::string_view name);
absl::Status ProcedureTypeNotFound(std::string_view name);
absl::Status ProcedureTypeExists(std::string_view name);

}  // namespace yaoshi::preapproval

#include "common/import/errors.h"

#include <fmt/format.h>

namespace yaoshi::imports {
namespace {
constexpr std::string_view kOperations = "operations/";
}  // namespace

std::string OperationName(const Uuid& id) {
  return std::string(kOperations) + id.ToString();
}

Uuid ParseOperationName(std::string_view name) {
  if (!name.starts_with(kOperations)) return Uuid();
  return Uuid::Parse(name.substr(kOperations.size())).value_or(Uuid());
}

absl::Status OperationNotFound(std::string_view name) {
  return WithResource(Error(absl::StatusCode::kNotFound, "OPERATION_NOT_FOUND",
                            fmt::format("There is no operation {} that you may see.", name)),
                      "operation", name);
}

absl::Status OperationDone(std::string_view name) {
  return Error(absl::StatusCode::kFailedPrecondition, "OPERATION_DONE",
               fmt::format("{} is done; what it did stays.", name));
}

absl::Status ImportCancelled() {
  return Error(absl::StatusCode::kCancelled, "IMPORT_CANCELLED", "The import was cancelled; nothing was changed.");
}

absl::Status ImportFailed(int attempts) {
  return Error(
      absl::StatusCode::kInternal, "IMPORT_FAILED",
      fmt::format("The import was tried {} times and did not end; nothing was changed. Tell the operator.", attempts),
      {{"attempts", fmt::format("{}", attempts)}});
}

absl::Status LeaseLost() {
  return Error(absl::StatusCode::kAborted, "LEASE_LOST", "Another replica works on this import now.");
}

}  // namespace yaoshi::imports

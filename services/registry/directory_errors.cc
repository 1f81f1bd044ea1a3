#include "services/registry/directory_errors.h"

#include <fmt/format.h>

#include "common/status/quote.h"
#include "common/status/status.h"

namespace yaoshi::registry {
namespace {

using absl::StatusCode;
using resource::Finding;

absl::Status About(absl::Status status, std::string_view type, std::string_view name) {
  return WithResource(std::move(status), type, name.substr(0, 100));
}

// Of the resources that people name themselves. `word` is one of them, `all` what lists them.
absl::Status NotFound(std::string_view reason, std::string_view type, std::string_view word, std::string_view all,
                      std::string_view name) {
  return About(Error(StatusCode::kNotFound, reason,
                     fmt::format("There is no {} {}; list the {} to see which there are.", word, Quote(name), all)),
               type, name);
}

absl::Status Exists(std::string_view reason, std::string_view type, std::string_view what, std::string_view name) {
  return About(Error(StatusCode::kAlreadyExists, reason, fmt::format("{} {}", Quote(name), what)), type, name);
}

constexpr std::string_view kThereAlready = "is there already; update it, or choose another id.";

}  // namespace

absl::Status OrganizationNotFound(std::string_view name) {
  return NotFound("ORGANIZATION_NOT_FOUND", "Organization", "unit", "organizations", name);
}

absl::Status OrganizationExists(std::string_view name) {
  return Exists("ORGANIZATION_EXISTS", "Organization", kThereAlready, name);
}

absl::Status OfficialNotFound(std::string_view name) {
  return NotFound("OFFICIAL_NOT_FOUND", "Official", "post", "officials", name);
}

absl::Status OfficialExists(std::string_view name) {
  return Exists("OFFICIAL_EXISTS", "Official", kThereAlready, name);
}

absl::Status AccountNotFound(std::string_view name) {
  return NotFound("ACCOUNT_NOT_FOUND", "Account", "account", "accounts", name);
}

absl::Status AccountExists(std::string_view name) {
  return Exists("ACCOUNT_EXISTS", "Account", "is taken; choose another id.", name);
}

absl::Status ListNotFound(std::string_view name) {
  return NotFound("LIST_NOT_FOUND", "List", "list", "catalogue", name);
}

absl::Status ListExists(std::string_view name) {
  return Exists("LIST_EXISTS", "List", kThereAlready, name);
}

absl::Status MappingNotFound(std::string_view name) {
  return NotFound("MAPPING_NOT_FOUND", "ImportMapping", "mapping", "import mappings", name);
}

absl::Status MappingExists(std::string_view name) {
  return Exists("MAPPING_EXISTS", "ImportMapping", "is a mapping of another region; choose another id.", name);
}

absl::Status FeedbackNotFound(std::string_view name) {
  return NotFound("FEEDBACK_NOT_FOUND", "Feedback", "entry", "feedback", name);
}

absl::Status FeedbackLimit(int limit) {
  return Error(StatusCode::kResourceExhausted, "FEEDBACK_LIMIT",
               fmt::format("{} entries of this account wait for an answer already; wait until one is answered.", limit),
               {{"limit", fmt::format("{}", limit)}});
}

absl::Status RegionTaken(std::string_view region, std::string_view organization) {
  return Error(StatusCode::kAlreadyExists, "REGION_TAKEN",
               fmt::format("Region {} is that of {}; a region has one unit.", Quote(region), organization),
               {{"region", std::string(region)}, {"organization", std::string(organization)}});
}

absl::Status RoleNotGranted(std::string_view role) {
  return Error(StatusCode::kPermissionDenied, "ROLE_NOT_GRANTED",
               fmt::format("Accounts with the role {} are the operator's; ask the operator.", role),
               {{"role", std::string(role)}});
}

absl::Status WrongCredentials() {
  return Error(StatusCode::kUnauthenticated, "WRONG_CREDENTIALS",
               "Account and password do not fit together, or the account may not sign in; check both.");
}

absl::Status FileNotFound(std::string_view name) {
  return About(Error(StatusCode::kNotFound, "FILE_NOT_FOUND",
                     fmt::format("There is no file {} of yours; upload it again.", Quote(name))),
               "File", name);
}

absl::Status FileFinished(std::string_view name) {
  return Error(StatusCode::kFailedPrecondition, "FILE_FINISHED",
               fmt::format("{} is complete; begin a new upload.", Quote(name)));
}

absl::Status FileNotFinished(std::string_view name) {
  return Error(StatusCode::kFailedPrecondition, "FILE_NOT_FINISHED",
               fmt::format("The upload of {} is not complete; finish it first.", Quote(name)));
}

absl::Status FileTooLarge(int64_t limit_bytes) {
  return Error(StatusCode::kInvalidArgument, "FILE_TOO_LARGE",
               fmt::format("This file may have at most {} bytes; split the workbook.", limit_bytes),
               {{"limit", fmt::format("{}", limit_bytes)}});
}

absl::Status OffsetMismatch(int64_t size_bytes) {
  return Error(StatusCode::kAborted, "OFFSET_MISMATCH",
               fmt::format("The file has {} bytes and other ones at this offset; go on at {}.", size_bytes, size_bytes),
               {{"size_bytes", fmt::format("{}", size_bytes)}});
}

absl::Status HashMismatch(std::string_view written_sha256, int64_t size_bytes) {
  return Error(StatusCode::kFailedPrecondition, "HASH_MISMATCH",
               fmt::format("What was written has {} bytes and the SHA-256 {}; upload the file again.", size_bytes,
                           written_sha256),
               {{"sha256", std::string(written_sha256)}, {"size_bytes", fmt::format("{}", size_bytes)}});
}

Finding UnknownOrganization(std::string_view field, std::string_view name) {
  return {
      "ORGANIZATION_NOT_FOUND", std::string(field),
      fmt::format("there is no unit {}; create it first, or name one such as \"organizations/city\".", Quote(name))};
}

Finding UnknownRegion(std::string_view field, std::string_view region) {
  return {"REGION_NOT_FOUND", std::string(field),
          fmt::format("{} is the region of no city or county-level unit of the directory.", Quote(region))};
}

Finding UnknownList(std::string_view field, std::string_view name) {
  return {"LIST_NOT_FOUND", std::string(field), fmt::format("there is no list {}.", Quote(name))};
}

Finding Wrong(std::string_view field, std::string_view description) {
  return {"INVALID_FIELDS", std::string(field), std::string(description)};
}

}  // namespace yaoshi::registry

// The errors of directory, accounts, files, lists' catalogue and mappings; each has one reason.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/resource/named_resource.h"

namespace yaoshi::registry {

absl::Status OrganizationNotFound(std::string_view name);
absl::Status OrganizationExists(std::string_view name);
absl::Status OfficialNotFound(std::string_view name);
absl::Status OfficialExists(std::string_view name);
absl::Status AccountNotFound(std::string_view name);
absl::Status AccountExists(std::string_view name);
absl::Status ListNotFound(std::string_view name);
absl::Status ListExists(std::string_view name);
absl::Status MappingNotFound(std::string_view name);
absl::Status MappingExists(std::string_view name);

absl::Status FeedbackNotFound(std::string_view name);
// The caller has `limit` entries that nobody has answered yet.
absl::Status FeedbackLimit(int limit);

// A county-level unit wants a region that `organization` has.
absl::Status RegionTaken(std::string_view region, std::string_view organization);
// The caller may not give or touch an account of the role.
absl::Status RoleNotGranted(std::string_view role);
// One text for every cause.
absl::Status WrongCredentials();

absl::Status FileNotFound(std::string_view name);
absl::Status FileFinished(std::string_view name);
absl::Status FileNotFinished(std::string_view name);
absl::Status FileTooLarge(int64_t limit_bytes);
// The next piece must begin at `size_bytes`.
absl::Status OffsetMismatch(int64_t size_bytes);
absl::Status HashMismatch(std::string_view written_sha256, int64_t size_bytes);

// Violations that stand for a reference to nothing.
resource::Finding UnknownOrganization(std::string_view field, std::string_view name);
resource::Finding UnknownRegion(std::string_view field, std::string_view region);
resource::Finding UnknownList(std::string_view field, std::string_view name);
resource::Finding Wrong(std::string_view field, std::string_view description);

}  // namespace yaoshi::registry

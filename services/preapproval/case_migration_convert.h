// Migrations of cases between protos and domain.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/feed/change_set.h"
#include "services/preapproval/domain/case_migration.h"
#include "yaoshi/preapproval/v1/case_migration.pb.h"

namespace yaoshi::preapproval {

std::string CaseMigrationName(const Uuid& id);
// INVALID_FIELDS with path "name".
absl::StatusOr<Uuid> ParseCaseMigrationName(std::string_view name);

std::vector<MigrationRule> RulesOf(const google::protobuf::RepeatedPtrField<v1::CaseMigrationRule>& rules);
// Changes and refusal; whose they are is left unset.
v1::CaseMigration::Preview ToProto(const MigrationPlan& plan);
// What says whether two plans do the same to a case: MigratedCase::digest.
std::string DigestOf(const MigrationPlan& plan);

// The next version as the feed keeps it: without previews, which lie beside it. Sets the etag.
feed::Version NextVersionOf(v1::CaseMigration& migration);

}  // namespace yaoshi::preapproval

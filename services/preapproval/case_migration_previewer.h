// Counts what a migration means for the cases in memory, some at a time.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "services/preapproval/case_migration_convert.h"
#include "services/preapproval/context.h"
#include "services/preapproval/domain/case_migration.h"
#include "services/preapproval/store/case_migration_store.h"

namespace yaoshi::preapproval {

// The most cases of one migration: the sheet of a large province.
inline constexpr size_t kMostMigratedCases = 100'000;

struct PreviewedMigration {
  v1::CaseMigration migration;      // Without name, state and stamps.
  std::vector<MigratedCase> cases;  // Those that applying it moves, in order of project.
};

// INVALID_FIELDS with all that is wrong; TEMPLATE_NOT_FOUND; CASE_NOT_FOUND; LIST_NOT_FOUND; REGION_NOT_FOUND;
// CASE_MIGRATION_TOO_LARGE.
absl::StatusOr<PreviewedMigration> PreviewMigration(const Context& context, const rpc::Call& call,
                                                    const v1::CreateCaseMigrationRequest& request);

// The migration between two templates that are there. TEMPLATE_NOT_FOUND.
absl::StatusOr<Migrator> MigratorOf(const Context& context, const std::string& from, const std::string& to,
                                    std::vector<MigrationRule> rules);

}  // namespace yaoshi::preapproval

// Makes a migration of cases true, and takes it back: staged change sets of any size, which one row makes true.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/preapproval/case_migration_convert.h"
#include "services/preapproval/context.h"

namespace yaoshi::preapproval {

// `migration` is the newest version, to be applied. CASE_MIGRATION_CLOSED when another one was faster; CASE_CHANGED
// when what was previewed for a case does not hold any more; CHANGE_IN_PROGRESS.
absl::StatusOr<v1::CaseMigration> ApplyMigration(const Context& context, rpc::Call& call, const std::string& reason,
                                                 const v1::CaseMigration& migration);

// `migration` is the newest version, applied. CASE_MIGRATION_NOT_APPLIED when another one was faster; CASE_MOVED_SINCE;
// CHANGE_IN_PROGRESS.
absl::StatusOr<v1::CaseMigration> RevertMigration(const Context& context, rpc::Call& call, const std::string& reason,
                                                  const v1::CaseMigration& migration);

}  // namespace yaoshi::preapproval

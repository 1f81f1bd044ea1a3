// Migrations of cases between protos and domain.
#pragma once

#include <string>
#include <vector>

#include "services/preapproval/domain/case_migration.h"
#include "services/preapproval/proposal.h"
#include "yaoshi/preapproval/v1/case_migration.pb.h"

namespace yaoshi::preapproval {

// Those that are kept.
const Proposals<v1::CaseMigration>& CaseMigrations();

std::vector<MigrationRule> RulesOf(const google::protobuf::RepeatedPtrField<v1::CaseMigrationRule>& rules);
// Changes and refusal; whose they are is left unset.
v1::CaseMigration::Preview ToProto(const MigrationPlan& plan);
// What says whether two plans do the same to a case: MigratedCase::digest.
std::string DigestOf(const MigrationPlan& plan);

}  // namespace yaoshi::preapproval

#include "services/preapproval/case_migration_convert.h"

#include "absl/strings/str_join.h"
#include "services/preapproval/errors.h"
#include "services/preapproval/store/case_migration_store.h"

namespace yaoshi::preapproval {

const Proposals<v1::CaseMigration>& CaseMigrations() {
  static const Proposals<v1::CaseMigration> migrations(
      "caseMigrations/", "case_migration", v1::CaseMigration::kPreviewsFieldNumber,
      {"case_migration", "previews", MigratedCase::kPackedBytes}, &CaseMigrationNotFound);
  return migrations;
}

std::vector<MigrationRule> RulesOf(const google::protobuf::RepeatedPtrField<v1::CaseMigrationRule>& rules) {
  std::vector<MigrationRule> all;
  for (const v1::CaseMigrationRule& rule : rules) all.push_back({rule.from(), rule.to(), rule.reason()});
  return all;
}

v1::CaseMigration::Preview ToProto(const MigrationPlan& plan) {
  v1::CaseMigration::Preview proto;
  proto.set_refusal(absl::StrJoin(plan.refusals, "；"));
  for (const MigrationChange& one : plan.changes) {
    v1::CaseMigration::Change& change = *proto.add_changes();
    change.set_effect(static_cast<v1::CaseMigration::Effect>(one.effect));
    change.set_from(one.from);
    change.set_to(one.to);
    change.set_state(static_cast<v1::ProcedureState>(one.state));
    change.set_reason(one.reason);
  }
  return proto;
}

std::string DigestOf(const MigrationPlan& plan) {
  return feed::Sha256(plan.Essence()).substr(0, MigratedCase::kDigestBytes);
}

}  // namespace yaoshi::preapproval

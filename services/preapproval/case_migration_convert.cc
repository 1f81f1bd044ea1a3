#include "services/preapproval/case_migration_convert.h"

#include <fmt/format.h>

#include <charconv>

#include "absl/strings/str_join.h"
#include "common/status/status.h"
#include "services/preapproval/convert.h"
#include "services/preapproval/store/case_migration_store.h"

namespace yaoshi::preapproval {
namespace {

constexpr std::string_view kPrefix = "caseMigrations/";

}  // namespace

std::string CaseMigrationName(const Uuid& id) {
  return std::string(kPrefix) + id.ToString();
}

absl::StatusOr<Uuid> ParseCaseMigrationName(std::string_view name) {
  if (name.starts_with(kPrefix)) {
    const absl::StatusOr<Uuid> id = Uuid::Parse(name.substr(kPrefix.size()));
    if (id.ok()) return *id;
  }
  return InvalidFields({{"name", "must be \"caseMigrations/{uuid}\""}});
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

feed::Version NextVersionOf(v1::CaseMigration& migration) {
  int64_t number = 0;
  std::from_chars(migration.etag().data(), migration.etag().data() + migration.etag().size(), number);
  migration.set_etag(fmt::format("{}", ++number));
  v1::CaseMigration kept = migration;
  kept.clear_previews();
  return {"case_migration",
          ParseCaseMigrationName(kept.name()).value_or(Uuid()),
          kept.name(),
          number,
          DateOr(kept.counted_on(), Date()),
          kept.region(),
          kept.SerializeAsString()};
}

}  // namespace yaoshi::preapproval

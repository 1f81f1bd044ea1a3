#include "services/preapproval/case_migration_handlers.h"

#include "common/page/page_size.h"
#include "common/status/status.h"
#include "services/preapproval/case_migration_applier.h"
#include "services/preapproval/case_migration_convert.h"
#include "services/preapproval/case_migration_previewer.h"
#include "services/preapproval/errors.h"
#include "services/preapproval/store/case_migration_store.h"

namespace yaoshi::preapproval {
namespace {

// The newest version of a migration that `may` the caller. CASE_MIGRATION_NOT_FOUND; ETAG_MISMATCH.
absl::StatusOr<v1::CaseMigration> Load(const rpc::Call& call, db::Session& session, const std::string& name,
                                       const std::string& etag = "") {
  ASSIGN_OR_RETURN(const Uuid id, ParseCaseMigrationName(name));
  const auto stored = feed::LoadLatest(session, id);
  v1::CaseMigration migration;
  const bool found = stored.ok() && stored->type == "case_migration" && migration.ParseFromString(stored->body);
  if (!stored.ok() && ReasonOf(stored.status()) != "VERSION_NOT_FOUND") return stored.status();
  if (!found || !call.MayTouch(migration.region(), "")) return CaseMigrationNotFound(name);
  if (!etag.empty() && etag != migration.etag()) return feed::EtagMismatch(name, stored->version);
  return migration;
}

}  // namespace

rpc::BoundService CaseMigrationHandlers::Bind() {
  rpc::ServiceBuilder builder(v1::CaseMigration::descriptor()->file()->FindServiceByName("CaseMigrationService"));
  builder.Database("CreateCaseMigration", this, &CaseMigrationHandlers::CreateCaseMigration)
      .Database("GetCaseMigration", this, &CaseMigrationHandlers::GetCaseMigration)
      .Database("ListCaseMigrations", this, &CaseMigrationHandlers::ListCaseMigrations)
      .Database("ApplyCaseMigration", this, &CaseMigrationHandlers::ApplyCaseMigration)
      .Database("RevertCaseMigration", this, &CaseMigrationHandlers::RevertCaseMigration);
  return builder.Finish();
}

absl::StatusOr<v1::CaseMigration> CaseMigrationHandlers::CreateCaseMigration(
    rpc::Call& call, const v1::CreateCaseMigrationRequest& request) {
  ASSIGN_OR_RETURN(const std::optional<v1::CaseMigration> earlier, context_.writer.Replay<v1::CaseMigration>(call));
  if (earlier) return *earlier;
  RETURN_IF_ERROR(context_.writer.engine().Sync(call.deadline()));
  ASSIGN_OR_RETURN(PreviewedMigration previewed, PreviewMigration(context_, call, request));
  v1::CaseMigration& migration = previewed.migration;
  if (request.validate_only()) return migration;
  const Uuid id = Uuid::New(SystemClock());
  migration.set_name(CaseMigrationName(id));
  migration.set_state(v1::CaseMigration::PREVIEWED);
  migration.set_create_time(call.now().ToString());
  migration.set_create_account(call.principal().account);
  const feed::Version version = NextVersionOf(migration);
  v1::CaseMigration previews;
  *previews.mutable_previews() = migration.previews();
  return context_.writer.Transact<v1::CaseMigration>(call, {}, [&](feed::Tx& tx) -> absl::StatusOr<v1::CaseMigration> {
    tx.Put(version);
    RETURN_IF_ERROR(InsertCaseMigration(tx.session(), id, tx.change_set(), migration.region(),
                                        previews.SerializeAsString(), previewed.cases));
    return migration;
  });
}

absl::StatusOr<v1::CaseMigration> CaseMigrationHandlers::GetCaseMigration(rpc::Call& call,
                                                                          const v1::GetCaseMigrationRequest& request) {
  ASSIGN_OR_RETURN(v1::CaseMigration migration, Load(call, call.session(), request.name()));
  ASSIGN_OR_RETURN(const Uuid id, ParseCaseMigrationName(request.name()));
  ASSIGN_OR_RETURN(const std::string previews, LoadMigrationPreviews(call.session(), id));
  migration.MergeFromString(previews);
  return migration;
}

absl::StatusOr<v1::ListCaseMigrationsResponse> CaseMigrationHandlers::ListCaseMigrations(
    rpc::Call& call, const v1::ListCaseMigrationsRequest& request) {
  CaseMigrationQuery query;
  ASSIGN_OR_RETURN(const int size, PageSize(request.page_size()));
  ASSIGN_OR_RETURN(query.region, ScopeOf(call, request.region()));
  const PageScope scope{call.method(), query.region, "", "", "", "", PrincipalScope(call)};
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(const PagePosition position, context_.tokens.Decode(scope, request.page_token()));
    query.after = position.id;
  }
  query.limit = size + 1;
  ASSIGN_OR_RETURN(std::vector<CaseMigrationRow> rows, preapproval::ListCaseMigrations(call.session(), query));
  v1::ListCaseMigrationsResponse response;
  if (rows.size() > static_cast<size_t>(size)) {
    rows.pop_back();
    response.set_next_page_token(context_.tokens.Encode(scope, {{}, rows.back().id}));
  }
  for (const CaseMigrationRow& row : rows) response.add_case_migrations()->ParseFromString(row.body);
  return response;
}

absl::StatusOr<v1::CaseMigration> CaseMigrationHandlers::ApplyCaseMigration(
    rpc::Call& call, const v1::ApplyCaseMigrationRequest& request) {
  ASSIGN_OR_RETURN(const std::optional<v1::CaseMigration> earlier, context_.writer.Replay<v1::CaseMigration>(call));
  if (earlier) return *earlier;
  ASSIGN_OR_RETURN(const v1::CaseMigration migration, Load(call, call.session(), request.name(), request.etag()));
  if (migration.state() != v1::CaseMigration::PREVIEWED) return CaseMigrationClosed(request.name());
  if (migration.cases_refused() > 0 && !migration.skip_refused()) {
    return CaseMigrationRefused(migration.cases_refused());
  }
  RETURN_IF_ERROR(context_.writer.engine().Sync(call.deadline()));
  return ApplyMigration(context_, call, request.reason(), migration);
}

absl::StatusOr<v1::CaseMigration> CaseMigrationHandlers::RevertCaseMigration(
    rpc::Call& call, const v1::RevertCaseMigrationRequest& request) {
  ASSIGN_OR_RETURN(const std::optional<v1::CaseMigration> earlier, context_.writer.Replay<v1::CaseMigration>(call));
  if (earlier) return *earlier;
  ASSIGN_OR_RETURN(const v1::CaseMigration migration, Load(call, call.session(), request.name(), request.etag()));
  if (migration.state() != v1::CaseMigration::APPLIED) return CaseMigrationNotApplied(request.name());
  RETURN_IF_ERROR(
      context_.writer.engine().Sync(call.deadline()));  // The set that it applied has its place in the feed.
  return RevertMigration(context_, call, request.reason(), migration);
}

}  // namespace yaoshi::preapproval

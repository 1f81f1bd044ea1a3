#include "services/preapproval/case_migration_handlers.h"

#include "common/status/status.h"
#include "services/preapproval/case_migration_applier.h"
#include "services/preapproval/case_migration_convert.h"
#include "services/preapproval/case_migration_previewer.h"
#include "services/preapproval/errors.h"
#include "services/preapproval/store/case_migration_store.h"

namespace yaoshi::preapproval {

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
  migration.set_state(v1::CaseMigration::PREVIEWED);
  return CaseMigrations().Create(context_.writer, call, {}, std::move(migration), Pack(previewed.cases));
}

absl::StatusOr<v1::CaseMigration> CaseMigrationHandlers::GetCaseMigration(rpc::Call& call,
                                                                          const v1::GetCaseMigrationRequest& request) {
  return CaseMigrations().Get(call, request.name());
}

absl::StatusOr<v1::ListCaseMigrationsResponse> CaseMigrationHandlers::ListCaseMigrations(
    rpc::Call& call, const v1::ListCaseMigrationsRequest& request) {
  v1::ListCaseMigrationsResponse response;
  ASSIGN_OR_RETURN(*response.mutable_next_page_token(),
                   CaseMigrations().List(context_, call, request, *response.mutable_case_migrations()));
  return response;
}

absl::StatusOr<v1::CaseMigration> CaseMigrationHandlers::ApplyCaseMigration(
    rpc::Call& call, const v1::ApplyCaseMigrationRequest& request) {
  ASSIGN_OR_RETURN(const std::optional<v1::CaseMigration> earlier, context_.writer.Replay<v1::CaseMigration>(call));
  if (earlier) return *earlier;
  ASSIGN_OR_RETURN(const v1::CaseMigration migration,
                   CaseMigrations().Load(call, call.session(), request.name(), request.etag()));
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
  ASSIGN_OR_RETURN(const v1::CaseMigration migration,
                   CaseMigrations().Load(call, call.session(), request.name(), request.etag()));
  if (migration.state() != v1::CaseMigration::APPLIED) return CaseMigrationNotApplied(request.name());
  RETURN_IF_ERROR(
      context_.writer.engine().Sync(call.deadline()));  // The set that it applied has its place in the feed.
  return RevertMigration(context_, call, request.reason(), migration);
}

}  // namespace yaoshi::preapproval

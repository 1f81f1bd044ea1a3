// CaseMigrationService: running cases to another template, previewed, applied, taken back.
#pragma once

#include "absl/status/statusor.h"
#include "common/rpc/service.h"
#include "services/preapproval/context.h"
#include "yaoshi/preapproval/v1/case_migration.pb.h"

namespace yaoshi::preapproval {

class CaseMigrationHandlers {
 public:
  // `context` outlives the handlers.
  explicit CaseMigrationHandlers(const Context& context) : context_(context) {}

  // This must outlive the server.
  rpc::BoundService Bind();

 private:
  absl::StatusOr<v1::CaseMigration> CreateCaseMigration(rpc::Call& call, const v1::CreateCaseMigrationRequest& request);
  absl::StatusOr<v1::CaseMigration> GetCaseMigration(rpc::Call& call, const v1::GetCaseMigrationRequest& request);
  absl::StatusOr<v1::ListCaseMigrationsResponse> ListCaseMigrations(rpc::Call& call,
                                                                    const v1::ListCaseMigrationsRequest& request);
  absl::StatusOr<v1::CaseMigration> ApplyCaseMigration(rpc::Call& call, const v1::ApplyCaseMigrationRequest& request);
  absl::StatusOr<v1::CaseMigration> RevertCaseMigration(rpc::Call& call, const v1::RevertCaseMigrationRequest& request);

  const Context& context_;
};

}  // namespace yaoshi::preapproval

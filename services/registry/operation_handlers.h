// yaoshi.common.v1.OperationService: the registry's long work, which is imports.
#pragma once

#include "common/rpc/service.h"
#include "google/longrunning/operations.pb.h"
#include "services/registry/context.h"
#include "services/registry/importer/runner.h"
#include "services/registry/store/import_store.h"
#include "yaoshi/common/v1/operation.pb.h"

namespace yaoshi::registry {

// An import as its operation.
google::longrunning::Operation OperationOf(const ImportJob& job);

class OperationHandlers {
 public:
  // Both outlive the handlers.
  OperationHandlers(const Context& context, ImportRunner& runner) : context_(context), runner_(runner) {}
  rpc::BoundService Bind();

 private:
  using Operation = google::longrunning::Operation;
  absl::StatusOr<Operation> GetOperation(rpc::Call& call, const common::v1::GetOperationRequest& request);
  absl::StatusOr<Operation> CancelOperation(rpc::Call& call, const common::v1::CancelOperationRequest& request);

  const Context& context_;
  ImportRunner& runner_;
};

}  // namespace yaoshi::registry

// yaoshi.common.v1.OperationService: the long work of a service, which is imports.
#pragma once

#include <string>

#include "common/feed/transact.h"
#include "common/import/import_runner.h"
#include "common/import/job_store.h"
#include "common/rpc/service.h"
#include "google/longrunning/operations.pb.h"
#include "yaoshi/common/v1/operation.pb.h"

namespace yaoshi::imports {

// Enters the caller's import for the runners; the answer of the RPC that begins it. `request` is that RPC's, checked.
absl::StatusOr<google::longrunning::Operation> BeginImport(rpc::Call& call, feed::Writer& writer, ImportRunner& runner,
                                                           const std::string& reason,
                                                           const google::protobuf::Message& request);

class OperationHandlers {
 public:
  // Both outlive the handlers.
  OperationHandlers(feed::Writer& writer, ImportRunner& runner) : writer_(writer), runner_(runner) {}
  rpc::BoundService Bind();

 private:
  using Operation = google::longrunning::Operation;
  absl::StatusOr<Operation> GetOperation(rpc::Call& call, const common::v1::GetOperationRequest& request);
  absl::StatusOr<Operation> CancelOperation(rpc::Call& call, const common::v1::CancelOperationRequest& request);

  feed::Writer& writer_;
  ImportRunner& runner_;
};

}  // namespace yaoshi::imports

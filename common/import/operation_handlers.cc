#include "common/import/operation_handlers.h"

#include "common/import/errors.h"

namespace yaoshi::imports {
namespace {

// The caller's own, or one of a region that the caller may read.
absl::StatusOr<ImportJob> LoadVisible(const rpc::Call& call, db::Session& session, const std::string& name) {
  auto job = LoadImport(session, ParseOperationName(name));
  const bool hidden =
      job.ok() && job->principal.account != call.principal().account && !call.MayTouch(job->principal.region, "");
  if (hidden || absl::IsNotFound(job.status())) return OperationNotFound(name);
  return job;
}

google::longrunning::Operation OperationOf(const ImportJob& job) {
  google::longrunning::Operation operation;
  operation.set_name(OperationName(job.id));
  operation.mutable_metadata()->PackFrom(job.progress);
  operation.set_done(job.done());
  if (!job.error.empty()) {
    operation.mutable_error()->ParseFromString(job.error);
  } else if (job.done()) {
    operation.mutable_response()->ParseFromString(job.result);
  }
  return operation;
}

}  // namespace

absl::StatusOr<google::longrunning::Operation> BeginImport(rpc::Call& call, feed::Writer& writer, ImportRunner& runner,
                                                           const std::string& reason,
                                                           const google::protobuf::Message& request) {
  using google::longrunning::Operation;
  ImportJob job;
  job.id = Uuid::New(SystemClock());
  job.principal = call.principal();
  job.origin = call.origin();
  job.request = request.SerializeAsString();
  job.created_at = call.now();
  job.progress.set_state(common::v1::ImportProgress::QUEUED);
  job.progress.set_create_time(job.created_at.ToString());
  job.progress.set_account(job.principal.account);
  auto operation = writer.Transact<Operation>(call, {.reason = reason}, [&](feed::Tx& tx) -> absl::StatusOr<Operation> {
    RETURN_IF_ERROR(InsertImport(tx.session(), job));
    return OperationOf(job);
  });
  if (operation.ok()) runner.Wake();
  return operation;
}

rpc::BoundService OperationHandlers::Bind() {
  rpc::ServiceBuilder builder(
      common::v1::GetOperationRequest::descriptor()->file()->FindServiceByName("OperationService"));
  builder.Database("GetOperation", this, &OperationHandlers::GetOperation)
      .Database("CancelOperation", this, &OperationHandlers::CancelOperation);
  return builder.Finish();
}

absl::StatusOr<google::longrunning::Operation> OperationHandlers::GetOperation(
    rpc::Call& call, const common::v1::GetOperationRequest& request) {
  ASSIGN_OR_RETURN(ImportJob job, LoadVisible(call, call.session(), request.name()));
  if (job.done() && !job.staged_set.nil()) {
    // Who reads that it is done sees what it did: here, since it is told only then, and on other replicas by the token.
    ASSIGN_OR_RETURN(const int64_t sequence, LoadSequence(call.session(), job.staged_set));
    if (sequence == 0 || sequence > writer_.engine().applied_sequence()) {
      job.progress.set_state(common::v1::ImportProgress::STAGING);
    } else {
      call.set_consistency_token(job.staged_set.ToString());
    }
  }
  return OperationOf(job);
}

absl::StatusOr<google::longrunning::Operation> OperationHandlers::CancelOperation(
    rpc::Call& call, const common::v1::CancelOperationRequest& request) {
  auto operation = writer_.Transact<Operation>(call, {}, [&](feed::Tx& tx) -> absl::StatusOr<Operation> {
    ASSIGN_OR_RETURN(const ImportJob job, LoadVisible(call, tx.session(), request.name()));
    const bool ended_by_cancel = job.done() && job.cancelled && !job.error.empty();
    if (job.done() && !ended_by_cancel) return OperationDone(request.name());
    RETURN_IF_ERROR(RequestCancel(tx.session(), job.id));
    return OperationOf(job);
  });
  if (operation.ok()) runner_.Wake();
  return operation;
}

}  // namespace yaoshi::imports

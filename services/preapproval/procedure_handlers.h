// ProcedureService: where procedures stand, their moves, and what a department has to do.
#pragma once

#include "common/rpc/service.h"
#include "services/preapproval/case_view.h"
#include "services/preapproval/context.h"
#include "services/preapproval/past_books.h"

namespace yaoshi::preapproval {

class ProcedureHandlers {
 public:
  // Both outlive this.
  ProcedureHandlers(const Context& context, PastBooks& past) : context_(context), past_(past) {}
  rpc::BoundService Bind();

 private:
  absl::StatusOr<v1::Procedure> GetProcedure(rpc::Call& call, const v1::GetProcedureRequest& request);
  absl::StatusOr<v1::ListProceduresResponse> ListProcedures(rpc::Call& call, const v1::ListProceduresRequest& request);
  absl::StatusOr<v1::Procedure> MoveProcedure(rpc::Call& call, const v1::MoveProcedureRequest& request);
  absl::StatusOr<v1::BatchMoveProceduresResponse> BatchMoveProcedures(rpc::Call& call,
                                                                      const v1::BatchMoveProceduresRequest& request);
  absl::StatusOr<v1::ListProcedureVersionsResponse> ListProcedureVersions(
      rpc::Call& call, const v1::ListProcedureVersionsRequest& request);
  absl::StatusOr<v1::ListTasksResponse> ListTasks(rpc::Call& call, const v1::ListTasksRequest& request);

  const Context& context_;
  PastBooks& past_;
};

}  // namespace yaoshi::preapproval

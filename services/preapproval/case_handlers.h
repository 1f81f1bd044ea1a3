// CaseService: one case per project, and whether the project may start.
#pragma once

#include "common/rpc/service.h"
#include "services/preapproval/case_view.h"
#include "services/preapproval/context.h"
#include "services/preapproval/past_books.h"

namespace yaoshi::preapproval {

class CaseHandlers {
 public:
  // Both outlive this.
  CaseHandlers(const Context& context, PastBooks& past) : context_(context), past_(past) {}
  rpc::BoundService Bind();

 private:
  absl::StatusOr<v1::Case> OpenCase(rpc::Call& call, const v1::OpenCaseRequest& request);
  absl::StatusOr<v1::BatchOpenCasesResponse> BatchOpenCases(rpc::Call& call, const v1::BatchOpenCasesRequest& request);
  absl::StatusOr<v1::CaseView> GetCase(rpc::Call& call, const v1::GetCaseRequest& request);
  absl::StatusOr<v1::ListCasesResponse> ListCases(rpc::Call& call, const v1::ListCasesRequest& request);
  absl::StatusOr<v1::Case> SetTargetStart(rpc::Call& call, const v1::SetTargetStartRequest& request);
  absl::StatusOr<v1::Case> ReassessCase(rpc::Call& call, const v1::ReassessCaseRequest& request);
  absl::StatusOr<v1::ListBaselinesResponse> ListBaselines(rpc::Call& call, const v1::ListBaselinesRequest& request);
  absl::StatusOr<v1::CheckGateResponse> CheckGate(rpc::Call& call, const v1::CheckGateRequest& request);

  const Context& context_;
  PastBooks& past_;
};

}  // namespace yaoshi::preapproval

#include "services/preapproval/procedure_import_handlers.h"

#include <chrono>

#include "common/import/operation_handlers.h"

namespace yaoshi::preapproval {

rpc::BoundService ProcedureImportHandlers::Bind() {
  rpc::ServiceBuilder builder(
      v1::ImportProceduresRequest::descriptor()->file()->FindServiceByName("ProcedureImportService"));
  builder.Database("ImportProcedures", this, &ProcedureImportHandlers::Import);
  return builder.Finish();
}

absl::StatusOr<google::longrunning::Operation> ProcedureImportHandlers::Import(
    rpc::Call& call, const v1::ImportProceduresRequest& request) {
  ASSIGN_OR_RETURN(const std::optional<Operation> earlier, context_.writer.Replay<Operation>(call));
  if (earlier) return *earlier;
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(call.deadline() - std::chrono::steady_clock::now());
  RETURN_IF_ERROR(files_.CheckFinished(call.principal(), request.file(), left));
  return imports::BeginImport(call, context_.writer, runner_, request.reason(), request);
}

}  // namespace yaoshi::preapproval

// ProcedureImportService: begins imports of procedure ledgers.
#pragma once

#include "common/import/import_runner.h"
#include "common/rpc/service.h"
#include "google/longrunning/operations.pb.h"
#include "services/preapproval/context.h"
#include "services/preapproval/importer/registry_files.h"
#include "yaoshi/preapproval/v1/procedure_import.pb.h"

namespace yaoshi::preapproval {

class ProcedureImportHandlers {
 public:
  // All outlive the handlers.
  ProcedureImportHandlers(const Context& context, const RegistryFiles& files, imports::ImportRunner& runner)
      : context_(context), files_(files), runner_(runner) {}
  rpc::BoundService Bind();

 private:
  using Operation = google::longrunning::Operation;
  absl::StatusOr<Operation> Import(rpc::Call& call, const v1::ImportProceduresRequest& request);

  const Context& context_;
  const RegistryFiles& files_;
  imports::ImportRunner& runner_;
};

}  // namespace yaoshi::preapproval

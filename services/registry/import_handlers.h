// ImportService: begins imports, looks at workbooks, keeps mappings of headings.
#pragma once

#include "common/import/import_runner.h"
#include "common/rpc/service.h"
#include "google/longrunning/operations.pb.h"
#include "services/registry/context.h"
#include "services/registry/import_mapping_handlers.h"

namespace yaoshi::registry {

class ImportHandlers {
 public:
  // All outlive the handlers.
  ImportHandlers(const Context& context, ImportMappingHandlers& mappings, imports::ImportRunner& runner)
      : context_(context), mappings_(mappings), runner_(runner) {}
  rpc::BoundService Bind();

 private:
  using Operation = google::longrunning::Operation;
  absl::StatusOr<Operation> ImportProjects(rpc::Call& call, const v1::ImportProjectsRequest& request);
  absl::StatusOr<v1::PreviewImportResponse> PreviewImport(rpc::Call& call, const v1::PreviewImportRequest& request);
  absl::Status Check(rpc::Call& call, const v1::ImportProjectsRequest& request) const;

  const Context& context_;
  ImportMappingHandlers& mappings_;
  imports::ImportRunner& runner_;
};

}  // namespace yaoshi::registry

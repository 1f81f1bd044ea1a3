#include "services/registry/import_handlers.h"

#include "common/import/operation_handlers.h"
#include "services/registry/errors.h"
#include "services/registry/importer/preview.h"
#include "services/registry/store/file_store.h"
#include "services/registry/summary.h"

namespace yaoshi::registry {
namespace {

absl::StatusOr<StoredFile> FinishedFile(rpc::Call& call, const std::string& name) {
  ASSIGN_OR_RETURN(StoredFile file, LoadOwnFile(call.session(), name, call.principal().account));
  if (!file.finished) return FileNotFinished(name);
  return file;
}

}  // namespace

rpc::BoundService ImportHandlers::Bind() {
  rpc::ServiceBuilder builder(v1::ImportProjectsRequest::descriptor()->file()->FindServiceByName("ImportService"));
  builder.Database("ImportProjects", this, &ImportHandlers::ImportProjects)
      .Database("PreviewImport", this, &ImportHandlers::PreviewImport);
  mappings_.Bind(builder);
  return builder.Finish();
}

absl::Status ImportHandlers::Check(rpc::Call& call, const v1::ImportProjectsRequest& request) const {
  RETURN_IF_ERROR(FinishedFile(call, request.file()).status());
  if (!request.list().empty()) {
    ASSIGN_OR_RETURN(const List list, FindList(context_, request.list()));
    if (list.kind == ListKind::kMaster) return ListIsMaster(list.name);
  }
  return request.mapping().empty() ? absl::OkStatus() : mappings_.Find(call, request.mapping()).status();
}

absl::StatusOr<google::longrunning::Operation> ImportHandlers::ImportProjects(
    rpc::Call& call, const v1::ImportProjectsRequest& request) {
  ASSIGN_OR_RETURN(const std::optional<Operation> earlier, context_.writer.Replay<Operation>(call));
  if (earlier) return *earlier;
  RETURN_IF_ERROR(Check(call, request));
  ASSIGN_OR_RETURN(const Date on, EffectiveDate(call, request.effective_on()));
  v1::ImportProjectsRequest dated = request;
  dated.set_effective_on(on.ToString());
  return imports::BeginImport(call, context_.writer, runner_, request.reason(), dated);
}

absl::StatusOr<v1::PreviewImportResponse> ImportHandlers::PreviewImport(rpc::Call& call,
                                                                        const v1::PreviewImportRequest& request) {
  ASSIGN_OR_RETURN(const StoredFile file, FinishedFile(call, request.file()));
  sheet::HeadingMapping mapping;
  if (!request.mapping().empty()) {
    ASSIGN_OR_RETURN(const v1::ImportMapping saved, mappings_.Find(call, request.mapping()));
    mapping = {saved.keys().begin(), saved.keys().end()};
  }
  return Preview(call.session(), file, request.sheet(), mapping);
}

}  // namespace yaoshi::registry

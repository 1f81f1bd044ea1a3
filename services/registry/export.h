// Lists as files: what ListProjects and ListEntries would list, as a workbook or CSV that can be imported again.
#pragma once

#include "common/rpc/service.h"
#include "services/registry/context.h"
#include "services/registry/convert.h"

namespace yaoshi::registry {

// Streams google.api.HttpBody: pieces of one file; the first names its type and, as a StringValue in its extensions,
// its file name. Errors: those of ListProjects and ListEntries, STORAGE_FULL.
absl::Status ExportProjects(const Context& context, rpc::Call& call, const v1::ExportProjectsRequest& request,
                            rpc::StreamWriter& writer);
absl::Status ExportEntries(const Context& context, rpc::Call& call, const v1::ExportEntriesRequest& request,
                           rpc::StreamWriter& writer);

}  // namespace yaoshi::registry

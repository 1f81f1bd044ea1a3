#include "services/registry/import_mapping_handlers.h"

#include <fmt/format.h>

#include <algorithm>

#include "services/registry/directory_errors.h"

namespace yaoshi::registry {
namespace {

using resource::Draft;
using resource::Finding;

// A workbook has fewer columns than that which anybody reads.
constexpr int kMaxKeys = 200;
constexpr size_t kMaxHeadingBytes = 300;
constexpr size_t kMaxKeyBytes = 60;

bool IsKey(const std::string& key) {
  return key.size() <= kMaxKeyBytes &&
         key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

absl::StatusOr<std::vector<Finding>> Check(Draft& draft) {
  const auto& mapping = static_cast<const v1::ImportMapping&>(draft.after);
  std::vector<Finding> findings;
  if (mapping.keys().empty() || mapping.keys_size() > kMaxKeys) {
    findings.push_back(
        Wrong("keys", fmt::format("must have 1 to {} headings; it has {}.", kMaxKeys, mapping.keys_size())));
    return findings;
  }
  for (const auto& [heading, key] : mapping.keys()) {
    if (heading.empty() || heading.size() > kMaxHeadingBytes) {
      findings.push_back(Wrong("keys", fmt::format("a heading must have 1 to {} bytes.", kMaxHeadingBytes)));
    }
    if (!IsKey(key)) {
      findings.push_back(Wrong(fmt::format("keys[\"{}\"]", heading.substr(0, kMaxHeadingBytes)),
                               "must be a key such as total_investment, or empty for a column that is not read."));
    }
  }
  std::sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) { return a.field < b.field; });
  return findings;
}

resource::Spec MakeSpec() {
  resource::Spec spec;
  spec.type = "import_mapping";
  spec.collection = "importMappings";
  spec.path = "mapping";
  spec.prototype = &v1::ImportMapping::default_instance();
  spec.not_found = MappingNotFound;
  spec.exists = MappingExists;
  spec.shared_below = true;
  spec.check = Check;
  return spec;
}

}  // namespace

ImportMappingHandlers::ImportMappingHandlers(const DirectoryContext& context)
    : mappings_(MakeSpec(), context.memory, context.writer, context.tokens) {}

absl::StatusOr<v1::ImportMapping> ImportMappingHandlers::Find(rpc::Call& call, const std::string& name) const {
  ASSIGN_OR_RETURN(const rpc::Bytes bytes, mappings_.Get(call, name));
  v1::ImportMapping mapping;
  mapping.ParseFromString(bytes.serialized);
  return mapping;
}

void ImportMappingHandlers::Bind(rpc::ServiceBuilder& builder) {
  builder.Database("SaveImportMapping", [this](rpc::Call& call, const v1::SaveImportMappingRequest& request) {
    return mappings_.Save(call, request.import_mapping_id(), request.mapping(), {});
  });
  builder.Memory("ListImportMappings", [this](rpc::Call& call, const v1::ListImportMappingsRequest& request) {
    return mappings_.List(call, {request.page_size(), request.page_token(), ""});
  });
}

}  // namespace yaoshi::registry

// The mapping half of ImportService: SaveImportMapping, ListImportMappings.
#pragma once

#include <optional>

#include "common/resource/named_resource.h"
#include "services/registry/directory_context.h"
#include "yaoshi/registry/v1/import.pb.h"

namespace yaoshi::registry {

class ImportMappingHandlers {
 public:
  explicit ImportMappingHandlers(const DirectoryContext& context);

  // Adds the two methods to a builder of ImportService. This must outlive the server.
  void Bind(rpc::ServiceBuilder& builder);

  // The mapping that the caller names, from memory. MAPPING_NOT_FOUND.
  absl::StatusOr<v1::ImportMapping> Find(rpc::Call& call, const std::string& name) const;

 private:
  const resource::NamedResource mappings_;
};

}  // namespace yaoshi::registry

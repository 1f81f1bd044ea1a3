// OrganizationService: the units of the city. The regions of county-level units are the regions of the city.
#pragma once

#include "common/resource/named_resource.h"
#include "services/registry/directory_context.h"

namespace yaoshi::registry {

class OrganizationHandlers {
 public:
  explicit OrganizationHandlers(const DirectoryContext& context);

  // This must outlive the server.
  rpc::BoundService Bind();

 private:
  const resource::NamedResource organizations_;
};

}  // namespace yaoshi::registry

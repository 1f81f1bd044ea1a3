// OfficialService: posts (领导职务) with terms.
#pragma once

#include "common/resource/named_resource.h"
#include "services/registry/directory_context.h"

namespace yaoshi::registry {

class OfficialHandlers {
 public:
  explicit OfficialHandlers(const DirectoryContext& context);

  // This must outlive the server.
  rpc::BoundService Bind();

 private:
  const resource::NamedResource officials_;
};

}  // namespace yaoshi::registry

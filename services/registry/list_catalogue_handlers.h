// The catalogue half of ListService: CreateList, GetList, ListLists, UpdateList.
#pragma once

#include "common/resource/named_resource.h"
#include "services/registry/directory_context.h"

namespace yaoshi::registry {

class ListCatalogueHandlers {
 public:
  explicit ListCatalogueHandlers(const DirectoryContext& context);

  // Adds the four methods to a builder of ListService. This must outlive the server.
  void Bind(rpc::ServiceBuilder& builder);

 private:
  const resource::NamedResource lists_;
};

}  // namespace yaoshi::registry

// FeedbackService: what people say of pages, and what they are answered.
#pragma once

#include "common/resource/named_resource.h"
#include "services/registry/directory_context.h"

namespace yaoshi::registry {

class FeedbackHandlers {
 public:
  explicit FeedbackHandlers(const DirectoryContext& context);
  // This must outlive the server.
  rpc::BoundService Bind();

 private:
  const resource::NamedResource feedback_;
};

}  // namespace yaoshi::registry

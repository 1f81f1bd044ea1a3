// What all handlers of the directory share.
#pragma once

#include "common/feed/transact.h"
#include "common/page/page_token.h"
#include "common/resource/memory.h"

namespace yaoshi::registry {

// The types that the directory's ResourceMemory must keep.
inline const std::vector<std::string>& DirectoryTypes() {
  static const auto* const kTypes = new std::vector<std::string>{"organization",   "official", "account", "list",
                                                                 "import_mapping", "session",  "feedback"};
  return *kTypes;
}

// All of them outlive the handlers.
struct DirectoryContext {
  const resource::ResourceMemory& memory;
  feed::Writer& writer;
  const PageTokens& tokens;
};

}  // namespace yaoshi::registry

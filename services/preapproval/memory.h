// The present of preapproval in memory, kept current by its own feed.
#pragma once

#include <string>
#include <vector>

#include "common/feed/engine.h"
#include "common/resource/memory.h"

namespace yaoshi::preapproval {

// The types of small resources, kept whole.
std::vector<std::string> SmallTypes();

class Memory {
 public:
  // `resources` keeps SmallTypes().
  explicit Memory(resource::ResourceMemory& resources) : resources_(resources) {}

  // Takes up whole change sets: a reader sees all of one or nothing.
  void Apply(const std::vector<feed::Change>& changes);

  const resource::ResourceMemory& resources() const { return resources_; }

 private:
  resource::ResourceMemory& resources_;
};

}  // namespace yaoshi::preapproval

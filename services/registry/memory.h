// The registry's present in memory, kept current by its own feed.
#pragma once

#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/feed/engine.h"
#include "common/resource/memory.h"
#include "services/registry/domain/portfolio.h"

namespace yaoshi::registry {

class Memory {
 public:
  // Small resources (directory, lists, adjustments, mappings) are kept by `resources`.
  explicit Memory(resource::ResourceMemory& resources) : resources_(resources) {}

  // Takes up whole change sets: a reader sees all of one or nothing.
  void Apply(const std::vector<feed::Change>& changes) ABSL_LOCKS_EXCLUDED(mutex_);

  const resource::ResourceMemory& resources() const { return resources_; }

  // Runs `read` over the portfolio; rows and views live until it returns.
  template <class F>
  auto Read(F read) const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::ReaderMutexLock lock(&mutex_);
    return read(std::as_const(portfolio_));
  }

 private:
  resource::ResourceMemory& resources_;
  mutable absl::Mutex mutex_;
  Portfolio portfolio_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace yaoshi::registry

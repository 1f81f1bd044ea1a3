// What the gateway remembers between requests: per account the token of its last write, so that its next read sees it.
#pragma once

#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

namespace yaoshi::gateway {

class ConsistencyMemory {
 public:
  // At most `accounts` are remembered; those that wrote longest ago are forgotten.
  explicit ConsistencyMemory(size_t accounts = 20000) : accounts_(accounts) {}

  void Remember(std::string_view account, std::string_view backend, std::string token) ABSL_LOCKS_EXCLUDED(mutex_);
  // Empty when there is nothing to wait for.
  std::string Recall(std::string_view account, std::string_view backend) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using Tokens = absl::flat_hash_map<std::string, std::string>;
  const size_t accounts_;
  mutable absl::Mutex mutex_;
  Tokens young_ ABSL_GUARDED_BY(mutex_);
  Tokens old_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace yaoshi::gateway

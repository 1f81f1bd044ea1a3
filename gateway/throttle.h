// Token buckets in bounded memory: how often something may be tried.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "common/calendar/clock.h"

namespace yaoshi::gateway {

class TokenBuckets {
 public:
  struct Limits {
    int burst = 10;                          // Tries at once.
    std::chrono::milliseconds refill{6000};  // One more try after so long.
    size_t keys = 20000;                     // Keys remembered; those unused longest are forgotten.
  };
  explicit TokenBuckets(Limits limits) : limits_(limits) {}

  // Takes one try of `key`. nullopt: granted. Otherwise how long to wait for the next one.
  std::optional<std::chrono::milliseconds> Take(std::string_view key, Timestamp now) ABSL_LOCKS_EXCLUDED(mutex_);
  // Gives a try back, after a success.
  void Return(std::string_view key) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Bucket {
    double tokens = 0;
    Timestamp filled;
  };
  using Buckets = absl::flat_hash_map<std::string, Bucket>;
  Bucket& Find(const std::string& key, Timestamp now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Limits limits_;
  absl::Mutex mutex_;
  // Two generations: when the young one is full it becomes the old one, and what nobody used since is gone.
  Buckets young_ ABSL_GUARDED_BY(mutex_);
  Buckets old_ ABSL_GUARDED_BY(mutex_);
};

// What stands for an address in a throttle: an IPv6 address counts by its /64, which one household or host owns whole.
std::string AddressKey(std::string_view address);

}  // namespace yaoshi::gateway

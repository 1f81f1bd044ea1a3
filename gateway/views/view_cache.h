// Views as finished replies: made once for all who ask for the same with the same rights, and sent until a change of
// the feed touches them. Nothing is forgotten by time alone; the day a view is about is part of its key.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "gateway/views/part.h"
#include "gateway/views/rendered.h"

namespace yaoshi::gateway {

class ViewCache {
 public:
  using Answer = absl::StatusOr<std::shared_ptr<const Rendered>>;
  using Done = std::function<void(const Answer&)>;

  // Calls `done` with what is kept, or lets it wait for the flight that makes it. Not 0: nobody makes it yet, and the
  // caller must, and call Finish with this number. `alone`: what is kept will not do, so a flight of its own begins.
  uint64_t Join(const std::string& key, const Basis& basis, bool alone, Done done) ABSL_LOCKS_EXCLUDED(mutex_);
  void Finish(uint64_t flight, const Answer& answer) ABSL_LOCKS_EXCLUDED(mutex_);

  void Apply(const yaoshi::common::v1::Change& change) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Kept {
    std::shared_ptr<const Rendered> rendered;
    Basis basis;
  };
  struct Flight {
    std::string key;
    Basis basis;
    std::vector<Done> waiting;
    bool overtaken = false;  // By a change that touches it: no one else may join, and nothing of it is kept.
  };

  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Kept> kept_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<uint64_t, Flight> flights_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, uint64_t> open_ ABSL_GUARDED_BY(mutex_);  // Flights that may be joined, by key.
  uint64_t last_flight_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace yaoshi::gateway

// What was made of days of the past: trends, the year before and the pages of a list ask for the same ones again and
// again.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>

#include "absl/base/thread_annotations.h"
#include "absl/cleanup/cleanup.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/resource/moment.h"
#include "common/status/status.h"
#include "services/preapproval/domain/day_generations.h"

namespace yaoshi::preapproval {

// Keeps what was asked for lately until its day changes. Thread-safe.
template <class T>
class KeptDays {
 public:
  // Keeps at most `most` of those that are `worth` it; `days` outlives this.
  KeptDays(
      const DayGenerations& days, size_t most, bool (*worth)(const T&) = [](const T&) { return true; })
      : days_(days), most_(most), worth_(worth) {}

  // What is kept of `asked`, or what make(Past) makes of it, the same type. `of` names what it is made of beside the
  // day. Of several that ask for the same at once, one makes it; who waits in vain makes it too, or is out of time.
  template <class F>
  absl::StatusOr<std::shared_ptr<const T>> On(Timestamp now, const resource::Past& asked, const std::string& of, F make)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    const resource::Past at = WithoutBound(now, asked);
    const Key key{at.as_of, at.known_at, of};
    const uint64_t generation = days_.Of(at.as_of);
    {
      absl::MutexLock lock(&mutex_);
      const auto free = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !making_.contains(key); };
      mutex_.AwaitWithTimeout(absl::Condition(&free), absl::FromChrono(at.deadline - std::chrono::steady_clock::now()));
      const auto kept = kept_.find(key);
      if (kept != kept_.end() && kept->second.generation == generation) return kept->second.made;
      making_.insert(key);
    }
    const absl::Cleanup done = [&] {
      absl::MutexLock lock(&mutex_);
      making_.erase(key);
    };
    ASSIGN_OR_RETURN(std::shared_ptr<const T> made, make(at));
    if (!worth_(*made)) return made;
    absl::MutexLock lock(&mutex_);
    if (kept_.size() >= most_) kept_.clear();
    kept_[key] = {generation, made};
    return made;
  }

 private:
  using Key = std::tuple<Date, Timestamp, std::string>;
  struct Kept {
    uint64_t generation = 0;
    std::shared_ptr<const T> made;
  };

  // Who asks what is known now gets all that has been numbered, also what was while the call came in: so what is kept
  // under a day's generation that was read before holds everything that memory had then.
  static resource::Past WithoutBound(Timestamp now, resource::Past asked) {
    constexpr Timestamp kNewest{253'402'300'799'000'000};  // 9999-12-31T23:59:59Z: after every change.
    if (asked.known_at >= now) asked.known_at = kNewest;
    return asked;
  }

  const DayGenerations& days_;
  const size_t most_;
  bool (*const worth_)(const T&);
  absl::Mutex mutex_;
  std::map<Key, Kept> kept_ ABSL_GUARDED_BY(mutex_);
  std::set<Key> making_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace yaoshi::preapproval

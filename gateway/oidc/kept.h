// A document of the provider, kept here: fetched when it is asked for and not young any more, by one call at a time
// however many wait for it, and kept on while the provider does not answer. Thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/calendar/clock.h"
#include "gateway/throttle.h"

namespace yaoshi::gateway::oidc {

template <class T>
class Kept {
 public:
  using Value = std::shared_ptr<const T>;
  using Done = std::function<void(absl::StatusOr<Value>)>;
  using Load = std::function<void(Done)>;

  // `load` fetches; it calls its argument once, from any thread. Both must outlive what it has begun.
  Kept(Load load, const Clock& clock) : load_(std::move(load)), clock_(clock) {}

  // With what is kept while it is young, otherwise with a fresh one; `renew`: with a fresh one in any case. When that
  // cannot be had, or was tried too often lately, with what is kept; an error when there is nothing.
  void Get(bool renew, Done done) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::ReleasableMutexLock lock(&mutex_);
    const Timestamp now = clock_.Now();
    const bool young = value_ != nullptr && now - loaded_ < kYoung;
    if ((young && !renew) || (!loading_ && tries_.Take("", now).has_value())) {
      const absl::StatusOr<Value> known = Known(now);
      lock.Release();
      return done(known);
    }
    waiting_.push_back(std::move(done));
    const bool begun = std::exchange(loading_, true);
    lock.Release();
    if (!begun) load_([this](absl::StatusOr<Value> loaded) { TakeUp(std::move(loaded)); });
  }

  // What is kept, or null; asks nobody.
  Value Peek() const ABSL_LOCKS_EXCLUDED(mutex_) {
    const absl::MutexLock lock(&mutex_);
    return value_;
  }

 private:
  static constexpr std::chrono::minutes kYoung{10};
  static constexpr std::chrono::hours kOld{24};  // So long without the provider, and it counts no more.

  absl::StatusOr<Value> Known(Timestamp now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (value_ != nullptr && now - loaded_ < kOld) return value_;
    return failure_;
  }

  void TakeUp(absl::StatusOr<Value> loaded) ABSL_LOCKS_EXCLUDED(mutex_) {
    std::vector<Done> waiting;
    {
      const absl::MutexLock lock(&mutex_);
      const Timestamp now = clock_.Now();
      loading_ = false;
      if (loaded.ok()) {
        value_ = *loaded;
        loaded_ = now;
      } else {
        failure_ = loaded.status();
        loaded = Known(now);
      }
      waiting.swap(waiting_);
    }
    for (const Done& done : waiting) done(loaded);
  }

  const Load load_;
  const Clock& clock_;
  TokenBuckets tries_{{.burst = 5, .refill = std::chrono::seconds(10), .keys = 2}};
  mutable absl::Mutex mutex_;
  Value value_ ABSL_GUARDED_BY(mutex_);
  Timestamp loaded_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(mutex_) = absl::UnavailableError("not asked yet");
  bool loading_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Done> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace yaoshi::gateway::oidc

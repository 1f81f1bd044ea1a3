// The present of preapproval in memory, kept current by its own feed.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/calendar/clock.h"
#include "common/calendar/work_calendar.h"
#include "common/feed/engine.h"
#include "common/resource/memory.h"
#include "services/preapproval/domain/case_book.h"
#include "services/preapproval/domain/delegation.h"
#include "services/preapproval/domain/rate_keeper.h"
#include "services/preapproval/domain/types.h"

namespace yaoshi::preapproval {

// The types of small resources, kept whole.
std::vector<std::string> SmallTypes();

class Memory {
 public:
  // `resources` keeps SmallTypes().
  explicit Memory(resource::ResourceMemory& resources);

  // Takes up whole change sets: a reader sees all of one or nothing.
  void Apply(const std::vector<feed::Change>& changes) ABSL_LOCKS_EXCLUDED(mutex_, book_mutex_);

  const resource::ResourceMemory& resources() const { return resources_; }

  // All years that were entered; never null.
  std::shared_ptr<const WorkCalendar> calendar() const ABSL_LOCKS_EXCLUDED(mutex_);

  // The same with one year entered or amended. Errors: those of WorkCalendar::Create.
  absl::StatusOr<WorkCalendar> CalendarWith(const WorkYear& amended) const;

  // Everything that was delegated, ended or not; never null.
  std::shared_ptr<const std::vector<Delegation>> delegations() const ABSL_LOCKS_EXCLUDED(mutex_);
  // All templates, in order of name.
  std::vector<Template> Templates() const;
  // Runs `read` over all cases; rows live until it returns.
  template <class F>
  auto Read(F read) const ABSL_LOCKS_EXCLUDED(book_mutex_) {
    absl::ReaderMutexLock lock(&book_mutex_);
    return read(std::as_const(book_));
  }
  // Runs `read` over the rates as they are on `today`, or on a later day that was asked for already.
  template <class F>
  auto ReadRates(Date today, F read) const ABSL_LOCKS_EXCLUDED(book_mutex_) {
    {
      absl::ReaderMutexLock lock(&book_mutex_);
      if (rates_.day() >= today) return read(std::as_const(rates_));
    }
    absl::MutexLock lock(&book_mutex_);
    rates_.Settle(book_, today);
    return read(std::as_const(rates_));
  }

  // Until which time of the registry its facts are known here; 1970 before anything was copied. Told by the follower.
  Timestamp facts_time() const { return {facts_micros_.load(std::memory_order_relaxed)}; }
  void set_facts_time(Timestamp time) { facts_micros_.store(time.micros, std::memory_order_relaxed); }

 private:
  resource::ResourceMemory& resources_;
  std::atomic<int64_t> facts_micros_{0};
  mutable absl::Mutex mutex_;
  std::shared_ptr<const WorkCalendar> calendar_ ABSL_GUARDED_BY(mutex_) = std::make_shared<WorkCalendar>();
  std::shared_ptr<const std::vector<Delegation>> delegations_ ABSL_GUARDED_BY(mutex_) =
      std::make_shared<std::vector<Delegation>>();
  mutable absl::Mutex book_mutex_;
  CaseBook book_ ABSL_GUARDED_BY(book_mutex_);
  mutable RateKeeper rates_ ABSL_GUARDED_BY(book_mutex_);  // A new day changes what is counted, not what is known.
};

}  // namespace yaoshi::preapproval

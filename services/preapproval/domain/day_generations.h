// Which days of the past a change may alter: those from its effective date on. What was counted for a day holds as long
// as that day's generation stays.
#pragma once

#include <cstdint>
#include <iterator>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/synchronization/mutex.h"
#include "common/calendar/date.h"

namespace yaoshi::preapproval {

// Thread-safe.
class DayGenerations {
 public:
  // Something changed that holds from a day on.
  void Changed(Date from) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    // The newest change is the last of all later days, too.
    newest_.erase(newest_.lower_bound(from), newest_.end());
    newest_[from] = ++changes_;
  }

  // Grows with every change that may alter the day.
  uint64_t Of(Date day) const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    const auto after = newest_.upper_bound(day);
    return after == newest_.begin() ? 0 : std::prev(after)->second;
  }

 private:
  mutable absl::Mutex mutex_;
  uint64_t changes_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::btree_map<Date, uint64_t> newest_ ABSL_GUARDED_BY(mutex_);  // By day: both rise together.
};

}  // namespace yaoshi::preapproval

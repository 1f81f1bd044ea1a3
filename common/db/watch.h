// Notices a slow database: counts what statements take, and says so in the log when they take long.
#pragma once

#include <chrono>
#include <memory>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/calendar/clock.h"
#include "common/obs/log.h"
#include "common/obs/metrics.h"

namespace yaoshi::db {

// Given to sessions by Options::watch. Thread-safe.
class StatementWatch {
 public:
  // A statement or COMMIT that takes so long is slow: the disk, or a lock.
  static constexpr std::chrono::seconds kSlow{1};
  // The log has at most one line in this time, with the number of slow statements since the line before.
  static constexpr std::chrono::seconds kQuiet{10};

  // Adds yaoshi_db_statements_total, yaoshi_db_statement_micros_total and yaoshi_db_slow_statements_total.
  StatementWatch(obs::Metrics& metrics, std::shared_ptr<obs::Log> log, const Clock& clock = SystemClock());

  // `sql` has placeholders and no values; its beginning goes into the log.
  void Took(std::string_view sql, std::chrono::microseconds time) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  obs::Counter& statements_;
  obs::Counter& micros_;
  obs::Counter& slow_;
  const std::shared_ptr<obs::Log> log_;
  const Clock& clock_;
  absl::Mutex mutex_;
  Timestamp logged_at_ ABSL_GUARDED_BY(mutex_);
  int unsaid_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace yaoshi::db

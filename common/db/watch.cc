#include "common/db/watch.h"

#include <string>
#include <utility>

namespace yaoshi::db {
namespace {

constexpr size_t kSaid = 80;  // Characters of a statement that tell it from others.

}  // namespace

StatementWatch::StatementWatch(obs::Metrics& metrics, std::shared_ptr<obs::Log> log, const Clock& clock)
    : statements_(*metrics.AddCounter("yaoshi_db_statements_total", "Statements that were sent to the database.")),
      micros_(*metrics.AddCounter("yaoshi_db_statement_micros_total", "Microseconds that they took.")),
      slow_(*metrics.AddCounter("yaoshi_db_slow_statements_total", "Of them, those of a second or more.")),
      log_(std::move(log)),
      clock_(clock) {}

void StatementWatch::Took(std::string_view sql, std::chrono::microseconds time) {
  statements_.Add(1);
  micros_.Add(time.count());
  if (time < kSlow) return;
  slow_.Add(1);
  const Timestamp now = clock_.Now();
  int slow = 0;
  {
    const absl::MutexLock lock(&mutex_);
    ++unsaid_;
    if (now - logged_at_ < kQuiet) return;
    logged_at_ = now;
    slow = std::exchange(unsaid_, 0);
  }
  log_->Event(obs::Severity::kWarning, "the database is slow",
              {{"statement", sql.substr(0, kSaid)},
               {"micros", std::to_string(time.count())},
               {"slow_statements", std::to_string(slow)}});
}

}  // namespace yaoshi::db

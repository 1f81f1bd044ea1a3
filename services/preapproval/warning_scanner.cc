#include "services/preapproval/warning_scanner.h"

#include "common/status/status.h"

namespace yaoshi::preapproval {
namespace {

// A step takes far less; who is late by so much is gone.
constexpr int64_t kLeaseMicros = 60'000'000;

Timestamp Later(Timestamp time, int64_t micros) {
  return {time.micros + micros};
}

}  // namespace

ScanSource CasesInMemory(const Memory& memory, const WarningRule& rule) {
  return [&memory, rule](const Uuid& after, Date today) -> absl::StatusOr<ScanStep> {
    return memory.Read([&](const CaseBook& book) { return NextStep(book, after, rule, today); });
  };
}

WarningScanner::~WarningScanner() {
  Stop();
}

void WarningScanner::Start() {
  thread_ = std::thread([this] {
    db::ThreadScope scope;
    Loop();
  });
}

void WarningScanner::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

bool WarningScanner::stopping() const {
  absl::MutexLock lock(&mutex_);
  return stopping_;
}

void WarningScanner::Loop() {
  db::Session session(options_.database);
  while (!stopping()) {
    const auto scanned = ScanOnce(session);
    if (!scanned.ok() && options_.log != nullptr) {
      options_.log->Event(obs::Severity::kWarning, "scan left", {{"reason", ReasonOf(scanned.status())}});
    }
    absl::MutexLock lock(&mutex_);
    const auto due = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_; };
    mutex_.AwaitWithTimeout(absl::Condition(&due), absl::FromChrono(options_.poll));
  }
}

absl::StatusOr<std::optional<int>> WarningScanner::ScanOnce(db::Session& session) {
  const Timestamp now = options_.clock->Now();
  const int64_t again = std::chrono::duration_cast<std::chrono::microseconds>(options_.again).count();
  ASSIGN_OR_RETURN(std::optional<Scan> scan,
                   TakeScan(session, options_.name, Uuid::New(SystemClock()), now, Later(now, kLeaseMicros),
                            options_.clock->Today(), Later(now, -again)));
  if (!scan) return std::optional<int>();
  int said = 0;
  for (bool end = false; !end && !stopping();) {
    ASSIGN_OR_RETURN(const ScanStep step, options_.source(scan->after, scan->day));
    const Timestamp time = options_.clock->Now();
    ASSIGN_OR_RETURN(const int fresh, SaveStep(session, *scan, time, Later(time, kLeaseMicros), step));
    if (fresh > 0 && options_.said) options_.said();
    said += fresh;
    scan->after = step.after;
    end = step.end;
    if (options_.after_step && !options_.after_step()) return std::optional<int>(said);
    if (end) return std::optional<int>(said);
  }
  RETURN_IF_ERROR(ReleaseScan(session, *scan, options_.clock->Now()));
  return std::optional<int>(said);
}

}  // namespace yaoshi::preapproval

// The thread of a replica that looks for what is late and says it (ADR 0007). One replica scans at a time, in batches;
// whichever does goes on where the last one stopped.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/calendar/clock.h"
#include "common/db/session.h"
#include "common/obs/log.h"
#include "services/preapproval/memory.h"
#include "services/preapproval/store/warning_store.h"

namespace yaoshi::preapproval {

// The next step of a scan behind `after` (see NextStep).
using ScanSource = std::function<absl::StatusOr<ScanStep>(const Uuid& after, Date today)>;

// Of the cases in memory.
ScanSource CasesInMemory(const Memory& memory, const WarningRule& rule);

struct ScannerOptions {
  db::Options database;
  const Clock* clock = nullptr;
  ScanSource source;
  // Something was said: the feed has work.
  std::function<void()> said;
  std::string name = "warnings";  // The row that says who scans.
  // How long after a pass the next one begins, on the same day; on a new day at once.
  std::chrono::minutes again{10};
  // How often it looks whether there is something to scan.
  std::chrono::milliseconds poll{1000};
  // For tests: false after a step ends the scanner as a kill would.
  std::function<bool()> after_step = nullptr;
  std::shared_ptr<obs::Log> log = nullptr;  // Null: nothing is logged.
};

class WarningScanner {
 public:
  explicit WarningScanner(ScannerOptions options) : options_(std::move(options)) {}
  ~WarningScanner();  // Stops.
  WarningScanner(const WarningScanner&) = delete;
  WarningScanner& operator=(const WarningScanner&) = delete;

  void Start();
  // Leaves the pass to another replica.
  void Stop();

  // Scans once, if there is something to scan and nobody else does: how many warnings were new; nullopt when not.
  absl::StatusOr<std::optional<int>> ScanOnce(db::Session& session);

 private:
  void Loop();
  bool stopping() const;

  const ScannerOptions options_;
  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace yaoshi::preapproval

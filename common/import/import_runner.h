// The thread of a replica that works on imports, whichever replica they were begun on.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/db/session.h"
#include "common/import/import_run.h"
#include "common/obs/log.h"

namespace yaoshi::imports {

// Makes the service's run of an import; what it is given outlives it.
using MakeRun =
    std::function<std::unique_ptr<ImportRun>(db::Session& session, ImportRunOptions options, ImportJob job)>;

struct ImportRunnerOptions {
  const Clock* clock = nullptr;
  // How often it looks for imports that other replicas took in or left behind.
  std::chrono::milliseconds poll{1000};
  std::shared_ptr<obs::Log> log = nullptr;  // Null: nothing is logged.
};

class ImportRunner {
 public:
  ImportRunner(db::Options database, MakeRun make_run, ImportRunnerOptions options)
      : database_(std::move(database)), make_run_(std::move(make_run)), options_(std::move(options)) {}
  ~ImportRunner();  // Stops.
  ImportRunner(const ImportRunner&) = delete;
  ImportRunner& operator=(const ImportRunner&) = delete;

  void Start();
  // Leaves the import that is being worked on to another runner.
  void Stop();
  // An import was begun here: take it up at once.
  void Wake();

 private:
  void Loop();
  // Takes up one import; false when there is none.
  bool WorkOnOne(db::Session& session);
  bool stopping() const;
  // One line per event: which import, and what became of it.
  void Log(obs::Severity severity, std::string_view message, const Uuid& import, const absl::Status& status) const;

  const db::Options database_;
  const MakeRun make_run_;
  const ImportRunnerOptions options_;
  mutable absl::Mutex mutex_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace yaoshi::imports

#include "common/import/import_runner.h"

#include "common/status/status.h"

namespace yaoshi::imports {
namespace {

constexpr int64_t kBreathMicros = 5'000'000;

}  // namespace

ImportRunner::~ImportRunner() {
  Stop();
}

void ImportRunner::Start() {
  thread_ = std::thread([this] {
    db::ThreadScope scope;
    Loop();
  });
}

void ImportRunner::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void ImportRunner::Wake() {
  absl::MutexLock lock(&mutex_);
  woken_ = true;
}

bool ImportRunner::stopping() const {
  absl::MutexLock lock(&mutex_);
  return stopping_;
}

void ImportRunner::Loop() {
  db::Session session(database_);
  while (!stopping()) {
    if (WorkOnOne(session)) continue;
    absl::MutexLock lock(&mutex_);
    const auto due = [this] { return woken_ || stopping_; };
    mutex_.AwaitWithTimeout(absl::Condition(&due), absl::FromChrono(options_.poll));
    woken_ = false;
  }
}

void ImportRunner::Log(obs::Severity severity, std::string_view message, const Uuid& import,
                       const absl::Status& status) const {
  if (options_.log == nullptr) return;
  options_.log->Event(severity, message, {{"import", import.ToString()}, {"reason", ReasonOf(status)}});
}

bool ImportRunner::WorkOnOne(db::Session& session) {
  const Timestamp now = options_.clock->Now();
  const Lease lease{Uuid::New(*options_.clock), Timestamp{now.micros + kLeaseMicros}};
  const auto taken = TakeImport(session, lease, now);
  if (!taken.ok() || !*taken) return false;
  const Uuid id = (*taken)->id;
  Log(obs::Severity::kInfo, "import begins", id, absl::OkStatus());
  const absl::Status done =
      make_run_(session, {options_.clock, lease.runner, [this] { return stopping(); }, nullptr}, **taken)->Run();
  if (done.ok()) {
    // The import has its end; a wrong ledger's is told to whoever asks for the operation.
    Log(obs::Severity::kInfo, "import ended", id, done);
    return true;
  }
  Log(obs::Severity::kWarning, "import left", id, done);
  const std::string reason = ReasonOf(done);
  if (reason == "LEASE_LOST") return false;
  // Left: free again at once when this process stops, after a breath when the database failed.
  const Timestamp free_at{options_.clock->Now().micros + (stopping() ? 0 : kBreathMicros)};
  common::v1::ImportProgress progress;
  progress.set_state(common::v1::ImportProgress::QUEUED);
  RenewImport(session, id, {lease.runner, free_at}, progress).status().IgnoreError();
  return false;
}

}  // namespace yaoshi::imports

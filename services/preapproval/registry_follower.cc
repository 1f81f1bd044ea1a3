#include "services/preapproval/registry_follower.h"

#include <algorithm>
#include <utility>

#include "absl/time/time.h"
#include "common/status/status.h"

namespace yaoshi::preapproval {
namespace {

using common::v1::Change;

constexpr std::string_view kSubscribe = "/yaoshi.common.v1.ChangeFeed/Subscribe";
// Changes that may wait to be copied; the stream pauses when there are more.
constexpr size_t kMostWaiting = 2000;

}  // namespace

// Between the stream's threads and the follower's. Outlives both.
struct RegistryFollower::Inbox {
  absl::Mutex mutex;
  std::deque<Change> changes ABSL_GUARDED_BY(mutex);
  std::shared_ptr<rpc::CallHandle> stream ABSL_GUARDED_BY(mutex);
  int64_t round ABSL_GUARDED_BY(mutex) = 0;  // Which stream is listened to; what others say is ignored.
  bool paused ABSL_GUARDED_BY(mutex) = false;
  bool ended ABSL_GUARDED_BY(mutex) = false;
  absl::Status end ABSL_GUARDED_BY(mutex);
  bool stopping ABSL_GUARDED_BY(mutex) = false;

  bool Something() const ABSL_SHARED_LOCKS_REQUIRED(mutex) { return stopping || ended || !changes.empty(); }

  void Push(int64_t of_round, const std::string& bytes) {
    Change change;
    const bool good = change.ParseFromString(bytes);
    absl::MutexLock lock(&mutex);
    if (of_round != round || !good) return;
    changes.push_back(std::move(change));
    if (changes.size() < kMostWaiting || paused || stream == nullptr) return;
    paused = true;
    stream->Pause();
  }
  void End(int64_t of_round, absl::Status status) {
    absl::MutexLock lock(&mutex);
    if (of_round != round) return;
    ended = true;
    end = std::move(status);
  }
  // What arrived; the stream goes on.
  std::vector<Change> TakeAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    std::vector<Change> taken(std::make_move_iterator(changes.begin()), std::make_move_iterator(changes.end()));
    changes.clear();
    if (std::exchange(paused, false)) stream->Resume();
    return taken;
  }
  void Close() {
    std::shared_ptr<rpc::CallHandle> closing;
    {
      absl::MutexLock lock(&mutex);
      ++round;
      changes.clear();
      paused = false;
      closing = std::exchange(stream, nullptr);
    }
    if (closing == nullptr) return;
    closing->Cancel();
    closing->Resume();
  }
};

RegistryFollower::RegistryFollower(FollowerOptions options, Memory& memory, feed::Engine& engine, ProjectsCopied copied)
    : options_(std::move(options)),
      memory_(memory),
      engine_(engine),
      copied_(std::move(copied)),
      inbox_(std::make_shared<Inbox>()) {}

RegistryFollower::~RegistryFollower() {
  Stop();
}

void RegistryFollower::Start() {
  if (options_.registry != nullptr) thread_ = std::thread([this] { Loop(); });
}

void RegistryFollower::Stop() {
  {
    absl::MutexLock lock(&inbox_->mutex);
    inbox_->stopping = true;
  }
  if (thread_.joinable()) thread_.join();
}

void RegistryFollower::Loop() {
  const db::ThreadScope scope;
  db::Session session(options_.database);
  std::chrono::milliseconds wait = options_.first_wait;
  while (true) {
    const bool copied = FollowOnce(session);
    inbox_->Close();
    wait = copied ? options_.first_wait : std::min(2 * wait, options_.last_wait);
    absl::MutexLock lock(&inbox_->mutex);
    const auto stopping = [this] {
      inbox_->mutex.AssertReaderHeld();
      return inbox_->stopping;
    };
    if (inbox_->mutex.AwaitWithTimeout(absl::Condition(&stopping), absl::FromChrono(wait))) return;
  }
}

bool RegistryFollower::FollowOnce(db::Session& session) {
  absl::StatusOr<CopyCursor> cursor = LoadCursor(session);
  if (!cursor.ok()) {
    Say(obs::Severity::kError, "the place in registry's feed cannot be read", cursor.status());
    return false;
  }
  memory_.set_facts_time(std::max(memory_.facts_time(), cursor->known_until));
  const int64_t began = cursor->sequence;
  common::v1::SubscribeRequest request;
  request.set_after_sequence(began);
  for (const std::string& type : CopiedTypes()) request.add_types(type);
  rpc::CallOptions call;
  call.token = options_.token();
  call.timeout = std::chrono::milliseconds(0);
  {
    absl::MutexLock lock(&inbox_->mutex);
    inbox_->ended = false;
    inbox_->stream = options_.registry->ReadStream(
        kSubscribe, request.SerializeAsString(), call,
        [inbox = inbox_, round = inbox_->round](const std::string& bytes) { inbox->Push(round, bytes); },
        [inbox = inbox_, round = inbox_->round](absl::Status status) { inbox->End(round, std::move(status)); });
  }
  absl::Status status;
  while (status.ok()) {
    std::vector<Change> arrived;
    {
      absl::MutexLock lock(&inbox_->mutex);
      const auto something = [this] {
        inbox_->mutex.AssertReaderHeld();
        return inbox_->Something();
      };
      if (!inbox_->mutex.AwaitWithTimeout(absl::Condition(&something), absl::FromChrono(options_.silence))) {
        status = absl::DeadlineExceededError("The feed says nothing.");
        break;
      }
      if (inbox_->stopping) return true;
      arrived = inbox_->TakeAll();
      if (arrived.empty()) {
        status = inbox_->end.ok() ? absl::UnavailableError("The feed ended.") : inbox_->end;
        break;
      }
    }
    status = Take(session, std::move(arrived), *cursor);
  }
  Say(obs::Severity::kWarning, "registry's feed is followed anew", status);
  return cursor->sequence > began;
}

absl::Status RegistryFollower::Take(db::Session& session, std::vector<Change> arrived, CopyCursor& cursor) {
  std::vector<Change> changes;
  int64_t level = 0;  // Up to here nothing more of our types comes.
  for (Change& change : arrived) {
    if (change.sequence() > 0) {
      changes.push_back(std::move(change));
      if (changes.size() == kMaxCopiesPerTransaction) RETURN_IF_ERROR(Save(session, changes, cursor));
    } else {
      level = change.head_sequence();
    }
  }
  RETURN_IF_ERROR(Save(session, changes, cursor));
  if (level >= cursor.sequence && level > 0) memory_.set_facts_time(options_.clock->Now());
  return absl::OkStatus();
}

absl::Status RegistryFollower::Save(db::Session& session, std::vector<Change>& changes, CopyCursor& cursor) {
  std::erase_if(changes, [&](const Change& change) { return change.sequence() <= cursor.sequence; });
  if (changes.empty()) return absl::OkStatus();
  const Timestamp known = Timestamp::Parse(changes.back().record_time()).value_or(cursor.known_until);
  const CopyCursor to{changes.back().sequence(), known};
  ASSIGN_OR_RETURN(const bool copied, SaveCopies(session, options_.clock->Now(), cursor, to, changes, copied_));
  if (!copied) {  // Another replica was faster; what it did not copy remains.
    ASSIGN_OR_RETURN(cursor, LoadCursor(session));
    return Save(session, changes, cursor);
  }
  changes.clear();
  cursor = to;
  memory_.set_facts_time(std::max(memory_.facts_time(), known));
  engine_.Kick();
  return absl::OkStatus();
}

void RegistryFollower::Say(obs::Severity severity, std::string_view message, const absl::Status& status) const {
  if (options_.log == nullptr) return;
  options_.log->Event(severity, message,
                      {{"code", absl::StatusCodeToString(status.code())}, {"reason", ReasonOf(status)}});
}

}  // namespace yaoshi::preapproval

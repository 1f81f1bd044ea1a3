#include "common/feed/engine.h"

#include <algorithm>
#include <utility>

#include "common/db/write.h"
#include "common/feed/sequencer.h"
#include "common/status/status.h"

namespace yaoshi::feed {
namespace {

using db::Rows;
using db::Session;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr size_t kReadLimit = 2000;    // Changes per read of the tail: bounds memory while catching up.
constexpr size_t kRemembered = 65536;  // Change sets remembered for tokens.
constexpr int64_t kLoadPage = 4000;    // Versions per page of the load.
constexpr std::chrono::seconds kSweepEvery{5};
constexpr std::chrono::hours kKeepIdempotency{48};
constexpr milliseconds kFailurePause{250};
constexpr std::chrono::seconds kSyncPatience{30};

// In key order from where the last page ended; the author comes along, so that loaded memory equals memory that
// followed.
constexpr std::string_view kLoadPageSql =
    "SELECT STRAIGHT_JOIN v.type, v.id, v.name, v.version, v.effective_on, v.region, v.body, f.first_sequence + "
    "v.item, "
    "f.recorded_at, v.change_set_id, c.account, c.origin, c.method, c.reason FROM resource_version v "
    "JOIN feed f ON f.change_set_id = v.change_set_id AND f.first_sequence < ? JOIN change_set c ON c.id = "
    "v.change_set_id "
    "WHERE v.id > ? OR (v.id = ? AND v.version > ?) ORDER BY v.id, v.version LIMIT ?";
constexpr std::string_view kHead = "SELECT next_sequence FROM feed_head WHERE id = 1";
constexpr std::string_view kSequenceOf = "SELECT first_sequence FROM feed WHERE change_set_id = ?";

absl::Status Stopping() {
  return Error(absl::StatusCode::kUnavailable, "STOPPING", "This replica is stopping; try again.");
}

}  // namespace

Engine::Engine(EngineOptions options) : options_(std::move(options)) {}
Engine::~Engine() {
  Stop();
}

absl::Status Engine::Load(Session& session) {
  RETURN_IF_ERROR(MakeHead(session));
  int64_t next = 1;
  {
    ASSIGN_OR_RETURN(Rows rows, session.Query(kHead));
    if (rows.Next()) next = rows.Int(1);
  }
  Change last;
  std::vector<Change> page;
  for (bool more = true; more;) {
    ASSIGN_OR_RETURN(Rows rows, session.Query(kLoadPageSql, {next, last.id, last.id, last.version, kLoadPage}));
    int64_t count = 0;
    for (; rows.Next(); ++count) {
      // Versions come in order: only the newest of each resource is kept, the one before it is the one to replace.
      const Uuid id = rows.Id(2);
      if (last.version > 0 && last.id != id) page.push_back(std::move(last));
      last = Change();
      last.type = rows.Text(1);
      last.id = id;
      last.name = rows.Text(3);
      last.version = rows.Int(4);
      last.effective_on = rows.Day(5);
      last.region = rows.Text(6);
      last.body = rows.Text(7);
      last.sequence = rows.Int(8);
      last.recorded_at = rows.Time(9);
      last.change_set = rows.Id(10);
      last.author = {rows.Text(11), rows.Text(12), rows.Text(13), rows.Text(14)};
    }
    more = count == kLoadPage;
    if (!more && last.version > 0) page.push_back(last);
    options_.apply(page);
    page.clear();
  }
  applied_.store(next - 1, std::memory_order_release);
  return absl::OkStatus();
}

void Engine::Start() {
  thread_ = std::thread([this] {
    db::ThreadScope scope;
    Loop();
  });
}

void Engine::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void Engine::Kick() {
  absl::MutexLock lock(&mutex_);
  kicked_ = true;
}

bool Engine::WaitBeyond(int64_t sequence, milliseconds timeout) const {
  const auto moved = [&] { return applied_.load(std::memory_order_acquire) > sequence || stopping_; };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&moved), absl::FromChrono(timeout));
  return !stopping_;
}

absl::Status Engine::Sync(steady_clock::time_point deadline) {
  absl::MutexLock lock(&mutex_);
  const int64_t wanted = rounds_begun_ + 1;  // A round that runs already may have looked too early.
  kicked_ = true;
  // A round that fails ends the wait, too: without its database the caller hears so at once, not at its deadline.
  const auto done = [&] { return rounds_done_ >= wanted || rounds_failed_ >= wanted || stopping_; };
  const auto patience = std::min(deadline, steady_clock::now() + kSyncPatience) - steady_clock::now();
  if (mutex_.AwaitWithTimeout(absl::Condition(&done), absl::FromChrono(patience)) && rounds_done_ >= wanted) {
    return absl::OkStatus();
  }
  return WithRetryAfter(Error(absl::StatusCode::kUnavailable, "NOT_CAUGHT_UP",
                              "This replica cannot catch up with the database; send the request again."),
                        milliseconds(1000));
}

void Engine::WaitForToken(const std::string& token, steady_clock::time_point deadline,
                          std::function<void(absl::Status)> ready) {
  const absl::StatusOr<Uuid> id = Uuid::Parse(token);
  if (!id.ok()) {
    ready(InvalidFields({{"yaoshi-consistency-token", "is not a token of this service"}}));
    return;
  }
  bool stopping = false;
  {
    absl::MutexLock lock(&mutex_);
    stopping = stopping_;
    if (!stopping && !recent_.contains(*id)) {
      waiters_.push_back({*id, deadline, std::move(ready)});
      kicked_ = true;
      return;
    }
  }
  ready(stopping ? Stopping() : absl::OkStatus());
}

void Engine::Loop() {
  Session session(options_.database);
  while (true) {
    int64_t round = 0;
    {
      absl::MutexLock lock(&mutex_);
      kicked_ = false;  // A kick from now on asks for another round.
      round = ++rounds_begun_;
    }
    const absl::StatusOr<Worked> worked = Round(session);
    if (!worked.ok() || *worked != Worked::kPart) {
      absl::MutexLock lock(&mutex_);
      (worked.ok() ? rounds_done_ : rounds_failed_) = round;
    }
    healthy_.store(worked.ok(), std::memory_order_relaxed);
    Serve(worked.ok() ? &session : nullptr);
    if (worked.ok()) SweepStaged(session);
    if (!worked.ok() || *worked == Worked::kNothing) Rest(!worked.ok());
    absl::MutexLock lock(&mutex_);
    if (stopping_) break;
  }
  std::vector<Waiter> left;
  {
    absl::MutexLock lock(&mutex_);
    left.swap(waiters_);
  }
  for (Waiter& waiter : left) {
    waiter.ready(Stopping());
  }
}

// Until something is to be done, the next poll, or the first deadline of those who wait.
void Engine::Rest(bool failed) {
  absl::MutexLock lock(&mutex_);
  const auto now = steady_clock::now();
  auto until = now + (failed ? kFailurePause : options_.poll);
  for (const Waiter& waiter : waiters_) until = std::min(until, std::max(waiter.deadline, now));
  const auto due = [&] { return stopping_ || (kicked_ && !failed); };
  mutex_.AwaitWithTimeout(absl::Condition(&due), absl::FromChrono(until - now));
}

absl::StatusOr<Engine::Worked> Engine::Round(Session& session) {
  ASSIGN_OR_RETURN(const int numbered, NumberPending(session, *options_.clock));
  const int64_t before = applied_sequence();
  RETURN_IF_ERROR(CatchUp(session));
  if (numbered >= kNumberedAtOnce) return Worked::kPart;
  return numbered > 0 || applied_sequence() > before ? Worked::kAll : Worked::kNothing;
}

absl::Status Engine::CatchUp(Session& session) {
  while (true) {
    ASSIGN_OR_RETURN(const std::vector<Change> changes, ReadFeed(session, applied_sequence(), kReadLimit));
    if (changes.empty()) return absl::OkStatus();
    options_.apply(changes);
    Remember(changes);
  }
}

void Engine::Remember(const std::vector<Change>& changes) {
  absl::MutexLock lock(&mutex_);
  for (const Change& change : changes) {
    if (!recent_.insert(change.change_set).second) continue;
    recent_order_.push_back(change.change_set);
    if (recent_order_.size() > kRemembered) {
      recent_.erase(recent_order_.front());
      recent_order_.pop_front();
    }
  }
  // Under the lock, so that WaitBeyond sees it.
  applied_.store(changes.back().sequence, std::memory_order_release);
}

void Engine::Serve(Session* session) {
  std::vector<Waiter> waiting;
  {
    absl::MutexLock lock(&mutex_);
    waiting.swap(waiters_);
  }
  const auto now = steady_clock::now();
  std::vector<Waiter> again;
  for (Waiter& waiter : waiting) {
    bool there = false;
    {
      absl::MutexLock lock(&mutex_);
      there = recent_.contains(waiter.change_set);
    }
    if (!there && session != nullptr) {  // Perhaps applied so long ago that it was forgotten, or before this start.
      auto rows = session->Query(kSequenceOf, {waiter.change_set});
      there = rows.ok() && rows->Next() && rows->Int(1) <= applied_sequence();
    }
    if (there) {
      waiter.ready(absl::OkStatus());
    } else if (now >= waiter.deadline) {
      waiter.ready(Error(absl::StatusCode::kDeadlineExceeded, "NOT_CAUGHT_UP",
                         "This replica has not caught up with the write that the token names; try again."));
    } else {
      again.push_back(std::move(waiter));
    }
  }
  absl::MutexLock lock(&mutex_);
  for (Waiter& waiter : again) waiters_.push_back(std::move(waiter));
}

void Engine::SweepStaged(Session& session) {
  const auto now = steady_clock::now();
  if (now < next_sweep_) return;
  next_sweep_ = now + kSweepEvery;
  const Timestamp today = options_.clock->Now();
  const auto expired = ExpiredStaged(session, today);
  if (!expired.ok()) return;
  for (const Uuid& id : *expired) {
    for (bool gone = false; !gone;) {
      const absl::Status swept = db::RunTransaction(session, now + kSweepEvery, [&](Session& tx) -> absl::Status {
        ASSIGN_OR_RETURN(gone, DiscardStaged(tx, id, options_.side_tables));
        return absl::OkStatus();
      });
      if (!swept.ok()) return;  // The next sweep goes on.
    }
  }
  const int64_t keep = std::chrono::duration_cast<std::chrono::microseconds>(kKeepIdempotency).count();
  db::PurgeIdempotency(session, Timestamp{today.micros - keep}, 1000).status().IgnoreError();
}

}  // namespace yaoshi::feed

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

constexpr size_t kReadLimit = 2000;       // Changes per read of the tail: bounds memory while catching up.
constexpr size_t kRemembered = 65536;     // Change sets remembered for tokens.
constexpr int64_t kLoadPage = 4000;       // Versions per page of the load.
constexpr std::chrono::seconds kSweepEvery{5};
constexpr std::chrono::hours kKeepIdempotency{48};
constexpr milliseconds kFailurePause{250};
constexpr std::chrono::seconds kSyncPatience{30};

constexpr std::string_view kSets =
    "SELECT f.first_sequence, f.change_set_id, f.item_count, f.recorded_at, c.account, c.origin, c.method, c.reason "
    "FROM feed f JOIN change_set c ON c.id = f.change_set_id WHERE f.first_sequence > ? ORDER BY f.first_sequence LIMIT 500";
constexpr std::string_view kItems =
    "SELECT item, type, id, name, version, effective_on, region, body FROM resource_version "
    "WHERE change_set_id = ? AND item >= ? ORDER BY item LIMIT 1000";
constexpr std::string_view kLoadPageSql =
    "SELECT v.type, v.id, v.name, v.version, v.effective_on, v.region, v.body, f.first_sequence + v.item, f.recorded_at "
    "FROM resource_version v JOIN feed f ON f.change_set_id = v.change_set_id AND f.first_sequence < ? "
    "WHERE v.id > ? OR (v.id = ? AND v.version > ?) ORDER BY v.id, v.version LIMIT ?";
constexpr std::string_view kHead = "SELECT next_sequence FROM feed_head WHERE id = 1";
constexpr std::string_view kSequenceOf = "SELECT first_sequence FROM feed WHERE change_set_id = ?";

// The set that holds `after_sequence` begins at or before it; the next set begins behind it.
absl::Status ReadItems(Session& session, const Change& head, int64_t items, int64_t after, const Uuid& set,
                       std::vector<Change>& out) {
  for (int64_t item = std::max<int64_t>(0, after - head.sequence + 1); item < items;) {
    ASSIGN_OR_RETURN(Rows rows, session.Query(kItems, {set, item}));
    if (!rows.Next()) {
      return Error(absl::StatusCode::kDataLoss, "FEED_BROKEN", "A change of the feed is missing; run VerifyChanges.");
    }
    do {
      Change change = head;
      change.type = rows.Text(2);
      change.id = rows.Id(3);
      change.name = rows.Text(4);
      change.version = rows.Int(5);
      change.effective_on = rows.Day(6);
      change.region = rows.Text(7);
      change.body = rows.Text(8);
      change.sequence = head.sequence + rows.Int(1);
      item = rows.Int(1) + 1;
      out.push_back(std::move(change));
    } while (rows.Next());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Change>> ReadFeed(Session& session, int64_t after_sequence, size_t limit) {
  struct Set {
    Change head;
    Uuid id;
    int64_t items;
  };
  std::vector<Set> sets;
  {
    ASSIGN_OR_RETURN(Rows rows, session.Query(kSets, {after_sequence}));
    while (rows.Next()) {
      Set set;
      set.head.sequence = rows.Int(1);
      set.head.recorded_at = rows.Time(4);
      set.head.author = {rows.Text(5), rows.Text(6), rows.Text(7), rows.Text(8)};
      set.head.change_set = set.id = rows.Id(2);
      set.items = rows.Int(3);
      sets.push_back(std::move(set));
    }
  }
  std::vector<Change> changes;
  for (const Set& set : sets) {
    if (changes.size() >= limit) break;
    RETURN_IF_ERROR(ReadItems(session, set.head, set.items, after_sequence, set.id, changes));
  }
  return changes;
}

Engine::Engine(EngineOptions options) : options_(std::move(options)) {}
Engine::~Engine() { Stop(); }

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
      if (last.version > 0 && last.id != rows.Id(2)) page.push_back(std::move(last));
      last = Change();
      last.type = rows.Text(1);
      last.id = rows.Id(2);
      last.name = rows.Text(3);
      last.version = rows.Int(4);
      last.effective_on = rows.Day(5);
      last.region = rows.Text(6);
      last.body = rows.Text(7);
      last.sequence = rows.Int(8);
      last.recorded_at = rows.Time(9);
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

void Engine::WaitBeyond(int64_t sequence, milliseconds timeout) const {
  const auto moved = [&] { return applied_.load(std::memory_order_acquire) > sequence || stopping_; };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&moved), absl::FromChrono(timeout));
}

absl::Status Engine::Sync(steady_clock::time_point deadline) {
  absl::MutexLock lock(&mutex_);
  const int64_t wanted = rounds_begun_ + 1;  // A round that runs already may have looked too early.
  kicked_ = true;
  const auto done = [&] { return rounds_done_ >= wanted || stopping_; };
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
  {
    absl::MutexLock lock(&mutex_);
    if (!recent_.contains(*id)) {
      waiters_.push_back({*id, deadline, std::move(ready)});
      kicked_ = true;
      return;
    }
  }
  ready(absl::OkStatus());
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
    const absl::StatusOr<bool> worked = Round(session);
    if (worked.ok()) {
      absl::MutexLock lock(&mutex_);
      rounds_done_ = round;
    }
    healthy_.store(worked.ok(), std::memory_order_relaxed);
    Serve(session);
    if (worked.ok()) SweepStaged(session);
    absl::MutexLock lock(&mutex_);
    if (worked.ok() && !*worked) {
      const auto due = [this] { return kicked_ || stopping_; };
      mutex_.AwaitWithTimeout(absl::Condition(&due), absl::FromChrono(options_.poll));
    } else if (!worked.ok()) {
      mutex_.AwaitWithTimeout(absl::Condition(&stopping_), absl::FromChrono(kFailurePause));
    }
    if (stopping_) break;
  }
  std::vector<Waiter> left;
  {
    absl::MutexLock lock(&mutex_);
    left.swap(waiters_);
  }
  for (Waiter& waiter : left) {
    waiter.ready(Error(absl::StatusCode::kUnavailable, "STOPPING", "This replica is stopping; try again."));
  }
}

absl::StatusOr<bool> Engine::Round(Session& session) {
  ASSIGN_OR_RETURN(const int numbered, NumberPending(session, *options_.clock));
  const int64_t before = applied_sequence();
  RETURN_IF_ERROR(CatchUp(session));
  return numbered > 0 || applied_sequence() > before;
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

void Engine::Serve(Session& session) {
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
    if (!there) {  // Perhaps applied so long ago that it was forgotten, or before this process started.
      auto rows = session.Query(kSequenceOf, {waiter.change_set});
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

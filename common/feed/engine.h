// The one background thread of a service: numbers change sets, brings them to this replica's memory, and wakes who
// waits.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "common/db/session.h"
#include "common/feed/read.h"

namespace yaoshi::feed {

struct EngineOptions {
  db::Options database;
  const Clock* clock = nullptr;
  // Brings whole change sets to memory, in order, from one thread at a time. At the load each resource's newest version
  // comes once.
  std::function<void(const std::vector<Change>&)> apply;
  // Tables with a column change_set_id whose rows go when a staged set is discarded.
  std::vector<std::string> side_tables;
  // How long other replicas' changes may take to be seen here; own commits are taken up at once.
  std::chrono::milliseconds poll{200};
};

class Engine {
 public:
  explicit Engine(EngineOptions options);
  ~Engine();  // Stops.
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Fills memory with all that is numbered. Called once, before Start.
  absl::Status Load(db::Session& session);
  void Start();
  void Stop();

  // Something was committed here: take it up at once.
  void Kick();
  // Waits until memory has all that was committed before this call. DEADLINE_EXCEEDED; UNAVAILABLE when the database
  // fails.
  absl::Status Sync(std::chrono::steady_clock::time_point deadline);
  // Calls `ready` when the change set with this id (canonical text) is in memory; with an error when the deadline comes
  // first or the token is no id. Does not block.
  void WaitForToken(const std::string& token, std::chrono::steady_clock::time_point deadline,
                    std::function<void(absl::Status)> ready);
  // The last sequence in memory.
  int64_t applied_sequence() const { return applied_.load(std::memory_order_acquire); }
  // True until the database fails the thread; true again when it answers.
  bool healthy() const { return healthy_.load(std::memory_order_relaxed); }
  // Waits until more than `sequence` is applied, or `timeout`. False when the engine stops: nothing more will come.
  bool WaitBeyond(int64_t sequence, std::chrono::milliseconds timeout) const;

 private:
  struct Waiter {
    Uuid change_set;
    std::chrono::steady_clock::time_point deadline;
    std::function<void(absl::Status)> ready;
  };

  void Loop();
  enum class Worked { kNothing, kAll, kPart };  // kPart: more waits to be numbered.
  // One round: number, read, apply.
  absl::StatusOr<Worked> Round(db::Session& session);
  void Rest(bool failed);
  absl::Status CatchUp(db::Session& session);
  void Remember(const std::vector<Change>& changes);
  // Answers waiters whose change set is in memory, or too old to be remembered but numbered before, or out of time.
  // Without a session the database is not asked.
  void Serve(db::Session* session);
  // Discards staged sets that nobody works on any more.
  void SweepStaged(db::Session& session);

  const EngineOptions options_;
  std::atomic<int64_t> applied_{0};
  std::atomic<bool> healthy_{true};
  mutable absl::Mutex mutex_;
  bool kicked_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t rounds_begun_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t rounds_done_ ABSL_GUARDED_BY(mutex_) = 0;    // The last successful round, as counted when it began.
  int64_t rounds_failed_ ABSL_GUARDED_BY(mutex_) = 0;  // The last failed round, as counted when it began.
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Waiter> waiters_ ABSL_GUARDED_BY(mutex_);
  // The change sets applied lately, for tokens.
  absl::flat_hash_set<Uuid> recent_ ABSL_GUARDED_BY(mutex_);
  std::deque<Uuid> recent_order_ ABSL_GUARDED_BY(mutex_);
  std::chrono::steady_clock::time_point next_sweep_{};
  std::thread thread_;
};

}  // namespace yaoshi::feed

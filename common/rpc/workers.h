// The bounded pool behind the gate: threads that each own one database session, and a queue that refuses.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace yaoshi::db {
class Session;
}

namespace yaoshi::rpc {

// Work that runs once on a worker. The pool does not own it.
class Job {
 public:
  virtual ~Job() = default;
  // `session` is the worker's own, or null in a pool without sessions.
  virtual void Run(db::Session* session) = 0;
};

class Workers {
 public:
  struct Options {
    int threads = 1;         // At most; they start when they are first needed.
    size_t queue_limit = 1;  // Jobs that wait; 0: a job is taken only when a thread is free.
    std::function<std::shared_ptr<void>()> thread_scope;            // Held by each thread; may be empty.
    std::function<std::shared_ptr<db::Session>()> session_factory;  // May be empty.
  };

  explicit Workers(Options options);
  // Runs what is queued, then ends the threads.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // False when all threads are busy and the queue is full: the job will not run.
  [[nodiscard]] bool TryPush(Job* job) ABSL_LOCKS_EXCLUDED(mutex_);

  size_t queued() const ABSL_LOCKS_EXCLUDED(mutex_);
  size_t busy() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void RunThread() ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  mutable absl::Mutex mutex_;
  absl::CondVar wake_;
  std::deque<Job*> queue_ ABSL_GUARDED_BY(mutex_);
  size_t busy_ ABSL_GUARDED_BY(mutex_) = 0;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace yaoshi::rpc

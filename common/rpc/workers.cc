#include "common/rpc/workers.h"

#include <utility>

namespace yaoshi::rpc {

Workers::Workers(Options options) : options_(std::move(options)) {}

Workers::~Workers() {
  std::vector<std::thread> threads;
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
    wake_.SignalAll();
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
}

bool Workers::TryPush(Job* job) {
  absl::MutexLock lock(&mutex_);
  const size_t free_threads = static_cast<size_t>(options_.threads) - busy_;
  if (ending_ || queue_.size() >= options_.queue_limit + free_threads) return false;
  queue_.push_back(job);
  if (queue_.size() + busy_ > threads_.size() && threads_.size() < static_cast<size_t>(options_.threads)) {
    threads_.emplace_back([this] { RunThread(); });
  } else {
    wake_.Signal();
  }
  return true;
}

size_t Workers::queued() const {
  absl::MutexLock lock(&mutex_);
  return queue_.size();
}

size_t Workers::busy() const {
  absl::MutexLock lock(&mutex_);
  return busy_;
}

void Workers::RunThread() {
  const std::shared_ptr<void> scope = options_.thread_scope ? options_.thread_scope() : nullptr;
  const std::shared_ptr<db::Session> session = options_.session_factory ? options_.session_factory() : nullptr;
  mutex_.Lock();
  while (true) {
    while (queue_.empty() && !ending_) wake_.Wait(&mutex_);
    if (queue_.empty()) break;
    Job* job = queue_.front();
    queue_.pop_front();
    ++busy_;
    mutex_.Unlock();
    job->Run(session.get());
    mutex_.Lock();
    --busy_;
  }
  mutex_.Unlock();
}

}  // namespace yaoshi::rpc

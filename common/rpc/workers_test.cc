#include "common/rpc/workers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <set>
#include <vector>

#include "absl/synchronization/notification.h"

// The pool only passes sessions on.
namespace yaoshi::db {
class Session {};
}  // namespace yaoshi::db

namespace yaoshi::rpc {
namespace {

class FunctionJob : public Job {
 public:
  explicit FunctionJob(std::function<void(db::Session*)> run) : run_(std::move(run)) {}
  void Run(db::Session* session) override { run_(session); }

 private:
  std::function<void(db::Session*)> run_;
};

TEST(WorkersTest, RefusesBeyondItsQueue) {
  absl::Notification started, release;
  FunctionJob blocker([&](db::Session*) {
    started.Notify();
    release.WaitForNotification();
  });
  std::atomic<int> ran = 0;
  FunctionJob counting([&](db::Session*) { ++ran; });
  {
    Workers workers({1, 2, nullptr, nullptr});
    ASSERT_TRUE(workers.TryPush(&blocker));
    started.WaitForNotification();
    EXPECT_TRUE(workers.TryPush(&counting));
    EXPECT_TRUE(workers.TryPush(&counting));
    EXPECT_FALSE(workers.TryPush(&counting));
    EXPECT_EQ(workers.queued(), 2u);
    EXPECT_EQ(workers.busy(), 1u);
    release.Notify();
  }  // Runs what is queued.
  EXPECT_EQ(ran, 2);
}

TEST(WorkersTest, WithoutAQueueAJobNeedsAFreeThread) {
  absl::Notification started, release;
  FunctionJob blocker([&](db::Session*) {
    started.Notify();
    release.WaitForNotification();
  });
  FunctionJob other([](db::Session*) {});
  Workers workers({1, 0, nullptr, nullptr});
  ASSERT_TRUE(workers.TryPush(&blocker));
  EXPECT_FALSE(workers.TryPush(&other));
  started.WaitForNotification();
  EXPECT_FALSE(workers.TryPush(&other));
  release.Notify();
}

TEST(WorkersTest, EachThreadOwnsOneSessionWithinItsScope) {
  std::atomic<int> scopes = 0, sessions = 0, open_scopes = 0;
  std::atomic<bool> session_without_scope = false;
  Workers::Options options;
  options.threads = 3;
  options.queue_limit = 1000;
  options.thread_scope = [&] {
    ++scopes;
    ++open_scopes;
    return std::shared_ptr<void>(nullptr, [&](void*) { --open_scopes; });
  };
  options.session_factory = [&] {
    ++sessions;
    if (open_scopes == 0) session_without_scope = true;
    return std::make_unique<db::Session>();  // A unique_ptr fits.
  };
  absl::Mutex mutex;
  std::set<db::Session*> seen;
  int ran = 0;
  FunctionJob job([&](db::Session* session) {
    absl::MutexLock lock(&mutex);
    seen.insert(session);
    ++ran;
  });
  {
    Workers workers(options);
    for (int i = 0; i < 300; ++i) ASSERT_TRUE(workers.TryPush(&job));
  }
  EXPECT_EQ(ran, 300);
  EXPECT_LE(scopes, 3);
  EXPECT_EQ(scopes, sessions);
  EXPECT_EQ(open_scopes, 0);
  EXPECT_FALSE(session_without_scope);
  EXPECT_EQ(seen.count(nullptr), 0u);
}

}  // namespace
}  // namespace yaoshi::rpc

// Engines whose database goes away.
#include <gtest/gtest.h>

#include <memory>

#include "absl/synchronization/notification.h"
#include "common/feed/feed_testing.h"
#include "common/status/status.h"
#include "common/testing/private_mariadb.h"

namespace yaoshi::feed {
namespace {

class EngineFaultTest : public ::testing::Test {
 protected:
  static db::Options At(const testing::PrivateMariaDb& server) {
    db::InitDriver();
    db::Options options;
    options.socket = server.socket();
    options.user = "root";
    options.connect_timeout_seconds = 1;
    options.read_timeout_seconds = 2;
    options.statement_timeout_seconds = 1;
    return options;
  }
  EngineFaultTest() : database_(At(server_)), session_(database_.options()), replica_(database_.options(), clock_) {
    EXPECT_TRUE(replica_.engine.Load(session_).ok());
    replica_.engine.Start();
  }
  absl::Status TryCommit(int number) {
    return db::RunTransaction(session_, Soon(), [&](db::Session& tx) {
      return Write(tx, Uuid::New(clock_), kAuthor, clock_.Now(), {ProjectVersion(number, 1, "a")});
    });
  }
  void ExpectAllIsWell(size_t projects) {
    Await([&] { return replica_.engine.healthy() && replica_.memory.size() == projects; });
    EXPECT_TRUE(TryCommit(static_cast<int>(projects) + 1000).ok());
    Await([&] { return replica_.memory.size() == projects + 1; });
    EXPECT_EQ(replica_.memory.backwards(), 0);
    EXPECT_EQ(VerifyChain(session_, 1)->broken_at, 0);
  }

  testing::PrivateMariaDb server_;
  FakeClock clock_;
  FeedDatabase database_;
  db::Session session_;
  Replica replica_;
};

TEST_F(EngineFaultTest, ADatabaseThatIsAwayIsToldAndNothingIsLost) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(TryCommit(i).ok());  // Some are numbered when it goes, some are not.
  server_.Kill();
  Await([&] { return !replica_.engine.healthy(); });
  EXPECT_EQ(ReasonOf(replica_.engine.Sync(Soon(milliseconds(200)))), "NOT_CAUGHT_UP");
  absl::Notification answered;
  const auto asked = steady_clock::now();
  replica_.engine.WaitForToken(Uuid::New(clock_).ToString(), Soon(milliseconds(100)), [&](const absl::Status& status) {
    EXPECT_EQ(ReasonOf(status), "NOT_CAUGHT_UP");
    answered.Notify();
  });
  ASSERT_TRUE(answered.WaitForNotificationWithTimeout(absl::Seconds(30)));
  EXPECT_LT(steady_clock::now() - asked, seconds(10));
  server_.Start();
  ExpectAllIsWell(20);
}

TEST_F(EngineFaultTest, ADatabaseThatHangsIsToldAndNothingIsLost) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(TryCommit(i).ok());
  server_.Pause();
  Await([&] { return !replica_.engine.healthy(); });
  // Each waiter must not cost a connection attempt of its own.
  std::atomic<int> answered = 0;
  for (int i = 0; i < 50; ++i) {
    replica_.engine.WaitForToken(Uuid::New(clock_).ToString(), Soon(milliseconds(100)),
                                 [&](const absl::Status&) { ++answered; });
  }
  Await([&] { return answered == 50; });
  server_.Resume();
  ExpectAllIsWell(5);
}

TEST_F(EngineFaultTest, RestartsInARowAreSurvived) {
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(TryCommit(i).ok());
    server_.Kill();
    server_.Start();
  }
  ExpectAllIsWell(4);
}

}  // namespace
}  // namespace yaoshi::feed

#include "common/feed/engine.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>

#include "absl/synchronization/notification.h"
#include "common/feed/feed_testing.h"
#include "common/status/status.h"

namespace yaoshi::feed {
namespace {

class EngineTest : public FeedTest {
 protected:
  // The answer to a token, waited for.
  static absl::Status TokenOf(Engine& engine, const std::string& token, milliseconds in = seconds(30)) {
    absl::Notification answered;
    absl::Status status;
    engine.WaitForToken(token, Soon(in), [&](absl::Status answer) {
      status = std::move(answer);
      answered.Notify();
    });
    EXPECT_TRUE(answered.WaitForNotificationWithTimeout(absl::Seconds(30)));
    return status;
  }
};

TEST_F(EngineTest, WhatIsNoTokenIsRefusedAtOnce) {
  Replica replica(database_.options(), clock_);
  for (const char* text : {"", "x", "018f3c5e-7b1a-7c3d-8e9f", "'; DROP TABLE feed"}) {
    EXPECT_EQ(TokenOf(replica.engine, text).code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST_F(EngineTest, AnUnknownTokenWaitsNoLongerThanItsDeadline) {
  Replica replica(database_.options(), clock_, {}, seconds(60));
  ASSERT_TRUE(replica.engine.Load(session_).ok());
  replica.engine.Start();
  const auto began = steady_clock::now();
  const absl::Status unknown = TokenOf(replica.engine, Uuid::New(clock_).ToString(), milliseconds(100));
  EXPECT_EQ(ReasonOf(unknown), "NOT_CAUGHT_UP");
  EXPECT_EQ(unknown.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_GE(steady_clock::now() - began, milliseconds(100));
  EXPECT_LT(steady_clock::now() - began, seconds(20)) << "it waited for the poll";
}

TEST_F(EngineTest, TokensOfNewKnownAndForgottenSetsAreAnswered) {
  const Uuid old = Commit({ProjectVersion(1, 1, "a")});
  Replica replica(database_.options(), clock_);
  NumberAll();
  ASSERT_TRUE(replica.engine.Load(session_).ok());
  replica.engine.Start();
  EXPECT_TRUE(TokenOf(replica.engine, old.ToString()).ok()) << "from before the start: only the database knows it";
  for (int i = 2; i < 30; ++i) {
    const Uuid fresh = Commit({ProjectVersion(i, 1, "a")});
    ASSERT_TRUE(TokenOf(replica.engine, fresh.ToString()).ok());
    ASSERT_EQ(replica.memory.size(), static_cast<size_t>(i));
    ASSERT_TRUE(TokenOf(replica.engine, fresh.ToString()).ok());
  }
}

TEST_F(EngineTest, WhoWaitsWhenItStopsAndAfterIsTold) {
  auto replica = std::make_unique<Replica>(database_.options(), clock_);
  ASSERT_TRUE(replica->engine.Load(session_).ok());
  replica->engine.Start();
  std::atomic<int> told = 0;
  for (int i = 0; i < 5; ++i) {
    replica->engine.WaitForToken(Uuid::New(clock_).ToString(), Soon(), [&](const absl::Status& status) {
      EXPECT_EQ(ReasonOf(status), "STOPPING");
      ++told;
    });
  }
  replica->engine.Stop();
  EXPECT_EQ(told, 5);
  EXPECT_EQ(ReasonOf(TokenOf(replica->engine, Uuid::New(clock_).ToString())), "STOPPING");
  EXPECT_FALSE(replica->engine.WaitBeyond(100, seconds(30)));
  EXPECT_EQ(ReasonOf(replica->engine.Sync(Soon())), "NOT_CAUGHT_UP");
}

TEST_F(EngineTest, SyncBringsEverythingThatWasCommittedBefore) {
  Replica replica(database_.options(), clock_, {}, seconds(60));
  ASSERT_TRUE(replica.engine.Load(session_).ok());
  for (int i = 0; i < 1100; ++i) Commit({ProjectVersion(i, 1, "a")});  // More than two rounds number.
  replica.engine.Start();
  ASSERT_TRUE(replica.engine.Sync(Soon()).ok());
  EXPECT_EQ(replica.memory.size(), 1100u);
  for (int i = 1100; i < 1120; ++i) {
    Commit({ProjectVersion(i, 1, "a")});
    ASSERT_TRUE(replica.engine.Sync(Soon()).ok());
    ASSERT_EQ(replica.memory.size(), static_cast<size_t>(i) + 1);
  }
}

TEST_F(EngineTest, AnotherReplicasCommitsAreSeenByPolling) {
  Replica here(database_.options(), clock_), there(database_.options(), clock_);
  for (Replica* replica : {&here, &there}) {
    ASSERT_TRUE(replica->engine.Load(session_).ok());
    replica->engine.Start();
  }
  Commit({ProjectVersion(1, 1, "a")});
  there.engine.Kick();
  EXPECT_TRUE(here.engine.WaitBeyond(0, seconds(30)));
  Await([&] { return here.engine.applied_sequence() == 1 && there.engine.applied_sequence() == 1; });
  EXPECT_EQ(here.memory.State(), there.memory.State());
}

// Loading at any moment and following from there is the same as following from the start.
TEST_F(EngineTest, LoadThenFollowIsFollowFromTheStart) {
  std::mt19937 random(5);
  std::map<int, int64_t> versions;
  const auto change = [&](int times) {
    for (int i = 0; i < times; ++i) {
      std::map<int, Version> set;
      for (unsigned j = 0, count = 1 + random() % 4; j < count; ++j) {
        const int project = static_cast<int>(random() % 40);
        if (set.contains(project)) continue;
        set.emplace(project, ProjectVersion(project, ++versions[project], std::to_string(random())));
      }
      std::vector<Version> put;
      for (auto& [project, version] : set) put.push_back(std::move(version));
      Commit(put, {"account" + std::to_string(random() % 3), "192.0.2.1", "m", std::to_string(i)});
      clock_.Advance(seconds(1));
    }
  };
  Replica from_start(database_.options(), clock_);
  ASSERT_TRUE(from_start.engine.Load(session_).ok());
  from_start.engine.Start();
  for (int round = 0; round < 6; ++round) {
    change(25);
    Replica late(database_.options(), clock_);
    ASSERT_TRUE(late.engine.Load(session_).ok());
    EXPECT_EQ(late.memory.backwards(), 0);
    change(15);
    late.engine.Start();
    ASSERT_TRUE(from_start.engine.Sync(Soon()).ok());
    ASSERT_TRUE(late.engine.Sync(Soon()).ok());
    ASSERT_EQ(late.engine.applied_sequence(), from_start.engine.applied_sequence());
    ASSERT_EQ(late.memory.State(), from_start.memory.State());
    ASSERT_EQ(late.memory.backwards() + from_start.memory.backwards(), 0);
  }
}

// Pages of the load end anywhere within a resource's versions.
TEST_F(EngineTest, ALoadOfManyPagesBringsTheNewestOfEach) {
  std::vector<Version> set;
  for (int64_t version = 1; version <= 9; ++version) {
    for (int i = 0; i < 1000; ++i) set.push_back(ProjectVersion(i, version, std::to_string(version)));
    Commit(set);
    set.clear();
  }
  NumberAll();
  Commit({ProjectVersion(0, 10, "not numbered")});
  Replica replica(database_.options(), clock_);
  ASSERT_TRUE(replica.engine.Load(session_).ok());
  EXPECT_EQ(replica.memory.size(), 1000u);
  EXPECT_EQ(replica.engine.applied_sequence(), 9000);
  EXPECT_EQ(replica.memory.backwards(), 0);
  size_t brought = 0;
  for (const size_t count : replica.memory.calls()) brought += count;
  EXPECT_EQ(brought, 1000u) << "a resource came twice";
}

}  // namespace
}  // namespace yaoshi::feed

// No gap, no duplicate and no reordering per resource: 16 writers over few resources, two replicas, one of which dies.
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <set>

#include "common/db/status.h"
#include "common/feed/feed_testing.h"
#include "common/feed/transact.h"
#include "common/status/status.h"

namespace yaoshi::feed {
namespace {

class SequencerRaceTest : public FeedTest {
 protected:
  static constexpr int kWriters = 16, kResources = 5, kWritesEach = 30;

  // Each writer changes one or two resources at a time, reading their newest versions first, until it has had
  // kWritesEach successes; its clock is minutes away from the others'.
  void WriteAll(Engine& engine, std::atomic<int>& conflicts, std::atomic<int>& written) {
    InThreads(kWriters, [&](int thread) {
      db::Session session(database_.options());
      FakeClock clock;
      clock.Advance(std::chrono::minutes(7 * (thread % 5) - 14));
      Writer writer(engine);
      std::mt19937 random(77u + static_cast<unsigned>(thread));
      for (int done = 0; done < kWritesEach;) {
        TestCall call(&session, Uuid::New(clock).ToString(), nullptr, clock.Now());
        const int first = static_cast<int>(random() % kResources);
        const int count = 1 + static_cast<int>(random() % 2);
        const absl::Status status = Change(writer, call.call, first, count).status();
        if (status.ok()) {
          ++done;
          written += count;
        } else {
          ++conflicts;
          const std::string reason = ReasonOf(status);
          ASSERT_TRUE(reason == "ETAG_MISMATCH" || reason == "WRITE_CONFLICT") << status;
        }
      }
    });
  }
  static absl::StatusOr<std::string> Change(Writer& writer, rpc::Call& call, int first, int count) {
    return writer.TransactBytes(call, {}, [&](Tx& tx) -> absl::StatusOr<std::string> {
      for (int i = 0; i < count; ++i) {
        const int resource = (first + i) % kResources;
        const auto latest = LoadLatest(tx.session(), NamedId("project", std::to_string(resource)));
        const int64_t version = latest.ok() ? latest->version : 0;
        tx.Put(ProjectVersion(resource, version + 1, "body"));
      }
      return "";
    });
  }
  void ExpectFeedIsWhole(int written) {
    const std::vector<feed::Change> changes = Feed();
    ASSERT_EQ(changes.size(), static_cast<size_t>(written));
    std::map<std::string, int64_t> newest;
    Timestamp recorded_at;
    for (size_t i = 0; i < changes.size(); ++i) {
      ASSERT_EQ(changes[i].sequence, static_cast<int64_t>(i) + 1) << "a gap or a double";
      ASSERT_EQ(changes[i].version, ++newest[changes[i].name]) << "versions turned round";
      ASSERT_GE(changes[i].recorded_at, recorded_at);
      recorded_at = changes[i].recorded_at;
    }
    EXPECT_EQ(Number("SELECT COUNT(*) FROM resource_version"), written);
    EXPECT_EQ(Number("SELECT COUNT(*) FROM outbox"), 0);
    const auto chain = VerifyChain(session_, 1);
    ASSERT_TRUE(chain.ok());
    EXPECT_EQ(chain->broken_at, 0) << chain->explanation;
    EXPECT_EQ(chain->verified, written);
  }
};

TEST_F(SequencerRaceTest, SixteenWritersAndADyingReplicaLeaveTheFeedWhole) {
  FakeClock ahead, behind;
  ahead.Advance(std::chrono::minutes(9));
  auto dying = std::make_unique<Replica>(database_.options(), ahead);
  Replica staying(database_.options(), behind, {}, milliseconds(5));
  for (Replica* replica : {dying.get(), &staying}) {
    ASSERT_TRUE(replica->engine.Load(session_).ok());
    replica->engine.Start();
  }
  std::atomic<int> conflicts = 0, written = 0;
  std::atomic<bool> over = false;
  std::thread reaper([&] {
    db::ThreadScope scope;
    Await([&] { return written > kWriters * kWritesEach / 3; });
    dying.reset();
    // And whoever numbers has its connection killed again and again.
    db::Session killer(database_.options());
    while (!over) {
      auto rows = killer.Query(
          "SELECT trx_mysql_thread_id FROM information_schema.innodb_trx JOIN information_schema.processlist ON id = "
          "trx_mysql_thread_id WHERE db = DATABASE() AND info LIKE '%feed_head%'");
      while (rows.ok() && rows->Next()) killer.Run("KILL " + std::to_string(rows->Int(1))).IgnoreError();
    }
  });
  WriteAll(staying.engine, conflicts, written);
  over = true;
  reaper.join();
  Await([&] { return staying.engine.Sync(Soon(seconds(2))).ok(); });
  ExpectFeedIsWhole(written);
  EXPECT_EQ(staying.memory.backwards(), 0);
  EXPECT_EQ(staying.engine.applied_sequence(), written);
  std::printf("%d changes, %d conflicts\n", written.load(), conflicts.load());
}

TEST_F(SequencerRaceTest, ManySequencersAtOnceNumberEachSetOnce) {
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 60; ++i) Commit({ProjectVersion(i, round + 1, "a")});
    std::atomic<int> numbered = 0;
    InThreads(8, [&](int) {
      db::Session session(database_.options());
      const auto result = NumberPending(session, clock_);
      ASSERT_TRUE(result.ok()) << result.status();
      numbered += *result;
    });
    EXPECT_EQ(numbered, 60);
  }
  ExpectFeedIsWhole(180);
}

// A sequencer whose connection is killed in the middle of its transaction leaves nothing behind.
TEST_F(SequencerRaceTest, ASequencerKilledMidwayLeavesNothing) {
  for (int i = 0; i < 20; ++i) Commit({ProjectVersion(i, 1, "a")});
  db::Session victim(database_.options());
  auto id = victim.Query("SELECT CONNECTION_ID()");
  ASSERT_TRUE(id.ok() && id->Next());
  // It moves the head, then waits for the outbox rows, which another session holds.
  db::Session holder(database_.options());
  ASSERT_TRUE(holder.Run("START TRANSACTION").ok());
  ASSERT_TRUE(holder.Query("SELECT change_set_id FROM outbox FOR UPDATE").ok());
  absl::StatusOr<int> numbered = 0;
  std::thread thread([&] {
    db::ThreadScope scope;
    numbered = NumberPending(victim, clock_);
  });
  Await([&] {
    return Number(
               "SELECT COUNT(*) FROM information_schema.processlist WHERE id = ? AND info LIKE 'DELETE FROM outbox%'",
               {id->Int(1)}) == 1;
  });
  EXPECT_EQ(Number("SELECT COUNT(*) FROM feed"), 0);
  ASSERT_TRUE(session_.Run("KILL " + std::to_string(id->Int(1))).ok());
  ASSERT_TRUE(holder.Run("ROLLBACK").ok());
  thread.join();
  ASSERT_TRUE(numbered.ok()) << numbered.status();
  EXPECT_EQ(*numbered, 20) << "it did not try again";
  ExpectFeedIsWhole(20);
}

}  // namespace
}  // namespace yaoshi::feed

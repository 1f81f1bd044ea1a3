// One write, done once: replay, reuse, races, deadlocks, lock timeouts and deadlines on a healthy server.
#include "common/db/write.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <set>

#include "absl/synchronization/mutex.h"
#include "common/db/db_testing.h"
#include "common/db/status.h"
#include "common/status/status.h"

namespace yaoshi::db {
namespace {

constexpr Timestamp kNow{1'650'412'800'000'000};

class WriteTest : public ::testing::Test {
 protected:
  WriteTest() : session_(TestOptions()) {
    for (const char* table : {"idempotency", "bond", "draw"}) {
      EXPECT_TRUE(session_.Execute("DELETE FROM " + std::string(table)).ok());
    }
  }
  void MakeBonds(int count) {
    for (int id = 0; id < count; ++id) {
      ASSERT_TRUE(session_.Execute("INSERT INTO bond (id, used_fen) VALUES (?, 0)", {id}).ok());
    }
  }
  static absl::Status Draw(Session& tx, const std::string& id, int bond) {
    RETURN_IF_ERROR(tx.Execute("UPDATE bond SET used_fen = used_fen + 1 WHERE id = ?", {bond}).status());
    return tx.Execute("INSERT INTO draw (id, bond_id, fen) VALUES (?, ?, 1)", {id, bond}).status();
  }
  int64_t Draws() { return Number(session_, "SELECT COUNT(*) FROM draw"); }
  int64_t Used() { return Number(session_, "SELECT SUM(used_fen) FROM bond"); }

  Session session_;
};

TEST_F(WriteTest, AnErrorOfTheBodyLeavesNothing) {
  MakeBonds(1);
  const auto refused = RunWrite(session_, Request("r1"), kNow, Soon(), [](Session& tx) -> absl::StatusOr<std::string> {
    RETURN_IF_ERROR(Draw(tx, "d1", 0));
    return Error(absl::StatusCode::kFailedPrecondition, "QUOTA_EXCEEDED", "Ask for less.");
  });
  EXPECT_EQ(ReasonOf(refused.status()), "QUOTA_EXCEEDED");
  EXPECT_EQ(Draws() + Used(), 0);
  EXPECT_EQ(Number(session_, "SELECT COUNT(*) FROM idempotency"), 0);
}

TEST_F(WriteTest, ARequestIdIsNotForAnotherRequest) {
  const auto body = [](Session&) -> absl::StatusOr<std::string> { return "done"; };
  ASSERT_TRUE(RunWrite(session_, Request("r1", 'a'), kNow, Soon(), body).ok());
  EXPECT_EQ(ReasonOf(RunWrite(session_, Request("r1", 'b'), kNow, Soon(), body).status()), "REQUEST_ID_REUSED");
  EXPECT_EQ(ReasonOf(FindWrite(session_, Request("r1", 'b')).status()), "REQUEST_ID_REUSED");
}

TEST_F(WriteTest, ARepeatGetsTheFirstReplyEvenIfItWouldFailNow) {
  const auto first = RunWrite(session_, Request("r1"), kNow, Soon(),
                              [](Session&) -> absl::StatusOr<std::string> { return std::string("a\0b", 3); });
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_FALSE(first->replayed);
  const auto again = RunWrite(session_, Request("r1"), kNow, Soon(), [](Session&) -> absl::StatusOr<std::string> {
    return Error(absl::StatusCode::kFailedPrecondition, "QUOTA_EXCEEDED", "Ask for less.");
  });
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->reply, std::string("a\0b", 3));
  EXPECT_EQ(FindWrite(session_, Request("r1"))->value_or("none"), std::string("a\0b", 3));
  EXPECT_FALSE(FindWrite(session_, Request("r2"))->has_value());
}

TEST_F(WriteTest, SixteenAtOnceWithOneRequestIdHaveOneEffectAndOneReply) {
  MakeBonds(1);
  for (int round = 0; round < 5; ++round) {
    const std::string key = "same" + std::to_string(round);
    absl::Mutex mutex;
    std::set<std::string> replies;
    std::atomic<int> errors = 0;
    InThreads(16, [&](int thread) {
      Session session(TestOptions());
      const auto result =
          RunWrite(session, Request(key), kNow, Soon(), [&](Session& tx) -> absl::StatusOr<std::string> {
            RETURN_IF_ERROR(Draw(tx, key + "/" + std::to_string(thread), 0));
            return std::to_string(thread);
          });
      if (!result.ok()) ++errors;
      absl::MutexLock lock(&mutex);
      if (result.ok()) replies.insert(result->reply);
    });
    EXPECT_EQ(errors, 0);
    EXPECT_EQ(replies.size(), 1u);
    EXPECT_EQ(Draws(), round + 1);
    EXPECT_EQ(Used(), round + 1);
  }
}

TEST_F(WriteTest, WritersThatDeadlockAllCommitOnce) {
  constexpr int kThreads = 8, kWrites = 12, kBonds = 6;
  MakeBonds(kBonds);
  std::atomic<int> errors = 0, attempts = 0;
  InThreads(kThreads, [&](int thread) {
    Session session(TestOptions());
    std::mt19937 random(1000u + static_cast<unsigned>(thread));
    for (int i = 0; i < kWrites; ++i) {
      const int a = static_cast<int>(random() % kBonds),
                b = (a + 1 + static_cast<int>(random() % (kBonds - 1))) % kBonds;
      const std::string key = std::to_string(thread) + "/" + std::to_string(i);
      for (bool done = false; !done;) {  // WRITE_CONFLICT asks the caller to send the request again.
        const auto result =
            RunWrite(session, Request(key), kNow, Soon(), [&](Session& tx) -> absl::StatusOr<std::string> {
              ++attempts;
              RETURN_IF_ERROR(Draw(tx, key + "a", a));
              RETURN_IF_ERROR(Draw(tx, key + "b", b));
              return "";
            });
        done = result.ok() || ReasonOf(result.status()) != "WRITE_CONFLICT";
        if (done && !result.ok()) ++errors;
      }
    }
  });
  EXPECT_EQ(errors, 0);
  EXPECT_EQ(Draws(), 2 * kThreads * kWrites);
  EXPECT_EQ(Used(), 2 * kThreads * kWrites);
  EXPECT_GE(attempts, kThreads * kWrites);
}

// A row that another session holds longer than a lock may be waited for.
TEST_F(WriteTest, ALockTimeoutIsTriedAgain) {
  MakeBonds(1);
  Session holder(TestOptions());
  ASSERT_TRUE(holder.Run("START TRANSACTION").ok());
  ASSERT_TRUE(holder.Execute("UPDATE bond SET used_fen = 0 WHERE id = 0").ok());
  std::atomic<int> attempts = 0;
  absl::Status result = absl::UnknownError("");
  std::thread writer([&] {
    ThreadScope scope;
    Session session(TestOptions());
    result = RunWrite(session, Request("r1"), kNow, Soon(std::chrono::seconds(60)),
                      [&](Session& tx) -> absl::StatusOr<std::string> {
                        ++attempts;
                        RETURN_IF_ERROR(Draw(tx, "d1", 0));
                        return "";
                      })
                 .status();
  });
  Await([&] { return attempts == 2; });
  ASSERT_TRUE(holder.Run("ROLLBACK").ok());
  writer.join();
  EXPECT_TRUE(result.ok()) << result;
  EXPECT_EQ(Draws(), 1);
  EXPECT_EQ(Used(), 1);
}

TEST_F(WriteTest, NothingBeginsAfterTheDeadlineAndNothingIsRetriedBeyondIt) {
  std::atomic<int> attempts = 0;
  const auto conflict = [&](Session&) -> absl::StatusOr<std::string> {
    ++attempts;
    return DatabaseError(1213, "UPDATE");
  };
  const auto late = RunWrite(session_, Request("r1"), kNow, steady_clock::now(), conflict);
  EXPECT_EQ(late.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(attempts, 0);
  const auto began = steady_clock::now();
  const auto soon = RunWrite(session_, Request("r1"), kNow, Soon(std::chrono::milliseconds(20)), conflict);
  EXPECT_EQ(soon.status().code(), absl::StatusCode::kDeadlineExceeded) << soon.status();
  EXPECT_LE(attempts, 4);
  EXPECT_LT(steady_clock::now() - began, std::chrono::seconds(5));
}

TEST_F(WriteTest, FiveConflictsAreEnough) {
  int attempts = 0;
  const absl::Status result = RunTransaction(session_, Soon(), [&](Session&) {
    ++attempts;
    return DatabaseError(1213, "UPDATE");
  });
  EXPECT_EQ(ReasonOf(result), "WRITE_CONFLICT");
  EXPECT_EQ(result.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(attempts, 5);
}

TEST_F(WriteTest, PurgesTheOldestAndKeepsTheRest) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(RunWrite(session_, Request("r" + std::to_string(i)), Timestamp{kNow.micros + i}, Soon(),
                         [](Session&) -> absl::StatusOr<std::string> { return "x"; })
                    .ok());
  }
  EXPECT_EQ(PurgeIdempotency(session_, Timestamp{kNow.micros + 4}, 3).value_or(-1), 3);
  EXPECT_EQ(PurgeIdempotency(session_, Timestamp{kNow.micros + 4}, 3).value_or(-1), 1);
  EXPECT_TRUE(FindWrite(session_, Request("r4"))->has_value());
}

}  // namespace
}  // namespace yaoshi::db

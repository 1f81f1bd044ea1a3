// Sessions over servers that are killed, restarted, stopped or slow: what they may say, and that they heal.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "common/db/db_testing.h"
#include "common/db/session.h"
#include "common/db/status.h"
#include "common/status/status.h"
#include "common/testing/private_mariadb.h"

namespace yaoshi::db {
namespace {

bool SaysWhenToRetry(const absl::Status& status) {
  return status.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value();
}

class SessionFaultTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    InitDriver();
    server_ = std::make_unique<testing::PrivateMariaDb>();
    Session session(At(""));
    ASSERT_TRUE(session.Run("CREATE DATABASE city").ok());
    ASSERT_TRUE(session.Run("CREATE TABLE city.bond (id INT NOT NULL PRIMARY KEY, used_fen BIGINT NOT NULL)").ok());
  }
  static void TearDownTestSuite() { server_.reset(); }

  static Options At(const std::string& schema) {
    Options options;
    options.socket = server_->socket();
    options.user = "root";
    options.schema = schema;
    options.read_timeout_seconds = 2;
    options.statement_timeout_seconds = 1;
    return options;
  }

  SessionFaultTest() : session_(At("city")), other_(At("city")) {
    EXPECT_TRUE(other_.Execute("DELETE FROM bond").ok());
  }
  absl::Status Insert(int id) {
    return session_.Execute("INSERT INTO bond (id, used_fen) VALUES (?, 0)", {id}).status();
  }
  bool Has(int id) { return Number(other_, "SELECT COUNT(*) FROM bond WHERE id = ?", {id}) == 1; }

  static std::unique_ptr<testing::PrivateMariaDb> server_;
  Session session_, other_;
};
std::unique_ptr<testing::PrivateMariaDb> SessionFaultTest::server_;

TEST_F(SessionFaultTest, CommitOverAKilledSessionIsAnError) {
  ASSERT_TRUE(session_.Run("START TRANSACTION").ok());
  ASSERT_TRUE(Insert(1).ok());
  KillConnection(At(""), ConnectionOf(session_));
  const absl::Status committed = session_.Run("COMMIT");
  EXPECT_EQ(FailureOf(committed), Failure::kUnknown) << committed;
  EXPECT_FALSE(Has(1));
}

TEST_F(SessionFaultTest, ALostTransactionTakesNoFurtherStatement) {
  ASSERT_TRUE(session_.Run("START TRANSACTION").ok());
  ASSERT_TRUE(Insert(1).ok());
  KillConnection(At(""), ConnectionOf(session_));
  for (int id : {2, 3, 4}) EXPECT_EQ(FailureOf(Insert(id)), Failure::kUnknown) << id;
  EXPECT_FALSE(session_.Query("SELECT 1").ok());
  EXPECT_FALSE(session_.Run("COMMIT").ok());
  for (int id : {1, 2, 3, 4}) EXPECT_FALSE(Has(id)) << id;
  EXPECT_TRUE(Insert(5).ok());
}

TEST_F(SessionFaultTest, RollbackEndsALostTransaction) {
  ASSERT_TRUE(session_.Run("START TRANSACTION").ok());
  session_.Disconnect();
  EXPECT_FALSE(Insert(1).ok());
  EXPECT_TRUE(session_.Run("ROLLBACK").ok());
  EXPECT_TRUE(Insert(2).ok());
  EXPECT_TRUE(Has(2));
}

// The server has rolled a deadlock's victim back: what it sends next would be committed by itself.
TEST_F(SessionFaultTest, ADeadlocksVictimTakesNoFurtherStatement) {
  ASSERT_TRUE(Insert(1).ok());
  ASSERT_TRUE(Insert(2).ok());
  const auto touch = [](Session& s, int id) {
    return s.Execute("UPDATE bond SET used_fen = used_fen + 1 WHERE id = ?", {id}).status();
  };
  ASSERT_TRUE(session_.Run("START TRANSACTION").ok());
  ASSERT_TRUE(touch(session_, 1).ok());
  ASSERT_TRUE(Insert(3).ok());
  absl::Status there, here;
  std::atomic<bool> other_has_two = false;
  std::thread thread([&] {
    ThreadScope scope;
    // Heavier, so that the victim is the other one.
    ASSERT_TRUE(other_.Run("START TRANSACTION").ok());
    for (int id = 10; id < 60; ++id) {
      ASSERT_TRUE(other_.Execute("INSERT INTO bond (id, used_fen) VALUES (?, 0)", {id}).ok());
    }
    ASSERT_TRUE(touch(other_, 2).ok());
    other_has_two = true;
    there = touch(other_, 1);
  });
  Await([&] { return other_has_two.load(); });
  here = touch(session_, 2);
  thread.join();
  ASSERT_TRUE(there.ok()) << there;
  ASSERT_EQ(FailureOf(here), Failure::kRetry) << here;
  EXPECT_EQ(FailureOf(Insert(4)), Failure::kRetry);
  EXPECT_EQ(FailureOf(session_.Run("COMMIT")), Failure::kRetry);
  ASSERT_TRUE(other_.Run("ROLLBACK").ok());
  EXPECT_FALSE(Has(3));
  EXPECT_FALSE(Has(4));
  EXPECT_TRUE(Insert(5).ok());
}

TEST_F(SessionFaultTest, AStatementThatIsKilledSaysSo) {
  Options patient = At("city");
  patient.statement_timeout_seconds = 60;
  patient.read_timeout_seconds = 60;
  Session victim(patient);
  const int64_t id = ConnectionOf(victim);
  absl::Status result;
  std::thread thread([&] {
    ThreadScope scope;
    result = victim.Query("SELECT SLEEP(50)").status();
  });
  Await([&] {
    return Number(other_,
                  "SELECT COUNT(*) FROM information_schema.processlist WHERE id = ? AND info LIKE '%SLEEP%' AND "
                  "time_ms > 500",
                  {id}) == 1;
  });
  ASSERT_TRUE(other_.Run("KILL " + std::to_string(id)).ok());
  thread.join();
  EXPECT_EQ(ReasonOf(result), "DATABASE_UNAVAILABLE");
  EXPECT_EQ(Number(victim, "SELECT 7"), 7);
}

TEST_F(SessionFaultTest, ASelectThatFailsMidwayGivesAnErrorNotFewerRows) {
  for (int id = 0; id < 60; ++id) ASSERT_TRUE(Insert(id).ok());
  const auto rows = session_.Query("SELECT id, REPEAT('x', 2000), SLEEP(0.05) FROM bond");
  EXPECT_EQ(FailureOf(rows.status()), Failure::kUnknown) << rows.status();
}

TEST_F(SessionFaultTest, ARestartOfTheServerCostsAReaderNothing) {
  for (int round = 0; round < 3; ++round) {
    ASSERT_EQ(Number(session_, "SELECT 5 + ?", {2}), 7);
    server_->Kill();
    server_->Start();
    EXPECT_EQ(Number(session_, "SELECT 5 + ?", {2}), 7);
  }
  EXPECT_EQ(Number(other_, "SELECT 1"), 1);
}

TEST_F(SessionFaultTest, ARestartWithinATransactionIsAnErrorAndTheNextOneWorks) {
  ASSERT_TRUE(session_.Run("START TRANSACTION").ok());
  ASSERT_TRUE(Insert(1).ok());
  server_->Kill();
  server_->Start();
  EXPECT_FALSE(session_.Query("SELECT 1").ok());
  EXPECT_FALSE(session_.Run("COMMIT").ok());
  EXPECT_FALSE(Has(1));
  EXPECT_TRUE(session_.Run("START TRANSACTION").ok());
  EXPECT_TRUE(Insert(1).ok());
  EXPECT_TRUE(session_.Run("COMMIT").ok());
  EXPECT_TRUE(Has(1));
}

TEST_F(SessionFaultTest, AServerThatIsAwayIsUnavailableUntilItIsBack) {
  ASSERT_EQ(Number(session_, "SELECT 1"), 1);
  server_->Kill();
  for (int i = 0; i < 3; ++i) {
    const absl::Status away = session_.Query("SELECT 1").status();
    EXPECT_EQ(away.code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(ReasonOf(away), "DATABASE_UNAVAILABLE");
    EXPECT_TRUE(SaysWhenToRetry(away));
  }
  server_->Start();
  EXPECT_EQ(Number(session_, "SELECT 1"), 1);
  EXPECT_EQ(Number(other_, "SELECT 1"), 1);
}

TEST_F(SessionFaultTest, AServerThatHangsEndsAStatementWithinTheReadTimeout) {
  ASSERT_EQ(Number(session_, "SELECT 1"), 1);
  server_->Pause();
  const auto begin = steady_clock::now();
  const absl::Status hung = session_.Query("SELECT 1").status();
  const absl::Status unconnected = session_.Query("SELECT 1").status();
  const auto took = steady_clock::now() - begin;
  server_->Resume();
  EXPECT_EQ(ReasonOf(hung), "DATABASE_UNAVAILABLE");
  EXPECT_EQ(ReasonOf(unconnected), "DATABASE_UNAVAILABLE");
  EXPECT_LT(took, std::chrono::seconds(30));
  EXPECT_EQ(Number(session_, "SELECT 1"), 1);
}

}  // namespace
}  // namespace yaoshi::db

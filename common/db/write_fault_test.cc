// Writes whose connection breaks at the worst moments: each has one effect or none, and the caller learns which.
#include <gtest/gtest.h>

#include <atomic>

#include "common/db/commit_cutter.h"
#include "common/db/db_testing.h"
#include "common/db/status.h"
#include "common/db/write.h"
#include "common/status/status.h"
#include "common/testing/private_mariadb.h"

namespace yaoshi::db {
namespace {

constexpr Timestamp kNow{1'650'412'800'000'000};

class WriteFaultTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    InitDriver();
    server_ = std::make_unique<testing::PrivateMariaDb>();
    Session session(At(server_->socket(), ""));
    ASSERT_TRUE(session.Run("CREATE DATABASE city").ok());
    Session city(At(server_->socket()));
    ASSERT_TRUE(Migrate(city, kTestTables, SystemClock()).ok());
  }
  static void TearDownTestSuite() { server_.reset(); }
  static Options At(const std::string& socket, const std::string& schema = "city") {
    Options options;
    options.socket = socket;
    options.user = "root";
    options.schema = schema;
    options.read_timeout_seconds = 2;
    options.statement_timeout_seconds = 1;
    return options;
  }

  WriteFaultTest() : cutter_(server_->socket()), session_(At(cutter_.path())), other_(At(server_->socket())) {
    for (const char* table : {"idempotency", "draw"}) {
      EXPECT_TRUE(other_.Execute("DELETE FROM " + std::string(table)).ok());
    }
  }

  // Draws once; each attempt has a reply of its own.
  absl::StatusOr<WriteResult> Draw(
      const std::string& key, const std::function<void(Session&)>& before_the_end = [](Session&) {}) {
    return RunWrite(session_, Request(key), kNow, Soon(), [&](Session& tx) -> absl::StatusOr<std::string> {
      const std::string reply = key + "/" + std::to_string(++attempts_);
      RETURN_IF_ERROR(tx.Execute("INSERT INTO draw (id, bond_id, fen) VALUES (?, 1, 1)", {reply}).status());
      before_the_end(tx);
      return reply;
    });
  }
  void ExpectOnlyEffect(const std::string& reply) {
    EXPECT_EQ(Number(other_, "SELECT COUNT(*) FROM draw"), 1);
    EXPECT_EQ(Number(other_, "SELECT COUNT(*) FROM draw WHERE id = ?", {reply}), 1) << reply;
  }

  static std::unique_ptr<testing::PrivateMariaDb> server_;
  CommitCutter cutter_;
  Session session_, other_;
  int attempts_ = 0;
};
std::unique_ptr<testing::PrivateMariaDb> WriteFaultTest::server_;

TEST_F(WriteFaultTest, ACommitThatTheServerNeverGotIsDoneAgain) {
  cutter_.CutNext(CommitCutter::Cut::kBeforeCommit);
  const auto result = Draw("r1");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(attempts_, 2);
  ExpectOnlyEffect(result->reply);
}

TEST_F(WriteFaultTest, ACommitWhoseAnswerWasLostIsFoundAndNotDoneAgain) {
  cutter_.CutNext(CommitCutter::Cut::kAfterCommit);
  const auto result = Draw("r1");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(attempts_, 1);
  EXPECT_EQ(result->reply, "r1/1");
  ExpectOnlyEffect("r1/1");
}

TEST_F(WriteFaultTest, CommitsThatAreLostOnceAndAgainHaveOneEffect) {
  cutter_.CutNext(CommitCutter::Cut::kBeforeCommit, 3);
  const auto result = Draw("r1");
  ASSERT_TRUE(result.ok()) << result.status();
  ExpectOnlyEffect(result->reply);
}

TEST_F(WriteFaultTest, CommitsThatAreNeverHeardOfEndAsUnavailable) {
  cutter_.CutNext(CommitCutter::Cut::kBeforeCommit, 100);
  const auto result = Draw("r1");
  EXPECT_EQ(ReasonOf(result.status()), "DATABASE_UNAVAILABLE");
  cutter_.CutNext(CommitCutter::Cut::kNever, 0);
  const auto repeated = Draw("r1");
  ASSERT_TRUE(repeated.ok()) << repeated.status();
  ExpectOnlyEffect(repeated->reply);
}

TEST_F(WriteFaultTest, AConnectionKilledBeforeTheReplyIsStoredIsTriedAgain) {
  const auto result = Draw("r1", [&](Session& tx) {
    if (attempts_ == 1) KillConnection(At(server_->socket()), ConnectionOf(tx));
  });
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(attempts_, 2);
  ExpectOnlyEffect("r1/2");
}

TEST_F(WriteFaultTest, ATransactionKilledBetweenBodyAndCommitIsTriedAgain) {
  int attempts = 0;
  const absl::Status result = RunTransaction(session_, Soon(), [&](Session& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Execute("INSERT INTO draw (id, bond_id, fen) VALUES (?, 1, 1)", {++attempts}).status());
    if (attempts == 1) KillConnection(At(server_->socket()), ConnectionOf(tx));
    return absl::OkStatus();
  });
  ASSERT_TRUE(result.ok()) << result;
  ExpectOnlyEffect("2");
}

TEST_F(WriteFaultTest, ABodyThatIgnoresADeadlockCommitsNothingOfTheRest) {
  int attempts = 0;
  ASSERT_TRUE(other_.Execute("INSERT INTO bond (id, used_fen) VALUES (1, 0), (2, 0)").ok());
  const absl::Status result = RunTransaction(session_, Soon(), [&](Session& tx) -> absl::Status {
    ++attempts;
    if (attempts == 1) {
      RETURN_IF_ERROR(tx.Execute("UPDATE bond SET used_fen = 1 WHERE id = 1").status());
      std::atomic<bool> ready = false;
      std::thread rival([&] {
        ThreadScope scope;
        Session second(At(server_->socket()));
        EXPECT_TRUE(second.Run("START TRANSACTION").ok());
        for (int i = 0; i < 40; ++i) {
          EXPECT_TRUE(second.Execute("INSERT INTO draw (id, bond_id, fen) VALUES (?, 9, 1)", {1000 + i}).ok());
        }
        EXPECT_TRUE(second.Execute("UPDATE bond SET used_fen = 2 WHERE id = 2").ok());
        ready = true;
        second.Execute("UPDATE bond SET used_fen = 2 WHERE id = 1").status().IgnoreError();
        second.Run("ROLLBACK").IgnoreError();
      });
      Await([&] { return ready.load(); });
      tx.Execute("UPDATE bond SET used_fen = 1 WHERE id = 2").status().IgnoreError();
      rival.join();
    }
    tx.Execute("INSERT INTO draw (id, bond_id, fen) VALUES (?, 1, 1)", {attempts}).status().IgnoreError();
    return absl::OkStatus();
  });
  EXPECT_TRUE(result.ok()) << result;
  EXPECT_EQ(attempts, 2);
  ExpectOnlyEffect("2");
}

TEST_F(WriteFaultTest, AServerThatIsRestartedCostsAnIdleWriterNothing) {
  ASSERT_TRUE(Draw("r1").ok());
  server_->Kill();
  server_->Start();
  EXPECT_TRUE(Draw("r2").ok());
  EXPECT_EQ(Number(other_, "SELECT COUNT(*) FROM draw"), 2);
}

TEST_F(WriteFaultTest, AServerThatIsAwayIsUnavailableAndTheWriteIsDoneWhenItIsBack) {
  server_->Kill();
  const auto began = steady_clock::now();
  const auto away = Draw("r1");
  EXPECT_EQ(ReasonOf(away.status()), "DATABASE_UNAVAILABLE");
  EXPECT_TRUE(away.status().GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  EXPECT_LT(steady_clock::now() - began, std::chrono::seconds(15));
  server_->Start();
  const auto back = Draw("r1");
  ASSERT_TRUE(back.ok()) << back.status();
  ExpectOnlyEffect(back->reply);
}

TEST_F(WriteFaultTest, AServerThatHangsAtCommitGivesOneEffectInTheEnd) {
  const auto hung = RunWrite(
      session_, Request("r1"), kNow, Soon(std::chrono::seconds(3)), [&](Session& tx) -> absl::StatusOr<std::string> {
        RETURN_IF_ERROR(tx.Execute("INSERT INTO draw (id, bond_id, fen) VALUES ('r1/1', 1, 1)").status());
        server_->Pause();
        return "r1/1";
      });
  EXPECT_EQ(ReasonOf(hung.status()), "DATABASE_UNAVAILABLE") << hung.status();
  server_->Resume();
  attempts_ = 1;
  const auto repeated = Draw("r1");
  ASSERT_TRUE(repeated.ok()) << repeated.status();
  ExpectOnlyEffect(repeated->reply);
}

}  // namespace
}  // namespace yaoshi::db

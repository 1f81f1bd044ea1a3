#include "common/db/session.h"

#include <gtest/gtest.h>

#include "common/db/db_testing.h"
#include "common/db/status.h"
#include "common/status/status.h"

namespace yaoshi::db {
namespace {

constexpr Migration kTables[] = {
    {"db/0003_values.sql",
     "CREATE TABLE IF NOT EXISTS kept (id BINARY(16) NOT NULL, day DATE NULL, moment DATETIME(6) NULL, text "
     "VARCHAR(40) NULL, fen BIGINT NULL, body MEDIUMBLOB NULL, PRIMARY KEY (id));\n"}};

class SessionTest : public ::testing::Test {
 protected:
  SessionTest() : session_((TestOptions(), testing::TestDatabase(kTables))) {}

  void Insert(const Uuid& id, const Value& day, const Value& text, const Value& fen, const Value& body) {
    const auto inserted =
        session_.Execute("INSERT INTO kept (id, day, moment, text, fen, body) VALUES (?, ?, ?, ?, ?, ?)",
                         {id, day, Timestamp{1'650'412'800'123'456}, text, fen, body});
    ASSERT_TRUE(inserted.ok()) << inserted.status();
    ASSERT_EQ(*inserted, 1);
  }
  Rows Read(const Uuid& id) {
    auto rows = session_.Query("SELECT id, day, moment, text, fen, body FROM kept WHERE id = ?", {id});
    EXPECT_TRUE(rows.ok()) << rows.status();
    EXPECT_TRUE(rows->Next());
    return *std::move(rows);
  }

  Session session_;
};

TEST_F(SessionTest, TextThatIsNotSqlIsAnInternalErrorWithoutSql) {
  const absl::Status wrong = session_.Query("SELEKT secret FROM nowhere").status();
  EXPECT_EQ(wrong.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(ReasonOf(wrong), "INTERNAL");
  EXPECT_EQ(std::string(wrong.message()).find("secret"), std::string::npos);
  EXPECT_EQ(CodeOf(wrong), 1064);
}

TEST_F(SessionTest, TooFewValuesAreAnError) {
  EXPECT_EQ(session_.Query("SELECT ?, ?", {1}).status().code(), absl::StatusCode::kInternal);
  EXPECT_TRUE(session_.Query("SELECT ?, ?", {1, 2}).ok());
}

TEST_F(SessionTest, ValuesThatDoNotFitAreRefusedNotCut) {
  const Uuid id = Uuid::New(SystemClock());
  for (const Values& values : {Values{id, std::string(41, 'x')}, Values{id, "\xff\xfe"}}) {
    const absl::Status refused = session_.Execute("INSERT INTO kept (id, text) VALUES (?, ?)", values).status();
    EXPECT_EQ(FailureOf(refused), Failure::kLogical) << refused;
  }
  EXPECT_EQ(Number(session_, "SELECT COUNT(*) FROM kept WHERE id = ?", {id}), 0);
}

TEST_F(SessionTest, SeveralStatementsInOneTextAreRefused) {
  EXPECT_FALSE(session_.Run("DO 1; DO 2").ok());
}

TEST_F(SessionTest, IdsWithZeroBytesAndQuotesComeBackAsTheyWere) {
  for (const std::string& bytes : {std::string(16, '\0'), std::string("\0'\\\"\n\x1a\0\0\0\0\0\0\0\0\0\xff", 16)}) {
    const Uuid id = *Uuid::FromBytes(bytes);
    Insert(id, nullptr, nullptr, nullptr, bytes);
    const Rows rows = Read(id);
    EXPECT_EQ(rows.Id(1), id);
    EXPECT_EQ(rows.Text(6), bytes);
  }
}

TEST_F(SessionTest, NullsAreNullsAndReadAsNothing) {
  const Uuid id = Uuid::New(SystemClock());
  Insert(id, nullptr, nullptr, nullptr, nullptr);
  const Rows rows = Read(id);
  for (int column : {2, 4, 5, 6}) EXPECT_TRUE(rows.IsNull(column)) << column;
  EXPECT_EQ(rows.Day(2), Date());
  EXPECT_EQ(rows.Text(4), "");
  EXPECT_EQ(rows.Int(5), 0);
}

TEST_F(SessionTest, EverythingElseComesBackToo) {
  const Uuid id = Uuid::New(SystemClock());
  const std::string large(3 << 20, '\0');
  Insert(id, *Date::Parse("2024-02-29"), "定西市𠮷🚧", INT64_MIN, large);
  const Rows rows = Read(id);
  EXPECT_EQ(rows.Day(2).ToString(), "2024-02-29");
  EXPECT_EQ(rows.Time(3).micros, 1'650'412'800'123'456);
  EXPECT_EQ(rows.Text(4), "定西市𠮷🚧");
  EXPECT_EQ(rows.Int(5), INT64_MIN);
  EXPECT_EQ(rows.Text(6), large);
}

TEST_F(SessionTest, AnUpdateCountsTheRowsThatMatch) {
  ASSERT_TRUE(session_.Execute("INSERT INTO bond (id, used_fen) VALUES (?, ?)", {900, 5}).ok());
  EXPECT_EQ(session_.Execute("UPDATE bond SET used_fen = ? WHERE id = ?", {5, 900}).value_or(-1), 1);
  EXPECT_EQ(session_.Execute("UPDATE bond SET used_fen = ? WHERE id = ?", {5, 901}).value_or(-1), 0);
}

TEST_F(SessionTest, RowsOutliveTheNextRunOfTheirStatementAndTheConnection) {
  auto first = session_.Query("SELECT ? + 0 UNION ALL SELECT 8", {7});
  auto second = session_.Query("SELECT ? + 0 UNION ALL SELECT 8", {9});
  ASSERT_TRUE(first.ok() && second.ok());
  ASSERT_TRUE(first->Next() && second->Next());
  EXPECT_EQ(first->Int(1), 7);
  EXPECT_EQ(second->Int(1), 9);
  session_.Disconnect();
  ASSERT_TRUE(first->Next());
  EXPECT_EQ(first->Int(1), 8);
  first = session_.Query("SELECT 1");
  EXPECT_TRUE(first.ok());
}

TEST_F(SessionTest, KeepsSixtyFourPreparedStatements) {
  const auto count = [&](std::string_view name) {
    return Number(session_, "SELECT variable_value + 0 FROM information_schema.session_status WHERE variable_name = ?",
                  {name});
  };
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(session_.Query("SELECT " + std::to_string(i)).ok());
  const int64_t prepared = count("COM_STMT_PREPARE");
  const int64_t closed = count("COM_STMT_CLOSE");
  EXPECT_LE(prepared - closed, 65) << "statements that gave way stay at the server";
  for (int i = 150; i < 200; ++i) ASSERT_TRUE(session_.Query("SELECT " + std::to_string(i)).ok());
  EXPECT_EQ(count("COM_STMT_PREPARE"), prepared) << "lately used statements are prepared again";
  ASSERT_TRUE(session_.Query("SELECT 0").ok());
  EXPECT_EQ(count("COM_STMT_PREPARE"), prepared + 1);
}

TEST_F(SessionTest, ATransactionDoesNotStartWithinAnother) {
  ASSERT_TRUE(session_.Run("START TRANSACTION").ok());
  ASSERT_TRUE(session_.Execute("INSERT INTO bond (id, used_fen) VALUES (910, 0)").ok());
  EXPECT_EQ(session_.Run("START TRANSACTION").code(), absl::StatusCode::kInternal);
  EXPECT_TRUE(session_.in_transaction());
  ASSERT_TRUE(session_.Run("ROLLBACK").ok());
  EXPECT_EQ(Number(session_, "SELECT COUNT(*) FROM bond WHERE id = 910"), 0);
}

TEST_F(SessionTest, AStatementEndsAtTheDeadlineOfItsScope) {
  const std::string many = "information_schema.COLLATIONS";
  const std::string slow = "SELECT COUNT(*) FROM " + many + " a, " + many + " b, " + many + " c, " + many +
                           " d WHERE a.ID + b.ID + c.ID + d.ID < 0";
  {
    const DeadlineScope scope(session_, Soon(std::chrono::milliseconds(50)));
    const absl::Status late = session_.Query(slow).status();
    EXPECT_EQ(late.code(), absl::StatusCode::kDeadlineExceeded) << late;
    EXPECT_EQ(ReasonOf(late), "DEADLINE_EXCEEDED");
    EXPECT_EQ(session_.Query(slow).status().code(), absl::StatusCode::kDeadlineExceeded) << "it has passed";
  }
  EXPECT_EQ(Number(session_, "SELECT @@max_statement_time"), TestOptions().statement_timeout_seconds);
}

}  // namespace
}  // namespace yaoshi::db

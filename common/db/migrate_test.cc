#include "common/db/migrate.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>

#include "common/db/db_testing.h"
#include "common/status/status.h"

namespace yaoshi::db {
namespace {

// A schema of its own, on the server of this run.
class MigrateTest : public ::testing::Test {
 protected:
  MigrateTest() {
    static int number = 0;
    options_ = TestOptions();
    options_.schema = fmt::format("{}_m{}", options_.schema, ++number);
    Options root = options_;
    root.schema.clear();
    EXPECT_TRUE(Session(root).Run("CREATE DATABASE " + options_.schema).ok());
  }
  ~MigrateTest() override { Session(options_).Run("DROP DATABASE " + options_.schema).IgnoreError(); }

  int64_t Tables(std::string_view name) {
    Session session(options_);
    return Number(
        session, "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name LIKE ?",
        {name});
  }

  Options options_;
};

TEST_F(MigrateTest, AnErrorNamesMigrationAndStatement) {
  constexpr Migration kWrong[] = {{"city/0001_a.sql",
                                   "CREATE TABLE IF NOT EXISTS a1 (id INT NOT NULL PRIMARY KEY);\n"
                                   "CREATE TABEL a2 (id INT);\n"
                                   "CREATE TABLE a3 (id INT NOT NULL PRIMARY KEY);\n"}};
  Session session(options_);
  const absl::Status failed = Migrate(session, kWrong, SystemClock());
  EXPECT_EQ(ReasonOf(failed), "MIGRATION_FAILED");
  const std::string text(failed.message());
  EXPECT_NE(text.find("Statement 2 of city/0001_a.sql"), std::string::npos) << text;
  EXPECT_NE(text.find("1064"), std::string::npos) << text;
  EXPECT_EQ(Tables("a3"), 0);

  constexpr Migration kMended[] = {{"city/0001_a.sql",
                                    "CREATE TABLE IF NOT EXISTS a1 (id INT NOT NULL PRIMARY KEY);\n"
                                    "CREATE TABLE IF NOT EXISTS a2 (id INT NOT NULL PRIMARY KEY);\n"}};
  EXPECT_TRUE(Migrate(session, kMended, SystemClock()).ok()) << "the lease was not given back";
  EXPECT_EQ(Tables("a2"), 1);
}

TEST_F(MigrateTest, WhatIsAppliedIsNotAppliedAgain) {
  constexpr Migration kOnce[] = {{"city/0001_b.sql", "CREATE TABLE b1 (id INT NOT NULL PRIMARY KEY);\n"}};
  constexpr Migration kMore[] = {kOnce[0],
                                 {"city/0002_b.sql", "CREATE TABLE b2 (id INT NOT NULL PRIMARY KEY);\n\n;\n"}};
  Session session(options_);
  ASSERT_TRUE(Migrate(session, kOnce, SystemClock()).ok());
  ASSERT_TRUE(Migrate(session, kOnce, SystemClock()).ok());
  ASSERT_TRUE(Migrate(session, kMore, SystemClock()).ok());
  EXPECT_EQ(Tables("b_"), 2);
}

TEST_F(MigrateTest, EightAtOnceApplyEachOnce) {
  std::string sql;
  // Not re-runnable: a second time would fail.
  for (int i = 0; i < 5; ++i) sql += fmt::format("CREATE TABLE c{} (id INT NOT NULL PRIMARY KEY);\n", i);
  const Migration migrations[] = {{"city/0001_c.sql", sql}};
  std::atomic<int> failures = 0;
  InThreads(8, [&](int) {
    Session session(options_);
    const absl::Status migrated = Migrate(session, migrations, SystemClock());
    if (!migrated.ok()) ++failures;
    EXPECT_TRUE(migrated.ok()) << migrated;
  });
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(Tables("c_"), 5);
}

TEST_F(MigrateTest, OneThatWasKilledIsTakenUpAgain) {
  constexpr Migration kKilled[] = {{"city/0001_d.sql",
                                    "CREATE TABLE IF NOT EXISTS d1 (id INT NOT NULL PRIMARY KEY);\n"
                                    "KILL (SELECT CONNECTION_ID());\n"
                                    "CREATE TABLE IF NOT EXISTS d2 (id INT NOT NULL PRIMARY KEY);\n"}};
  constexpr Migration kAgain[] = {{"city/0001_d.sql",
                                   "CREATE TABLE IF NOT EXISTS d1 (id INT NOT NULL PRIMARY KEY);\n"
                                   "CREATE TABLE IF NOT EXISTS d2 (id INT NOT NULL PRIMARY KEY);\n"}};
  Session session(options_);
  const absl::Status killed = Migrate(session, kKilled, SystemClock());
  EXPECT_NE(std::string(killed.message()).find("Statement 2 of"), std::string::npos) << killed;
  EXPECT_EQ(Tables("d_"), 1);
  const absl::Status again = Migrate(session, kAgain, SystemClock());
  EXPECT_TRUE(again.ok()) << again;
  EXPECT_EQ(Tables("d_"), 2);
}

// A process that died holds the lease until it runs out by the clock; nobody begins before.
TEST_F(MigrateTest, ADeadHoldersLeaseRunsOut) {
  constexpr Migration kFirst[] = {{"city/0001_e.sql", "CREATE TABLE e1 (id INT NOT NULL PRIMARY KEY);\n"}};
  constexpr Migration kSecond[] = {kFirst[0], {"city/0002_e.sql", "CREATE TABLE e2 (id INT NOT NULL PRIMARY KEY);\n"}};
  FakeClock clock;
  Session session(options_);
  ASSERT_TRUE(Migrate(session, kFirst, clock).ok());
  ASSERT_TRUE(session
                  .Execute("UPDATE migration_lease SET holder = ?, until_at = ?",
                           {Uuid::New(clock), Timestamp{clock.Now().micros + 60'000'000}})
                  .ok());
  absl::Status migrated;
  std::atomic<bool> ended = false;
  std::thread waiter([&] {
    ThreadScope scope;
    Session other(options_);
    migrated = Migrate(other, kSecond, clock);
    ended = true;
  });
  // It has asked for the lease and not got it.
  Session watcher(options_);
  int64_t asked = 0;
  Await([&] {
    asked += Number(watcher,
                    "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND command = 'Sleep'");
    return asked > 20 || ended;
  });
  EXPECT_FALSE(ended);
  EXPECT_EQ(Tables("e2"), 0);
  clock.Advance(std::chrono::seconds(61));
  waiter.join();
  EXPECT_TRUE(migrated.ok()) << migrated;
  EXPECT_EQ(Tables("e2"), 1);
}

TEST_F(MigrateTest, ALongStatementIsNotCutOff) {
  Session session(MigrationOptions(TestOptions()));
  EXPECT_EQ(Number(session, "SELECT @@max_statement_time"), 0);
}

}  // namespace
}  // namespace yaoshi::db

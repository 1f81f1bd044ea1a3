#include "common/db/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>

#include "common/db/db_testing.h"

namespace yaoshi::db {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

class StatementWatchTest : public ::testing::Test {
 protected:
  StatementWatchTest() {
    if (pipe(ends_.data()) != 0) std::abort();
    watch_ = std::make_shared<StatementWatch>(metrics_, std::make_shared<obs::Log>(ends_[1], clock_), clock_);
  }
  ~StatementWatchTest() override { close(ends_[0]); }

  // All that was logged; the watch is gone then.
  std::string Logged() {
    watch_.reset();
    close(ends_[1]);
    std::string all;
    std::array<char, 4096> buffer{};
    for (ssize_t n; (n = read(ends_[0], buffer.data(), buffer.size())) > 0;) {
      all.append(buffer.data(), static_cast<size_t>(n));
    }
    return all;
  }

  std::array<int, 2> ends_{};
  FakeClock clock_;
  obs::Metrics metrics_{"registry"};
  std::shared_ptr<StatementWatch> watch_;
};

TEST_F(StatementWatchTest, QuickStatementsAreCountedAndNotLogged) {
  watch_->Took("SELECT 1", milliseconds(2));
  watch_->Took("COMMIT", milliseconds(999));
  EXPECT_THAT(metrics_.Text(), HasSubstr("yaoshi_db_statements_total{service=\"registry\"} 2"));
  EXPECT_THAT(metrics_.Text(), HasSubstr("yaoshi_db_statement_micros_total{service=\"registry\"} 1001000"));
  EXPECT_THAT(metrics_.Text(), HasSubstr("yaoshi_db_slow_statements_total{service=\"registry\"} 0"));
  EXPECT_EQ(Logged(), "");
}

TEST_F(StatementWatchTest, OneLineStandsForAllSlowStatementsOfTenSeconds) {
  watch_->Took("COMMIT", seconds(1));
  watch_->Took("COMMIT", seconds(2));
  clock_.Advance(seconds(9));
  watch_->Took("COMMIT", seconds(3));
  clock_.Advance(seconds(1));
  watch_->Took("INSERT INTO project_version (id) VALUES " + Placeholders(500, 1), seconds(4));
  EXPECT_THAT(metrics_.Text(), HasSubstr("yaoshi_db_slow_statements_total{service=\"registry\"} 4"));
  const std::string logged = Logged();
  EXPECT_EQ(std::count(logged.begin(), logged.end(), '\n'), 2) << logged;
  EXPECT_THAT(logged, HasSubstr(R"("statement":"COMMIT","micros":"1000000","slow_statements":"1")"));
  EXPECT_THAT(logged, HasSubstr(R"("micros":"4000000","slow_statements":"3")"));
  EXPECT_THAT(logged, HasSubstr("INSERT INTO project_version"));
  EXPECT_LT(logged.size(), 600u) << "a long statement is cut";
}

TEST_F(StatementWatchTest, ASessionTellsItOfEveryStatement) {
  Options options = TestOptions();
  options.watch = watch_;
  Session session(options);
  ASSERT_TRUE(session.Run("START TRANSACTION").ok());
  EXPECT_EQ(Number(session, "SELECT SLEEP(1.1)"), 0);
  ASSERT_TRUE(session.Run("COMMIT").ok());
  EXPECT_FALSE(session.Query("SELEKT").ok()) << "one that fails may have been slow, too";
  EXPECT_THAT(metrics_.Text(), HasSubstr("yaoshi_db_statements_total{service=\"registry\"} 4"));
  EXPECT_THAT(metrics_.Text(), Not(HasSubstr("yaoshi_db_slow_statements_total{service=\"registry\"} 0")));
}

}  // namespace
}  // namespace yaoshi::db

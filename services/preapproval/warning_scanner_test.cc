// Warnings are said once: through storms, kills, and two replicas at a time.
#include "services/preapproval/warning_scanner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "common/feed/change_set.h"
#include "services/preapproval/schedule_convert.h"
#include "services/preapproval/testing/preapproval_server.h"

namespace yaoshi::preapproval::testing {
namespace {

// Cases of one test, each with a procedure that is late, all on one day.
class WarningScannerTest : public ::testing::Test {
 protected:
  static PreapprovalServer& server() {
    static PreapprovalServer server;
    return server;
  }
  WarningScannerTest() { clock_.Set(server().now()); }

  void MakeCases(int count) {
    for (int i = 0; i < count; ++i) cases_.push_back(Uuid::New(clock_));
    std::sort(cases_.begin(), cases_.end());
  }

  Warning WarningOf(const Uuid& project, Date day) const {
    Warning warning;
    warning.kind = WarningKind::kOverdue;
    warning.project = project;
    warning.code = "P10";
    warning.department = "organizations/dept-01";
    warning.region = "621122";
    warning.due_on = due_;
    warning.warned_on = day;
    warning.explanation = "可研批复已超过时限。";
    return warning;
  }

  ScannerOptions Options() {
    ScannerOptions options;
    options.database = server().database();
    options.clock = &clock_;
    options.name = "scan of " + due_.ToString();
    options.source = [this](const Uuid& after, Date day) -> absl::StatusOr<ScanStep> {
      ScanStep step{{}, after, true};
      for (const Uuid& project : cases_) {
        if (project <= after) continue;
        if (step.warnings.size() == batch_) {
          step.end = false;
          break;
        }
        step.warnings.push_back(WarningOf(project, day));
        step.after = project;
        ++looked_at_;
      }
      return step;
    };
    return options;
  }

  int64_t Count(std::string_view sql) {
    auto rows = Must(server().session().Query(sql, {due_}));
    return rows.Next() ? rows.Int(1) : -1;
  }
  // The warnings of this test in both tables.
  int64_t Said() {
    const int64_t versions = Count(
        "SELECT COUNT(*) FROM resource_version v JOIN warning w ON w.id = v.id WHERE v.type = 'warning' "
        "AND w.due_on = ?");
    EXPECT_EQ(versions, Count("SELECT COUNT(*) FROM warning WHERE due_on = ?"));
    return versions;
  }

  FakeClock clock_;
  Date due_ = Day();
  std::vector<Uuid> cases_;
  size_t batch_ = kMaxWarningsPerTransaction;
  std::atomic<int> looked_at_{0};

 private:
  static Date Day() {
    static int day = 0;
    return Date::Parse("2022-01-01")->AddDays(++day);
  }
};

TEST_F(WarningScannerTest, AllDueOnOneDayAreSaidOnceInBatches) {
  MakeCases(1050);
  int steps = 0;
  ScannerOptions options = Options();
  options.after_step = [&] { return ++steps > 0; };
  WarningScanner scanner(std::move(options));
  EXPECT_EQ(Must(scanner.ScanOnce(server().session())), 1050);
  EXPECT_EQ(steps, 6);
  EXPECT_EQ(Said(), 1050);
  EXPECT_EQ(Must(scanner.ScanOnce(server().session())), std::nullopt);  // Too soon.
  clock_.Advance(std::chrono::minutes(11));
  EXPECT_EQ(Must(scanner.ScanOnce(server().session())), 0);
  clock_.Advance(std::chrono::hours(24));
  MakeCases(1);
  EXPECT_EQ(Must(scanner.ScanOnce(server().session())), 1);  // A new day begins at once.
  EXPECT_EQ(Said(), 1051);
}

TEST_F(WarningScannerTest, AStepWithVeryManyIsSaidInParts) {
  MakeCases(450);
  batch_ = 450;
  EXPECT_EQ(Must(WarningScanner(Options()).ScanOnce(server().session())), 450);
  EXPECT_EQ(Said(), 450);
}

TEST_F(WarningScannerTest, KilledInTheMiddleItIsNeitherLostNorRepeated) {
  MakeCases(900);
  int steps = 0;
  ScannerOptions dying = Options();
  dying.after_step = [&] { return ++steps < 2; };
  WarningScanner killed(std::move(dying));
  EXPECT_EQ(Must(killed.ScanOnce(server().session())), 400);
  WarningScanner other(Options());
  EXPECT_EQ(Must(other.ScanOnce(server().session())), std::nullopt);  // The lease of the dead one.
  clock_.Advance(std::chrono::seconds(61));
  EXPECT_EQ(Must(other.ScanOnce(server().session())), 500);
  EXPECT_EQ(looked_at_, 900);  // It went on where the other one was.
  EXPECT_EQ(Said(), 900);
}

TEST_F(WarningScannerTest, WhoLostTheLeaseSaysNothingMore) {
  MakeCases(300);
  ScannerOptions slow = Options();
  int steps = 0;
  WarningScanner other(Options());
  slow.after_step = [&] {
    if (++steps > 1) return true;
    clock_.Advance(std::chrono::seconds(61));
    db::Session session(server().database());
    EXPECT_EQ(Must(other.ScanOnce(session)), 100);
    return true;
  };
  WarningScanner scanner(std::move(slow));
  EXPECT_EQ(ReasonOf(scanner.ScanOnce(server().session()).status()), "LEASE_LOST");
  EXPECT_EQ(Said(), 300);
}

TEST_F(WarningScannerTest, OfTwoReplicasEachWarningComesOnce) {
  MakeCases(2000);
  std::atomic<int> said{0};
  std::vector<std::thread> replicas;
  for (int i = 0; i < 2; ++i) {
    replicas.emplace_back([&] {
      db::ThreadScope scope;
      db::Session session(server().database());
      WarningScanner scanner(Options());
      for (int pass = 0; pass < 5; ++pass) said += Must(scanner.ScanOnce(session)).value_or(0);
    });
  }
  for (std::thread& replica : replicas) replica.join();
  EXPECT_EQ(said, 2000);
  EXPECT_EQ(Said(), 2000);
}

TEST_F(WarningScannerTest, TheThreadStopsBetweenStepsAndTheNextGoesOn) {
  MakeCases(600);
  absl::Mutex mutex;
  bool begun = false;
  ScannerOptions options = Options();
  options.said = [&] {
    absl::MutexLock lock(&mutex);
    begun = true;
  };
  auto scanner = std::make_unique<WarningScanner>(std::move(options));
  scanner->Start();
  {
    absl::MutexLock lock(&mutex);
    mutex.Await(absl::Condition(&begun));
  }
  scanner.reset();
  clock_.Advance(std::chrono::minutes(11));  // Whether it had ended or not.
  Must(WarningScanner(Options()).ScanOnce(server().session()));
  EXPECT_EQ(Said(), 600);
}

TEST_F(WarningScannerTest, AreListedNewestFirstPageByPage) {
  MakeCases(5);
  Must(WarningScanner(Options()).ScanOnce(server().session()));
  WarningQuery query;
  query.region = "621100";
  query.filter =
      filter::ToSql(Must(filter::ParseAndBind("kind = OVERDUE due_on = " + due_.ToString(), WarningFields())));
  query.limit = 2;
  std::vector<Uuid> seen;
  while (true) {
    const std::vector<WarningRow> page = Must(ListWarnings(server().session(), query));
    if (page.empty()) break;
    for (const WarningRow& row : page) {
      seen.push_back(row.id);
      v1::Warning warning;
      ASSERT_TRUE(warning.ParseFromString(row.body));
      EXPECT_EQ(warning.name(), "warnings/" + row.id.ToString());
      EXPECT_THAT(warning.subject(), ::testing::EndsWith("/procedures/P10"));
    }
    query.after = {page.back().warned_on, page.back().id};
  }
  EXPECT_EQ(seen.size(), 5u);
  EXPECT_TRUE(std::is_sorted(seen.rbegin(), seen.rend()));
  query.after.reset();
  query.region = "621123";
  EXPECT_TRUE(Must(ListWarnings(server().session(), query)).empty());
}

}  // namespace
}  // namespace yaoshi::preapproval::testing

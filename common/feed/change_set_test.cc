#include "common/feed/change_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>

#include "common/db/status.h"
#include "common/feed/feed_testing.h"
#include "common/status/status.h"

namespace yaoshi::feed {
namespace {

class ChangeSetTest : public FeedTest {};

TEST_F(ChangeSetTest, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(ReasonOf(LoadLatest(session_, NamedId("project", "1")).status()), "VERSION_NOT_FOUND");
  EXPECT_EQ(LoadAsOf(session_, NamedId("project", "1"), Date(), clock_.Now()).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_TRUE(LoadHistory(session_, NamedId("project", "1"))->empty());
}

TEST_F(ChangeSetTest, OfTwoWritersOfOneVersionOneIsRefusedWhole) {
  Commit({ProjectVersion(1, 1, "a")});
  const absl::Status second = db::RunTransaction(session_, Soon(), [&](db::Session& tx) {
    return Write(tx, Uuid::New(clock_), kAuthor, clock_.Now(), {ProjectVersion(2, 1, "b"), ProjectVersion(1, 1, "b")});
  });
  EXPECT_EQ(db::FailureOf(second), db::Failure::kDuplicate) << second;
  EXPECT_EQ(Number("SELECT COUNT(*) FROM resource_version"), 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM change_set"), 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM outbox"), 1);
}

TEST_F(ChangeSetTest, LatestIsThereBeforeItIsNumberedAndHistoryInOrder) {
  Commit({ProjectVersion(1, 1, "开工"), ProjectVersion(2, 1, "b")});
  Commit({ProjectVersion(1, 2, std::string("\0𠮷", 5), "2021-01-01", "621100")});
  const auto latest = LoadLatest(session_, NamedId("project", "1"));
  ASSERT_TRUE(latest.ok());
  EXPECT_EQ(latest->version, 2);
  EXPECT_EQ(latest->body, std::string("\0𠮷", 5));
  EXPECT_EQ(latest->region, "621100");
  EXPECT_EQ(latest->effective_on.ToString(), "2021-01-01");
  EXPECT_EQ(latest->author.reason, kAuthor.reason);
  EXPECT_EQ(latest->recorded_at, Timestamp());
  NumberAll();
  const auto history = LoadHistory(session_, NamedId("project", "1"));
  ASSERT_EQ(history->size(), 2u);
  EXPECT_EQ(history->front().version, 1);
  EXPECT_EQ(history->back().recorded_at, clock_.Now());
}

TEST_F(ChangeSetTest, AThousandVersionsAreOneSet) {
  std::vector<Version> versions;
  for (int i = 0; i < 1000; ++i) versions.push_back(ProjectVersion(i, 1, std::to_string(i)));
  Commit(versions);
  NumberAll();
  const std::vector<Change> changes = Feed();
  ASSERT_EQ(changes.size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(changes[static_cast<size_t>(i)].body, std::to_string(i));
}

// The state of one resource by hand: of what was recorded by then and holds on the day, the latest day's newest.
struct Fact {
  int64_t version;
  Date effective_on;
  Timestamp recorded_at;
};
std::optional<int64_t> Model(const std::vector<Fact>& facts, Date as_of, Timestamp known_at) {
  std::optional<Fact> best;
  for (const Fact& fact : facts) {
    if (fact.recorded_at > known_at || fact.effective_on > as_of) continue;
    if (!best || std::pair(fact.effective_on, fact.version) > std::pair(best->effective_on, best->version)) best = fact;
  }
  if (!best) return std::nullopt;
  return best->version;
}

TEST_F(ChangeSetTest, ThePastIsAsTheModelSaysForRandomHistories) {
  std::mt19937 random(20220420);
  const auto below = [&](int bound) { return static_cast<int>(random() % static_cast<unsigned>(bound)); };
  const Date first_day = *Date::Parse("2022-01-01");
  const Timestamp begin = clock_.Now();
  constexpr int kProjects = 6;
  std::vector<std::vector<Fact>> facts(kProjects);
  for (int step = 0; step < 120; ++step) {
    std::vector<Version> versions;
    const int count = 1 + below(3), start = below(kProjects);
    for (int i = 0; i < count; ++i) {
      const int project = (start + i) % kProjects;
      const auto version = static_cast<int64_t>(facts[static_cast<size_t>(project)].size()) + 1;
      const Date day = first_day.AddDays(below(30));
      versions.push_back(ProjectVersion(project, version, std::to_string(version), day.ToString().c_str()));
      facts[static_cast<size_t>(project)].push_back({version, day, clock_.Now()});
    }
    Commit(versions);
    NumberAll();
    if (below(3) > 0) clock_.Advance(seconds(1 + below(50)));
  }
  for (int probe = 0; probe < 1500; ++probe) {
    const int project = below(kProjects);
    const Date as_of = first_day.AddDays(below(34) - 2);
    const int64_t span = clock_.Now().micros - begin.micros;
    const Timestamp known_at{begin.micros - kSecond + static_cast<int64_t>(random() % static_cast<uint64_t>(span))};
    const auto found = LoadAsOf(session_, NamedId("project", std::to_string(project)), as_of, known_at);
    const auto expected = Model(facts[static_cast<size_t>(project)], as_of, known_at);
    ASSERT_EQ(found.ok(), expected.has_value()) << found.status();
    if (expected) {
      ASSERT_EQ(found->version, *expected);
    }
  }
}

TEST_F(ChangeSetTest, PlansAreMadeFromWhatHasComeAndNotFromBeforeAnImport) {
  EXPECT_EQ(testing::LateStatistics(session_), "");
  std::vector<Version> versions;
  for (int project = 0; project < 2000; ++project) versions.push_back(ProjectVersion(project, 1, "a"));
  Commit(versions);
  EXPECT_GT(Number("SELECT cardinality FROM information_schema.statistics WHERE table_schema = DATABASE() AND "
                   "table_name = 'resource_version' AND index_name = 'PRIMARY' AND seq_in_index = 1"),
            500);
}

}  // namespace
}  // namespace yaoshi::feed

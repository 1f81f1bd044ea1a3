// Change sets that are staged in chunks: nobody sees them before their commit, everybody all of them after it.
#include <gtest/gtest.h>

#include "common/db/status.h"
#include "common/feed/feed_testing.h"
#include "common/feed/transact.h"
#include "common/status/status.h"

namespace yaoshi::feed {
namespace {

class StagedSetTest : public FeedTest {
 protected:
  StagedSetTest() {
    EXPECT_TRUE(session_
                    .Run("CREATE TABLE side (id INT NOT NULL PRIMARY KEY, change_set_id BINARY(16) NOT NULL, "
                         "KEY by_change_set (change_set_id))")
                    .ok());
  }
  Timestamp Lease() const { return Timestamp{clock_.Now().micros + 30 * kSecond}; }
  Uuid Begin() {
    const Uuid id = Uuid::New(clock_);
    EXPECT_TRUE(Run([&](db::Session& tx) { return BeginStaged(tx, id, kAuthor, clock_.Now(), Lease()); }).ok());
    return id;
  }
  absl::Status Stage(const Uuid& set, const std::vector<Version>& versions) {
    return Run([&](db::Session& tx) { return StageChunk(tx, set, Lease(), versions); });
  }
  absl::Status CommitSet(const Uuid& set) {
    return Run([&](db::Session& tx) { return CommitStaged(tx, set).status(); });
  }
  absl::Status Run(const std::function<absl::Status(db::Session&)>& body) {
    return db::RunTransaction(session_, Soon(), body);
  }
  void DiscardAll(const Uuid& set) {
    for (bool gone = false; !gone;) {
      ASSERT_TRUE(Run([&](db::Session& tx) -> absl::Status {
                    ASSIGN_OR_RETURN(gone, DiscardStaged(tx, set, {"side"}));
                    return absl::OkStatus();
                  }).ok());
    }
  }
  // A writer as a handler would be.
  absl::Status WriteOne(Replica& replica, const Version& version) {
    TestCall call(&session_);
    Writer writer(replica.engine);
    return writer
        .TransactBytes(call.call, {},
                       [&](Tx& tx) -> absl::StatusOr<std::string> {
                         tx.Put(version);
                         return "";
                       })
        .status();
  }
};

TEST_F(StagedSetTest, ASetThatIsNotThereIsGone) {
  const Uuid nobody = Uuid::New(clock_);
  EXPECT_EQ(ReasonOf(Stage(nobody, {ProjectVersion(1, 1, "a")})), "CHANGE_SET_GONE");
  EXPECT_EQ(ReasonOf(CommitSet(nobody)), "CHANGE_SET_GONE");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM resource_version"), 0);
}

TEST_F(StagedSetTest, ACommittedSetTakesNothingAndIsNotCommittedTwice) {
  const Uuid set = Begin();
  ASSERT_TRUE(Stage(set, {ProjectVersion(1, 1, "a")}).ok());
  ASSERT_TRUE(CommitSet(set).ok());
  EXPECT_EQ(ReasonOf(Stage(set, {ProjectVersion(2, 1, "a")})), "CHANGE_SET_GONE");
  EXPECT_EQ(ReasonOf(CommitSet(set)), "CHANGE_SET_GONE");
  DiscardAll(set);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM resource_version"), 1) << "a committed set was discarded";
}

TEST_F(StagedSetTest, NobodySeesItBeforeAndEverybodyAllOfItAfterItsCommit) {
  constexpr int kItems = 5000;
  Commit({ProjectVersion(0, 1, "before")});
  Replica replica(database_.options(), clock_);
  ASSERT_TRUE(replica.engine.Load(session_).ok());
  replica.engine.Start();
  ASSERT_TRUE(replica.engine.Sync(Soon()).ok());
  const Uuid set = Begin();
  for (int begin = 0; begin < kItems; begin += 1000) {
    std::vector<Version> chunk;
    for (int i = begin; i < begin + 1000; ++i) chunk.push_back(ProjectVersion(i, i == 0 ? 2 : 1, "after"));
    ASSERT_TRUE(Stage(set, chunk).ok());
  }
  ASSERT_TRUE(replica.engine.Sync(Soon()).ok());
  EXPECT_EQ(replica.memory.size(), 1u);
  EXPECT_EQ(Feed().size(), 1u);
  EXPECT_EQ(LoadLatest(session_, NamedId("project", "0"))->body, "before");
  EXPECT_FALSE(LoadAsOf(session_, NamedId("project", "1"), *Date::Parse("2030-01-01"), Lease()).ok());
  EXPECT_TRUE(LoadHistory(session_, NamedId("project", "1"))->empty());
  EXPECT_TRUE(*IsStaged(session_, NamedId("project", "1")));

  ASSERT_TRUE(CommitSet(set).ok());
  ASSERT_TRUE(replica.engine.Sync(Soon()).ok());
  EXPECT_EQ(replica.memory.size(), static_cast<size_t>(kItems));
  EXPECT_EQ(replica.memory.calls().back(), static_cast<size_t>(kItems)) << "the set came in pieces";
  EXPECT_EQ(replica.engine.applied_sequence(), kItems + 1);
  EXPECT_EQ(LoadLatest(session_, NamedId("project", "0"))->body, "after");
  EXPECT_FALSE(*IsStaged(session_, NamedId("project", "1")));
  EXPECT_EQ(VerifyChain(session_, 1)->explanation, "");
}

TEST_F(StagedSetTest, ASetWithNothingInItLeavesNoTraceAndStopsNobody) {
  const Uuid empty = Begin();
  absl::StatusOr<bool> changed = true;
  ASSERT_TRUE(Run([&](db::Session& tx) { return (changed = CommitStaged(tx, empty)).status(); }).ok());
  EXPECT_FALSE(*changed);
  Commit({ProjectVersion(1, 1, "a")});
  Commit({ProjectVersion(2, 1, "a")});
  NumberAll();
  EXPECT_EQ(Feed().size(), 2u);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM change_set"), 2);
}

TEST_F(StagedSetTest, DiscardingLeavesNothing) {
  const Uuid set = Begin();
  for (int begin = 0; begin < 2500; begin += 500) {
    std::vector<Version> chunk;
    for (int i = begin; i < begin + 500; ++i) chunk.push_back(ProjectVersion(i, 1, "a"));
    ASSERT_TRUE(Stage(set, chunk).ok());
    for (int i = begin; i < begin + 500; i += 100) {
      ASSERT_TRUE(session_.Execute("INSERT INTO side (id, change_set_id) VALUES (?, ?)", {i, set}).ok());
    }
  }
  bool gone = true;
  ASSERT_TRUE(Run([&](db::Session& tx) -> absl::Status {
                ASSIGN_OR_RETURN(gone, DiscardStaged(tx, set, {"side"}));
                return absl::OkStatus();
              }).ok());
  EXPECT_FALSE(gone) << "more rows than a transaction may have went at once";
  EXPECT_EQ(ReasonOf(Stage(set, {ProjectVersion(9000, 1, "late")})), "CHANGE_SET_GONE");
  EXPECT_EQ(ReasonOf(CommitSet(set)), "CHANGE_SET_GONE");
  DiscardAll(set);
  for (const char* table : {"side", "resource_version", "change_set", "outbox"}) {
    EXPECT_EQ(Number(fmt::format("SELECT COUNT(*) FROM {}", table)), 0) << table;
  }
}

TEST_F(StagedSetTest, TheEngineDiscardsWhatNobodyWorksOn) {
  const Uuid dead = Begin();
  ASSERT_TRUE(Stage(dead, {ProjectVersion(1, 1, "a")}).ok());
  ASSERT_TRUE(session_.Execute("INSERT INTO side (id, change_set_id) VALUES (1, ?)", {dead}).ok());
  clock_.Advance(seconds(31));
  const Uuid alive = Begin();
  ASSERT_TRUE(Stage(alive, {ProjectVersion(2, 1, "a")}).ok());
  Replica replica(database_.options(), clock_, {"side"});
  ASSERT_TRUE(replica.engine.Load(session_).ok());
  replica.engine.Start();
  Await([&] { return Number("SELECT COUNT(*) FROM change_set") == 1; });
  EXPECT_EQ(Number("SELECT COUNT(*) FROM side"), 0);
  EXPECT_EQ(ReasonOf(Stage(dead, {ProjectVersion(3, 1, "late")})), "CHANGE_SET_GONE");
  EXPECT_TRUE(Stage(alive, {ProjectVersion(3, 1, "a")}).ok());
  EXPECT_TRUE(CommitSet(alive).ok());
}

TEST_F(StagedSetTest, ASingleWriterWaitsForTheSetAndWritesAfterItsDiscard) {
  Replica replica(database_.options(), clock_);
  ASSERT_TRUE(replica.engine.Load(session_).ok());
  Commit({ProjectVersion(1, 1, "a")});
  const Uuid set = Begin();
  ASSERT_TRUE(Stage(set, {ProjectVersion(1, 2, "staged"), ProjectVersion(2, 1, "staged")}).ok());
  for (const Version& version : {ProjectVersion(1, 2, "single"), ProjectVersion(2, 1, "single")}) {
    const absl::Status busy = WriteOne(replica, version);
    EXPECT_EQ(ReasonOf(busy), "CHANGE_IN_PROGRESS") << busy;
    EXPECT_EQ(busy.code(), absl::StatusCode::kAborted);
  }
  DiscardAll(set);
  EXPECT_TRUE(WriteOne(replica, ProjectVersion(1, 2, "single")).ok());
  EXPECT_EQ(ReasonOf(WriteOne(replica, ProjectVersion(1, 2, "late"))), "ETAG_MISMATCH");
  EXPECT_EQ(LoadLatest(session_, NamedId("project", "1"))->body, "single");
}

TEST_F(StagedSetTest, OfTwoSetsWithOneResourceTheSecondIsRefused) {
  const Uuid first = Begin(), second = Begin();
  ASSERT_TRUE(Stage(first, {ProjectVersion(1, 1, "first")}).ok());
  const absl::Status refused = Stage(second, {ProjectVersion(2, 1, "second"), ProjectVersion(1, 1, "second")});
  EXPECT_EQ(db::FailureOf(refused), db::Failure::kDuplicate);
  EXPECT_TRUE(Stage(second, {ProjectVersion(3, 1, "second")}).ok()) << "the refused chunk counted";
  ASSERT_TRUE(CommitSet(first).ok());
  ASSERT_TRUE(CommitSet(second).ok());
  NumberAll();
  EXPECT_EQ(Feed().size(), 2u);
  EXPECT_EQ(VerifyChain(session_, 1)->explanation, "");
}

}  // namespace
}  // namespace yaoshi::feed

// The order and the chain that the sequencer makes, and what its verifier finds.
#include "common/feed/sequencer.h"

#include <gtest/gtest.h>

#include "common/feed/feed_testing.h"
#include "common/status/status.h"

namespace yaoshi::feed {
namespace {

class SequencerTest : public FeedTest {
 protected:
  // Ten sets of one or two changes: sequences 1 to 15.
  void MakeHistory() {
    for (int i = 0; i < 10; ++i) {
      std::vector<Version> versions{ProjectVersion(i, 1, "body " + std::to_string(i))};
      if (i % 2 == 0) versions.push_back(ProjectVersion(100 + i, 1, "other"));
      Commit(versions);
      NumberAll();
    }
    ASSERT_EQ(Number("SELECT next_sequence FROM feed_head"), 16);
    const auto whole = VerifyChain(session_, 1);
    ASSERT_TRUE(whole.ok()) << whole.status();
    ASSERT_EQ(whole->broken_at, 0) << whole->explanation;
    ASSERT_EQ(whole->verified, 15);
  }
  // After `forgery`, the chain breaks at the set that begins at `sequence`.
  void ExpectFound(std::string_view forgery, int64_t sequence, const db::Values& values = {}) {
    const auto done = session_.Execute(forgery, values);
    ASSERT_TRUE(done.ok()) << done.status();
    ASSERT_GE(*done, 1);
    const auto found = VerifyChain(session_, 1);
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(found->broken_at, sequence) << found->explanation;
    EXPECT_NE(found->explanation, "");
  }
  Uuid SetAt(int64_t sequence) {
    auto rows = session_.Query("SELECT change_set_id FROM feed WHERE first_sequence = ?", {sequence});
    EXPECT_TRUE(rows.ok() && rows->Next());
    return rows->Id(1);
  }
};

TEST_F(SequencerTest, AChangedBodyIsFound) {
  MakeHistory();
  ExpectFound("UPDATE resource_version SET body = 'forged' WHERE name = ?", 6, {ProjectVersion(3, 1, "").name});
}
TEST_F(SequencerTest, AChangedReasonIsFound) {
  MakeHistory();
  ExpectFound("UPDATE change_set SET reason = 'forged' WHERE id = ?", 7, {SetAt(7)});
}
TEST_F(SequencerTest, AChangedAccountTimeOrEffectiveDateIsFound) {
  MakeHistory();
  ExpectFound("UPDATE resource_version SET effective_on = '2022-04-19' WHERE name = ?", 13,
              {ProjectVersion(8, 1, "").name});
  ExpectFound("UPDATE feed SET recorded_at = '2022-04-20 00:00:01' WHERE first_sequence = 10", 10);
  ExpectFound("UPDATE change_set SET account = 'nobody' WHERE id = ?", 4, {SetAt(4)});
}
TEST_F(SequencerTest, ADeletedChangeSetIsFound) {
  MakeHistory();
  ExpectFound("DELETE FROM change_set WHERE id = ?", 7, {SetAt(7)});
}
TEST_F(SequencerTest, ADeletedSetWithItsVersionsAndItsNumberIsFound) {
  MakeHistory();
  const Uuid set = SetAt(7);
  for (const char* sql :
       {"DELETE FROM change_set WHERE id = ?", "DELETE FROM resource_version WHERE change_set_id = ?"}) {
    ASSERT_TRUE(session_.Execute(sql, {set}).ok());
  }
  ExpectFound("DELETE FROM feed WHERE change_set_id = ?", 7, {set});
}
TEST_F(SequencerTest, ADeletedEndIsFound) {
  MakeHistory();
  ExpectFound("DELETE FROM feed WHERE first_sequence > 12", 13);
}
TEST_F(SequencerTest, ADeletedBeginningIsFound) {
  MakeHistory();
  ExpectFound("DELETE FROM feed WHERE first_sequence < 3", 1);
}
TEST_F(SequencerTest, AVersionMovedToAnotherSetIsFound) {
  MakeHistory();
  ExpectFound("UPDATE resource_version SET change_set_id = ?, item = 9 WHERE name = ?", 1,
              {SetAt(4), ProjectVersion(100, 1, "").name});
}
TEST_F(SequencerTest, SwappedVersionsAreFound) {
  MakeHistory();
  ASSERT_TRUE(
      session_.Execute("UPDATE resource_version SET version = 7 WHERE name = ?", {ProjectVersion(1, 1, "").name}).ok());
  ExpectFound("UPDATE resource_version SET id = ? WHERE name = ?", 3,
              {NamedId("project", "5"), ProjectVersion(1, 1, "").name});
}
TEST_F(SequencerTest, VerifiesFromTheMiddle) {
  MakeHistory();
  EXPECT_EQ(VerifyChain(session_, 8)->verified, 9);  // From the set that holds 8: 7 and 8.
  EXPECT_EQ(VerifyChain(session_, 16)->broken_at, 0);
  EXPECT_EQ(VerifyChain(session_, 99)->broken_at, 0);
}
TEST_F(SequencerTest, NothingVerifiesToo) {
  EXPECT_EQ(VerifyChain(session_, 1)->verified, 0);
  EXPECT_EQ(VerifyChain(session_, 1)->broken_at, 0);
}

TEST_F(SequencerTest, RecordTimesDoNotGoBackWithTheClock) {
  Commit({ProjectVersion(1, 1, "a")});
  NumberAll();
  const Timestamp before = clock_.Now();
  clock_.Set(Timestamp{before.micros - 3600 * kSecond});
  Commit({ProjectVersion(1, 2, "a")});
  NumberAll();
  EXPECT_EQ(Feed().back().recorded_at, before);
}

// Writers whose clocks are minutes apart make ids that lie the wrong way round.
TEST_F(SequencerTest, ClocksApartDoNotTurnVersionsRound) {
  const auto write = [&](int64_t version, int minutes_back) {
    std::string id = Uuid::New(SystemClock()).ToBytes();
    const uint64_t millis = 1'650'412'800'000u - static_cast<uint64_t>(minutes_back) * 60'000u;
    for (int i = 0; i < 6; ++i) id[static_cast<size_t>(i)] = static_cast<char>(millis >> (40 - 8 * i));
    const absl::Status written = db::RunTransaction(session_, Soon(), [&](db::Session& tx) {
      return Write(tx, *Uuid::FromBytes(id), kAuthor, clock_.Now(),
                   {ProjectVersion(1, version, "a"), ProjectVersion(2, version, "a")});
    });
    ASSERT_TRUE(written.ok()) << written;
  };
  // Every version's id is smaller than the one before it, and more of them wait than one round numbers.
  for (int i = 1; i <= 450; ++i) write(i, i);
  EXPECT_EQ(*NumberPending(session_, clock_), kNumberedAtOnce);
  NumberAll();
  const std::vector<Change> changes = Feed();
  ASSERT_EQ(changes.size(), 900u);
  for (size_t i = 0; i < changes.size(); ++i) {
    ASSERT_EQ(changes[i].sequence, static_cast<int64_t>(i) + 1);
    ASSERT_EQ(changes[i].version, static_cast<int64_t>(i / 2) + 1);
  }
  EXPECT_EQ(VerifyChain(session_, 1)->broken_at, 0);
}

TEST_F(SequencerTest, ReadsPagesFromAnywhereWithoutGapOrDouble) {
  std::vector<Version> large;
  for (int i = 0; i < 2300; ++i) large.push_back(ProjectVersion(i, 1, std::to_string(i)));
  Commit({ProjectVersion(5000, 1, "a")});
  Commit(std::vector<Version>(large.begin(), large.begin() + 900));
  for (int i = 900; i < 960; ++i) Commit({large[static_cast<size_t>(i)]});
  NumberAll();
  const std::vector<Change> all = Feed();
  ASSERT_EQ(all.size(), 961u);
  for (const size_t limit : {1u, 7u, 50u, 1000u}) {
    for (int64_t after :
         {int64_t{0}, int64_t{1}, int64_t{450}, int64_t{900}, int64_t{901}, int64_t{905}, int64_t{961}}) {
      const auto page = ReadPage(session_, after, limit);
      ASSERT_TRUE(page.ok()) << page.status();
      const auto expected = std::min<int64_t>({static_cast<int64_t>(limit), 961 - after});
      ASSERT_GE(static_cast<int64_t>(page->size()), std::min<int64_t>(expected, 1));
      ASSERT_LE(static_cast<int64_t>(page->size()), expected);
      for (size_t i = 0; i < page->size(); ++i) {
        ASSERT_EQ((*page)[i].sequence, after + static_cast<int64_t>(i) + 1);
        ASSERT_EQ((*page)[i].body, all[static_cast<size_t>(after) + i].body);
      }
    }
  }
}

TEST_F(SequencerTest, AMissingChangeIsDataLossNotASilentGap) {
  MakeHistory();
  ASSERT_TRUE(session_.Execute("DELETE FROM resource_version WHERE name = ?", {ProjectVersion(3, 1, "").name}).ok());
  EXPECT_EQ(ReasonOf(ReadFeed(session_, 0, 100).status()), "FEED_BROKEN");
  EXPECT_EQ(ReasonOf(ReadPage(session_, 5, 1).status()), "FEED_BROKEN");
}

}  // namespace
}  // namespace yaoshi::feed

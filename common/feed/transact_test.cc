#include "common/feed/transact.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "common/db/status.h"
#include "common/feed/feed_testing.h"
#include "common/status/status.h"
#include "yaoshi/common/v1/change_feed.pb.h"

namespace yaoshi::feed {
namespace {

using common::v1::ListChangesRequest;
using Body = std::function<absl::StatusOr<std::string>(Tx&)>;

class TransactTest : public FeedTest {
 protected:
  TransactTest() : replica_(database_.options(), clock_), writer_(replica_.engine) {
    EXPECT_TRUE(replica_.engine.Load(session_).ok());
    replica_.engine.Start();
  }
  static Body Put(Version version, std::string reply = "reply") {
    return [version = std::move(version), reply = std::move(reply)](Tx& tx) -> absl::StatusOr<std::string> {
      tx.Put(version);
      return reply;
    };
  }

  Replica replica_;
  Writer writer_;
};

TEST_F(TransactTest, AStaleEtagIsToldTheCurrentOne) {
  for (int64_t version : {1, 2, 3}) Commit({ProjectVersion(1, version, "a")});
  TestCall late(&session_);
  const absl::Status status = writer_.TransactBytes(late.call, {}, Put(ProjectVersion(1, 2, "mine"))).status();
  EXPECT_EQ(ReasonOf(status), "ETAG_MISMATCH");
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(MetadataOf(status, "etag"), "3");
  EXPECT_EQ(late.call.consistency_token(), "");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM idempotency"), 0);
}

TEST_F(TransactTest, ARequestIdOfAnotherRequestIsRefused) {
  ListChangesRequest one, other;
  one.set_after_sequence(1);
  other.set_after_sequence(2);
  TestCall first(&session_, "r1", &one), second(&session_, "r1", &other);
  ASSERT_TRUE(writer_.TransactBytes(first.call, {}, Put(ProjectVersion(1, 1, "a"))).ok());
  EXPECT_EQ(ReasonOf(writer_.TransactBytes(second.call, {}, Put(ProjectVersion(2, 1, "a"))).status()),
            "REQUEST_ID_REUSED");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM resource_version"), 1);
}

TEST_F(TransactTest, ARepeatGetsTheReplyAndTheTokenOfTheFirst) {
  TestCall first(&session_, "r1"), again(&session_, "r1"), asked(&session_, "r1"), fresh(&session_, "r2");
  ASSERT_EQ(*writer_.TransactBytes(first.call, {}, Put(ProjectVersion(1, 1, "a"), "one")), "one");
  EXPECT_NE(first.call.consistency_token(), "");
  EXPECT_EQ(*writer_.TransactBytes(again.call, {}, Put(ProjectVersion(1, 1, "a"), "two")), "one");
  EXPECT_EQ(again.call.consistency_token(), first.call.consistency_token());
  EXPECT_EQ(writer_.ReplayBytes(asked.call)->value_or(""), "one");
  EXPECT_EQ(asked.call.consistency_token(), first.call.consistency_token());
  EXPECT_FALSE(writer_.ReplayBytes(fresh.call)->has_value());
  EXPECT_EQ(Number("SELECT COUNT(*) FROM change_set"), 1);
}

TEST_F(TransactTest, ValidateOnlyDoesAllButTheWriting) {
  TestCall call(&session_, "r1");
  EXPECT_EQ(*writer_.TransactBytes(call.call, {.validate_only = true}, Put(ProjectVersion(1, 1, "a"), "one")), "one");
  EXPECT_EQ(call.call.consistency_token(), "");
  EXPECT_FALSE(session_.in_transaction());
  for (const char* table : {"idempotency", "change_set", "resource_version", "outbox"}) {
    EXPECT_EQ(Number(fmt::format("SELECT COUNT(*) FROM {}", table)), 0) << table;
  }
}

TEST_F(TransactTest, AWriteThatChangesNothingHasNoToken) {
  TestCall call(&session_);
  EXPECT_EQ(*writer_.TransactBytes(call.call, {}, [](Tx&) -> absl::StatusOr<std::string> { return "same"; }), "same");
  EXPECT_EQ(call.call.consistency_token(), "");
}

TEST_F(TransactTest, TheTokenOfAWriteLeadsToIt) {
  TestCall call(&session_);
  ASSERT_TRUE(writer_.TransactBytes(call.call, {.reason = "更正"}, Put(ProjectVersion(1, 1, "a"))).ok());
  std::atomic<bool> there = false;
  replica_.engine.WaitForToken(call.call.consistency_token(), Soon(), [&](const absl::Status& status) {
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(replica_.memory.size(), 1u);
    there = true;
  });
  Await([&] { return there.load(); });
  const std::vector<Change> changes = Feed();
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].author.reason, "更正");
  EXPECT_EQ(changes[0].author.account, "office");
  EXPECT_EQ(changes[0].change_set.ToString(), call.call.consistency_token());
}

TEST_F(TransactTest, SixteenAtOnceWithOneRequestIdMakeOneChange) {
  absl::Mutex mutex;
  std::set<std::string> replies, tokens;
  InThreads(16, [&](int thread) {
    db::Session session(database_.options());
    TestCall call(&session, "one");
    const auto reply =
        writer_.TransactBytes(call.call, {}, Put(ProjectVersion(thread, 1, "a"), std::to_string(thread)));
    ASSERT_TRUE(reply.ok()) << reply.status();
    absl::MutexLock lock(&mutex);
    replies.insert(*reply);
    tokens.insert(call.call.consistency_token());
  });
  EXPECT_EQ(replies.size(), 1u);
  EXPECT_EQ(tokens.size(), 1u);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM resource_version"), 1);
}

TEST_F(TransactTest, OfSixteenWritersOfOneVersionOneWins) {
  Commit({ProjectVersion(1, 1, "a")});
  std::atomic<int> won = 0, lost = 0;
  InThreads(16, [&](int) {
    db::Session session(database_.options());
    TestCall call(&session);
    const absl::Status status = writer_.TransactBytes(call.call, {}, Put(ProjectVersion(1, 2, "b"))).status();
    if (status.ok()) {
      ++won;
    } else if (ReasonOf(status) == "ETAG_MISMATCH" && MetadataOf(status, "etag") == "2") {
      ++lost;
    }
  });
  EXPECT_EQ(won, 1);
  EXPECT_EQ(lost, 15);
}

TEST_F(TransactTest, TheBodysOwnErrorUndoesWhatItDid) {
  TestCall call(&session_);
  const auto refused = writer_.TransactBytes(call.call, {}, [&](Tx& tx) -> absl::StatusOr<std::string> {
    RETURN_IF_ERROR(
        tx.session().Execute("INSERT INTO outbox (change_set_id) VALUES (?)", {Uuid::New(clock_)}).status());
    tx.Put(ProjectVersion(1, 1, "a"));
    return Error(absl::StatusCode::kFailedPrecondition, "STAGE_SKIPPED", "Take the stage before first.");
  });
  EXPECT_EQ(ReasonOf(refused.status()), "STAGE_SKIPPED");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM outbox") + Number("SELECT COUNT(*) FROM resource_version"), 0);
}

}  // namespace
}  // namespace yaoshi::feed

// Staging over a connection that breaks.
#include "services/registry/staged_set.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "common/db/commit_cutter.h"
#include "common/db/write.h"
#include "services/registry/testing/registry_server.h"

namespace yaoshi::registry {
namespace {

using db::CommitCutter;

class StagedSetTest : public ::testing::Test {
 protected:
  static db::Options Through(const CommitCutter& cutter, db::Options options) {
    options.socket = cutter.path();
    return options;
  }
  // More than one chunk.
  static Batch Orders(const std::string& list) {
    Batch batch;
    for (int i = 0; i < 300; ++i) {
      const Uuid id = Uuid::New(SystemClock());
      batch.others.push_back({"adjustment", id, fmt::format("{}/adjustments/{}", list, id.ToString()), 1,
                              *Date::Parse("2022-04-20"), "621100", "order"});
    }
    return batch;
  }
  int64_t Staged(const Uuid& set) { return feed::StagedItems(server_.session(), set).value_or(-1); }

  testing::RegistryServer server_;
  CommitCutter cutter_{server_.database().socket};
  db::Session session_{Through(cutter_, server_.database())};
  feed::StagedSet set_{session_, SystemClock(), {"city", "", "test", ""}, kSideTables};
};

TEST_F(StagedSetTest, AChunkWhoseCommitWasLostIsNotStagedTwice) {
  cutter_.CutNext(CommitCutter::Cut::kAfterCommit);
  ASSERT_TRUE(set_.Begin().ok());
  cutter_.CutNext(CommitCutter::Cut::kAfterCommit, 2);
  const absl::Status added = Stage(set_, Orders("lists/lost"));
  EXPECT_TRUE(added.ok()) << added;
  EXPECT_EQ(Staged(set_.id()), 300);
}

TEST_F(StagedSetTest, AChunkThatTheServerNeverCommittedIsStagedAgain) {
  ASSERT_TRUE(set_.Begin().ok());
  cutter_.CutNext(CommitCutter::Cut::kBeforeCommit, 2);
  const absl::Status added = Stage(set_, Orders("lists/never"));
  EXPECT_TRUE(added.ok()) << added;
  EXPECT_EQ(Staged(set_.id()), 300);
}

}  // namespace
}  // namespace yaoshi::registry

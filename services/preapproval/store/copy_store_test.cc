// Copies of registry's resources: nothing twice, nothing half, registry's own record time.
#include "services/preapproval/store/copy_store.h"

#include <gtest/gtest.h>

#include "common/testing/test_database.h"
#include "services/preapproval/convert.h"
#include "services/preapproval/testing/preapproval_server.h"

namespace yaoshi::preapproval::testing {
namespace {

class CopyStoreTest : public ::testing::Test {
 protected:
  static PreapprovalServer& server() {
    static PreapprovalServer server;
    return server;
  }
  static db::Session& session() { return server().session(); }

  static common::v1::Change ChangeOf(const registry::v1::Project& project, int64_t version) {
    common::v1::Change change = testing::ChangeOf(project);
    change.set_version(version);
    change.set_record_time("2021-01-05T01:02:03.000000Z");
    return change;
  }
  static absl::StatusOr<bool> Save(const std::vector<common::v1::Change>& changes, const ProjectsCopied& copied = {}) {
    const CopyCursor from = Must(LoadCursor(session()));
    return SaveCopies(session(), server().now(), from, {from.sequence + 10, server().now()}, changes, copied);
  }
  static size_t VersionsOf(const std::string& name) {
    return Must(feed::LoadHistory(session(), CopyId("project_copy", name))).size();
  }
};

TEST_F(CopyStoreTest, ACopyKeepsTheRecordTimeOfTheRegistry) {
  const auto project = NewProject("通渭县引洮供水");
  EXPECT_TRUE(Must(Save({ChangeOf(project, 1)})));
  const auto latest = Must(feed::LoadLatest(session(), CopyId("project_copy", project.name())));
  EXPECT_EQ(latest.author.account, "registry");
  const ProjectCopy copy = Must(ProjectCopyOf(latest));
  auto rows = Must(session().Query("SELECT known_at, region FROM project_copy WHERE project_id = ?", {copy.id}));
  ASSERT_TRUE(rows.Next());
  EXPECT_EQ(rows.Time(1).ToString(), "2021-01-05T01:02:03.000000Z");
  EXPECT_EQ(rows.Text(2), "621122");
}

TEST_F(CopyStoreTest, PlansAreMadeFromWhatHasCome) {
  EXPECT_EQ(yaoshi::testing::LateStatistics(session()), "");
}

TEST_F(CopyStoreTest, OfTwoReplicasOneCopies) {
  const auto project = NewProject("漳县旅游公路");
  const CopyCursor seen = Must(LoadCursor(session()));
  EXPECT_TRUE(Must(Save({ChangeOf(project, 1)})));
  EXPECT_FALSE(Must(
      SaveCopies(session(), server().now(), seen, {seen.sequence + 20, server().now()}, {{ChangeOf(project, 1)}}, {})));
  EXPECT_EQ(Must(LoadCursor(session())).sequence, seen.sequence + 10);
  EXPECT_EQ(VersionsOf(project.name()), 1u);
}

TEST_F(CopyStoreTest, WhatIsHereAlreadyIsNotCopiedAgain) {
  const auto project = NewProject("岷县标准厂房");
  EXPECT_TRUE(Must(Save({ChangeOf(project, 1)})));
  EXPECT_TRUE(Must(Save({ChangeOf(project, 1), ChangeOf(project, 2)})));
  EXPECT_EQ(VersionsOf(project.name()), 2u);
}

TEST_F(CopyStoreTest, WhenWhatFollowsFailsNothingIsCopied) {
  const auto project = NewProject("渭源县污水处理");
  const CopyCursor before = Must(LoadCursor(session()));
  std::vector<std::string> titles;
  const auto failed = Save({ChangeOf(project, 1)}, [&](feed::Tx&, std::span<const CopiedProject> projects) {
    for (const CopiedProject& copied : projects) titles.push_back(copied.facts.title);
    return absl::InternalError("as in a test");
  });
  EXPECT_EQ(failed.status().message(), "as in a test");
  EXPECT_EQ(titles, std::vector<std::string>{"渭源县污水处理"});
  EXPECT_EQ(Must(LoadCursor(session())).sequence, before.sequence);
  EXPECT_EQ(VersionsOf(project.name()), 0u);
}

TEST_F(CopyStoreTest, HandsOnTheLatestFactsInOrderEachWithWhatWasPlannedBefore) {
  registry::v1::Project project = NewProject("通渭县引洮供水");
  const auto planned = [&](const char* effective_on, const char* start_on, int64_t version) {
    project.set_effective_on(effective_on);
    project.set_planned_start_on(start_on);
    common::v1::Change change = ChangeOf(project, version);
    change.set_reason(std::string("第") + std::to_string(version) + "次");
    return change;
  };
  std::vector<std::string> told;
  const ProjectsCopied tell = [&](feed::Tx&, std::span<const CopiedProject> projects) {
    for (const CopiedProject& one : projects) {
      const auto text = [](const std::optional<Date>& day) { return day ? day->ToString() : "-"; };
      told.push_back(text(one.planned_before) + " " + text(one.facts.planned_start_on) + " " + one.reason);
    }
    return absl::OkStatus();
  };
  Must(Save({planned("2022-01-04", "2022-06-01", 1), planned("2022-03-01", "2022-07-01", 2)}, tell));
  Must(Save({planned("2022-03-01", "2022-08-01", 3), planned("2022-03-01", "", 4)}, tell));
  // A correction of the past, and what it makes of the later state, in two pieces.
  Must(Save({planned("2022-02-01", "2022-05-01", 5)}, tell));
  Must(Save({planned("2022-03-01", "", 6)}, tell));
  EXPECT_EQ(told, (std::vector<std::string>{"2022-06-01 2022-06-01 第1次", "2022-06-01 2022-07-01 第2次",
                                            "2022-07-01 2022-08-01 第3次", "2022-08-01 - 第4次", "- - 第6次"}));
}

TEST_F(CopyStoreTest, AMessageThatIsNoneIsRefused) {
  common::v1::Change change = ChangeOf(NewProject("无"), 1);
  change.set_body("\x0a");
  EXPECT_EQ(ReasonOf(Save({change}).status()), "FEED_BROKEN");
}

}  // namespace
}  // namespace yaoshi::preapproval::testing

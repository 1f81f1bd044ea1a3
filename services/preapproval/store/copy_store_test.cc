// Copies of registry's resources: nothing twice, nothing half, registry's own record time.
#include "services/preapproval/store/copy_store.h"

#include <gtest/gtest.h>

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
    common::v1::Change change;
    change.set_type("project");
    change.set_name(project.name());
    change.set_version(version);
    change.set_region(project.region());
    change.set_effective_on(project.effective_on());
    change.set_record_time("2021-01-05T01:02:03.000000Z");
    change.set_body(project.SerializeAsString());
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
  const auto failed = Save({ChangeOf(project, 1)}, [&](feed::Tx&, std::span<const ProjectCopy> projects) {
    for (const ProjectCopy& copy : projects) titles.push_back(copy.title);
    return absl::InternalError("as in a test");
  });
  EXPECT_EQ(failed.status().message(), "as in a test");
  EXPECT_EQ(titles, std::vector<std::string>{"渭源县污水处理"});
  EXPECT_EQ(Must(LoadCursor(session())).sequence, before.sequence);
  EXPECT_EQ(VersionsOf(project.name()), 0u);
}

TEST_F(CopyStoreTest, AMessageThatIsNoneIsRefused) {
  common::v1::Change change = ChangeOf(NewProject("无"), 1);
  change.set_body("\x0a");
  EXPECT_EQ(ReasonOf(Save({change}).status()), "FEED_BROKEN");
}

}  // namespace
}  // namespace yaoshi::preapproval::testing

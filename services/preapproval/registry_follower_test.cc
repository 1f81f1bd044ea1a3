// Following registry's feed: a feed that is told by the test, cut off, and followed by two replicas.
#include "services/preapproval/registry_follower.h"

#include <gtest/gtest.h>

#include <map>

#include "common/db/write.h"
#include "services/preapproval/case_convert.h"
#include "services/preapproval/case_writer.h"
#include "services/preapproval/store/case_store.h"
#include "services/preapproval/testing/preapproval_server.h"

namespace yaoshi::preapproval::testing {
namespace {

using common::v1::Change;

// Where the schema's copies are: other tests of this process have copied, too.
int64_t CopiedAlready() {
  PreapprovalServer server;
  return Must(LoadCursor(server.session())).sequence;
}

// Registry's feed as far as a follower sees it, which begins with what is not copied yet.
class Feed {
 public:
  Feed() : before_(CopiedAlready()), server_(std::make_unique<rpc::testing::TestServer>(Services())) {}
  ~Feed() { CutOff(); }

  void Tell(const std::vector<registry::v1::Project>& projects) {
    absl::MutexLock lock(&mutex_);
    for (const registry::v1::Project& project : projects) {
      Change change = ChangeOf(project);
      change.set_sequence(before_ + static_cast<int64_t>(changes_.size()) + 1);
      change.set_version(++versions_[project.name()]);
      change.set_record_time("2022-04-19T00:00:00.000000Z");
      changes_.push_back(change);
    }
  }
  // Ends all streams; new ones are answered.
  void CutOff() {
    absl::MutexLock lock(&mutex_);
    ++cuts_;
  }
  int64_t head() const {
    absl::MutexLock lock(&mutex_);
    return before_ + static_cast<int64_t>(changes_.size());
  }
  int subscriptions() const {
    absl::MutexLock lock(&mutex_);
    return subscriptions_;
  }
  std::shared_ptr<rpc::Channel> channel() { return server_->shared_channel(); }
  std::string Token() { return server_->Token(rpc::testing::ServicePrincipal("preapproval")); }

 private:
  std::vector<rpc::BoundService> Services() {
    rpc::ServiceBuilder builder(Change::descriptor()->file()->FindServiceByName("ChangeFeed"));
    builder.Stream("Subscribe", [this](rpc::Call& call, const common::v1::SubscribeRequest& request,
                                       rpc::StreamWriter& writer) { return Subscribe(call, request, writer); });
    builder.Database("ListChanges", [](rpc::Call&, const common::v1::ListChangesRequest&) {
      return absl::StatusOr<common::v1::ListChangesResponse>(absl::UnimplementedError(""));
    });
    builder.Database("VerifyChanges", [](rpc::Call&, const common::v1::VerifyChangesRequest&) {
      return absl::StatusOr<common::v1::VerifyChangesResponse>(absl::UnimplementedError(""));
    });
    std::vector<rpc::BoundService> services;
    services.push_back(builder.Finish());
    return services;
  }
  absl::Status Subscribe(rpc::Call& call, const common::v1::SubscribeRequest& request, rpc::StreamWriter& writer) {
    size_t next = static_cast<size_t>(request.after_sequence() - before_);
    absl::MutexLock lock(&mutex_);
    ++subscriptions_;
    const int cuts = cuts_;
    while (cuts_ == cuts && !call.cancelled()) {
      Change change;
      if (next < changes_.size()) {
        change = changes_[next++];
      } else {
        change.set_head_sequence(before_ + static_cast<int64_t>(changes_.size()));
        const auto more = [&] {
          mutex_.AssertReaderHeld();
          return cuts_ != cuts || next < changes_.size();
        };
        mutex_.AwaitWithTimeout(absl::Condition(&more), absl::Milliseconds(100));
      }
      if (!writer.Write(change)) break;
    }
    return absl::UnavailableError("cut off");
  }

  const int64_t before_;
  mutable absl::Mutex mutex_;
  std::vector<Change> changes_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int64_t> versions_ ABSL_GUARDED_BY(mutex_);
  int cuts_ ABSL_GUARDED_BY(mutex_) = 0;
  int subscriptions_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<rpc::testing::TestServer> server_;
};

std::vector<registry::v1::Project> Projects(int count) {
  std::vector<registry::v1::Project> projects;
  for (int i = 0; i < count; ++i) projects.push_back(NewProject("项目" + std::to_string(i)));
  return projects;
}

// Waits until all that was told is copied; false when that takes too long.
bool Reaches(PreapprovalServer& server, const Feed& feed) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < deadline) {
    if (Must(LoadCursor(server.session())).sequence >= feed.head()) return true;
    server.service().engine().WaitBeyond(server.service().engine().applied_sequence(), std::chrono::milliseconds(50));
  }
  return false;
}

int64_t Copies(PreapprovalServer& server) {
  auto rows = Must(server.session().Query("SELECT COUNT(*) FROM project_copy"));
  rows.Next();
  return rows.Int(1);
}

TEST(RegistryFollowerTest, CopiesAllOnceThroughCutsAndRestartsAndWithTwoReplicas) {
  Feed feed;
  feed.Tell(Projects(450));
  PreapprovalServer one(feed.channel(), feed.Token());
  ASSERT_TRUE(Reaches(one, feed));
  const int64_t before = Copies(one);
  feed.CutOff();
  feed.Tell(Projects(30));
  ASSERT_TRUE(Reaches(one, feed)) << "it subscribes anew by itself";
  EXPECT_GE(feed.subscriptions(), 2);
  one.Restart();
  PreapprovalServer two(feed.channel(), feed.Token());
  for (int round = 0; round < 20; ++round) feed.Tell(Projects(25));
  ASSERT_TRUE(Reaches(one, feed));
  EXPECT_EQ(Copies(one), before + 30 + 500);
  EXPECT_GE(two.service().facts_time().micros, one.now().micros - 86'400'000'000);
}

// What its case says of a project, by its newest version.
Case CaseOf(PreapprovalServer& server, const registry::v1::Project& project) {
  const auto stored = Must(LoadCases(server.session(), {Must(ParseProjectName(project.name(), "name"))}));
  v1::Case proto;
  proto.ParseFromString(stored.at(0).body);
  return FromProto(proto);
}

// Opens a case of each, as if it needed nothing.
void OpenCases(PreapprovalServer& server, const std::vector<registry::v1::Project>& projects) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  const absl::Status opened = db::RunTransaction(server.session(), deadline, [&](db::Session& open) -> absl::Status {
    feed::Tx tx(open, server.now(), Uuid::New(SystemClock()));
    for (const registry::v1::Project& project : projects) {
      Case subject;
      subject.project = Must(ParseProjectName(project.name(), "name"));
      subject.region = project.region();
      subject.template_name = "templates/none";
      subject.opened_on = subject.effective_on = *Date::Parse("2022-01-04");
      RETURN_IF_ERROR(PutCase(tx, subject, {}, "county").status());
    }
    const feed::Author author{.account = "county", .origin = "", .method = "", .reason = ""};
    return feed::Write(open, tx.change_set(), author, server.now(), tx.versions());
  });
  Must(opened);
}

TEST(RegistryFollowerTest, EachStartPlannedAnewIsCountedOnceThroughCutsAndRestartsAndWithTwoReplicas) {
  constexpr int kProjects = 40, kRounds = 12;
  std::vector<registry::v1::Project> projects = Projects(kProjects);
  const Date first = *Date::Parse("2022-06-01");
  for (registry::v1::Project& project : projects) project.set_planned_start_on(first.ToString());
  Feed feed;
  PreapprovalServer one(feed.channel(), feed.Token());
  feed.Tell(projects);
  ASSERT_TRUE(Reaches(one, feed));
  OpenCases(one, projects);
  std::unique_ptr<PreapprovalServer> two;
  for (int round = 1; round <= kRounds; ++round) {
    for (registry::v1::Project& project : projects) project.set_planned_start_on(first.AddDays(round).ToString());
    feed.Tell(projects);
    if (round == 3) feed.CutOff();
    if (round == 5) two = std::make_unique<PreapprovalServer>(feed.channel(), feed.Token());
    if (round == 8) one.Restart();
  }
  ASSERT_TRUE(Reaches(one, feed));
  for (const registry::v1::Project& project : projects) {
    const Case subject = CaseOf(one, project);
    EXPECT_EQ(subject.baselines, kRounds);
    EXPECT_EQ(subject.replan, (Replan{first.AddDays(kRounds - 1), first.AddDays(kRounds), ""}));
  }
}

}  // namespace
}  // namespace yaoshi::preapproval::testing

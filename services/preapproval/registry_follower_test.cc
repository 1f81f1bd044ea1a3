// Following registry's feed: a feed that is told by the test, cut off, and followed by two replicas.
#include "services/preapproval/registry_follower.h"

#include <gtest/gtest.h>

#include "services/preapproval/convert.h"
#include "services/preapproval/testing/preapproval_server.h"

namespace yaoshi::preapproval::testing {
namespace {

using common::v1::Change;

// Registry's feed as far as a follower sees it.
class Feed {
 public:
  Feed() : server_(std::make_unique<rpc::testing::TestServer>(Services())) {}
  ~Feed() { CutOff(); }

  void Tell(const std::vector<registry::v1::Project>& projects) {
    absl::MutexLock lock(&mutex_);
    for (const registry::v1::Project& project : projects) {
      Change change;
      change.set_sequence(static_cast<int64_t>(changes_.size()) + 1);
      change.set_type("project");
      change.set_name(project.name());
      change.set_version(1);
      change.set_region(project.region());
      change.set_effective_on(project.effective_on());
      change.set_record_time("2022-04-19T00:00:00.000000Z");
      change.set_body(project.SerializeAsString());
      changes_.push_back(change);
    }
  }
  // Ends all streams; new ones are answered.
  void CutOff() {
    absl::MutexLock lock(&mutex_);
    ++cuts_;
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
    size_t next = static_cast<size_t>(request.after_sequence());
    absl::MutexLock lock(&mutex_);
    ++subscriptions_;
    const int cuts = cuts_;
    while (cuts_ == cuts && !call.cancelled()) {
      Change change;
      if (next < changes_.size()) {
        change = changes_[next++];
      } else {
        change.set_head_sequence(static_cast<int64_t>(changes_.size()));
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

  mutable absl::Mutex mutex_;
  std::vector<Change> changes_ ABSL_GUARDED_BY(mutex_);
  int cuts_ ABSL_GUARDED_BY(mutex_) = 0;
  int subscriptions_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<rpc::testing::TestServer> server_;
};

std::vector<registry::v1::Project> Projects(int count) {
  std::vector<registry::v1::Project> projects;
  for (int i = 0; i < count; ++i) projects.push_back(NewProject("项目" + std::to_string(i)));
  return projects;
}

// Waits until the cursor is at `sequence`; false when that takes too long.
bool Reaches(PreapprovalServer& server, int64_t sequence) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < deadline) {
    if (Must(LoadCursor(server.session())).sequence >= sequence) return true;
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
  ASSERT_TRUE(Reaches(one, 450));
  const int64_t before = Copies(one);
  feed.CutOff();
  feed.Tell(Projects(30));
  ASSERT_TRUE(Reaches(one, 480)) << "it subscribes anew by itself";
  EXPECT_GE(feed.subscriptions(), 2);
  one.Restart();
  PreapprovalServer two(feed.channel(), feed.Token());
  for (int round = 0; round < 20; ++round) feed.Tell(Projects(25));
  ASSERT_TRUE(Reaches(one, 980));
  EXPECT_EQ(Copies(one), before + 30 + 500);
  EXPECT_GE(two.service().facts_time().micros, one.now().micros - 86'400'000'000);
}

}  // namespace
}  // namespace yaoshi::preapproval::testing

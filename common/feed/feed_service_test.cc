// The ChangeFeed service through a real server: what subscribers and auditors get, and what they do not.
#include "common/feed/feed_service.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>

#include "common/feed/feed_testing.h"
#include "common/feed/sequencer.h"
#include "common/rpc/testing.h"
#include "common/status/status.h"
#include "yaoshi/common/v1/change_feed.pb.h"

namespace yaoshi::feed {
namespace {

namespace v1 = ::yaoshi::common::v1;
using auth::Role;

constexpr char kSubscribe[] = "/yaoshi.common.v1.ChangeFeed/Subscribe";
constexpr char kList[] = "/yaoshi.common.v1.ChangeFeed/ListChanges";
const std::vector<std::string> kTypes = {"project", "entry", "organization"};
constexpr char kVerify[] = "/yaoshi.common.v1.ChangeFeed/VerifyChanges";

// One subscription, read in the background.
class Subscriber {
 public:
  Subscriber(rpc::testing::TestServer& server, const v1::SubscribeRequest& request,
             const auth::Principal& principal = rpc::testing::ServicePrincipal()) {
    rpc::CallOptions options = server.As(principal);
    options.timeout = milliseconds(0);
    handle_ = server.channel().ReadStream(
        kSubscribe, request.SerializeAsString(), options,
        [this](const std::string& bytes) {
          v1::Change change;
          EXPECT_TRUE(change.ParseFromString(bytes));
          absl::MutexLock lock(&mutex_);
          (change.sequence() == 0 ? heartbeats_ : changes_).push_back(std::move(change));
        },
        [this](absl::Status status) {
          absl::MutexLock lock(&mutex_);
          status_ = std::move(status);
          done_ = true;
        });
  }
  ~Subscriber() {
    handle_->Cancel();
    Await([&] { return done(); });
  }
  std::vector<v1::Change> changes() const {
    absl::MutexLock lock(&mutex_);
    return changes_;
  }
  std::vector<v1::Change> heartbeats() const {
    absl::MutexLock lock(&mutex_);
    return heartbeats_;
  }
  bool done() const {
    absl::MutexLock lock(&mutex_);
    return done_;
  }
  absl::Status status() const {
    absl::MutexLock lock(&mutex_);
    return status_;
  }

 private:
  mutable absl::Mutex mutex_;
  std::vector<v1::Change> changes_, heartbeats_;
  absl::Status status_;
  bool done_ = false;
  std::shared_ptr<rpc::CallHandle> handle_;
};

class FeedServiceTest : public FeedTest {
 protected:
  FeedServiceTest() : replica_(database_.options(), clock_) {
    EXPECT_TRUE(replica_.engine.Load(session_).ok());
    replica_.engine.Start();
    rpc::ServerOptions options = rpc::testing::TestServer::DefaultOptions();
    options.workers = 2;
    options.session_factory = [this] { return std::make_shared<db::Session>(database_.options()); };
    options.thread_scope = [] { return std::make_shared<db::ThreadScope>(); };
    std::vector<rpc::BoundService> services;
    services.push_back(BindChangeFeed(replica_.engine, database_.options(), kTypes));
    server_ = std::make_unique<rpc::testing::TestServer>(std::move(services), std::move(options));
  }

  // Sets of three projects in three counties, an entry and an organization: ten sets, fifty changes.
  void MakeHistory() {
    for (int i = 0; i < 10; ++i) {
      std::vector<Version> set;
      for (const char* region : {"621122", "621102", "621121"}) {
        set.push_back(ProjectVersion(static_cast<int>(set.size()), i + 1, "body", "2022-04-20", region));
      }
      for (const char* type : {"entry", "organization"}) {
        Version other = ProjectVersion(50 + static_cast<int>(set.size()), i + 1, "other", "2022-04-20", "621100");
        other.type = type;
        set.push_back(other);
      }
      Commit(set);
    }
    ASSERT_TRUE(replica_.engine.Sync(Soon()).ok());
  }
  template <class Response>
  absl::StatusOr<Response> Ask(const char* method, const google::protobuf::Message& request,
                               Role role = Role::kAuditor) {
    return server_->Call<Response>(rpc::testing::WithRole(role), method, request);
  }
  static v1::SubscribeRequest After(int64_t sequence, std::vector<std::string> types = {}) {
    v1::SubscribeRequest request;
    request.set_after_sequence(sequence);
    for (std::string& type : types) request.add_types(std::move(type));
    return request;
  }

  Replica replica_;
  std::unique_ptr<rpc::testing::TestServer> server_;
};

TEST_F(FeedServiceTest, WhatIsNotAllowedIsRefused) {
  v1::ListChangesRequest list;
  EXPECT_EQ(Ask<v1::ListChangesResponse>(kList, list, Role::kCounty).status().code(),
            absl::StatusCode::kPermissionDenied);
  list.set_after_sequence(-1);
  EXPECT_EQ(ReasonOf(Ask<v1::ListChangesResponse>(kList, list).status()), "INVALID_FIELDS");
  list.set_after_sequence(0);
  list.set_page_size(-1);
  EXPECT_EQ(ReasonOf(Ask<v1::ListChangesResponse>(kList, list).status()), "INVALID_FIELDS");
  v1::VerifyChangesRequest verify;
  verify.set_from_sequence(-1);
  EXPECT_EQ(ReasonOf(Ask<v1::VerifyChangesResponse>(kVerify, verify).status()), "INVALID_FIELDS");

  Subscriber negative(*server_, After(-1)), county(*server_, After(0), rpc::testing::County("621122"));
  Subscriber unknown(*server_, After(0, {"project", "projects"}));
  Await([&] { return negative.done() && county.done() && unknown.done(); });
  ASSERT_EQ(ViolationsOf(unknown.status()).size(), 1);
  EXPECT_EQ(ViolationsOf(unknown.status()).front().field, "types[1]");
  EXPECT_EQ(ReasonOf(negative.status()), "INVALID_FIELDS");
  EXPECT_EQ(county.status().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(FeedServiceTest, ASubscriberGetsAllThatWasAndAllThatComes) {
  MakeHistory();
  Subscriber subscriber(*server_, After(0));
  Await([&] { return subscriber.changes().size() == 50 && !subscriber.heartbeats().empty(); });
  EXPECT_EQ(subscriber.heartbeats().back().head_sequence(), 50);
  Commit({ProjectVersion(90, 1, "new", "2022-05-01", "621122")}, {"li", "192.0.2.9", "m", "开工"});
  replica_.engine.Kick();
  Await([&] { return subscriber.changes().size() == 51; });
  const std::vector<v1::Change> changes = subscriber.changes();
  for (size_t i = 0; i < changes.size(); ++i) ASSERT_EQ(changes[i].sequence(), static_cast<int64_t>(i) + 1);
  const v1::Change& last = changes.back();
  EXPECT_EQ(last.body(), "new");
  EXPECT_EQ(last.effective_on(), "2022-05-01");
  EXPECT_EQ(last.record_time(), clock_.Now().ToString());
  EXPECT_EQ(last.account(), "li");
  EXPECT_EQ(last.reason(), "开工");
  EXPECT_EQ(last.name(), ProjectVersion(90, 1, "").name);
}

TEST_F(FeedServiceTest, ASubscriberResumesFromTheMiddleOfASet) {
  MakeHistory();
  for (const int64_t after : {3, 5, 47, 50}) {
    Subscriber subscriber(*server_, After(after));
    Await([&] { return !subscriber.heartbeats().empty(); });
    const std::vector<v1::Change> changes = subscriber.changes();
    ASSERT_EQ(changes.size(), static_cast<size_t>(50 - after));
    if (!changes.empty()) {
      EXPECT_EQ(changes.front().sequence(), after + 1);
    }
  }
}

TEST_F(FeedServiceTest, ASubscriberGetsOnlyTheTypesItWants) {
  MakeHistory();
  Subscriber subscriber(*server_, After(2, {"entry", "organization"}));
  Await([&] { return !subscriber.heartbeats().empty(); });
  const std::vector<v1::Change> changes = subscriber.changes();
  ASSERT_EQ(changes.size(), 20u);
  for (const v1::Change& change : changes) EXPECT_NE(change.type(), "project");
}

TEST_F(FeedServiceTest, AnIdleSubscriberHearsHeartbeats) {
  Subscriber subscriber(*server_, After(0));
  Await([&] { return subscriber.heartbeats().size() >= 2; });
  EXPECT_TRUE(subscriber.changes().empty());
}

TEST_F(FeedServiceTest, SubscribersAreToldWhenTheReplicaStops) {
  Subscriber subscriber(*server_, After(0));
  Await([&] { return !subscriber.heartbeats().empty(); });
  replica_.engine.Stop();
  Await([&] { return subscriber.done(); });
  EXPECT_EQ(subscriber.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_LT(subscriber.heartbeats().size(), 5u);
}

// No role has the feed for its own region alone today; the handlers would hold to it.
class Collector : public rpc::StreamWriter {
 public:
  explicit Collector(rpc::Call& call) : call_(call) {}
  bool WriteBytes(std::string bytes) override {
    v1::Change change;
    EXPECT_TRUE(change.ParseFromString(bytes));
    if (change.sequence() == 0) call_.Cancel();  // All that is there has come.
    changes.push_back(std::move(change));
    return true;
  }
  std::vector<v1::Change> changes;

 private:
  rpc::Call& call_;
};

rpc::CallInfo CountyCall(const std::string& path) {
  static const std::string permission = "feed.read";
  rpc::CallInfo info;
  info.principal = {"zhang", Role::kCounty, "621122", "", false};
  info.method = &path;
  info.permission = &permission;
  info.reach = auth::Reach::kOwnRegion;
  info.deadline = Soon();
  return info;
}

TEST_F(FeedServiceTest, ACountySeesItsOwnRegionAlone) {
  MakeHistory();
  const rpc::BoundService service = BindChangeFeed(replica_.engine, database_.options(), kTypes);
  for (const rpc::BoundMethod& method : service.methods) {
    rpc::Call call(CountyCall(method.path));
    call.set_session(&session_);
    if (method.path == kSubscribe) {
      Collector collector(call);
      ASSERT_TRUE(method.stream(call, After(0), collector).ok());
      ASSERT_EQ(collector.changes.size(), 11u);
      for (int i = 0; i < 10; ++i) EXPECT_EQ(collector.changes[static_cast<size_t>(i)].region(), "621122");
    } else if (method.path == kList) {
      v1::ListChangesRequest request;
      request.set_page_size(4);
      int seen = 0;
      do {
        v1::ListChangesResponse page;
        ASSERT_TRUE(page.ParseFromString(*method.unary(call, request)));
        for (const v1::Change& change : page.changes()) EXPECT_EQ(change.region(), "621122");
        seen += page.changes_size();
        request.set_after_sequence(page.next_after_sequence());
      } while (request.after_sequence() != 0);
      EXPECT_EQ(seen, 10) << "a page left something out";
    }
  }
}

TEST_F(FeedServiceTest, PagesShowEveryChangeOnce) {
  MakeHistory();
  for (const int size : {1, 3, 10, 49, 50, 51, 0}) {
    v1::ListChangesRequest request;
    request.set_page_size(size);
    int64_t expected = 0;
    do {
      const auto page = Ask<v1::ListChangesResponse>(kList, request);
      ASSERT_TRUE(page.ok()) << page.status();
      ASSERT_LE(page->changes_size(), size == 0 ? 50 : size);
      for (const v1::Change& change : page->changes()) ASSERT_EQ(change.sequence(), ++expected);
      request.set_after_sequence(page->next_after_sequence());
    } while (request.after_sequence() != 0);
    EXPECT_EQ(expected, 50) << "pages of " << size;
  }
}

TEST_F(FeedServiceTest, OneResourcesChangesArePaged) {
  MakeHistory();
  v1::ListChangesRequest request;
  request.set_name(ProjectVersion(1, 1, "").name);
  request.set_page_size(4);
  int64_t version = 0;
  do {
    const auto page = Ask<v1::ListChangesResponse>(kList, request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::Change& change : page->changes()) ASSERT_EQ(change.version(), ++version);
    request.set_after_sequence(page->next_after_sequence());
  } while (request.after_sequence() != 0);
  EXPECT_EQ(version, 10);
  request.set_name("projects/none");
  EXPECT_EQ(Ask<v1::ListChangesResponse>(kList, request)->changes_size(), 0);
}

TEST_F(FeedServiceTest, VerifyingSaysWhereTheChainBreaks) {
  MakeHistory();
  v1::VerifyChangesRequest request;
  auto verified = Ask<v1::VerifyChangesResponse>(kVerify, request);
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->verified(), 50);
  EXPECT_EQ(verified->broken_at_sequence(), 0);
  EXPECT_EQ(verified->explanation(), "");
  ASSERT_TRUE(session_
                  .Execute("UPDATE resource_version SET body = 'forged' WHERE name = ? AND version = 4",
                           {ProjectVersion(1, 1, "").name})
                  .ok());
  verified = Ask<v1::VerifyChangesResponse>(kVerify, request);
  EXPECT_EQ(verified->broken_at_sequence(), 16);
  EXPECT_NE(verified->explanation(), "");
  request.set_from_sequence(21);
  EXPECT_EQ(Ask<v1::VerifyChangesResponse>(kVerify, request)->broken_at_sequence(), 0);
}

TEST_F(FeedServiceTest, AChainIsVerifiedPieceByPiece) {
  MakeHistory();
  const Verification first = *VerifyChain(session_, 1, 12);
  EXPECT_EQ(first.verified, 15) << "sets are not cut";
  EXPECT_EQ(first.broken_at, 0);
  EXPECT_EQ(first.next, 16);
  const Verification rest = *VerifyChain(session_, first.next, 100);
  EXPECT_EQ(rest.verified, 35);
  EXPECT_EQ(rest.next, 0);
}

}  // namespace
}  // namespace yaoshi::feed

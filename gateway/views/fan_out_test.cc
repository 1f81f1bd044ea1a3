#include "gateway/views/fan_out.h"

#include <gtest/gtest.h>

#include "absl/synchronization/notification.h"
#include "gateway/testing/fake_backend.h"
#include "yaoshi/common/v1/figure.pb.h"

namespace yaoshi::gateway {
namespace {

namespace common = yaoshi::common::v1;

const Date kApril = Date::Parse("2022-04-20").value();

PartAsk AskFigures(const std::string& service) {
  common::ListFiguresRequest request;
  request.set_as_of(kApril.ToString());
  return {"figures", service, "/yaoshi.common.v1.FigureService/ListFigures", request.SerializeAsString(), {kApril, ""}};
}

// A service that is followed, and one that has never answered.
class FanOutTest : public ::testing::Test {
 protected:
  FanOutTest()
      : backends_{{"registry", {"registry", backend_.server().shared_channel()}}},
        feed_({.service = "registry",
               .channel = backend_.server().shared_channel(),
               .token = [this] { return backend_.server().Token(rpc::testing::ServicePrincipal()); },
               .changed = [this](const FeedChange& change) { fan_out_.Apply(change); },
               .joined = nullptr}),
        fan_out_(backends_, backend_.server().clock(), [this](const std::string&) { return &feed_; }) {
    feed_.Start();
    AwaitUntil([this] { return feed_.current(); });
  }
  ~FanOutTest() override { feed_.Stop(); }

  static void AwaitUntil(const std::function<bool()>& reached) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!reached() && std::chrono::steady_clock::now() < deadline) {
    }
  }

  PartAnswer Ask(const std::string& scope = "office") {
    absl::Mutex mutex;
    std::vector<PartAnswer> got;
    bool done = false;
    fan_out_.Ask({AskFigures("registry")}, scope, backend_.server().As(rpc::testing::CityOffice()), {},
                 [&](std::vector<PartAnswer> answers) {
                   const absl::MutexLock lock(&mutex);
                   got = std::move(answers);
                   done = true;
                 });
    const absl::MutexLock lock(&mutex);
    mutex.Await(absl::Condition(&done));
    return got.at(0);
  }

  // A fact of before the date changed: what was answered is no longer true.
  void ChangeSomething() {
    common::Change change;
    change.set_type("project");
    change.set_name("projects/1");
    change.set_effective_on("2022-04-19");
    change.set_change_set("set-" + std::to_string(++changes_));
    const std::string token = change.change_set();
    backend_.Publish(std::move(change));
    AwaitUntil([&] { return feed_.HasSeen(token); });
  }

  testing::FakeBackend backend_;
  std::map<std::string, Backend> backends_;
  Feed feed_;
  FanOut fan_out_;
  int changes_ = 0;
};

TEST_F(FanOutTest, WhatNeverAnsweredIsMissingWithReasonAndSince) {
  backend_.SetFigureFailure(absl::DeadlineExceededError("slow"));
  const Timestamp since = backend_.server().clock().Now();
  EXPECT_FALSE(Ask().known);
  backend_.server().clock().Advance(std::chrono::minutes(3));
  const PartAnswer answer = Ask();
  EXPECT_EQ(answer.status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_FALSE(answer.known);
  EXPECT_EQ(answer.since, since) << "the first silence, not the last";
}

TEST_F(FanOutTest, WhatFellSilentIsStaleForWhoHadItAndHealsByItself) {
  const Timestamp answered = backend_.server().clock().Now();
  const PartAnswer first = Ask();
  EXPECT_TRUE(first.status.ok() && first.known);
  backend_.SetFigureFailure(absl::DeadlineExceededError("slow"));
  ChangeSomething();
  backend_.server().clock().Advance(std::chrono::minutes(3));
  const PartAnswer stale = Ask();
  EXPECT_FALSE(stale.status.ok());
  EXPECT_TRUE(stale.known);
  EXPECT_EQ(stale.bytes, first.bytes);
  EXPECT_EQ(stale.answer_time, answered);
  EXPECT_EQ(stale.since, backend_.server().clock().Now());
  EXPECT_FALSE(Ask("county").known) << "what others were answered is not shown to who has other rights";
  backend_.SetFigureFailure(absl::OkStatus());
  EXPECT_TRUE(Ask().status.ok());
  backend_.SetFigureFailure(absl::DeadlineExceededError("slow"));
  ChangeSomething();
  EXPECT_EQ(Ask().since, backend_.server().clock().Now()) << "an answer ends a silence";
}

TEST_F(FanOutTest, NobodyIsAskedAgainUntilAChangeTouchesTheAnswer) {
  Ask();
  backend_.SetFigureFailure(absl::DeadlineExceededError("slow"));
  EXPECT_TRUE(Ask().status.ok()) << "nobody was asked";
  EXPECT_FALSE(Ask("county").status.ok()) << "for other rights somebody is";
  ChangeSomething();
  EXPECT_FALSE(Ask().status.ok());
}

TEST_F(FanOutTest, WhatOnlyMayBeThereIsEmptyWhenItIsNot) {
  backend_.SetFigureFailure(absl::NotFoundError("no such case"));
  EXPECT_FALSE(Ask().status.ok());
  PartAsk ask = AskFigures("registry");
  ask.may_be_absent = true;
  absl::Notification done;
  fan_out_.Ask({ask}, "office", backend_.server().As(rpc::testing::CityOffice()), {},
               [&](const std::vector<PartAnswer>& answers) {
                 EXPECT_TRUE(answers[0].status.ok() && answers[0].known && answers[0].bytes.empty());
                 done.Notify();
               });
  done.WaitForNotification();
}

}  // namespace
}  // namespace yaoshi::gateway

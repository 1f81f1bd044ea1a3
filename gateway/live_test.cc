#include "gateway/live.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/status.h"

namespace yaoshi::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const auth::Principal kOffice{"city-office", auth::Role::kCityOffice, "621100", "city", false};
const auth::Principal kLongxi{"county-longxi", auth::Role::kCounty, "621122", "longxi", false};
const auth::Principal kOperator{"operator", auth::Role::kOperator, "621100", "city", false};
const auth::Principal kAuditor{"auditor", auth::Role::kAuditor, "621100", "city", false};

FeedChange ChangeOf(int64_t sequence, const std::string& type, const std::string& region) {
  FeedChange change;
  change.set_sequence(sequence);
  change.set_type(type);
  change.set_name(type + "s/" + std::to_string(sequence));
  change.set_region(region);
  change.set_account("somebody");
  change.set_origin("192.0.2.7");
  change.set_reason("not for everybody");
  return change;
}

// A browser that listens; what it reads it has read at once, unless it is slow.
class Browser : public Exchange {
 public:
  explicit Browser(const std::string& last_event_id = "") {
    if (!last_event_id.empty()) request_.headers.emplace_back("last-event-id", last_event_id);
  }
  const HttpRequest& request() const override { return request_; }
  void ReadBody(size_t, std::function<void(absl::StatusOr<std::string>)>) override {}
  void Reply(HttpReply) override {}
  void StartStream(HttpReply head) override { head_ = std::move(head); }
  void WritePiece(std::string piece, std::function<void(bool)> done) override {
    text_ += piece;
    if (slow_) {
      waiting_ = std::move(done);
      return;
    }
    done(!gone_);
  }
  void FinishStream(bool) override { finished_ = true; }

  void Catch() {
    slow_ = false;
    std::exchange(waiting_, nullptr)(true);
  }
  // What stands after "word: " in each event, in order.
  std::vector<std::string> All(const std::string& word) const {
    std::vector<std::string> found;
    for (size_t at = text_.find("\n" + word + ": "); at != std::string::npos;
         at = text_.find("\n" + word + ": ", at + 1)) {
      const size_t begin = at + word.size() + 3;
      found.push_back(text_.substr(begin, text_.find('\n', begin) - begin));
    }
    return found;
  }

  HttpReply head_;
  std::string text_ = "\n";
  bool slow_ = false;
  bool gone_ = false;
  bool finished_ = false;
  std::function<void(bool)> waiting_;

 private:
  HttpRequest request_;
};

class LiveTest : public ::testing::Test {
 protected:
  std::shared_ptr<Browser> Listen(const auth::Principal& who, const std::string& last = "", bool slow = false) {
    auto browser = std::make_shared<Browser>(last);
    browser->slow_ = slow;
    LocalCall call;
    call.principal = who;
    call.exchange = browser;
    call.done = [this](const absl::StatusOr<std::string>& answer) { refused_ = answer.status(); };
    call.streamed = [this](const absl::Status&) { ++ended_; };
    live_.Watch(std::move(call), [] { return true; });
    return browser;
  }
  absl::Status refused_;
  int ended_ = 0;
  LiveChanges live_{{.heartbeat = std::chrono::hours(1), .kept = 5, .clients = 3}};
};

TEST(MayHear, WhatTheCallerMayRead) {
  struct Case {
    const char* type;
    const char* region;
    bool office, longxi, oper, auditor;
  };
  const Case cases[] = {
      {"project", "621122", true, true, false, true},
      {"project", "621125", true, false, false, true},
      {"entry", "621122", true, true, false, true},
      {"entry", "620000", false, false, false, false},
      {"list", "621100", true, true, false, true},
      {"list", "622900", false, false, false, false},
      {"organization", "621125", true, true, true, true},
      {"import_mapping", "621125", true, false, false, false},
      {"account", "621122", false, false, false, false},
      {"session", "621122", false, false, false, false},
      {"tomorrow", "621122", false, false, false, false},
      {"case", "621122", true, true, false, true},
      {"case", "621125", true, false, false, true},
      {"procedure", "621122", true, true, false, true},
      {"procedure", "621125", true, false, false, true},
      {"warning", "621125", true, false, false, true},
      {"scenario", "621122", true, true, false, true},
      {"scenario", "621125", true, false, false, true},
      {"case_migration", "621122", true, true, false, true},
      {"case_migration", "621125", true, false, false, true},
      {"delegation", "621125", true, false, false, true},
      {"procedure_type", "621100", true, true, true, true},
      {"template", "621100", true, true, true, true},
      {"work_calendar", "000000", true, true, true, true},
      {"project_copy", "621122", true, true, false, true},
      {"project_copy", "621125", true, false, false, true},
      {"entry_copy", "621125", true, false, false, true},
      {"list_copy", "621100", true, true, false, true},
      {"organization_copy", "621125", true, true, true, true},
      {"_copy", "621122", false, false, false, false},
  };
  for (const Case& c : cases) {
    const FeedChange change = ChangeOf(1, c.type, c.region);
    EXPECT_EQ(MayHear(kOffice, change), c.office) << c.type << c.region;
    EXPECT_EQ(MayHear(kLongxi, change), c.longxi) << c.type << c.region;
    EXPECT_EQ(MayHear(kOperator, change), c.oper) << c.type << c.region;
    EXPECT_EQ(MayHear(kAuditor, change), c.auditor) << c.type << c.region;
  }
}

TEST_F(LiveTest, EachHearsWhatItMayAndNoMore) {
  const auto office = Listen(kOffice), county = Listen(kLongxi);
  EXPECT_EQ(office->text_, "\n: still here\n\n") << "the first bytes come at once";
  live_.Apply("registry", ChangeOf(1, "project", "621122"));
  live_.Apply("registry", ChangeOf(2, "project", "621125"));
  live_.Apply("preapproval", ChangeOf(1, "organization", "621100"));
  EXPECT_THAT(office->All("id"), ElementsAre("registry:1", "registry:2", "preapproval:1,registry:2"));
  EXPECT_THAT(county->All("id"), ElementsAre("registry:1", "preapproval:1,registry:2"));
  EXPECT_EQ(office->text_.find("somebody"), std::string::npos);
  EXPECT_EQ(office->text_.find("192.0.2.7"), std::string::npos);
  EXPECT_EQ(office->text_.find("not for everybody"), std::string::npos);
  EXPECT_EQ(office->head_.headers.front().second, "text/event-stream");
}

TEST_F(LiveTest, GoesOnAfterTheLastEvent) {
  for (int i = 1; i <= 3; ++i) live_.Apply("registry", ChangeOf(i, "project", "621122"));
  EXPECT_THAT(Listen(kOffice, "registry:1")->All("id"), ElementsAre("registry:2", "registry:3"));
  for (const char* last : {"registry:3", ""}) {
    const auto browser = Listen(kOffice, last);
    EXPECT_THAT(browser->All("event"), IsEmpty()) << "without a last event it starts with the next one";
    EXPECT_THAT(browser->All("id"), ElementsAre("registry:3"))
        << "it knows where to go on without having heard of anything";
  }
}

TEST_F(LiveTest, WhoComesBackBeforeTheGatewayKnowsWhatWasMissedIsToldToStartAnew) {
  const auto browser = Listen(kOffice, "registry:3");
  live_.Apply("registry", ChangeOf(2, "project", "621122"));  // From before the gateway's start.
  EXPECT_THAT(browser->All("event"), IsEmpty());
  live_.Apply("registry", ChangeOf(6, "project", "621122"));
  EXPECT_THAT(browser->All("event"), ElementsAre("reset"));
  live_.Apply("registry", ChangeOf(7, "project", "621122"));
  EXPECT_THAT(browser->All("id"), ElementsAre("registry:3", "registry:6", "registry:7"));
}

TEST_F(LiveTest, WhoMissedTooMuchIsToldToStartAnew) {
  for (int i = 1; i <= 9; ++i) live_.Apply("registry", ChangeOf(i, "project", "621122"));
  for (const char* last : {"registry:2", "registry:99", "nonsense"}) {
    const auto browser = Listen(kOffice, last);
    EXPECT_THAT(browser->All("event"), ElementsAre("reset")) << last;
    EXPECT_THAT(browser->All("id"), ElementsAre("registry:9")) << last;
  }
}

TEST_F(LiveTest, ASlowOneHoldsNobodyUpAndIsToldWhatItMissed) {
  const auto slow = Listen(kOffice, "", /*slow=*/true), quick = Listen(kOffice);
  for (int i = 1; i <= 20; ++i) live_.Apply("registry", ChangeOf(i, "project", "621122"));
  EXPECT_EQ(quick->All("id").size(), 20u);
  EXPECT_THAT(slow->All("id"), IsEmpty());
  slow->Catch();
  EXPECT_THAT(slow->All("event"), ElementsAre("reset"));
  live_.Apply("registry", ChangeOf(21, "project", "621122"));
  EXPECT_EQ(slow->All("id").back(), "registry:21");
}

TEST_F(LiveTest, EndsForWhoIsGoneWhoIsTooManyAndAtTheEnd) {
  const auto gone = Listen(kOffice);
  gone->gone_ = true;
  live_.Apply("registry", ChangeOf(1, "project", "621122"));
  EXPECT_TRUE(gone->finished_);
  EXPECT_EQ(ended_, 1);
  const auto first = Listen(kOffice), second = Listen(kOffice), third = Listen(kOffice);
  EXPECT_TRUE(refused_.ok());
  Listen(kOffice);
  EXPECT_EQ(ReasonOf(refused_), "OVERLOADED");
  live_.Stop();
  EXPECT_TRUE(first->finished_ && second->finished_ && third->finished_);
  EXPECT_EQ(ended_, 4);
}

}  // namespace
}  // namespace yaoshi::gateway

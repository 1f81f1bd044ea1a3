#include "services/preapproval/kept_days.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"

namespace yaoshi::preapproval {
namespace {

using resource::Past;

constexpr Timestamp kNow{1'650'000'000'000'000};
constexpr Timestamp kEarlier{1'640'000'000'000'000};
const Date kDay = *Date::Parse("2022-04-20");

class KeptDaysTest : public ::testing::Test {
 protected:
  // A number that tells how many have been made.
  auto Count() {
    return [this](const Past&) -> absl::StatusOr<std::shared_ptr<const int>> { return std::make_shared<int>(++made_); };
  }
  int Get(Date day, const std::string& of = "", Timestamp known_at = kNow) {
    return **kept_.On(kNow, {day, known_at}, of, Count());
  }

  int made_ = 0;
  DayGenerations days_;
  KeptDays<int> kept_{days_, 2, [](const int& made) { return made < 100; }};
};

TEST_F(KeptDaysTest, IsMadeOnceUntilTheDayChanges) {
  EXPECT_EQ(Get(kDay), 1);
  EXPECT_EQ(Get(kDay), 1);
  days_.Changed(kDay.AddDays(1));
  EXPECT_EQ(Get(kDay), 1) << "a later day has changed";
  days_.Changed(kDay);
  EXPECT_EQ(Get(kDay), 2);
}

TEST_F(KeptDaysTest, AnotherDayAnotherKnowledgeAndAnotherThingAreMadeAnew) {
  EXPECT_EQ(Get(kDay), 1);
  EXPECT_EQ(Get(kDay, "", kEarlier), 2);
  EXPECT_EQ(Get(kDay, "lists/invest-2022"), 3);
  EXPECT_EQ(Get(kDay.AddDays(-1)), 4);
}

TEST_F(KeptDaysTest, WhatIsKnownNowHasNoBound) {
  std::vector<Timestamp> asked;
  const auto note = [&](const Past& at) -> absl::StatusOr<std::shared_ptr<const int>> {
    asked.push_back(at.known_at);
    return std::make_shared<int>(0);
  };
  ASSERT_TRUE(kept_.On(kNow, {kDay, kNow}, "now", note).ok());
  ASSERT_TRUE(kept_.On(kNow, {kDay, kEarlier}, "then", note).ok());
  EXPECT_GT(asked.at(0), kNow);
  EXPECT_EQ(asked.at(1), kEarlier);
}

TEST_F(KeptDaysTest, WhatIsNotWorthItIsNotKept) {
  made_ = 100;
  EXPECT_EQ(Get(kDay), 101);
  EXPECT_EQ(Get(kDay), 102);
}

TEST_F(KeptDaysTest, WhatFailedIsTriedAgain) {
  const auto fail = [](const Past&) -> absl::StatusOr<std::shared_ptr<const int>> {
    return absl::UnavailableError("away");
  };
  EXPECT_EQ(kept_.On(kNow, {kDay, kNow}, "", fail).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Get(kDay), 1);
}

// The second comes while the first makes it.
TEST_F(KeptDaysTest, OfSeveralThatAskAtOnceOneMakesIt) {
  absl::Notification begun, go_on;
  const auto slowly = [&](const Past&) -> absl::StatusOr<std::shared_ptr<const int>> {
    begun.Notify();
    go_on.WaitForNotification();
    return std::make_shared<int>(7);
  };
  std::thread first([&] { EXPECT_EQ(**kept_.On(kNow, {kDay, kNow}, "", slowly), 7); });
  begun.WaitForNotification();
  std::vector<std::thread> others;
  for (int i = 0; i < 3; ++i) others.emplace_back([&] { EXPECT_EQ(Get(kDay), 7); });
  EXPECT_EQ(Get(kDay.AddDays(-1)), 1) << "another day does not wait";
  go_on.Notify();
  first.join();
  for (std::thread& other : others) other.join();
  EXPECT_EQ(made_, 1);
}

TEST_F(KeptDaysTest, WhoseTimeIsUpDoesNotWaitForTheOther) {
  absl::Notification begun, go_on;
  const auto slowly = [&](const Past&) -> absl::StatusOr<std::shared_ptr<const int>> {
    begun.Notify();
    go_on.WaitForNotification();
    return std::make_shared<int>(7);
  };
  std::thread first([&] { EXPECT_TRUE(kept_.On(kNow, {kDay, kNow}, "", slowly).ok()); });
  begun.WaitForNotification();
  EXPECT_EQ(**kept_.On(kNow, {kDay, kNow, std::chrono::steady_clock::now()}, "", Count()), 1);
  go_on.Notify();
  first.join();
}

}  // namespace
}  // namespace yaoshi::preapproval

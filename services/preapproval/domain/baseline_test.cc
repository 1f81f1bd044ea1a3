#include "services/preapproval/domain/baseline.h"

#include <gtest/gtest.h>

namespace yaoshi::preapproval {
namespace {

Date Day(std::string_view text) {
  return *Date::Parse(text);
}

WorkCalendar Calendar() {
  return *WorkCalendar::Create({{2022, {}, {}}});
}

Schedule Planned(const std::vector<std::pair<std::string, const char*>>& latest) {
  Schedule schedule;
  for (const auto& [code, day] : latest) {
    ScheduleItem& item = schedule.items.emplace_back();
    item.code = code;
    if (*day != '\0') item.latest_finish_on = Day(day);
  }
  return schedule;
}

TEST(CompareBaseline, WithoutAPlanOfTodayNothingIsCompared) {
  const auto items = CompareBaseline(Planned({{"P01", "2022-03-01"}}), nullptr, Calendar());
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].need, BaselineNeed::kUnspecified);
  EXPECT_EQ(items[0].latest_finish_on, Day("2022-03-01"));
  EXPECT_FALSE(items[0].current_finish_on);
}

TEST(CompareBaseline, SaysWhatWasDroppedAndAddedAndHowFarBehind) {
  const Schedule then = Planned({{"P01", "2022-03-01"}, {"P02", "2022-03-02"}, {"P10", "2022-03-04"}, {"P20", ""}});
  Schedule now = Planned({{"P10", "2022-03-25"}, {"P30", "2022-04-01"}, {"P01", ""}, {"P20", ""}});
  now.items[0].forecast_finish_on = Day("2022-03-07");  // The Monday after.
  now.items[1].forecast_finish_on = Day("2022-03-31");
  now.items[2].forecast_finish_on = Day("2022-02-28");  // Decided a day early.
  const auto items = CompareBaseline(then, &now, Calendar());
  ASSERT_EQ(items.size(), 5u);
  EXPECT_EQ(items[0].need, BaselineNeed::kKept);
  EXPECT_EQ(items[0].behind_working_days, -1);
  EXPECT_FALSE(items[0].current_latest_finish_on);
  EXPECT_EQ(items[1].need, BaselineNeed::kDroppedSince);
  EXPECT_FALSE(items[1].current_finish_on);
  EXPECT_EQ(items[2].behind_working_days, 1);
  EXPECT_EQ(items[2].current_latest_finish_on, Day("2022-03-25"));
  EXPECT_EQ(items[3].behind_working_days, 0) << "was decided then";
  EXPECT_EQ(items[4].code, "P30");
  EXPECT_EQ(items[4].need, BaselineNeed::kAddedSince);
  EXPECT_FALSE(items[4].latest_finish_on);
  EXPECT_EQ(items[4].current_finish_on, Day("2022-03-31"));
}

TEST(CompareBaseline, WhatNoCalendarCountsIsNotBehind) {
  Schedule then = Planned({{"P01", "2021-03-01"}}), now = then;
  now.items[0].forecast_finish_on = Day("2021-03-05");
  EXPECT_EQ(CompareBaseline(then, &now, Calendar())[0].behind_working_days, 0);
}

}  // namespace
}  // namespace yaoshi::preapproval

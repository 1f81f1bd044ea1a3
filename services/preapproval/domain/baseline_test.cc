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

// Facts of a project whose planned start was `before`; "": none.
CopiedProject Facts(std::string_view before, std::string_view now, std::string reason = "") {
  const auto day = [](std::string_view text) { return text.empty() ? std::nullopt : std::optional(Day(text)); };
  CopiedProject project;
  project.planned_before = day(before);
  project.facts.planned_start_on = day(now);
  project.reason = std::move(reason);
  return project;
}

TEST(FollowPlannedStart, CountsABaselineWhenTheStartThatTheCaseCountsFromChanges) {
  struct Row {
    const char *before, *now, *reason, *why;
  };
  for (const Row& row :
       {Row{"2022-06-01", "2022-08-01", "", "登记的计划开工日期由 2022-06-01 改为 2022-08-01"},
        Row{"2022-06-01", "2022-05-01", "资金到位", "登记的计划开工日期由 2022-06-01 改为 2022-05-01：资金到位"},
        Row{"", "2022-08-01", "", "登记了计划开工日期 2022-08-01"},
        Row{"2022-06-01", "", "", "登记的计划开工日期 2022-06-01 已撤销"}}) {
    Case subject;
    subject.baselines = 2;
    FollowPlannedStart(Facts(row.before, row.now, row.reason), subject);
    EXPECT_EQ(subject.baselines, 3);
    ASSERT_TRUE(subject.replan) << row.why;
    EXPECT_EQ(WhyOf(*subject.replan), row.why);
  }
}

TEST(FollowPlannedStart, CountsNoneWhenTheStartStaysOrTheCaseHasItsOwn) {
  Case subject;
  FollowPlannedStart(Facts("2022-06-01", "2022-06-01", "更名"), subject);
  FollowPlannedStart(Facts("", ""), subject);
  EXPECT_EQ(subject, Case());
  subject.target_start_on = Day("2022-07-01");
  FollowPlannedStart(Facts("2022-06-01", "2022-08-01"), subject);
  EXPECT_EQ(subject.baselines, 0);
}

TEST(SetBaseline, IsAPersonsAndNoMoreTheRegistrys) {
  Case subject;
  FollowPlannedStart(Facts("2022-06-01", "2022-08-01"), subject);
  SetBaseline(subject);
  EXPECT_EQ(subject.baselines, 2);
  EXPECT_FALSE(subject.replan);
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

#include "common/calendar/work_calendar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "common/status/status.h"

namespace yaoshi {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Date Day(std::string_view text) {
  return Date::Parse(text).value();
}

std::vector<Date> Days(std::string_view first, std::string_view last) {
  std::vector<Date> days;
  for (Date day = Day(first); day <= Day(last); day = day.AddDays(1)) days.push_back(day);
  return days;
}

std::vector<Date> Join(const std::vector<std::vector<Date>>& parts) {
  std::vector<Date> days;
  for (const auto& part : parts) days.insert(days.end(), part.begin(), part.end());
  return days;
}

// The State Council's notice for 2021 (国办发明电〔2020〕27号).
WorkYear Notice2021() {
  return {2021,
          Join({Days("2021-01-01", "2021-01-03"), Days("2021-02-11", "2021-02-17"), Days("2021-04-03", "2021-04-05"),
                Days("2021-05-01", "2021-05-05"), Days("2021-06-12", "2021-06-14"), Days("2021-09-19", "2021-09-21"),
                Days("2021-10-01", "2021-10-07")}),
          {Day("2021-02-07"), Day("2021-02-20"), Day("2021-04-25"), Day("2021-05-08"), Day("2021-09-18"),
           Day("2021-09-26"), Day("2021-10-09")}};
}

// The notice for 2022 (国办发明电〔2021〕11号), with the first day of the New Year holiday of 2023.
WorkYear Notice2022() {
  return {2022,
          Join({Days("2022-01-01", "2022-01-03"), Days("2022-01-31", "2022-02-06"), Days("2022-04-03", "2022-04-05"),
                Days("2022-04-30", "2022-05-04"), Days("2022-06-03", "2022-06-05"), Days("2022-09-10", "2022-09-12"),
                Days("2022-10-01", "2022-10-07"), Days("2022-12-31", "2022-12-31")}),
          {Day("2022-01-29"), Day("2022-01-30"), Day("2022-04-02"), Day("2022-04-24"), Day("2022-05-07"),
           Day("2022-10-08"), Day("2022-10-09")}};
}

WorkCalendar Calendar() {
  return WorkCalendar::Create({Notice2021(), Notice2022()}).value();
}

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  for (const auto& violation : ViolationsOf(status)) fields.push_back(violation.field);
  return fields;
}

TEST(WorkCalendarCreate, NamesEveryWrongDateAtOnce) {
  const WorkYear wrong{
      2022, {Day("2022-01-01"), Day("2021-12-31")}, {Day("2022-01-01"), Day("2022-01-04"), Day("2023-01-07")}};
  const auto calendar = WorkCalendar::Create({Notice2022(), wrong, {0, {}, {}}});
  EXPECT_EQ(ReasonOf(calendar.status()), "INVALID_FIELDS");
  EXPECT_THAT(FieldsOf(calendar.status()),
              ElementsAre("years[1].holidays[1]", "years[1].worked_weekends[0]", "years[1].worked_weekends[1]",
                          "years[1].worked_weekends[2]", "years[1].year", "years[2].year"));
}

TEST(WorkCalendar, RefusesDaysOfAYearWithoutNotice) {
  const WorkCalendar calendar = Calendar();
  for (const absl::Status& status :
       {calendar.IsWorkingDay(Day("2023-01-03")).status(), calendar.AddWorkingDays(Day("2022-12-30"), 1).status(),
        calendar.AddWorkingDays(Day("2023-06-01"), 0).status(),
        calendar.AddWorkingDays(Day("2022-06-01"), 2'000'000'000).status(),
        calendar.WorkingDaysBetween(Day("2022-12-01"), Day("2023-01-31")).status(),
        calendar.WorkingDaysBetween(Day("2023-01-31"), Day("2022-12-01")).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ReasonOf(status), "CALENDAR_YEAR_MISSING");
    EXPECT_EQ(MetadataOf(status, "year"), "2023");
    EXPECT_THAT(std::string(status.message()), HasSubstr("no year 2023"));
  }
  EXPECT_EQ(MetadataOf(calendar.AddWorkingDays(Day("2021-01-04"), -1).status(), "year"), "2020");
  EXPECT_FALSE(WorkCalendar().IsWorkingDay(Day("2022-04-20")).ok());
}

TEST(WorkCalendar, FollowsTheNotice) {
  const WorkCalendar calendar = Calendar();
  EXPECT_TRUE(calendar.IsWorkingDay(Day("2022-04-20")).value());
  EXPECT_FALSE(calendar.IsWorkingDay(Day("2022-04-23")).value());  // Saturday
  EXPECT_TRUE(calendar.IsWorkingDay(Day("2022-04-24")).value());   // Sunday, worked
  EXPECT_FALSE(calendar.IsWorkingDay(Day("2022-05-02")).value());  // Monday, holiday
}

TEST(WorkCalendar, AddsWorkingDays) {
  struct Case {
    std::string_view date;
    int n;
    std::string_view result;
  };
  const WorkCalendar calendar = Calendar();
  for (const Case& c : {Case{"2022-01-17", 20, "2022-02-17"},
                        {"2022-01-28", 1, "2022-01-29"},
                        {"2022-04-01", 1, "2022-04-02"},
                        {"2022-04-20", 20, "2022-05-19"},
                        {"2022-09-30", 1, "2022-10-08"},
                        {"2022-04-29", -90, "2021-12-20"},
                        {"2022-04-29", -120, "2021-11-08"},
                        {"2022-02-28", -20, "2022-01-26"},
                        {"2022-04-23", 0, "2022-04-23"},
                        {"2022-04-23", 1, "2022-04-24"},
                        {"2022-04-23", -1, "2022-04-22"}}) {
    EXPECT_EQ(calendar.AddWorkingDays(Day(c.date), c.n).value().ToString(), c.result) << c.date << ' ' << c.n;
  }
}

TEST(WorkCalendar, CountsTheWorkingDaysOfEachMonth) {
  const WorkCalendar calendar = Calendar();
  std::vector<int> counts;
  for (int month = 1; month <= 12; ++month) {
    const Date first = Date::FromCivil(2022, month, 1).value();
    const Date next = month == 12 ? Day("2022-12-31").AddDays(1) : Date::FromCivil(2022, month + 1, 1).value();
    counts.push_back(calendar.WorkingDaysBetween(first.AddDays(-1), next.AddDays(-1)).value());
  }
  EXPECT_THAT(counts, ElementsAre(21, 16, 23, 21, 20, 21, 21, 23, 21, 18, 22, 22));
}

TEST(WorkCalendar, CountingUndoesAdding) {
  const WorkCalendar calendar = Calendar();
  std::mt19937_64 random(2022);
  for (int i = 0; i < 2000; ++i) {
    const Date date = Day("2021-07-01").AddDays(static_cast<int>(random() % 300));
    const int n = static_cast<int>(random() % 200) - 100;
    const Date sum = calendar.AddWorkingDays(date, n).value();
    ASSERT_EQ(calendar.WorkingDaysBetween(date, sum).value(), n) << date.ToString() << ' ' << n;
  }
}

TEST(WorkCalendar, CountsAsOneWhoWalksFromDayToDay) {
  const WorkCalendar calendar = Calendar();
  for (Date from = Day("2021-12-01"); from < Day("2022-03-01"); from = from.AddDays(1)) {
    int walked = 0;
    for (Date to = from; to <= from.AddDays(100); to = to.AddDays(1)) {
      if (to != from && calendar.IsWorkingDay(to).value()) ++walked;
      ASSERT_EQ(calendar.WorkingDaysBetween(from, to).value(), walked) << from.ToString() << ' ' << to.ToString();
    }
  }
}

TEST(WorkCalendar, DoesNotCountAcrossAMissingYear) {
  const WorkCalendar calendar = WorkCalendar::Create({{2024, {}, {}}, Notice2022(), Notice2021()}).value();
  EXPECT_EQ(MetadataOf(calendar.WorkingDaysBetween(Day("2021-06-01"), Day("2024-06-03")).status(), "year"), "2023");
  EXPECT_EQ(MetadataOf(calendar.WorkingDaysBetween(Day("2024-06-03"), Day("2021-06-01")).status(), "year"), "2023");
  EXPECT_EQ(MetadataOf(calendar.AddWorkingDays(Day("2024-01-02"), -2).status(), "year"), "2023");
  EXPECT_EQ(calendar.IndexOf(Day("2023-06-01")), nullptr);
  EXPECT_EQ(calendar.IndexOf(Day("2021-06-01")), calendar.IndexOf(Day("2022-06-01")));
  EXPECT_NE(calendar.IndexOf(Day("2021-06-01")), calendar.IndexOf(Day("2024-06-01")));
}

TEST(WorkdayIndex, NumbersTheWorkingDays) {
  const WorkCalendar calendar = Calendar();
  const WorkdayIndex& index = *calendar.IndexOf(Day("2022-01-01"));
  const int32_t saturday = Day("2022-04-23").days();  // The Sunday after it is worked.
  EXPECT_FALSE(index.IsWorkingDay(saturday));
  EXPECT_EQ(index.Day(index.Before(saturday)), Day("2022-04-24").days());
  EXPECT_EQ(index.Day(index.UpTo(saturday)), Day("2022-04-22").days());
  EXPECT_EQ(index.Before(saturday + 1), index.UpTo(saturday + 1));
  EXPECT_EQ(index.Before(index.end_day()), index.size());
  EXPECT_EQ(index.UpTo(index.first_day()), -1);  // New Year's Day.
}

}  // namespace
}  // namespace yaoshi

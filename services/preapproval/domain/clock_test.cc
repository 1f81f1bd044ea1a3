#include "services/preapproval/domain/clock.h"

#include <gtest/gtest.h>

#include "common/status/status.h"
#include "services/preapproval/domain/procedure.h"

namespace yaoshi::preapproval {
namespace {

Date On(std::string_view text) {
  return *Date::Parse(text);
}

// 2022 without the days that no test comes near (reference §2.5).
WorkCalendar Calendar2022() {
  WorkYear year{2022, {}, {}};
  const auto holidays = [&](std::string_view first, int days) {
    for (int i = 0; i < days; ++i) year.holidays.push_back(On(first).AddDays(i));
  };
  holidays("2022-01-31", 7);
  holidays("2022-04-03", 3);
  holidays("2022-04-30", 5);
  holidays("2022-10-01", 7);
  for (const char* day : {"2022-01-29", "2022-01-30", "2022-04-02", "2022-04-24", "2022-05-07", "2022-10-08"}) {
    year.worked_weekends.push_back(On(day));
  }
  return *WorkCalendar::Create({year});
}

Days Working(int count) {
  return {count, DayUnit::kWorkingDays};
}
Days Calendar(int count) {
  return {count, DayUnit::kCalendarDays};
}
Terms Limits(std::optional<Days> legal, std::optional<Days> promised = std::nullopt) {
  return {Date(), legal, promised, 0, "依据"};
}

struct Vector {
  const char* accepted_on;
  Days limit;
  const char* due_on;
};

class DueOnTest : public ::testing::TestWithParam<Vector> {};

TEST_P(DueOnTest, IsTheLastDayOfTheLimit) {
  const auto& [accepted_on, limit, due_on] = GetParam();
  const ClockFacts facts{On(accepted_on), std::nullopt, {}};
  const WorkCalendar calendar = Calendar2022();
  EXPECT_EQ(DueOn(facts, Limits(limit), calendar)->value(), On(due_on));
  const ClockReading on_time = *ReadClock(facts, Limits(limit), calendar, On(due_on));
  EXPECT_FALSE(on_time.overdue);
  EXPECT_EQ(on_time.remaining, 0);
}

// Reference §2.5; limits in calendar days do not ask the calendar.
INSTANTIATE_TEST_SUITE_P(
    Reference, DueOnTest,
    ::testing::Values(Vector{"2022-01-17", Working(20), "2022-02-17"}, Vector{"2022-01-28", Working(1), "2022-01-29"},
                      Vector{"2022-04-01", Working(1), "2022-04-02"}, Vector{"2022-04-20", Working(20), "2022-05-19"},
                      Vector{"2022-09-30", Working(1), "2022-10-08"}, Vector{"2022-04-20", Calendar(60), "2022-06-19"},
                      Vector{"2022-09-30", Calendar(7), "2022-10-07"}, Vector{"2022-04-20", Working(0), "2022-04-20"}));

TEST(Clock, CountsFromTheDayAfterTheAcceptance) {
  const WorkCalendar calendar = Calendar2022();
  const ClockFacts facts{On("2022-04-20"), std::nullopt, {}};
  struct {
    const char* as_of;
    int used;
    bool overdue;
  } days[] = {{"2022-04-20", 0, false},  {"2022-04-21", 1, false},  {"2022-04-23", 2, false},
              {"2022-04-24", 3, false},  {"2022-04-29", 8, false},  {"2022-05-04", 8, false},
              {"2022-05-07", 11, false}, {"2022-05-19", 20, false}, {"2022-05-20", 21, true}};
  for (const auto& [as_of, used, overdue] : days) {
    const ClockReading reading = *ReadClock(facts, Limits(Working(20)), calendar, On(as_of));
    EXPECT_EQ(reading.used, used) << as_of;
    EXPECT_EQ(reading.remaining, 20 - used) << as_of;
    EXPECT_EQ(reading.overdue, overdue) << as_of;
  }
}

TEST(Clock, StandsDuringPauses) {
  const WorkCalendar calendar = Calendar2022();
  // The correction takes 04-25 to 04-28, the notice 05-09 to 05-11: four and three working days.
  const std::vector<Pause> pauses = {{PauseKind::kCorrection, On("2022-04-25"), On("2022-04-29"), ""},
                                     {PauseKind::kPublicNotice, On("2022-05-09"), On("2022-05-12"), ""}};
  const ClockFacts facts{On("2022-04-20"), std::nullopt, pauses};
  EXPECT_EQ(DueOn(facts, Limits(Working(20)), calendar)->value(), On("2022-05-30"));
  EXPECT_EQ(ReadClock(facts, Limits(Working(20)), calendar, On("2022-04-24"))->used, 3);
  EXPECT_EQ(ReadClock(facts, Limits(Working(20)), calendar, On("2022-04-29"))->used, 4);
  EXPECT_EQ(ReadClock(facts, Limits(Working(20)), calendar, On("2022-05-30"))->remaining, 0);
  EXPECT_TRUE(ReadClock(facts, Limits(Working(20)), calendar, On("2022-05-31"))->overdue);
  // In calendar days the same pauses take four and three days, weekends and all.
  EXPECT_EQ(DueOn(facts, Limits(Calendar(30)), calendar)->value(), On("2022-05-27"));
  EXPECT_EQ(ReadClock(facts, Limits(Calendar(30)), calendar, On("2022-05-27"))->remaining, 0);
}

TEST(Clock, HasNoDueDateWhileItStands) {
  const WorkCalendar calendar = Calendar2022();
  const std::vector<Pause> pauses = {{PauseKind::kExpertReview, On("2022-04-21"), std::nullopt, ""}};
  const ClockFacts facts{On("2022-04-20"), std::nullopt, pauses};
  const ClockReading reading = *ReadClock(facts, Limits(Working(5)), calendar, On("2022-06-01"));
  EXPECT_TRUE(reading.paused);
  EXPECT_EQ(reading.due_on, std::nullopt);
  EXPECT_EQ(reading.used, 0);
  EXPECT_FALSE(reading.overdue);
}

TEST(Clock, PauseThatBeginsAfterTheLimitDoesNotSaveIt) {
  const WorkCalendar calendar = Calendar2022();
  const std::vector<Pause> pauses = {{PauseKind::kCorrection, On("2022-05-20"), On("2022-06-20"), ""}};
  const ClockFacts facts{On("2022-04-20"), std::nullopt, pauses};
  EXPECT_EQ(DueOn(facts, Limits(Working(20)), calendar)->value(), On("2022-05-19"));
  EXPECT_FALSE(ReadClock(facts, Limits(Working(20)), calendar, On("2022-05-25"))->overdue);
  EXPECT_TRUE(ReadClock(facts, Limits(Working(20)), calendar, On("2022-06-20"))->overdue);
}

TEST(Clock, StopsWithTheDecision) {
  const WorkCalendar calendar = Calendar2022();
  const ClockFacts in_time{On("2022-04-20"), On("2022-05-19"), {}};
  const ClockFacts late{On("2022-04-20"), On("2022-05-20"), {}};
  EXPECT_EQ(ReadClock(in_time, Limits(Working(20)), calendar, On("2022-12-01"))->used, 20);
  EXPECT_FALSE(ReadClock(in_time, Limits(Working(20)), calendar, On("2022-12-01"))->overdue);
  EXPECT_TRUE(ReadClock(late, Limits(Working(20)), calendar, On("2022-12-01"))->overdue);
  EXPECT_EQ(ReadClock(late, Limits(Working(20)), calendar, On("2022-04-22"))->used, 2);  // As of a day before.
}

TEST(Clock, PromiseCountsBeforeTheLaw) {
  const WorkCalendar calendar = Calendar2022();
  const ClockFacts facts{On("2022-04-20"), std::nullopt, {}};
  const Terms terms = Limits(Calendar(10), Working(5));
  const ClockReading reading = *ReadClock(facts, terms, calendar, On("2022-04-27"));
  EXPECT_EQ(reading.limit, Working(5));
  EXPECT_EQ(reading.used, 6);
  EXPECT_TRUE(reading.overdue);
  EXPECT_FALSE(reading.legally_overdue);
  EXPECT_TRUE(ReadClock(facts, terms, calendar, On("2022-05-01"))->legally_overdue);
}

TEST(Clock, WithoutLimitOnlyCounts) {
  const ClockFacts facts{On("2022-04-20"), std::nullopt, {}};
  const ClockReading reading = *ReadClock(facts, Limits(std::nullopt), Calendar2022(), On("2022-05-20"));
  EXPECT_EQ(reading.used, 21);
  EXPECT_EQ(reading.remaining, 0);
  EXPECT_EQ(reading.due_on, std::nullopt);
  EXPECT_FALSE(reading.overdue || reading.legally_overdue);
}

TEST(Clock, AsksForTheCalendarInsteadOfGuessing) {
  const WorkCalendar calendar = Calendar2022();
  const ClockFacts facts{On("2022-12-20"), std::nullopt, {}};
  EXPECT_EQ(ReasonOf(DueOn(facts, Limits(Working(20)), calendar).status()), "CALENDAR_YEAR_MISSING");
  EXPECT_EQ(ReasonOf(ReadClock(facts, Limits(Working(20)), calendar, On("2023-01-10")).status()),
            "CALENDAR_YEAR_MISSING");
  EXPECT_TRUE(ReadClock(facts, Limits(Calendar(20)), calendar, On("2023-01-10")).ok());
}

TEST(Terms, ThoseOfTheDay) {
  ProcedureType type;
  type.terms = {{On("2017-01-01"), Working(20), std::nullopt, 24, "旧"},
                {On("2021-07-01"), Working(20), Working(5), 24, "新"}};
  EXPECT_EQ(TermsOn(type, On("2016-01-01")).basis, "旧");
  EXPECT_EQ(TermsOn(type, On("2021-06-30")).basis, "旧");
  EXPECT_EQ(TermsOn(type, On("2021-07-01")).basis, "新");
}

TEST(Facts, OnlyOfRoundsThatRunOrWereDecided) {
  Procedure procedure;
  EXPECT_FALSE(FactsOf(procedure));
  procedure.accepted_on = On("2022-04-20");
  procedure.state = ProcedureState::kReturned;
  EXPECT_FALSE(FactsOf(procedure));
  procedure.state = ProcedureState::kInCorrection;
  EXPECT_FALSE(FactsOf(procedure)->decided_on);
  procedure.state = ProcedureState::kExpired;
  procedure.decided_on = On("2022-05-01");
  EXPECT_EQ(FactsOf(procedure)->decided_on, On("2022-05-01"));
}

}  // namespace
}  // namespace yaoshi::preapproval

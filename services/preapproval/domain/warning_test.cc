#include "services/preapproval/domain/warning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/preapproval/testing/reference_catalogue.h"
#include "yaoshi/preapproval/v1/schedule.pb.h"

namespace yaoshi::preapproval {
namespace {

using ::testing::HasSubstr;

// Promised within 5 working days, by law within 20.
ProcedureType Study() {
  ProcedureType type = TypeOf("P10", "可研批复", 20);
  type.terms[0].promised_limit = Days{5};
  return type;
}

std::string Text(const std::vector<Warning>& warnings) {
  std::string text;
  for (const Warning& warning : warnings) {
    text += std::string(WarningKindName(warning.kind)) + " " + warning.due_on.ToString() + " ";
  }
  return text;
}

TEST(WarningsOf, FollowTheClock) {
  // Accepted on 2022-04-11: promised until 04-18, by law until 05-10.
  const Pause stands{PauseKind::kCorrection, Day("2022-04-12"), std::nullopt, "补正"};
  const struct {
    std::string_view today;
    bool paused;
    std::string_view said;
  } rows[] = {{"2022-04-12", false, ""},
              {"2022-04-13", false, "DUE_SOON 2022-04-18 "},
              {"2022-04-18", false, "DUE_SOON 2022-04-18 "},
              {"2022-04-19", false, "OVERDUE 2022-04-18 "},
              {"2022-05-10", false, "OVERDUE 2022-04-18 "},
              {"2022-05-11", false, "OVERDUE 2022-04-18 LEGALLY_OVERDUE 2022-05-10 "},
              {"2022-05-11", true, ""}};
  for (const auto& row : rows) {
    WatchedProcedure watched;
    watched.title = "可研批复";
    watched.state = row.paused ? ProcedureState::kInCorrection : ProcedureState::kAccepted;
    watched.clock = ClockFacts{Day("2022-04-11"), std::nullopt,
                               row.paused ? std::span<const Pause>(&stands, 1) : std::span<const Pause>()};
    const auto warnings = WarningsOf(watched, Study(), {}, ReferenceCalendar(), Day(row.today)).value();
    EXPECT_EQ(Text(warnings), row.said) << row.today;
    for (const Warning& warning : warnings) EXPECT_EQ(warning.warned_on, Day(row.today));
  }
}

TEST(WarningsOf, WithoutALimitNothingIsLate) {
  WatchedProcedure watched;
  watched.state = ProcedureState::kAccepted;
  watched.clock = ClockFacts{Day("2021-04-11"), std::nullopt, {}};
  EXPECT_EQ(Text(WarningsOf(watched, TypeOf("P11", "土地报批", 0), {}, ReferenceCalendar(), Day("2022-04-20")).value()),
            "");
}

TEST(WarningsOf, ApprovalsThatLapseSoon) {
  const struct {
    std::string_view today, said;
  } rows[] = {{"2022-05-30", ""},
              {"2022-05-31", "EXPIRES_SOON 2022-06-30 "},
              {"2022-06-30", "EXPIRES_SOON 2022-06-30 "},
              {"2022-07-01", ""}};  // Lapsed: its state says so.
  for (const auto& row : rows) {
    WatchedProcedure watched;
    watched.state = ProcedureState::kApproved;
    watched.valid_until = Day("2022-06-30");
    EXPECT_EQ(Text(WarningsOf(watched, Study(), {}, ReferenceCalendar(), Day(row.today)).value()), row.said)
        << row.today;
  }
}

TEST(WarningsOf, ObligationsThatWereNotMet) {
  const std::vector<Obligation> obligations = {{1, "社保费缴纳凭证", Day("2022-04-19"), "", std::nullopt},
                                               {2, "公示材料", Day("2022-04-18"), "", Day("2022-04-20")},
                                               {3, "承诺书", Day("2022-04-20"), "P20", std::nullopt}};
  WatchedProcedure watched;
  watched.title = "可研批复";
  watched.state = ProcedureState::kApproved;
  watched.obligations = obligations;
  const auto warnings = WarningsOf(watched, Study(), {}, ReferenceCalendar(), Day("2022-04-20")).value();
  EXPECT_EQ(Text(warnings), "OBLIGATION_OVERDUE 2022-04-19 ");
  EXPECT_EQ(warnings[0].obligation, 1);
  EXPECT_THAT(warnings[0].explanation, HasSubstr("社保费缴纳凭证"));
}

TEST(StartWarning, SaysWhyAStartIsAtRisk) {
  Schedule schedule;
  schedule.feasible = true;
  EXPECT_FALSE(StartWarning({}, "621122", schedule));
  schedule.feasible = false;
  schedule.target_start_on = Day("2022-04-30");
  schedule.counted_on = Day("2022-04-20");
  schedule.explanation = "可研批复须于2022-01-26前受理，晚14个工作日";
  const auto warning = StartWarning({}, "621122", schedule);
  ASSERT_TRUE(warning);
  EXPECT_EQ(Text({*warning}), "START_AT_RISK 2022-04-30 ");
  EXPECT_EQ(warning->explanation, schedule.explanation);
}

TEST(WarningKindName, IsTheProtos) {
  for (int kind = 0; kind < v1::Warning::Kind_ARRAYSIZE; ++kind) {
    EXPECT_EQ(WarningKindName(static_cast<WarningKind>(kind)), v1::Warning::Kind_Name(kind));
  }
}

}  // namespace
}  // namespace yaoshi::preapproval

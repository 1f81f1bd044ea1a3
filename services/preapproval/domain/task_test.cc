#include "services/preapproval/domain/task.h"

#include <gtest/gtest.h>

#include "services/preapproval/testing/reference_catalogue.h"

namespace yaoshi::preapproval {
namespace {

ProcedureType Study() {
  ProcedureType type = TypeOf("P10", "可研批复", 20);
  type.terms.push_back({.effective_on = Day("2022-03-01"),
                        .legal_limit = Days{20},
                        .promised_limit = Days{5},
                        .validity_months = 24,
                        .basis = "承诺"});
  type.preparation = Days{10};
  type.outside_clock = Days{15, DayUnit::kCalendarDays};
  return type;
}

struct Row {
  std::string_view what;
  Standing standing;
  std::string_view today;
  Progress progress;
  std::string_view day;
  int preparation, outside, limit;
};

const Pause kReview{PauseKind::kExpertReview, Day("2022-02-14"), Day("2022-02-18"), "专家评审"};
const Pause kOpenReview{PauseKind::kExpertReview, Day("2022-02-14"), std::nullopt, "专家评审"};
const Pause kCorrection{PauseKind::kCorrection, Day("2022-02-14"), std::nullopt, "补正"};

Standing Running(ProcedureState state, const Pause* pause) {
  const std::span<const Pause> pauses = pause == nullptr ? std::span<const Pause>() : std::span(pause, 1);
  return Standing{state, Day("2022-02-07"), std::nullopt, ClockFacts{Day("2022-02-07"), std::nullopt, pauses}};
}

std::vector<Row> Rows() {
  return {
      {"not begun", {}, "2022-02-21", Progress::kOpen, "1970-01-01", 10, 15, 20},
      {"not begun, under the new terms", {}, "2022-03-01", Progress::kOpen, "1970-01-01", 10, 15, 5},
      {"returned",
       {ProcedureState::kReturned, Day("2022-02-01"), {}, {}},
       "2022-02-21",
       Progress::kOpen,
       "2022-02-01",
       10,
       15,
       20},
      {"lapsed",
       {ProcedureState::kExpired, Day("2022-02-01"), {}, {}},
       "2022-02-21",
       Progress::kOpen,
       "2022-02-01",
       10,
       15,
       20},
      {"an approval past its validity",
       {ProcedureState::kApproved, Day("2019-02-01"), {}, {}},
       "2022-02-21",
       Progress::kOpen,
       "2019-02-01",
       10,
       15,
       20},
      {"in preparation",
       {ProcedureState::kInPreparation, Day("2022-02-17"), {}, {}},
       "2022-02-21",
       Progress::kPreparing,
       "2022-02-17",
       10,
       15,
       20},
      {"submitted",
       {ProcedureState::kSubmitted, Day("2022-02-17"), {}, {}},
       "2022-02-21",
       Progress::kSubmitted,
       "2022-02-17",
       10,
       15,
       20},
      {"approved",
       {ProcedureState::kApproved, Day("2022-02-17"), Day("2022-02-16"), {}},
       "2022-02-21",
       Progress::kDecided,
       "2022-02-16",
       10,
       15,
       20},
      {"runs for ten working days", Running(ProcedureState::kAccepted, nullptr), "2022-02-21", Progress::kRunning,
       "2022-02-21", 0, 15, 10},
      {"keeps the terms of its acceptance", Running(ProcedureState::kAccepted, nullptr), "2022-03-01",
       Progress::kRunning, "2022-03-01", 0, 15, 4},
      {"overdue", Running(ProcedureState::kAccepted, nullptr), "2022-03-31", Progress::kRunning, "2022-03-31", 0, 15,
       0},
      {"was reviewed for four days", Running(ProcedureState::kAccepted, &kReview), "2022-02-21", Progress::kRunning,
       "2022-02-21", 0, 11, 14},
      {"is being reviewed", Running(ProcedureState::kInSpecialProcedure, &kOpenReview), "2022-02-21",
       Progress::kRunning, "2022-02-21", 0, 8, 16},
      {"is reviewed for too long", Running(ProcedureState::kInSpecialProcedure, &kOpenReview), "2022-04-20",
       Progress::kRunning, "2022-04-20", 0, 0, 16},
      {"is being corrected", Running(ProcedureState::kInCorrection, &kCorrection), "2022-02-21", Progress::kRunning,
       "2022-02-21", 0, 15, 16},
  };
}

TEST(TaskOf, TakesUpWhereAProcedureStands) {
  for (const Row& row : Rows()) {
    const Task task = TaskOf(row.standing, Study(), std::nullopt, ReferenceCalendar(), Day(row.today)).value();
    EXPECT_EQ(task.progress, row.progress) << row.what;
    EXPECT_EQ(Date::FromDays(task.day).ToString(), row.day) << row.what;
    EXPECT_EQ(task.preparation, row.preparation) << row.what;
    EXPECT_EQ(task.outside, row.outside) << row.what;
    EXPECT_EQ(task.limit, row.limit) << row.what;
  }
}

TEST(TaskOf, TheTemplatesPreparationGoesFirst) {
  EXPECT_EQ(TaskOf({}, Study(), Days{3}, ReferenceCalendar(), Day("2022-02-21"))->preparation, 3);
}

TEST(TaskOf, NamesTheYearThatIsMissing) {
  const Standing standing{ProcedureState::kAccepted, Day("2020-12-01"), std::nullopt,
                          ClockFacts{Day("2020-12-01"), std::nullopt, {}}};
  EXPECT_EQ(
      MetadataOf(TaskOf(standing, Study(), std::nullopt, ReferenceCalendar(), Day("2022-02-21")).status(), "year"),
      "2020");
}

}  // namespace
}  // namespace yaoshi::preapproval

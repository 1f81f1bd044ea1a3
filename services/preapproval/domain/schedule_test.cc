#include "services/preapproval/domain/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "common/status/status.h"
#include "services/preapproval/testing/reference_catalogue.h"

namespace yaoshi::preapproval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A case that is counted by hand: a template of its own, tasks by code.
struct Plan {
  explicit Plan(Template subject) : graph(CaseGraph::Create(subject, {}, ReferenceTypes()).value()) {
    tasks.resize(graph.nodes().size());
    for (const CaseGraph::Node& node : graph.nodes()) titles.push_back(node.code == "P10" ? "可研批复" : node.code);
  }
  Task& operator[](std::string_view code) { return tasks[static_cast<size_t>(graph.Find(code))]; }
  absl::StatusOr<Schedule> Count(std::string_view today, std::string_view target) const {
    return MakeSchedule(graph, tasks, ReferenceCalendar(), Day(today), Day(target), titles);
  }

  CaseGraph graph;
  std::vector<Task> tasks;
  std::vector<std::string> titles;
};

Template TemplateOf(std::vector<Node> nodes, std::vector<JointGroup> groups = {}) {
  Template subject = ReferenceTemplate();
  subject.nodes = std::move(nodes);
  subject.joint_groups = std::move(groups);
  return subject;
}

Task WorkingDays(int preparation, int outside, int limit) {
  return Task::Of(Days{preparation}, Days{outside}, Days{limit});
}

Task At(Progress progress, std::string_view day, Task task = {}) {
  task.progress = progress;
  task.day = Day(day).days();
  return task;
}

const ScheduleItem& Item(const Schedule& schedule, std::string_view code) {
  return *std::find_if(schedule.items.begin(), schedule.items.end(),
                       [&](const ScheduleItem& item) { return item.code == code; });
}

std::string Text(const std::optional<Date>& date) {
  return date ? date->ToString() : "";
}

TEST(Schedule, NamesTheYearThatIsMissing) {
  Plan plan(TemplateOf({NodeOf("P10", {}, true)}));
  plan["P10"] = WorkingDays(0, 0, 300);
  EXPECT_EQ(MetadataOf(plan.Count("2022-01-04", "2023-04-20").status(), "year"), "2023");
  EXPECT_EQ(MetadataOf(plan.Count("2020-01-06", "2022-04-20").status(), "year"), "2020");
  EXPECT_EQ(MetadataOf(plan.Count("2022-01-04", "2022-02-28").status(), "year"), "2020");  // Latest date.
  EXPECT_EQ(MetadataOf(plan.Count("2022-01-04", "2022-12-30").status(), "year"), "2023");  // Forecast.
  plan["P10"] = Task::Of(std::nullopt, std::nullopt, Days{800, DayUnit::kCalendarDays});
  EXPECT_EQ(MetadataOf(plan.Count("2021-01-04", "2022-12-30").status(), "year"), "2020");
  plan["P10"] = At(Progress::kPreparing, "2019-05-06", WorkingDays(1000, 0, 1));
  EXPECT_EQ(MetadataOf(plan.Count("2021-01-04", "2022-12-30").status(), "year"), "2020");
}

// The vectors of reference §2.5.
TEST(Schedule, CountsBackInWorkingDays) {
  const struct {
    int limit;
    std::string_view target, latest;
  } vectors[] = {
      {20, "2022-02-28", "2022-01-26"}, {90, "2022-04-29", "2021-12-20"}, {120, "2022-04-29", "2021-11-08"},
      {1, "2022-01-29", "2022-01-28"},  {1, "2022-04-05", "2022-04-01"},  // A holiday counts as the working day before.
      {0, "2022-04-24", "2022-04-24"}};
  for (const auto& vector : vectors) {
    Plan plan(TemplateOf({NodeOf("P10", {}, true)}));
    plan["P10"] = WorkingDays(0, 0, vector.limit);
    const Schedule schedule = plan.Count("2021-06-01", vector.target).value();
    EXPECT_EQ(Text(schedule.items[0].latest_acceptance_on), vector.latest) << vector.limit << ' ' << vector.target;
  }
}

TEST(Schedule, CountsForwardInWorkingDays) {
  const struct {
    int limit;
    std::string_view today, finish;
  } vectors[] = {{20, "2022-01-17", "2022-02-17"}, {1, "2022-01-28", "2022-01-29"}, {1, "2022-04-01", "2022-04-02"},
                 {20, "2022-04-20", "2022-05-19"}, {1, "2022-09-30", "2022-10-08"}, {0, "2022-05-02", "2022-05-05"}};
  for (const auto& vector : vectors) {
    Plan plan(TemplateOf({NodeOf("P10", {}, true)}));
    plan["P10"] = WorkingDays(0, 0, vector.limit);
    const Schedule schedule = plan.Count(vector.today, "2022-12-30").value();
    EXPECT_EQ(Text(schedule.items[0].forecast_finish_on), vector.finish) << vector.today;
    EXPECT_EQ(schedule.forecast_start_on.ToString(), vector.finish);
  }
}

TEST(Schedule, CalendarDaysEndOnAWorkingDay) {
  Plan plan(TemplateOf({NodeOf("P40", {}, true)}));
  plan["P40"] = Task::Of(std::nullopt, std::nullopt, Days{7, DayUnit::kCalendarDays});
  Schedule schedule = plan.Count("2022-04-25", "2022-05-03").value();  // Seven days later is the holiday 05-02.
  EXPECT_EQ(Text(schedule.items[0].forecast_finish_on), "2022-05-05");
  EXPECT_EQ(Text(schedule.items[0].latest_finish_on), "2022-04-29");
  EXPECT_EQ(Text(schedule.items[0].latest_acceptance_on), "2022-04-22");
  EXPECT_FALSE(schedule.feasible);
  EXPECT_EQ(schedule.shortfall_days, 1);
}

TEST(Schedule, SaysWhatShouldHaveBeenDoneByWhen) {
  Plan plan(TemplateOf({NodeOf("P01", {}), NodeOf("P10", {"P01"}, true)}));
  plan["P01"] = At(Progress::kDecided, "2022-01-10", WorkingDays(0, 0, 20));
  plan["P10"] = At(Progress::kSubmitted, "2022-02-20", WorkingDays(5, 0, 20));
  const Schedule schedule = plan.Count("2022-02-21", "2022-02-28").value();
  EXPECT_FALSE(schedule.feasible);
  EXPECT_EQ(schedule.shortfall_days, 15);
  EXPECT_EQ(
      schedule.explanation,
      "可研批复须于2022-01-26前受理，晚15个工作日；预计2022-03-21具备开工条件，比计划开工日期2022-02-28晚15个工作日。");
  EXPECT_THAT(schedule.critical_path, ElementsAre("P10"));
  EXPECT_EQ(Item(schedule, "P10").float_days, -15);
  EXPECT_TRUE(Item(schedule, "P10").critical);
  EXPECT_FALSE(Item(schedule, "P01").critical);
  EXPECT_EQ(Text(Item(schedule, "P01").forecast_finish_on), "2022-01-10");
  EXPECT_EQ(Text(Item(schedule, "P01").latest_finish_on), "");
}

TEST(Schedule, OfTheWholeReferenceTemplate) {
  Plan plan(ReferenceTemplate());
  for (const ProcedureType& type : ReferenceTypes())
    plan[type.code] = Task::Of(std::nullopt, std::nullopt, type.terms[0].legal_limit);
  const Schedule schedule = plan.Count("2021-07-01", "2022-04-29").value();
  // 20 working days each of P01, P02, P10 and P20, 10 of P30, 15 of P31, then seven calendar days of P40.
  EXPECT_THAT(schedule.critical_path, ElementsAre("P00", "P01", "P02", "P10", "P20", "P30", "P31", "P40"));
  EXPECT_EQ(Text(Item(schedule, "P40").latest_acceptance_on), "2022-04-22");
  EXPECT_EQ(Text(Item(schedule, "P21").latest_acceptance_on), "2022-03-24");
  EXPECT_EQ(Text(Item(schedule, "P10").latest_finish_on), "2022-02-17");
  EXPECT_TRUE(schedule.feasible);
  EXPECT_EQ(schedule.explanation, "");
  EXPECT_EQ(Item(schedule, "P50").forecast_start_on, schedule.forecast_start_on);  // The start is no deadline for it.
  EXPECT_EQ(Text(Item(schedule, "P70").latest_finish_on), "");
  EXPECT_EQ(Text(Item(schedule, "P05").latest_finish_on), "2022-04-29");
}

TEST(Schedule, TakesUpWhereAProcedureStands) {
  const Task whole = WorkingDays(10, 5, 20);
  const struct {
    std::string_view what;
    Task task;
    std::string_view start, acceptance, finish, latest_acceptance;
  } rows[] = {
      {"open", whole, "2022-03-01", "2022-03-15", "2022-04-20", "2022-05-25"},
      {"prepared for three days", At(Progress::kPreparing, "2022-02-24", whole), "2022-02-24", "2022-03-10",
       "2022-04-15", "2022-05-25"},
      {"prepared for long", At(Progress::kPreparing, "2021-03-01", whole), "2021-03-01", "2022-03-01", "2022-04-06",
       "2022-05-25"},
      {"submitted", At(Progress::kSubmitted, "2022-02-25", whole), "", "2022-03-01", "2022-04-06", "2022-05-25"},
      {"running", At(Progress::kRunning, "2022-03-01", WorkingDays(0, 0, 7)), "", "", "2022-03-10", ""},
      {"stands until a date", At(Progress::kRunning, "2022-03-05", WorkingDays(0, 0, 7)), "", "", "2022-03-16", ""},
      {"overdue", At(Progress::kRunning, "2022-02-01", WorkingDays(0, 0, 0)), "", "", "2022-03-01", ""},
      {"decided", At(Progress::kDecided, "2022-02-22", whole), "", "", "2022-02-22", ""},
  };
  for (const auto& row : rows) {
    Plan plan(TemplateOf({NodeOf("P10", {}), NodeOf("P40", {"P10"}, true)}));
    plan["P10"] = row.task;
    const Schedule schedule = plan.Count("2022-03-01", "2022-06-30").value();
    const ScheduleItem& item = Item(schedule, "P10");
    EXPECT_EQ(Text(item.forecast_start_on), row.start) << row.what;
    EXPECT_EQ(Text(item.forecast_acceptance_on), row.acceptance) << row.what;
    EXPECT_EQ(Text(item.forecast_finish_on), row.finish) << row.what;
    EXPECT_EQ(Text(item.latest_acceptance_on), row.latest_acceptance) << row.what;
    if (row.what != "decided") {
      EXPECT_EQ(Text(item.latest_finish_on), "2022-06-30") << row.what;
    }
  }
}

TEST(Schedule, WhatIsAcceptedWaitsForNothingMore) {
  Plan plan(TemplateOf({NodeOf("P01", {}, true), NodeOf("P10", {"P01"}, true)}));
  plan["P01"] = WorkingDays(0, 0, 30);
  plan["P10"] = At(Progress::kRunning, "2022-03-01", WorkingDays(0, 0, 2));
  const Schedule schedule = plan.Count("2022-03-01", "2022-06-30").value();
  EXPECT_EQ(Text(Item(schedule, "P10").forecast_finish_on), "2022-03-03");
  EXPECT_EQ(Text(Item(schedule, "P01").latest_finish_on), "2022-06-30");
}

TEST(Schedule, OfADoneCaseIsAFact) {
  Plan plan(TemplateOf({NodeOf("P01", {}), NodeOf("P10", {"P01"}, true)}));
  plan["P01"] = At(Progress::kDecided, "2022-01-10");
  plan["P10"] = At(Progress::kDecided, "2022-03-05");  // A Saturday: facts are what they are.
  Schedule schedule = plan.Count("2022-06-01", "2022-03-05").value();
  EXPECT_TRUE(schedule.feasible);
  EXPECT_EQ(schedule.forecast_start_on.ToString(), "2022-03-05");
  EXPECT_THAT(schedule.critical_path, IsEmpty());
  schedule = plan.Count("2022-06-01", "2022-03-01").value();
  EXPECT_FALSE(schedule.feasible);
  EXPECT_EQ(schedule.shortfall_days, 4);
  EXPECT_THAT(schedule.explanation, HasSubstr("手续于2022-03-05办齐"));
}

TEST(Schedule, OfAGroupAsksForThoseThatAreFirst) {
  Plan plan(TemplateOf({NodeOf("P01", {}), NodeOf("P02", {}), NodeOf("P03", {}), NodeOf("P40", {}, true)},
                       {{.id = "g",
                         .title = "联合审批",
                         .codes = {"P01", "P02", "P03"},
                         .mode = JointMode::kNOfM,
                         .n = 2,
                         .lead_department = "organizations/a",
                         .dependents = {"P40"}}}));
  plan["P01"] = WorkingDays(0, 0, 30);
  plan["P02"] = WorkingDays(0, 0, 10);
  plan["P03"] = WorkingDays(0, 0, 20);
  plan["P40"] = WorkingDays(0, 0, 5);
  const Schedule schedule = plan.Count("2022-03-01", "2022-04-20").value();
  EXPECT_EQ(Text(Item(schedule, "P40").forecast_start_on), "2022-03-29");  // When P03 is decided.
  EXPECT_THAT(schedule.critical_path, ElementsAre("P03", "P40"));
  EXPECT_EQ(Text(Item(schedule, "P02").latest_finish_on), "2022-04-13");
  EXPECT_EQ(Text(Item(schedule, "P01").latest_finish_on), "");
  EXPECT_THAT(Item(schedule, "P40").prerequisites, ElementsAre("P01", "P02", "P03"));
}

}  // namespace
}  // namespace yaoshi::preapproval

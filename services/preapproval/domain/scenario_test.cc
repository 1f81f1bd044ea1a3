// What-if: the illegal and the missing first, then the properties over random cases.
#include "services/preapproval/domain/scenario.h"

#include <gtest/gtest.h>

#include <random>

#include "common/status/status.h"
#include "services/preapproval/testing/reference_catalogue.h"

namespace yaoshi::preapproval {
namespace {

const Date kToday = Day("2022-02-21");

std::string Code(int number) {
  return "Q" + std::to_string(100 + number);
}

Scenario Of(std::vector<ScenarioChange> changes) {
  return Scenario(std::move(changes));
}

// One case of a random template in memory: ten procedures, some not required, some on their way.
class World {
 public:
  World(uint64_t seed, bool calendar_days = false) : random_(seed), calendar_days_(calendar_days) {
    for (int year = 2021; year <= 2024; ++year) book_.PutCalendar({year, {Date::FromCivil(year, 1, 3).value()}, {}});
    Template subject = ReferenceTemplate();
    subject.nodes.clear();
    for (int i = 0; i < kProcedures; ++i) {
      Node& node = subject.nodes.emplace_back(NodeOf(Code(i), {}, i == kProcedures - 1 || Below(4) == 0));
      for (int before = 0; before < i; ++before) {
        if (Below(3) == 0) node.prerequisites.push_back(Code(before));
      }
      const DayUnit unit = calendar_days_ && Below(2) == 0 ? DayUnit::kCalendarDays : DayUnit::kWorkingDays;
      book_.PutType(TypeOf(Code(i), "手续", Below(12), unit));
      Applicability& need = case_.procedures.emplace_back();
      need.code = Code(i);
      need.requirement = Below(4) == 0 ? Requirement::kNotRequired : Requirement::kRequired;
    }
    book_.PutTemplate(subject);
    case_.project = Uuid::Parse("00000000-0000-7000-8000-000000000001").value();
    case_.region = "621122";
    case_.template_name = subject.name;
    case_.opened_on = case_.effective_on = Day("2022-01-04");
    PutProject(Day("2022-05-01").AddDays(Below(60)), std::nullopt);
    book_.PutCase(case_, 1);
    for (int i = 0; i < kProcedures; ++i) Begin(i);
  }

  void PutProject(const std::optional<Date>& planned_start, const std::optional<Date>& started) {
    ProjectCopy project;
    project.id = case_.project;
    project.region = "621122";
    project.planned_start_on = planned_start;
    project.started_on = started;
    book_.PutProject(project, ++version_);
  }

  int Below(uint64_t bound) { return static_cast<int>(random_() % bound); }
  const CaseBook& book() const { return book_; }
  const CaseRow& row() const { return *book_.Find(case_.project); }
  Schedule Now() const { return ScheduleOf(book_, row(), kToday).value(); }
  Schedule In(Scenario& scenario) const {
    return ScheduleOf(book_, scenario.PlanOf(book_, row(), kToday).value(), kToday).value();
  }
  // Makes true what a comparison says.
  void Apply(const CaseComparison& comparison) {
    case_.target_start_on = comparison.target_after;
    Require(case_.procedures, comparison.added, "推演");
    book_.PutCase(case_, 2);
  }
  const Case& subject() const { return case_; }

 private:
  static constexpr int kProcedures = 10;

  void Begin(int i) {
    if (case_.procedures[static_cast<size_t>(i)].requirement != Requirement::kRequired || Below(3) != 0) return;
    Procedure procedure;
    procedure.project = case_.project;
    procedure.code = Code(i);
    procedure.accepted_on = procedure.effective_on = procedure.state_since = Day("2022-02-14");
    procedure.state = Below(2) == 0 ? ProcedureState::kAccepted : ProcedureState::kApproved;
    if (procedure.state == ProcedureState::kApproved) procedure.decided_on = Day("2022-02-18");
    book_.PutProcedure(procedure, 1);
  }

  std::mt19937_64 random_;
  const bool calendar_days_;
  CaseBook book_;
  Case case_;
  int64_t version_ = 0;
};

TEST(Scenario, LeavesAloneWhatCannotBeCounted) {
  World world(1);
  Scenario shifted = Of({{.shift_working_days = 2000}});
  const CaseComparison far = shifted.Compare(world.book(), world.row(), kToday);
  EXPECT_EQ(ReasonOf(shifted.PlanOf(world.book(), world.row(), kToday).status()), "CALENDAR_YEAR_MISSING");
  EXPECT_TRUE(far.before);
  EXPECT_FALSE(far.after);
  EXPECT_FALSE(far.ChangesCase());
  world.PutProject(std::nullopt, std::nullopt);
  Scenario later = Of({{.shift_working_days = 10}});
  EXPECT_EQ(ReasonOf(later.PlanOf(world.book(), world.row(), kToday).status()), "START_DATE_MISSING");
  EXPECT_FALSE(later.Compare(world.book(), world.row(), kToday).ChangesCase());
  Scenario dated = Of({{.target = Day("2022-06-30")}});
  const CaseComparison set = dated.Compare(world.book(), world.row(), kToday);
  EXPECT_FALSE(set.before);
  EXPECT_TRUE(set.after);
  EXPECT_TRUE(set.ChangesCase());
}

TEST(Scenario, AProjectThatHasStartedStaysAsItIs) {
  World world(2);
  world.PutProject(Day("2022-05-01"), Day("2022-02-10"));
  Scenario scenario = Of({{.target = Day("2022-06-30"), .added = "Q101"}});
  const CaseComparison comparison = scenario.Compare(world.book(), world.row(), kToday);
  EXPECT_FALSE(comparison.Differs());
  EXPECT_EQ(comparison.StartBefore(), Day("2022-02-10"));
  EXPECT_EQ(comparison.StartAfter(), Day("2022-02-10"));
}

TEST(Scenario, ChangesOfOneCaseDoNotConcernAnother) {
  const World world(3);
  Scenario scenario = Of({{.project = Uuid::Parse("00000000-0000-7000-8000-000000000002").value(),
                           .target = Day("2022-06-30"),
                           .added = "Q101",
                           .limit_percent = 10}});
  EXPECT_FALSE(scenario.Compare(world.book(), world.row(), kToday).Differs());
}

TEST(Scenario, ShiftsCountFromTheWorkingDayThatSchedulesCountFrom) {
  const WorkCalendar calendar = ReferenceCalendar();
  const auto shifted = [&](std::string_view from, int days) { return ShiftStart(Day(from), days, calendar).value(); };
  EXPECT_EQ(shifted("2022-03-12", 0), Day("2022-03-12"));  // A Saturday.
  EXPECT_EQ(shifted("2022-03-12", 1), Day("2022-03-14"));
  EXPECT_EQ(shifted("2022-03-12", -1), Day("2022-03-10"));
  EXPECT_EQ(shifted("2022-03-11", 1), Day("2022-03-14"));
  EXPECT_EQ(shifted("2022-03-11", -1), Day("2022-03-10"));
  EXPECT_EQ(ReasonOf(ShiftStart(Day("2022-12-30"), 1, calendar).status()), "CALENDAR_YEAR_MISSING");
}

TEST(Scenario, ChangesAreMadeInTheirOrder) {
  const World world(4);
  Scenario scenario = Of({{.target = Day("2022-06-30")}, {.shift_working_days = 1}, {.shift_working_days = 2}});
  EXPECT_EQ(scenario.TargetOf(world.book(), world.row()).value(), Day("2022-07-05"));
}

TEST(Scenario, StartsAreCountedInBothWorlds) {
  CaseComparison late;
  late.target_before = Day("2022-05-01");
  late.target_after = Day("2022-04-01");
  late.before = late.after = CaseOutcome{{Day("2022-04-10").days(), 0, true}, 0, std::nullopt};
  late.after->feasible = false;
  CaseComparison started;
  started.started_on = Day("2022-03-01");
  CaseComparison unknown;
  ScenarioTally tally({Day("2022-03-31"), Day("2022-04-20"), Day("2022-05-01")});
  for (const CaseComparison& one : {late, started, unknown}) tally.Add(one);
  EXPECT_EQ(tally.cases, 3);
  EXPECT_EQ(tally.differing, 1);
  EXPECT_EQ(tally.skipped, 1);
  EXPECT_EQ(tally.infeasible_before, 0);
  EXPECT_EQ(tally.infeasible_after, 1);
  EXPECT_EQ(tally.starts[0].before, 1);
  EXPECT_EQ(tally.starts[0].after, 1);
  EXPECT_EQ(tally.starts[1].before, 1);
  EXPECT_EQ(tally.starts[1].after, 2);
  EXPECT_EQ(tally.starts[2].before, 2);
  EXPECT_EQ(tally.starts[2].after, 2);
}

TEST(ScenarioProperty, WithoutEffectBothWorldsAreTheSame) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const World world(seed, true);
    std::string required;
    for (const Applicability& one : world.subject().procedures) {
      if (one.requirement == Requirement::kRequired) required = one.code;
    }
    Scenario scenario = Of({{.target = TargetOf(world.book(), world.row()).value()},
                            {.shift_working_days = 7},
                            {.target = TargetOf(world.book(), world.row()).value()},
                            {.added = required, .limit_percent = 100}});
    ASSERT_FALSE(scenario.Compare(world.book(), world.row(), kToday).Differs()) << seed;
    ASSERT_EQ(world.In(scenario), world.Now()) << seed;
  }
}

std::optional<Date> FirstAcceptance(const Schedule& schedule) {
  std::optional<Date> first;
  for (const ScheduleItem& item : schedule.items) {
    if (item.latest_acceptance_on && (!first || *item.latest_acceptance_on < *first)) first = item.latest_acceptance_on;
  }
  return first;
}

TEST(ScenarioProperty, ShiftingTheStartMovesEveryLatestDateByAsManyWorkingDays) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    World world(seed);
    const int days = world.Below(61) - 30;
    Scenario scenario = Of({{.shift_working_days = days}});
    const Schedule before = world.Now(), after = world.In(scenario);
    const auto moved = [&](const std::optional<Date>& from, const std::optional<Date>& to) {
      if (!from) return !to;
      return to == world.book().calendar().AddWorkingDays(*from, days).value();
    };
    for (size_t i = 0; i < before.items.size(); ++i) {
      ASSERT_TRUE(moved(before.items[i].latest_start_on, after.items[i].latest_start_on)) << seed;
      ASSERT_TRUE(moved(before.items[i].latest_acceptance_on, after.items[i].latest_acceptance_on)) << seed;
      ASSERT_TRUE(moved(before.items[i].latest_finish_on, after.items[i].latest_finish_on)) << seed;
      ASSERT_EQ(before.items[i].forecast_finish_on, after.items[i].forecast_finish_on) << seed;
    }
    const CaseComparison compared = scenario.Compare(world.book(), world.row(), kToday);
    ASSERT_EQ(compared.before->latest_acceptance, FirstAcceptance(before)) << seed;
    ASSERT_EQ(compared.after->latest_acceptance, FirstAcceptance(after)) << seed;
    if (!before.feasible) {
      ASSERT_EQ(compared.before->float_days, -before.shortfall_days) << seed;
    }
  }
}

// Of what was not required. One that was merged is another matter: who waited for its target may go on with it alone.
TEST(ScenarioProperty, AddingAProcedureMakesNothingEarlier) {
  int added = 0;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    World world(seed, seed % 2 == 0);
    Scenario scenario = Of({{.added = Code(world.Below(10))}});
    const CaseComparison comparison = scenario.Compare(world.book(), world.row(), kToday);
    added += static_cast<int>(comparison.added.size());
    ASSERT_GE(comparison.after->forecast_start, comparison.before->forecast_start) << seed;
    const Schedule before = world.Now(), after = world.In(scenario);
    for (const ScheduleItem& item : before.items) {
      const auto same = std::find_if(after.items.begin(), after.items.end(),
                                     [&](const ScheduleItem& one) { return one.code == item.code; });
      ASSERT_NE(same, after.items.end());
      ASSERT_GE(same->forecast_finish_on, item.forecast_finish_on) << seed;
      if (item.latest_finish_on) {
        ASSERT_LE(same->latest_finish_on, item.latest_finish_on) << seed;
      }
    }
  }
  EXPECT_GT(added, 50);
}

TEST(ScenarioProperty, ShorterLimitsMakeNothingLaterAndSpareWhatIsAccepted) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    World world(seed, true);
    Scenario scenario = Of({{.limit_percent = world.Below(101)}});
    const Schedule before = world.Now(), after = world.In(scenario);
    for (size_t i = 0; i < before.items.size(); ++i) {
      ASSERT_LE(after.items[i].forecast_finish_on, before.items[i].forecast_finish_on) << seed;
      const bool waits = before.items[i].forecast_acceptance_on.has_value();
      if (!waits) {
        ASSERT_EQ(after.items[i].forecast_finish_on, before.items[i].forecast_finish_on) << seed;
      }
    }
  }
}

TEST(ScenarioProperty, WhatIsAppliedIsWhatWasSaid) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    World world(seed, seed % 2 == 0);
    Scenario scenario = Of({{.shift_working_days = world.Below(41) - 20},
                            {.project = world.subject().project, .added = Code(world.Below(10))}});
    const Schedule said = world.In(scenario);
    world.Apply(scenario.Compare(world.book(), world.row(), kToday));
    ASSERT_EQ(world.Now(), said) << seed;
    Scenario nothing = Of({});
    ASSERT_FALSE(nothing.Compare(world.book(), world.row(), kToday).Differs()) << seed;
  }
}

}  // namespace
}  // namespace yaoshi::preapproval

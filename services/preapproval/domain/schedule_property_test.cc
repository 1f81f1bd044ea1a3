// The schedule against one who lives through the days one by one, and the properties that any schedule has.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "services/preapproval/domain/schedule.h"
#include "services/preapproval/testing/reference_catalogue.h"

namespace yaoshi::preapproval {
namespace {

struct Step {
  int days = 0;
  bool calendar = false;
};

// A case without the graph and the tasks of the scheduler: who waits for whom, and what takes how long.
struct World {
  struct Procedure {
    std::vector<int> waits;
    Step steps[3];  // Preparation, outside, limit.
    Progress progress = Progress::kOpen;
    Date day;
    bool gates = false;
  };
  struct Group {
    std::vector<int> members;
    int needed = 0;
    std::vector<int> dependents;
  };
  std::vector<Procedure> procedures;
  std::vector<Group> groups;
  Date today, target;
};

std::string Code(int procedure) {
  return "Q" + std::to_string(100 + procedure);
}

// ---------------------------------------------------------------------------- day by day

// Lives through the days until everything is decided; `decided` is when each one was, and may begin with facts. What is
// in `only` takes its time, all else was decided long ago.
class Days1By1 {
 public:
  Days1By1(const World& world, const WorkCalendar& calendar, std::set<int> only)
      : world_(world), calendar_(calendar), only_(std::move(only)), lives_(world.procedures.size()) {}

  // Sets the day of one decision.
  void Fix(int procedure, Date day) { fixed_ = {procedure, day}; }

  std::vector<std::optional<Date>> Live(Date last) {
    for (Date day = world_.today.AddDays(-90); day <= last; day = day.AddDays(1)) {
      const bool working = calendar_.IsWorkingDay(day).value();
      for (Life& life : lives_) {
        if (life.step < 0 || life.step > 2) continue;
        life.elapsed_working += working ? 1 : 0;
        ++life.elapsed_calendar;
      }
      if (!working) continue;
      while (Turn(day)) {
      }
    }
    std::vector<std::optional<Date>> decided;
    for (const Life& life : lives_) decided.push_back(life.decided);
    return decided;
  }
  bool StartedBy(Date day) const {
    bool started = true;
    for (size_t i = 0; i < lives_.size(); ++i) started = started && (!world_.procedures[i].gates || Done(int(i), day));
    return started;
  }

 private:
  struct Life {
    int step = -1;  // Not begun; 0 to 2; 3: all steps done.
    int elapsed_working = 0, elapsed_calendar = 0;
    bool prepared = false;
    std::optional<Date> decided;
  };

  bool Done(int i, Date day) const {
    if (!only_.contains(i) || world_.procedures[i].progress == Progress::kDecided) return true;
    return lives_[i].decided && *lives_[i].decided <= day;
  }
  bool Free(int i, Date day) const {
    for (const int before : world_.procedures[i].waits) {
      if (!Done(before, day)) return false;
    }
    for (const World::Group& group : world_.groups) {
      if (std::count(group.dependents.begin(), group.dependents.end(), i) == 0) continue;
      if (std::count_if(group.members.begin(), group.members.end(), [&](int m) { return Done(m, day); }) <
          group.needed) {
        return false;
      }
    }
    return true;
  }
  void Enter(Life& life, int step) {
    life.step = step;
    life.elapsed_working = life.elapsed_calendar = 0;
  }
  // One event of the day; false when nothing more happens.
  bool Turn(Date day) {
    for (int i = 0; i < static_cast<int>(lives_.size()); ++i) {
      if (TurnOne(i, day)) return true;
    }
    return false;
  }
  bool TurnOne(int i, Date day) {
    const World::Procedure& procedure = world_.procedures[i];
    Life& life = lives_[i];
    if (!only_.contains(i) || life.decided || procedure.progress == Progress::kDecided) return false;
    if (fixed_.first == i) {
      if (day < fixed_.second) return false;
      life.decided = day;
      return true;
    }
    if (life.step < 0) {
      if (procedure.progress == Progress::kPreparing) {
        if (day < procedure.day) return false;
        Enter(life, 0);
        return true;
      }
      if (day < world_.today || (procedure.progress == Progress::kRunning && day < procedure.day)) return false;
      if (procedure.progress != Progress::kRunning && !Free(i, day)) return false;
      Enter(life, procedure.progress == Progress::kOpen ? 0 : 1);
      return true;
    }
    const Step& step = procedure.steps[life.step];
    if ((step.calendar ? life.elapsed_calendar : life.elapsed_working) < step.days) return false;
    if (life.step == 0 && procedure.progress == Progress::kPreparing && (day < world_.today || !Free(i, day)))
      return false;
    if (life.step == 2) life.decided = day;
    Enter(life, life.step + 1);
    return true;
  }

  const World& world_;
  const WorkCalendar& calendar_;
  const std::set<int> only_;
  std::vector<Life> lives_;
  std::pair<int, Date> fixed_ = {-1, Date()};
};

// ---------------------------------------------------------------------------- random worlds

struct Choice {
  bool groups = false;
  bool begun = false;          // Some have begun or are decided.
  bool calendar_days = false;  // Some limits are in calendar days.
};

World RandomWorld(std::mt19937_64& random, const Choice& choice) {
  const auto below = [&](uint64_t bound) { return static_cast<int>(random() % bound); };
  World world;
  world.today = Day("2022-01-15").AddDays(below(60));
  world.target = world.today.AddDays(below(90));
  const int count = 3 + below(7);
  for (int i = 0; i < count; ++i) {
    World::Procedure& procedure = world.procedures.emplace_back();
    for (int j = 0; j < i; ++j) {
      if (below(3) == 0) procedure.waits.push_back(j);
    }
    for (Step& step : procedure.steps) step = {below(7), choice.calendar_days && below(2) == 0};
    procedure.gates = below(3) == 0 || i == count - 1;
    if (choice.begun && below(2) == 0) {
      procedure.progress = static_cast<Progress>(below(5));
      procedure.day = world.today.AddDays(-below(40));
      if (procedure.progress == Progress::kRunning) procedure.day = world.today.AddDays(below(20) - 10);
    }
  }
  if (choice.groups && count > 4) {
    world.groups.push_back({{0, 1, 2}, 1 + below(3), {count - 1}});
  }
  return world;
}

Template TemplateOf(const World& world) {
  Template subject = ReferenceTemplate();
  subject.nodes.clear();
  for (size_t i = 0; i < world.procedures.size(); ++i) {
    Node& node = subject.nodes.emplace_back(NodeOf(Code(static_cast<int>(i)), {}, world.procedures[i].gates));
    for (const int before : world.procedures[i].waits) node.prerequisites.push_back(Code(before));
  }
  for (const World::Group& group : world.groups) {
    JointGroup& joint = subject.joint_groups.emplace_back();
    joint.id = "g";
    joint.mode = JointMode::kNOfM;
    joint.n = group.needed;
    for (const int member : group.members) joint.codes.push_back(Code(member));
    for (const int dependent : group.dependents) joint.dependents.push_back(Code(dependent));
  }
  return subject;
}

// What the scheduler says of a world.
struct Answer {
  Outcome outcome;
  std::vector<Slot> slots;  // By procedure.
};

Answer Ask(const World& world, const WorkCalendar& calendar) {
  const CaseGraph graph = CaseGraph::Create(TemplateOf(world), {}, {}).value();
  std::vector<Task> tasks(graph.nodes().size());
  for (size_t i = 0; i < world.procedures.size(); ++i) {
    const World::Procedure& procedure = world.procedures[i];
    const auto days = [&](int step) {
      return Days{procedure.steps[step].days,
                  procedure.steps[step].calendar ? DayUnit::kCalendarDays : DayUnit::kWorkingDays};
    };
    Task& task = tasks[static_cast<size_t>(graph.Find(Code(static_cast<int>(i))))];
    task = Task::Of(days(0), days(1), days(2));
    task.progress = procedure.progress;
    task.day = procedure.day.days();
  }
  std::vector<Slot> slots(graph.nodes().size());
  Answer answer;
  answer.outcome = CountSchedule(graph, tasks, calendar, world.today, world.target, slots).value();
  for (size_t i = 0; i < world.procedures.size(); ++i) {
    answer.slots.push_back(slots[static_cast<size_t>(graph.Find(Code(static_cast<int>(i))))]);
  }
  return answer;
}

std::set<int> Everything(const World& world) {
  std::set<int> all;
  for (size_t i = 0; i < world.procedures.size(); ++i) all.insert(static_cast<int>(i));
  return all;
}

bool Open(const World::Procedure& procedure) {
  return procedure.progress != Progress::kDecided;
}

const Choice kChoices[] = {{false, false, false}, {false, true, true}, {true, true, true}, {true, false, false}};

TEST(ScheduleProperty, TheForecastIsWhatOneLivesToSee) {
  const WorkCalendar calendar = ReferenceCalendar();
  std::mt19937_64 random(1346);
  for (int round = 0; round < 1000; ++round) {
    const World world = RandomWorld(random, kChoices[round % 4]);
    const Answer answer = Ask(world, calendar);
    Days1By1 life(world, calendar, Everything(world));
    const auto decided = life.Live(Day("2022-12-30"));
    for (size_t i = 0; i < decided.size(); ++i) {
      if (!Open(world.procedures[i])) continue;
      ASSERT_TRUE(decided[i]) << round;
      ASSERT_EQ(Date::FromDays(answer.slots[i].forecast_finish).ToString(), decided[i]->ToString())
          << round << ' ' << i;
    }
    bool gates_open = false;
    for (const auto& procedure : world.procedures) gates_open |= procedure.gates && Open(procedure);
    if (gates_open) {
      ASSERT_EQ(answer.outcome.feasible, life.StartedBy(world.target)) << round;
    }
  }
}

// The latest day of a decision after which the start is still in time, tried day by day from the target back.
TEST(ScheduleProperty, LatestFinishesAreTheLastThatDoNoHarm) {
  const WorkCalendar calendar = ReferenceCalendar();
  std::mt19937_64 random(3246);
  for (int round = 0; round < 60; ++round) {
    const World world = RandomWorld(random, kChoices[round % 2]);
    const Answer answer = Ask(world, calendar);
    for (size_t i = 0; i < world.procedures.size(); ++i) {
      if (!Open(world.procedures[i]) || answer.slots[i].latest_finish == Slot::kNever) continue;
      std::set<int> behind = {static_cast<int>(i)};
      for (size_t j = i + 1; j < world.procedures.size(); ++j) {
        for (const int before : world.procedures[j].waits) {
          if (behind.contains(before) && world.procedures[j].progress < Progress::kRunning) behind.insert(int(j));
        }
      }
      Date day = world.target;
      for (;; day = day.AddDays(-1)) {
        if (!calendar.IsWorkingDay(day).value()) continue;
        World past = world;  // Far enough back that today delays nothing.
        past.today = day.AddDays(-60);
        for (auto& procedure : past.procedures) procedure.day = past.today.AddDays(-80);
        Days1By1 life(past, calendar, behind);
        life.Fix(static_cast<int>(i), day);
        life.Live(world.target);
        if (life.StartedBy(world.target)) break;
      }
      ASSERT_EQ(Date::FromDays(answer.slots[i].latest_finish).ToString(), day.ToString()) << round << ' ' << i;
    }
  }
}

TEST(ScheduleProperty, NothingBeginsBeforeWhatItWaitsFor) {
  const WorkCalendar calendar = ReferenceCalendar();
  std::mt19937_64 random(561);
  for (int round = 0; round < 2000; ++round) {
    const World world = RandomWorld(random, kChoices[round % 4]);
    const Answer answer = Ask(world, calendar);
    for (size_t i = 0; i < world.procedures.size(); ++i) {
      if (world.procedures[i].progress >= Progress::kRunning) continue;
      const Slot& slot = answer.slots[i];
      ASSERT_GE(slot.forecast_acceptance, world.today.days());
      for (const int before : world.procedures[i].waits) {
        if (!Open(world.procedures[before])) continue;
        ASSERT_LE(answer.slots[before].forecast_finish, slot.forecast_acceptance) << round;
        if (world.procedures[i].progress == Progress::kOpen) {
          ASSERT_LE(answer.slots[before].forecast_finish, slot.forecast_start) << round;
          if (slot.latest_start != Slot::kNever) {
            ASSERT_LE(answer.slots[before].latest_finish, slot.latest_start) << round;
          }
        }
      }
    }
  }
}

TEST(ScheduleProperty, FeasibleIsWhenNothingIsShortOfTime) {
  const WorkCalendar calendar = ReferenceCalendar();
  std::mt19937_64 random(737);
  int feasible = 0;
  for (int round = 0; round < 4000; ++round) {
    const World world = RandomWorld(random, kChoices[round % 4]);
    const Answer answer = Ask(world, calendar);
    int least = 0;
    bool open = false;
    for (size_t i = 0; i < world.procedures.size(); ++i) {
      if (answer.slots[i].latest_finish == Slot::kNever) continue;
      least = open ? std::min(least, answer.slots[i].float_days) : answer.slots[i].float_days;
      open = true;
    }
    if (!open) continue;
    ASSERT_EQ(least >= 0, answer.outcome.feasible) << round;
    ASSERT_EQ(answer.outcome.feasible, answer.outcome.shortfall_days == 0) << round;
    feasible += answer.outcome.feasible ? 1 : 0;
  }
  EXPECT_GT(feasible, 800);  // Both happen.
  EXPECT_LT(feasible, 3200);
}

TEST(ScheduleProperty, MovingTheStartMovesEveryLatestDateAsFar) {
  const WorkCalendar calendar = ReferenceCalendar();
  std::mt19937_64 random(99);
  for (int round = 0; round < 1000; ++round) {
    World world = RandomWorld(random, kChoices[round % 2 == 0 ? 0 : 3]);  // Working days only.
    const int shift = static_cast<int>(random() % 41) - 20;
    world.target = calendar.AddWorkingDays(calendar.AddWorkingDays(world.target, 1).value(), -1).value();
    const Answer before = Ask(world, calendar);
    world.target = calendar.AddWorkingDays(world.target, shift).value();
    const Answer after = Ask(world, calendar);
    const auto moved = [&](int32_t from, int32_t to) {
      if (from == Slot::kNever) return to == Slot::kNever;
      return calendar.AddWorkingDays(Date::FromDays(from), shift).value() == Date::FromDays(to);
    };
    for (size_t i = 0; i < world.procedures.size(); ++i) {
      ASSERT_TRUE(moved(before.slots[i].latest_start, after.slots[i].latest_start)) << round;
      ASSERT_TRUE(moved(before.slots[i].latest_acceptance, after.slots[i].latest_acceptance)) << round;
      ASSERT_TRUE(moved(before.slots[i].latest_finish, after.slots[i].latest_finish)) << round;
      ASSERT_EQ(before.slots[i].forecast_finish, after.slots[i].forecast_finish) << round;
    }
  }
}

// A procedure more: whatever it waits for and whoever waits for it. Forecasts are then not earlier; latest dates not
// later, but where a group may turn to others.
TEST(ScheduleProperty, OneProcedureMoreMakesNothingEarlier) {
  const WorkCalendar calendar = ReferenceCalendar();
  std::mt19937_64 random(163);
  for (int round = 0; round < 2000; ++round) {
    const Choice& choice = kChoices[round % 4];
    World world = RandomWorld(random, choice);
    const Answer before = Ask(world, calendar);
    const int added = static_cast<int>(world.procedures.size());
    const int place = static_cast<int>(random() % static_cast<uint64_t>(added + 1));
    World::Procedure more;
    more.steps[2] = {static_cast<int>(random() % 15), choice.calendar_days};
    more.gates = random() % 2 == 0;
    for (int i = 0; i < place; ++i) {
      if (random() % 3 == 0) more.waits.push_back(i);
    }
    for (int i = place; i < added; ++i) {
      if (random() % 3 == 0) world.procedures[static_cast<size_t>(i)].waits.push_back(added);
    }
    world.procedures.push_back(more);
    const Answer after = Ask(world, calendar);
    bool gates_open = false;
    for (int i = 0; i < added; ++i) {
      gates_open |= world.procedures[static_cast<size_t>(i)].gates && Open(world.procedures[static_cast<size_t>(i)]);
      ASSERT_GE(after.slots[static_cast<size_t>(i)].forecast_finish,
                before.slots[static_cast<size_t>(i)].forecast_finish)
          << round;
      const int32_t latest = before.slots[static_cast<size_t>(i)].latest_finish;
      if (choice.groups || latest == Slot::kNever) continue;
      ASSERT_LE(after.slots[static_cast<size_t>(i)].latest_finish, latest) << round;
    }
    if (gates_open) {
      ASSERT_GE(after.outcome.forecast_start, before.outcome.forecast_start) << round;
    }
  }
}

}  // namespace
}  // namespace yaoshi::preapproval

#include "services/registry/domain/life_cycle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace yaoshi::registry {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kReason = "资金未到位";

Date Day(std::string_view text) {
  return Date::Parse(text).value();
}

Project In(Stage stage, std::string_view since = "2022-03-01") {
  Project project;
  project.stage = stage;
  project.stage_since = Day(since);
  return project;
}

// The life cycle once more, written as the proto's comments say it.
const std::map<std::pair<Stage, Move>, Stage>& Allowed() {
  using S = Stage;
  using M = Move;
  static const auto* const allowed = new std::map<std::pair<Stage, Move>, Stage>{
      {{S::kPlanned, M::kReserve}, S::kReserved},
      {{S::kPlanned, M::kPrepare}, S::kPreparing},
      {{S::kReserved, M::kPrepare}, S::kPreparing},
      {{S::kPreparing, M::kStart}, S::kStarted},
      {{S::kStarted, M::kBuild}, S::kUnderConstruction},
      {{S::kStarted, M::kSuspend}, S::kSuspended},
      {{S::kUnderConstruction, M::kSuspend}, S::kSuspended},
      {{S::kSuspended, M::kResume}, S::kUnderConstruction},
      {{S::kUnderConstruction, M::kComplete}, S::kCompleted},
      {{S::kCompleted, M::kOperate}, S::kOperating},
      {{S::kPlanned, M::kCancel}, S::kCancelled},
      {{S::kReserved, M::kCancel}, S::kCancelled},
      {{S::kPreparing, M::kCancel}, S::kCancelled},
      {{S::kStarted, M::kCancel}, S::kCancelled},
      {{S::kUnderConstruction, M::kCancel}, S::kCancelled},
      {{S::kSuspended, M::kCancel}, S::kCancelled},
      {{S::kCancelled, M::kRestore}, S::kPlanned},
      {{S::kStarted, M::kWithdrawStart}, S::kPreparing},
  };
  return *allowed;
}

TEST(LifeCycle, AllowsExactlyTheMovesOfTheTable) {
  // One value more than there are, as a newer client could send.
  for (int s = 0; s <= kStageCount; ++s) {
    for (int m = 0; m <= kMoveCount; ++m) {
      const auto stage = static_cast<Stage>(s);
      const auto move = static_cast<Move>(m);
      const auto found = Allowed().find({stage, move});
      const absl::StatusOr<Project> moved = Apply(In(stage), move, Day("2022-04-20"), kReason);
      SCOPED_TRACE(std::string(StageName(stage)) + " " + std::string(MoveName(move)));
      if (found == Allowed().end()) {
        EXPECT_EQ(Next(stage, move), std::nullopt);
        EXPECT_EQ(ReasonOf(moved.status()), "MOVE_NOT_ALLOWED");
      } else {
        EXPECT_EQ(Next(stage, move), found->second);
        ASSERT_TRUE(moved.ok()) << moved.status();
        EXPECT_EQ(moved->stage, found->second);
        EXPECT_EQ(moved->stage_since, Day("2022-04-20"));
        EXPECT_EQ(moved->effective_on, Day("2022-04-20"));
      }
    }
  }
}

TEST(LifeCycle, ARefusalNamesTheStageAndWhatIsAllowed) {
  const absl::Status status = Apply(In(Stage::kSuspended), Move::kBuild, Day("2022-04-20"), "").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("SUSPENDED (停工)"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("RESUME, CANCEL"));
  EXPECT_EQ(MetadataOf(status, "stage"), "SUSPENDED");
  EXPECT_EQ(MetadataOf(status, "move"), "BUILD");
  EXPECT_EQ(MetadataOf(status, "allowed"), "RESUME, CANCEL");
}

TEST(LifeCycle, AnOperatingProjectHasNoMoveLeft) {
  const absl::Status status = Apply(In(Stage::kOperating), Move::kCancel, Day("2022-04-20"), kReason).status();
  EXPECT_EQ(MetadataOf(status, "allowed"), "");
  EXPECT_THAT(std::string(status.message()), HasSubstr("final"));
}

TEST(LifeCycle, AMergedProjectMovesNoMore) {
  Project project = In(Stage::kCancelled);
  project.merged_into = Uuid::Parse("018f3c5e-7b1a-7c3d-8e9f-0123456789ab").value();
  const absl::Status status = Apply(project, Move::kRestore, Day("2022-04-20"), kReason).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "PROJECT_MERGED");
  EXPECT_EQ(MetadataOf(status, "merged_into"), "projects/018f3c5e-7b1a-7c3d-8e9f-0123456789ab");
}

TEST(LifeCycle, SomeMovesNeedAReason) {
  const std::vector<std::pair<Move, Stage>> needing = {{Move::kSuspend, Stage::kStarted},
                                                       {Move::kCancel, Stage::kPlanned},
                                                       {Move::kRestore, Stage::kCancelled},
                                                       {Move::kWithdrawStart, Stage::kStarted}};
  for (const auto& [move, stage] : needing) {
    EXPECT_TRUE(NeedsReason(move)) << MoveName(move);
    for (const std::string_view blank : {"", " \t\n", "　", " 　 "}) {
      const absl::Status status = Apply(In(stage), move, Day("2022-04-20"), blank).status();
      EXPECT_EQ(ReasonOf(status), "INVALID_FIELDS") << MoveName(move);
      ASSERT_THAT(ViolationsOf(status), SizeIs(1));
      EXPECT_EQ(ViolationsOf(status)[0].field, "reason");
    }
  }
  int count = 0;
  for (int m = 0; m < kMoveCount; ++m) count += NeedsReason(static_cast<Move>(m)) ? 1 : 0;
  EXPECT_EQ(count, 4);
}

TEST(LifeCycle, NothingHappensBeforeTheStageBegan) {
  const absl::Status status = Apply(In(Stage::kStarted, "2022-03-16"), Move::kSuspend, Day("2022-03-15"), "").status();
  EXPECT_EQ(ReasonOf(status), "INVALID_FIELDS");
  ASSERT_THAT(ViolationsOf(status), SizeIs(2)) << "all that is wrong comes at once";
  EXPECT_EQ(ViolationsOf(status)[1].field, "effective_on");
  EXPECT_THAT(ViolationsOf(status)[1].description, HasSubstr("2022-03-16"));
  EXPECT_TRUE(Apply(In(Stage::kStarted, "2022-03-16"), Move::kSuspend, Day("2022-03-16"), kReason).ok());
}

// Applies the moves, one each month from 2022-01 on.
Project Live(std::initializer_list<Move> moves) {
  Project project = In(Stage::kPreparing, "2022-01-01");
  int month = 1;
  for (const Move move : moves) {
    absl::StatusOr<Project> next = Apply(project, move, Date::FromCivil(2022, month++, 1).value(), kReason);
    EXPECT_TRUE(next.ok()) << next.status();
    if (next.ok()) project = *std::move(next);
  }
  return project;
}

TEST(LifeCycle, TheFirstStartStays) {
  EXPECT_EQ(Live({Move::kStart, Move::kBuild}).started_on, Day("2022-01-01"));
  EXPECT_EQ(Live({Move::kStart, Move::kCancel, Move::kRestore, Move::kPrepare, Move::kStart}).started_on,
            Day("2022-01-01"));
}

TEST(LifeCycle, AWithdrawnStartWasNone) {
  EXPECT_EQ(Live({Move::kStart, Move::kWithdrawStart}).started_on, std::nullopt);
  EXPECT_EQ(Live({Move::kStart, Move::kWithdrawStart, Move::kStart}).started_on, Day("2022-03-01"));
}

TEST(LifeCycle, WithdrawingALaterStartKeepsTheEarlierOne) {
  const Project project =
      Live({Move::kStart, Move::kCancel, Move::kRestore, Move::kPrepare, Move::kStart, Move::kWithdrawStart});
  EXPECT_EQ(project.stage, Stage::kPreparing);
  EXPECT_EQ(project.started_on, Day("2022-01-01"));
}

TEST(LifeCycle, CompletionHasItsDay) {
  const Project project = Live({Move::kStart, Move::kBuild, Move::kComplete, Move::kOperate});
  EXPECT_EQ(project.completed_on, Day("2022-03-01"));
  EXPECT_EQ(project.stage_since, Day("2022-04-01"));
}

TEST(LifeCycle, AMoveLeavesEverythingElseAlone) {
  Project project = In(Stage::kPreparing);
  project.title = "陇西县中药材仓储物流园";
  project.total_investment_fen = 35'270'000'00;
  Project expected = project;
  expected.stage = Stage::kStarted;
  expected.started_on = expected.stage_since = expected.effective_on = Day("2022-04-20");
  EXPECT_EQ(Apply(project, Move::kStart, Day("2022-04-20"), "").value(), expected);
}

// What must be true after any walk, told from the days of the starts that were neither withdrawn nor repeated.
void CheckWalk(const Project& project, const std::optional<Date>& first_start, Date last) {
  const Stage stage = project.stage;
  const bool works = stage == Stage::kStarted || stage == Stage::kUnderConstruction || stage == Stage::kSuspended ||
                     stage == Stage::kCompleted || stage == Stage::kOperating;
  ASSERT_EQ(project.started_on, first_start);
  if (works) {
    ASSERT_TRUE(project.started_on.has_value());
  }
  ASSERT_EQ(project.completed_on.has_value(), stage == Stage::kCompleted || stage == Stage::kOperating);
  if (project.completed_on) {
    ASSERT_GE(*project.completed_on, *project.started_on);
  }
  if (project.started_on) {
    ASSERT_LE(*project.started_on, project.stage_since);
  }
  ASSERT_EQ(project.stage_since, last);
}

TEST(LifeCycle, RandomWalksReachNothingIllegal) {
  std::mt19937 random(20220420);
  constexpr int kMoves = 100'000;
  constexpr int kStepsOfALife = 200;
  Project project;
  std::optional<Date> first_start;
  bool start_is_first = false;
  Date last;
  for (int step = 0; step < kMoves; ++step) {
    if (step % kStepsOfALife == 0) {
      project = In(Stage::kPlanned, "2000-01-01");
      first_start.reset();
      last = project.stage_since;
    }
    const auto move = static_cast<Move>(random() % kMoveCount);
    const Date on = last.AddDays(static_cast<int>(random() % 5) + 1);
    absl::StatusOr<Project> next = Apply(project, move, on, kReason);
    ASSERT_EQ(next.ok(), Next(project.stage, move).has_value());
    if (!next.ok()) continue;
    if (move == Move::kStart) {
      start_is_first = !first_start;
      if (start_is_first) first_start = on;
    }
    if (move == Move::kWithdrawStart && start_is_first) first_start.reset();
    project = *std::move(next);
    last = on;
    ASSERT_NO_FATAL_FAILURE(CheckWalk(project, first_start, last)) << MoveName(move) << " at step " << step;
  }
}

TEST(LifeCycle, StagesHaveTheWordsOfTheField) {
  EXPECT_EQ(StageName(Stage::kUnderConstruction), "UNDER_CONSTRUCTION");
  EXPECT_EQ(StageTitle(Stage::kUnderConstruction), "在建");
  EXPECT_EQ(StageTitle(Stage::kPlanned), "谋划");
  EXPECT_EQ(StageName(static_cast<Stage>(kStageCount)), "STAGE_UNSPECIFIED");
  EXPECT_EQ(MoveName(Move::kWithdrawStart), "WITHDRAW_START");
  EXPECT_EQ(MoveName(static_cast<Move>(kMoveCount)), "MOVE_UNSPECIFIED");
}

}  // namespace
}  // namespace yaoshi::registry

#include "services/registry/domain/life_cycle.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "common/status/status.h"
#include "fmt/format.h"

namespace yaoshi::registry {
namespace {

struct MoveRule {
  std::string_view name;
  Stage to = Stage::kUnspecified;
  uint16_t from = 0;  // A bit per stage.
  bool needs_reason = false;
};

template <class... Stages>
constexpr uint16_t From(Stages... stages) {
  return static_cast<uint16_t>((0 | ... | (1 << static_cast<int>(stages))));
}

// In order of Move.
constexpr std::array<MoveRule, kMoveCount> kMoves = {{
    {"MOVE_UNSPECIFIED", Stage::kUnspecified, 0, false},
    {"RESERVE", Stage::kReserved, From(Stage::kPlanned), false},
    {"PREPARE", Stage::kPreparing, From(Stage::kPlanned, Stage::kReserved), false},
    {"START", Stage::kStarted, From(Stage::kPreparing), false},
    {"BUILD", Stage::kUnderConstruction, From(Stage::kStarted), false},
    {"SUSPEND", Stage::kSuspended, From(Stage::kStarted, Stage::kUnderConstruction), true},
    {"RESUME", Stage::kUnderConstruction, From(Stage::kSuspended), false},
    {"COMPLETE", Stage::kCompleted, From(Stage::kUnderConstruction), false},
    {"OPERATE", Stage::kOperating, From(Stage::kCompleted), false},
    {"CANCEL", Stage::kCancelled,
     From(Stage::kPlanned, Stage::kReserved, Stage::kPreparing, Stage::kStarted, Stage::kUnderConstruction,
          Stage::kSuspended),
     true},
    {"RESTORE", Stage::kPlanned, From(Stage::kCancelled), true},
    {"WITHDRAW_START", Stage::kPreparing, From(Stage::kStarted), true},
}};

struct StageWords {
  std::string_view name;
  std::string_view title;
};

// In order of Stage.
constexpr std::array<StageWords, kStageCount> kStages = {{
    {"STAGE_UNSPECIFIED", "未定"},
    {"PLANNED", "谋划"},
    {"RESERVED", "储备"},
    {"PREPARING", "前期"},
    {"STARTED", "开工"},
    {"UNDER_CONSTRUCTION", "在建"},
    {"SUSPENDED", "停工"},
    {"COMPLETED", "竣工"},
    {"OPERATING", "投运"},
    {"CANCELLED", "取消"},
}};

// The value's row; an unknown number of a newer client is the unspecified one.
const MoveRule& RuleOf(Move move) {
  const auto index = static_cast<std::size_t>(move);
  return index < kMoves.size() ? kMoves[index] : kMoves[0];
}

const StageWords& WordsOf(Stage stage) {
  const auto index = static_cast<std::size_t>(stage);
  return index < kStages.size() ? kStages[index] : kStages[0];
}

std::string AllowedMoves(Stage stage) {
  std::string allowed;
  for (int i = 1; i < kMoveCount; ++i) {
    const auto move = static_cast<Move>(i);
    if (!Next(stage, move)) continue;
    if (!allowed.empty()) allowed += ", ";
    allowed += MoveName(move);
  }
  return allowed;
}

absl::Status MoveNotAllowed(Stage stage, Move move) {
  const std::string allowed = AllowedMoves(stage);
  const std::string message =
      fmt::format("Move {} is not allowed in stage {} ({}); {}.", MoveName(move), StageName(stage), StageTitle(stage),
                  allowed.empty() ? "this stage is final" : "choose one of " + allowed);
  return Error(absl::StatusCode::kFailedPrecondition, "MOVE_NOT_ALLOWED", message,
               {{"stage", std::string(StageName(stage))}, {"move", std::string(MoveName(move))}, {"allowed", allowed}});
}

absl::Status ProjectMerged(const Project& project) {
  const std::string into = "projects/" + project.merged_into.ToString();
  return Error(absl::StatusCode::kFailedPrecondition, "PROJECT_MERGED",
               fmt::format("This project was merged into {}; move that one.", into), {{"merged_into", into}});
}

// Nothing but ASCII blanks and ideographic spaces (U+3000).
bool IsBlank(std::string_view text) {
  constexpr std::string_view kIdeographicSpace = "\xE3\x80\x80";
  while (!text.empty()) {
    if (text.front() == ' ' || (text.front() >= '\t' && text.front() <= '\r')) {
      text.remove_prefix(1);
    } else if (text.substr(0, kIdeographicSpace.size()) == kIdeographicSpace) {
      text.remove_prefix(kIdeographicSpace.size());
    } else {
      return false;
    }
  }
  return true;
}

// Keeps the dates in step with a move that is allowed. A withdrawn start was none: started_on goes, unless it is from
// an earlier start, before a cancellation, that nobody withdrew.
void KeepDates(Project& project, Move move, Date on) {
  if (move == Move::kStart && !project.started_on) project.started_on = on;
  if (move == Move::kWithdrawStart && project.started_on == project.stage_since) project.started_on.reset();
  if (move == Move::kComplete) project.completed_on = on;
}

}  // namespace

std::optional<Stage> Next(Stage stage, Move move) {
  const MoveRule& rule = RuleOf(move);
  const int index = static_cast<int>(stage);
  if (index >= kStageCount || (rule.from >> index & 1) == 0) return std::nullopt;
  return rule.to;
}

bool NeedsReason(Move move) {
  return RuleOf(move).needs_reason;
}

absl::StatusOr<Project> Apply(Project project, Move move, Date on, std::string_view reason) {
  if (project.merged()) return ProjectMerged(project);
  const std::optional<Stage> next = Next(project.stage, move);
  if (!next) return MoveNotAllowed(project.stage, move);
  std::vector<FieldViolation> violations;
  if (NeedsReason(move) && IsBlank(reason)) {
    violations.push_back({"reason", fmt::format("Move {} needs a reason; say why.", MoveName(move))});
  }
  if (on < project.stage_since) {
    violations.push_back(
        {"effective_on", fmt::format("The project is in stage {} since {}; give that day or a later one.",
                                     StageName(project.stage), project.stage_since.ToString())});
  }
  RETURN_IF_ERROR(InvalidFields(violations));
  KeepDates(project, move, on);
  project.stage = *next;
  project.stage_since = on;
  project.effective_on = on;
  return project;
}

std::string_view StageName(Stage stage) {
  return WordsOf(stage).name;
}

std::string_view StageTitle(Stage stage) {
  return WordsOf(stage).title;
}

std::string_view MoveName(Move move) {
  return RuleOf(move).name;
}

}  // namespace yaoshi::registry

// The life cycle of a project as one table of moves (reference §1.2, §8).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/registry/domain/project.h"

namespace yaoshi::registry {

// The moves; the numbers are those of the proto.
enum class Move : uint8_t {
  kUnspecified = 0,
  kReserve = 1,
  kPrepare = 2,
  kStart = 3,
  kBuild = 4,
  kSuspend = 5,
  kResume = 6,
  kComplete = 7,
  kOperate = 8,
  kCancel = 9,
  kRestore = 10,
  kWithdrawStart = 11,
};
inline constexpr int kMoveCount = 12;

// The stage that `move` leads to from `stage`, or nullopt when it is not allowed.
std::optional<Stage> Next(Stage stage, Move move);

// Whether the move needs a reason.
bool NeedsReason(Move move);

// Applies the move on `on` to the project as it was on that day: stage, stage_since, effective_on, started_on and
// completed_on. The first start stays, also through a cancellation. A withdrawn start was none: it takes started_on
// with it, unless that is of an earlier start before a cancellation. Errors: PROJECT_MERGED naming the project that
// stays; MOVE_NOT_ALLOWED naming the stage and the moves that are allowed; INVALID_FIELDS when `reason` is missing or
// `on` ("effective_on") is before stage_since.
absl::StatusOr<Project> Apply(Project project, Move move, Date on, std::string_view reason);

// The English name of the proto's value, such as "UNDER_CONSTRUCTION", and the Chinese word (在建).
std::string_view StageName(Stage stage);
std::string_view StageTitle(Stage stage);
std::string_view MoveName(Move move);

}  // namespace yaoshi::registry

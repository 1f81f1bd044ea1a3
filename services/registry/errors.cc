#include "services/registry/errors.h"

#include <fmt/format.h>

#include "absl/strings/str_join.h"
#include "common/status/status.h"

namespace yaoshi::registry {
namespace {

using Code = absl::StatusCode;

absl::Status NotFound(std::string_view reason, std::string_view type, std::string_view name, std::string_view remedy) {
  return WithResource(Error(Code::kNotFound, reason, fmt::format("There is no {} {}{}", type, name, remedy)), type,
                      name);
}

}  // namespace

absl::Status ProjectNotFound(std::string_view name) {
  return NotFound("PROJECT_NOT_FOUND", "project", name, ", or you may not see it; look it up with ListProjects.");
}

absl::Status RegionNotFound(std::string_view code) {
  return NotFound("REGION_NOT_FOUND", "region", code,
                  ", or you may not see it; the regions are those of the county-level units in ListOrganizations.");
}

absl::Status AdjustmentNotFound(std::string_view name) {
  return NotFound("ADJUSTMENT_NOT_FOUND", "adjustment order", name, "; see ListAdjustments of the list.");
}

absl::Status ClassifiedProject() {
  return Error(Code::kInvalidArgument, "CLASSIFIED_PROJECT",
               "Classified projects (涉密项目) must not be entered in this system; keep them where secrets are kept.");
}

absl::Status PossibleDuplicate(std::string_view field, const std::vector<std::string>& candidates) {
  return Error(Code::kAlreadyExists, "POSSIBLE_DUPLICATE",
               fmt::format("{} looks like a project that is there already: {}. Use that one, or say in "
                           "duplicate_override_reason why this is another.",
                           field, absl::StrJoin(candidates, "; ")),
               {{"field", std::string(field)}, {"candidates", absl::StrJoin(candidates, "; ")}});
}

absl::Status ProjectMerged(std::string_view name, std::string_view into) {
  return Error(Code::kFailedPrecondition, "PROJECT_MERGED",
               fmt::format("{} was merged into {}; change that one.", name, into), {{"into", std::string(into)}});
}

absl::Status EffectiveBeforeProject(std::string_view name, std::string_view effective_on) {
  return Error(Code::kFailedPrecondition, "BEFORE_PROJECT",
               fmt::format("{} was not there on {}; give a later effective_on.", name, effective_on),
               {{"effective_on", std::string(effective_on)}});
}

absl::Status LaterMoveExists(std::string_view name, std::string_view on) {
  return Error(
      Code::kFailedPrecondition, "LATER_MOVE_EXISTS",
      fmt::format("{} moved to another stage on {} already; undo that move first, or date this one later.", name, on),
      {{"later", std::string(on)}});
}

absl::Status LaterChangeExists(std::string_view name, std::string_view on) {
  return Error(
      Code::kFailedPrecondition, "LATER_CHANGE_EXISTS",
      fmt::format("{} was put on or off the list with effect from {}; date this order from then on.", name, on),
      {{"later", std::string(on)}});
}

absl::Status GateNotClear(std::string_view name, const std::vector<Precondition>& obstacles) {
  return WithPreconditions(
      Error(Code::kFailedPrecondition, "GATE_NOT_CLEAR",
            fmt::format("{} may not start: {} procedures or obligations stand in its way. Have them done, or say in "
                        "gate_override_reason why it starts all the same.",
                        name, obstacles.size()),
            {{"obstacles", fmt::format("{}", obstacles.size())}}),
      obstacles);
}

absl::Status GateUnavailable(std::string_view name, std::string_view why) {
  return Error(Code::kUnavailable, "GATE_UNAVAILABLE",
               fmt::format("Whether {} may start cannot be asked now; try again in a minute, or say in "
                           "gate_override_reason why it starts all the same.",
                           name),
               {{"cause", std::string(why)}});
}

absl::Status ListIsMaster(std::string_view name) {
  return Error(Code::kFailedPrecondition, "LIST_IS_MASTER",
               fmt::format("{} is the union of its sub-lists; change the sub-list.", name),
               {{"list", std::string(name)}});
}

}  // namespace yaoshi::registry

// The cases of a scenario as its store keeps them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/calendar/date.h"
#include "common/ids/uuid.h"

namespace yaoshi::preapproval {

// A case that a scenario changes, as it was counted.
struct ScenarioCase {
  static constexpr size_t kPackedBytes = Uuid::kBytes + 3 * sizeof(int32_t);
  Uuid project;
  uint32_t version = 0;
  std::optional<Date> target_before, target_after;
  friend bool operator==(const ScenarioCase&, const ScenarioCase&) = default;
};

std::string Pack(std::span<const ScenarioCase> cases);
absl::StatusOr<std::vector<ScenarioCase>> UnpackScenarioCases(std::string_view bytes);

}  // namespace yaoshi::preapproval

// Counts a scenario over the cases in memory, some at a time.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "services/preapproval/context.h"
#include "services/preapproval/scenario_convert.h"
#include "services/preapproval/store/scenario_cases.h"

namespace yaoshi::preapproval {

// The most cases of one scenario: the sheet of a large province.
inline constexpr size_t kMostScenarioCases = 100'000;

struct CountedScenario {
  v1::Scenario scenario;            // Without name, state and stamps.
  std::vector<ScenarioCase> cases;  // Those that applying it changes, in order of project.
};

// INVALID_FIELDS with all that is wrong; CASE_NOT_FOUND; LIST_NOT_FOUND; REGION_NOT_FOUND; SCENARIO_TOO_LARGE.
absl::StatusOr<CountedScenario> CountScenario(const Context& context, const rpc::Call& call,
                                              const v1::CreateScenarioRequest& request);

}  // namespace yaoshi::preapproval

// Makes a scenario true: a staged change set of any size, which one row makes true.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/preapproval/context.h"
#include "services/preapproval/scenario_convert.h"

namespace yaoshi::preapproval {

// `scenario` is the open version that was read. SCENARIO_CLOSED when another one was faster; CASE_CHANGED;
// CHANGE_IN_PROGRESS when a case is part of a larger change.
absl::StatusOr<v1::Scenario> ApplyScenario(const Context& context, rpc::Call& call, const std::string& reason,
                                           const v1::Scenario& scenario);

// The next version of an open scenario: applied or dropped by the caller.
v1::Scenario Closed(const rpc::Call& call, v1::Scenario scenario, v1::Scenario::State state);

}  // namespace yaoshi::preapproval

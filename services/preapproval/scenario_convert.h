// Scenarios between protos and domain.
#pragma once

#include <vector>

#include "services/preapproval/domain/scenario.h"
#include "services/preapproval/proposal.h"
#include "yaoshi/preapproval/v1/scenario.pb.h"

namespace yaoshi::preapproval {

// Those that are kept.
const Proposals<v1::Scenario>& Scenarios();

// The changes of a request that was checked.
std::vector<ScenarioChange> ChangesOf(const google::protobuf::RepeatedPtrField<v1::ScenarioChange>& changes);
v1::Scenario::Comparison ToProto(const CaseComparison& comparison);
// Sums and starts; name, state and what else is not counted are left unset.
v1::Scenario ToProto(const ScenarioTally& tally);

}  // namespace yaoshi::preapproval

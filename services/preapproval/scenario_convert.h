// Scenarios between protos and domain.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/feed/change_set.h"
#include "services/preapproval/domain/scenario.h"
#include "yaoshi/preapproval/v1/scenario.pb.h"

namespace yaoshi::preapproval {

std::string ScenarioName(const Uuid& id);
// INVALID_FIELDS with path "name".
absl::StatusOr<Uuid> ParseScenarioName(std::string_view name);

// The changes of a request that was checked.
std::vector<ScenarioChange> ChangesOf(const google::protobuf::RepeatedPtrField<v1::ScenarioChange>& changes);
v1::Scenario::Comparison ToProto(const CaseComparison& comparison);
// Sums and starts; name, state and what else is not counted are left unset.
v1::Scenario ToProto(const ScenarioTally& tally);

// Version `number` as the feed keeps it: without comparisons, which lie beside it. Sets the etag.
feed::Version VersionOf(v1::Scenario& scenario, int64_t number);

}  // namespace yaoshi::preapproval

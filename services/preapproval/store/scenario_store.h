// What a scenario is beside its version in the feed: the comparisons that its page shows, and the cases that applying
// it changes, packed by the thousand.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/session.h"
#include "common/ids/uuid.h"

namespace yaoshi::preapproval {

// A case that a scenario changes, as it was counted.
struct ScenarioCase {
  Uuid project;
  uint32_t version = 0;
  std::optional<Date> target_before, target_after;
  friend bool operator==(const ScenarioCase&, const ScenarioCase&) = default;
};

// Inserts what belongs to the first version of a scenario, which the same transaction writes to the feed.
absl::Status InsertScenario(db::Session& tx, const Uuid& id, const Uuid& change_set, const std::string& region,
                            const std::string& comparisons, std::span<const ScenarioCase> cases);
// "" when there is no such scenario.
absl::StatusOr<std::string> LoadScenarioComparisons(db::Session& session, const Uuid& id);
// In the order in which they were inserted.
absl::StatusOr<std::vector<ScenarioCase>> LoadScenarioCases(db::Session& session, const Uuid& id);
// Nobody will apply it any more.
absl::Status DeleteScenarioCases(db::Session& tx, const Uuid& id);

// The newest versions of scenarios, newest scenario first.
struct ScenarioQuery {
  std::string region;  // The code and those that it covers; "": all.
  Uuid after;          // The last of the page before; nil: from the first.
  int limit = 0;
};
struct ScenarioRow {
  Uuid id;
  std::string body;  // v1::Scenario.
};
absl::StatusOr<std::vector<ScenarioRow>> ListScenarios(db::Session& session, const ScenarioQuery& query);

}  // namespace yaoshi::preapproval

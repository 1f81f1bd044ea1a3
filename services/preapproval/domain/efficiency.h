// How fast departments decide: days used against the promised limit (放管服, 营商环境 2.0; reference §2.2).
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace yaoshi::preapproval {

// One decision (approval or rejection) with the days that its clock counted, in the unit of its limit.
struct Decision {
  std::string department;  // "organizations/{id}"
  std::string code;
  int used = 0;
  std::optional<int> promised;  // The promised limit.
  bool within_law = true;       // False when the legal limit had passed.
};

struct EfficiencyRow {
  std::string department;
  std::string code;  // "" in a department's total.
  int64_t decisions = 0;
  int median_days = 0;         // Nearest rank.
  int p90_days = 0;            // Nearest rank.
  int promised_days = 0;       // The largest promise among the decisions of one code; 0 in a total, or without promise.
  int64_t within_promise = 0;  // Of decisions that had a promise.
  int64_t within_law = 0;
  int median_percent_of_promise = 0;  // Of decisions that had a promise above 0 days; rounded up.
  friend bool operator==(const EfficiencyRow&, const EfficiencyRow&) = default;
};

// In order of department and code; a department's total comes first.
std::vector<EfficiencyRow> CountEfficiency(const std::vector<Decision>& decisions);

}  // namespace yaoshi::preapproval

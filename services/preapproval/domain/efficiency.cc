#include "services/preapproval/domain/efficiency.h"

#include <algorithm>
#include <map>
#include <utility>

namespace yaoshi::preapproval {
namespace {

// The value at the nearest rank: the smallest one that at least `percent` percent of all do not exceed. 0 of none.
int NearestRank(std::vector<int> values, int percent) {
  if (values.empty()) return 0;
  const size_t rank = (values.size() * static_cast<size_t>(percent) + 99) / 100;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

EfficiencyRow RowOf(const std::string& department, const std::string& code,
                    const std::vector<const Decision*>& decisions) {
  EfficiencyRow row;
  row.department = department;
  row.code = code;
  row.decisions = static_cast<int64_t>(decisions.size());
  std::vector<int> used, percents;
  for (const Decision* decision : decisions) {
    used.push_back(decision->used);
    if (decision->within_law) ++row.within_law;
    if (!decision->promised) continue;
    if (decision->used <= *decision->promised) ++row.within_promise;
    if (*decision->promised > 0)
      percents.push_back((decision->used * 100 + *decision->promised - 1) / *decision->promised);
    if (!code.empty()) row.promised_days = std::max(row.promised_days, *decision->promised);
  }
  row.median_days = NearestRank(used, 50);
  row.p90_days = NearestRank(std::move(used), 90);
  row.median_percent_of_promise = NearestRank(std::move(percents), 50);
  return row;
}

}  // namespace

std::vector<EfficiencyRow> CountEfficiency(const std::vector<Decision>& decisions) {
  std::map<std::pair<std::string, std::string>, std::vector<const Decision*>> groups;
  for (const Decision& decision : decisions) {
    groups[{decision.department, ""}].push_back(&decision);
    groups[{decision.department, decision.code}].push_back(&decision);
  }
  std::vector<EfficiencyRow> rows;
  for (const auto& [key, group] : groups) rows.push_back(RowOf(key.first, key.second, group));
  return rows;
}

}  // namespace yaoshi::preapproval

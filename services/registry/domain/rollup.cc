#include "services/registry/domain/rollup.h"

#include <algorithm>

namespace yaoshi::registry {

Sums& Sums::operator+=(const Sums& other) {
  projects += other.projects;
  total_investment_fen += other.total_investment_fen;
  planned_investment_fen += other.planned_investment_fen;
  return *this;
}

Sums& Sums::operator-=(const Sums& other) {
  projects -= other.projects;
  total_investment_fen -= other.total_investment_fen;
  planned_investment_fen -= other.planned_investment_fen;
  return *this;
}

std::vector<uint32_t> Cover(uint32_t region) {
  std::vector<uint32_t> cover;
  for (const uint32_t unit : {1U, 100U, 10000U, 1000000U}) {
    const uint32_t code = region / unit * unit;
    if (cover.empty() || cover.back() != code) cover.push_back(code);
  }
  return cover;
}

void Rollup::Change(const Contribution& contribution, int sign) {
  for (const uint32_t region : Cover(contribution.region)) {
    for (uint8_t d = 0; d < 6; ++d) {
      const auto dimension = static_cast<Dimension>(d);
      const uint32_t value = contribution.values[d];
      Sums& sums = sums_[{region, value, dimension}];
      if (sums.projects == 0) {
        std::vector<uint32_t>& values = values_[{region, 0, dimension}];
        const auto at = std::lower_bound(values.begin(), values.end(), value);
        if (at == values.end() || *at != value) values.insert(at, value);
      }
      if (sign > 0) {
        sums += contribution.sums;
      } else {
        sums -= contribution.sums;
      }
    }
  }
}

std::vector<Rollup::Group> Rollup::By(uint32_t region, Dimension dimension) const {
  std::vector<Group> groups;
  const auto values = values_.find({region, 0, dimension});
  if (values == values_.end()) return groups;
  for (const uint32_t value : values->second) {
    const auto sums = sums_.find({region, value, dimension});
    if (sums != sums_.end() && sums->second.projects != 0) groups.push_back({value, sums->second});
  }
  return groups;
}

}  // namespace yaoshi::registry

#include "services/registry/domain/rollup.h"

#include <algorithm>

#include "common/region/region.h"

namespace yaoshi::registry {
namespace {

constexpr uint32_t kOwn = 1u << 31;

constexpr size_t At(Dimension dimension) {
  return static_cast<size_t>(dimension);
}

uint64_t CellOf(const Rollup::Values& values, bool with_department) {
  const uint64_t few =
      values[At(Dimension::kField)] << 16 | values[At(Dimension::kStage)] << 8 | values[At(Dimension::kEntryKind)];
  return with_department ? uint64_t{values[At(Dimension::kDepartment)]} << 32 | few : few;
}

// The bits of a cell that say these dimensions.
uint64_t MaskOf(const std::vector<Dimension>& dimensions) {
  uint64_t mask = 0;
  for (const Dimension dimension : dimensions) {
    Rollup::Values values = {};
    values[At(dimension)] = dimension == Dimension::kDepartment ? UINT32_MAX : 0xff;
    mask |= CellOf(values, true);
  }
  return mask;
}

Rollup::Values ValuesOf(uint64_t cell) {
  Rollup::Values values = {};
  values[At(Dimension::kField)] = cell >> 16 & 0xff;
  values[At(Dimension::kStage)] = cell >> 8 & 0xff;
  values[At(Dimension::kEntryKind)] = cell & 0xff;
  values[At(Dimension::kDepartment)] = static_cast<uint32_t>(cell >> 32);
  return values;
}

// The level of the projects that name a region themselves.
uint32_t OwnLevel(uint32_t region) {
  return region % 100 == 0 ? region | kOwn : region;
}

}  // namespace

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

void Rollup::Change(Cells& cells, uint64_t cell, const Sums& sums, int sign) {
  const auto [at, fresh] = cells.try_emplace(cell);
  if (sign > 0) {
    at->second += sums;
  } else {
    at->second -= sums;
  }
  if (at->second == Sums()) cells.erase(at);
}

void Rollup::Change(const Values& values, const Sums& sums, int sign) {
  const uint32_t named = values[At(Dimension::kRegion)];
  std::vector<uint32_t> codes = RegionsCovering(named);
  if (OwnLevel(named) != named) codes.push_back(OwnLevel(named));
  for (const uint32_t code : codes) {
    Level& level = levels_[code];
    Change(level.cells, CellOf(values, false), sums, sign);
    Change(level.by_department, CellOf(values, true), sums, sign);
    int64_t& projects = level.regions[named];
    projects += sign * sums.projects;
    if (projects == 0) level.regions.erase(named);
  }
}

std::vector<Rollup::Group> Rollup::By(uint32_t region, const std::vector<Dimension>& dimensions) const {
  const auto asked = [&](Dimension dimension) {
    return std::find(dimensions.begin(), dimensions.end(), dimension) != dimensions.end();
  };
  const bool by_department = asked(Dimension::kDepartment);
  const uint64_t mask = MaskOf(dimensions);
  std::vector<Group> groups;
  absl::flat_hash_map<uint64_t, Sums> sums;  // By what is asked of a cell.
  const auto gather = [&](uint32_t code, uint32_t named) {
    const auto level = levels_.find(code);
    if (level == levels_.end()) return;
    sums.clear();
    for (const auto& [cell, added] : by_department ? level->second.by_department : level->second.cells) {
      sums[cell & mask] += added;
    }
    for (const auto& [cell, total] : sums) {
      if (total.projects == 0) continue;
      groups.push_back({ValuesOf(cell), total});
      groups.back().values[At(Dimension::kRegion)] = named;
    }
  };
  if (!asked(Dimension::kRegion)) {
    gather(region, 0);
  } else if (const auto level = levels_.find(region); level != levels_.end()) {
    for (const auto& [named, projects] : level->second.regions) gather(OwnLevel(named), named);
  }
  return groups;
}

}  // namespace yaoshi::registry

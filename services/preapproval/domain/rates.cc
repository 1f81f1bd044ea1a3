#include "services/preapproval/domain/rates.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "common/region/region.h"

namespace yaoshi::preapproval {
namespace {

Rates RatesOf(const RatedProcedure& procedure, Date day) {
  const bool completed = procedure.CompletedOn(day);
  return {1, completed ? 1 : 0, 1, completed ? 1 : 0, procedure.OverdueOn(day) ? 1 : 0};
}

// Adds a procedure to what the same project has in a group already: the project is counted once, and is ready when all
// are.
void AddWithinProject(Rates& group, const Rates& procedure) {
  group.ready_projects = group.required == 0 ? procedure.ready_projects : group.ready_projects * procedure.completed;
  group.required += procedure.required;
  group.completed += procedure.completed;
  group.overdue += procedure.overdue;
  group.projects = 1;
}

}  // namespace

int32_t RatedProcedure::NextChange(Date day) const {
  const int32_t last = done ? valid_until : due_on;
  return last == kNever || last < day.days() ? kNever : last + 1;
}

int32_t RatedProject::NextChange(Date day) const {
  int32_t next = kNever;
  for (const RatedProcedure& procedure : procedures) next = std::min(next, procedure.NextChange(day));
  return next;
}

Rates& Rates::operator+=(const Rates& other) {
  required += other.required;
  completed += other.completed;
  projects += other.projects;
  ready_projects += other.ready_projects;
  overdue += other.overdue;
  return *this;
}

Rates& Rates::operator-=(const Rates& other) {
  required -= other.required;
  completed -= other.completed;
  projects -= other.projects;
  ready_projects -= other.ready_projects;
  overdue -= other.overdue;
  return *this;
}

void RateCube::ChangeCell(Kind kind, const Key& key, const Rates& rates, int sign) {
  Rates& cell = cells_[kind][key];
  if (sign > 0) {
    cell += rates;
  } else {
    cell -= rates;
  }
  if (cell == Rates()) cells_[kind].erase(key);
}

void RateCube::Change(const RatedProject& project, Date day, int sign) {
  std::array<std::map<Key, Rates>, kKinds> groups;
  for (const RatedProcedure& p : project.procedures) {
    const Rates rates = RatesOf(p, day);
    AddWithinProject(groups[kCode][{project.region, p.department, p.code, p.stage}], rates);
    AddWithinProject(groups[kDepartmentStage][{project.region, p.department, 0, p.stage}], rates);
    AddWithinProject(groups[kDepartment][{project.region, p.department, 0, ApprovalStage::kUnspecified}], rates);
    AddWithinProject(groups[kStage][{project.region, 0, 0, p.stage}], rates);
    AddWithinProject(groups[kWhole][{project.region, 0, 0, ApprovalStage::kUnspecified}], rates);
  }
  for (uint8_t kind = 0; kind < kKinds; ++kind) {
    for (const auto& [key, rates] : groups[kind]) ChangeCell(static_cast<Kind>(kind), key, rates, sign);
  }
  for (const auto& [key, rates] : groups[kWhole]) {
    for (const uint32_t region : RegionsCovering(key.region)) {
      Rates& total = totals_[region];
      if (sign > 0) {
        total += rates;
      } else {
        total -= rates;
      }
    }
  }
}

Rates RateCube::Total(uint32_t region) const {
  const auto found = totals_.find(region);
  return found == totals_.end() ? Rates() : found->second;
}

std::vector<RateRow> RateCube::By(uint32_t region, const RateDimensions& dimensions) const {
  const Kind kind = dimensions.code                             ? kCode
                    : dimensions.department && dimensions.stage ? kDepartmentStage
                    : dimensions.department                     ? kDepartment
                    : dimensions.stage                          ? kStage
                                                                : kWhole;
  std::map<std::tuple<uint32_t, uint32_t, ApprovalStage, uint32_t>, Rates> sorted;
  for (const auto& [key, rates] : cells_[kind]) {
    if (!RegionCovers(region, key.region)) continue;
    sorted[{dimensions.region ? key.region : 0, dimensions.department ? key.department : 0,
            dimensions.stage ? key.stage : ApprovalStage::kUnspecified, key.code}] += rates;
  }
  std::vector<RateRow> rows;
  for (const auto& [key, rates] : sorted) {
    rows.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), std::get<3>(key), rates});
  }
  return rows;
}

std::vector<RateRow> CountRates(std::span<const RatedProject> projects, Date day, const RateDimensions& dimensions) {
  using Key = std::tuple<uint32_t, uint32_t, ApprovalStage, uint32_t>;
  std::map<Key, Rates> sums;
  for (const RatedProject& project : projects) {
    std::map<Key, Rates> own;
    for (const RatedProcedure& p : project.procedures) {
      AddWithinProject(own[{dimensions.region ? project.region : 0, dimensions.department ? p.department : 0,
                            dimensions.stage ? p.stage : ApprovalStage::kUnspecified, dimensions.code ? p.code : 0}],
                       RatesOf(p, day));
    }
    for (const auto& [key, rates] : own) sums[key] += rates;
  }
  std::vector<RateRow> rows;
  for (const auto& [key, rates] : sums) {
    rows.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), std::get<3>(key), rates});
  }
  return rows;
}

Rates CountTotal(std::span<const RatedProject> projects, Date day) {
  const std::vector<RateRow> rows = CountRates(projects, day, {});
  return rows.empty() ? Rates() : rows.front().rates;
}

}  // namespace yaoshi::preapproval

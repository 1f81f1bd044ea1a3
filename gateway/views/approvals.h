// What preapproval says in the overview: completion by stage, department and region, what is late and what will be.
// Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gateway/views/overview.h"

namespace yaoshi::gateway {

// Rates are always those of a list: without one nothing but what is late is asked.
std::vector<PartAsk> AsksOfApprovals(const OverviewQuestion& question);

// `titles` of departments by name, and of regions by code.
void AddApprovals(const OverviewQuestion& question, const std::vector<PartAnswer>& answers,
                  const std::map<std::string, std::string>& titles, v1::Overview& view);

}  // namespace yaoshi::gateway

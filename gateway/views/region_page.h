// A region's page: the overview of the region, its unit and its largest projects. Pure.
#pragma once

#include <string>
#include <vector>

#include "gateway/views/overview.h"

namespace yaoshi::gateway {

std::vector<PartAsk> AsksOfRegionPage(const OverviewQuestion& question, const std::vector<std::string>& services);
absl::StatusOr<v1::RegionPage> ComposeRegionPage(const OverviewQuestion& question,
                                                 const std::vector<PartAnswer>& answers);

}  // namespace yaoshi::gateway

// The overview of the city or a region: what is asked, and how the answers become a view. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/views/part.h"
#include "yaoshi/registry/v1/organization.pb.h"

namespace yaoshi::gateway {

// What an overview is about, with nothing left open.
struct OverviewQuestion {
  Date as_of;
  std::string known_at;
  std::string region;
  std::string list;
};

// `services` are those that have figures.
std::vector<PartAsk> AsksOf(const OverviewQuestion& question, const std::vector<std::string>& services);

// The caller's own fault is the answer; every other error only marks its part.
absl::StatusOr<v1::Overview> ComposeOverview(const OverviewQuestion& question, const std::vector<PartAnswer>& answers);

// Path and query of a list request: `filter` with the projects of the question's list and region.
std::string RowsLink(const OverviewQuestion& question, const std::string& filter);

// The filter that a region's projects pass: "region = \"6211*\"" covers all below 621100. Empty for "".
std::string RegionFilter(const std::string& region);

std::string UrlEncode(std::string_view text);

// Of "lists/invest-2022": "invest-2022".
std::string IdOf(const std::string& name);

// True when the unit stands for its region.
bool IsRegional(const yaoshi::registry::v1::Organization& unit);

}  // namespace yaoshi::gateway

// Which list an overview is about when the caller leaves it to the gateway. Pure.
#pragma once

#include <string>
#include <vector>

#include "gateway/views/overview.h"

namespace yaoshi::gateway {

// Stands for it in a request.
inline constexpr std::string_view kMainList = "-";

// What has to be known to choose it: some of the overview's own questions, so nothing is asked twice.
std::vector<PartAsk> AsksOfMainList(const OverviewQuestion& question, const std::vector<std::string>& services);

// The rule is that of GetOverviewRequest.list. Empty when no list has a project, or nothing is known.
std::string MainListOf(const OverviewQuestion& question, const std::vector<PartAnswer>& answers);

}  // namespace yaoshi::gateway

// The figures of an overview: on its date, at the ends of the months before, and a year before. Pure.
#pragma once

#include <string>
#include <vector>

#include "gateway/views/overview.h"

namespace yaoshi::gateway {

std::vector<PartAsk> AsksOfFigures(const OverviewQuestion& question, const std::string& service);

void AddFigures(const std::vector<PartAnswer>& answers, v1::Overview& view);

// How the figures of the view went.
void AddTrends(const std::vector<PartAnswer>& answers, v1::Overview& view);

}  // namespace yaoshi::gateway

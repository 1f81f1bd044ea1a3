// The figures of the registry and their definitions (口径): the one place where each is written down.
#pragma once

#include <string>
#include <vector>

#include "services/registry/domain/list.h"
#include "services/registry/domain/rollup.h"

namespace yaoshi::registry {

struct Figure {
  std::string key;         // "lists.invest-2022.projects"
  std::string title;       // Chinese.
  std::string value;       // Decimal, exact.
  std::string unit;        // "count" or "CNY".
  std::string definition;  // Chinese.
};

// The figures lists.<list>.projects, .total_investment and .planned_investment.
std::vector<Figure> FiguresOf(const List& list, const Sums& sums);

}  // namespace yaoshi::registry

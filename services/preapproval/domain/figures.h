// The figures procedures.* and their definitions (口径): the one place where each is written down.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/preapproval/domain/rates.h"

namespace yaoshi::preapproval {

// What a figure needs to know of a list.
struct RatedList {
  std::string name;  // "lists/{id}"
  std::string title;
  bool master = false;  // The union of its sub-lists.
  int first_year = 0;
  int last_year = 0;
  friend bool operator==(const RatedList&, const RatedList&) = default;
};

// Which rows a figure links to.
enum class FigureRows : uint8_t {
  kRequired,   // Every required procedure.
  kCompleted,  // The completed ones.
  kReady,      // The cases with all of them completed.
};

struct Figure {
  std::string key;         // "procedures.invest-2022.completion_rate"
  std::string title;       // Chinese.
  std::string value;       // Decimal; rates in percent and changes in points, both with two decimals. "" when missing.
  std::string unit;        // "count", "percent" or "points".
  std::string definition;  // Chinese.
  std::string numerator;
  std::string denominator;     // "" when the figure is no ratio.
  std::string missing_reason;  // Chinese; "" when the figure is there.
  FigureRows rows = FigureRows::kRequired;
};

// What the rate of a list counts, in Chinese; both variants of reference §1.2 R2.5.
std::string RateDefinition(const RatedList& list);

// The figures of one list in order of key. `before` are the rates of the list of the year before, on the same day of
// that year; nullopt when there is no such list.
std::vector<Figure> FiguresOf(const RatedList& list, const Rates& rates, const std::optional<Rates>& before);

// 100 × (a ÷ b − c ÷ d) with two decimals, half away from zero; "" when b or d is 0. Counts are those of procedures:
// far below 2^31.
std::string FormatPointsChange(int64_t a, int64_t b, int64_t c, int64_t d);

}  // namespace yaoshi::preapproval

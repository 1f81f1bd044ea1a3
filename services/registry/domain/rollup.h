// Counts and sums of a list that are always at hand, by any dimensions: what they cost depends on how many different
// values there are, not on how many projects.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace yaoshi::registry {

struct Sums {
  int64_t projects = 0;
  int64_t total_investment_fen = 0;
  int64_t planned_investment_fen = 0;
  Sums& operator+=(const Sums& other);
  Sums& operator-=(const Sums& other);
  friend bool operator==(const Sums&, const Sums&) = default;
};

// The dimensions that sums are grouped by; the numbers are those of the proto, 0 is the whole.
enum class Dimension : uint8_t { kWhole = 0, kRegion = 1, kField = 2, kStage = 3, kDepartment = 4, kEntryKind = 5 };

class Rollup {
 public:
  // A value of each dimension; region is the six-digit code as a number, department an interned number. In a group the
  // dimensions that were not asked are 0.
  using Values = std::array<uint32_t, 6>;

  // What one project adds to the sums.
  void Add(const Values& values, const Sums& sums) { Change(values, sums, 1); }
  void Remove(const Values& values, const Sums& sums) { Change(values, sums, -1); }

  // The sums within a region (0: everywhere) by some dimensions; groups without projects are left out. In no order.
  struct Group {
    Values values = {};
    Sums sums;
  };
  std::vector<Group> By(uint32_t region, const std::vector<Dimension>& dimensions) const;

 private:
  // Field, stage and kind are few values: their combinations are cells. With departments they are more, and apart.
  using Cells = absl::flat_hash_map<uint64_t, Sums>;
  struct Level {
    Cells cells, by_department;
    absl::flat_hash_map<uint32_t, int64_t> regions;  // That projects name, with how many.
  };
  void Change(const Values& values, const Sums& sums, int sign);
  static void Change(Cells& cells, uint64_t cell, const Sums& sums, int sign);

  // By region code; a code that covers others has a second level, kOwn, of the projects that name it themselves.
  absl::flat_hash_map<uint32_t, Level> levels_;
};

}  // namespace yaoshi::registry

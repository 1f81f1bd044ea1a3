// Counts and sums of a list that are always at hand: by region level and one more dimension, whatever the portfolio's
// size.
#pragma once

#include <cstdint>
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

// What one project adds to the sums of one list. Region is the six-digit code as a number; department an interned
// number.
struct Contribution {
  uint32_t region = 0;
  uint32_t values[6] = {};  // By Dimension; [kRegion] is the region.
  Sums sums;
};

// The region codes that cover `region`, widest last: 621122 → 621122, 621100, 620000, 0 (everything).
std::vector<uint32_t> Cover(uint32_t region);

class Rollup {
 public:
  void Add(const Contribution& contribution) { Change(contribution, 1); }
  void Remove(const Contribution& contribution) { Change(contribution, -1); }

  // The sums within a region (0: everywhere), by one dimension; groups without projects are left out. Order by value.
  struct Group {
    uint32_t value = 0;
    Sums sums;
  };
  std::vector<Group> By(uint32_t region, Dimension dimension) const;

 private:
  struct Key {
    uint32_t region;
    uint32_t value;
    Dimension dimension;
    friend bool operator==(const Key&, const Key&) = default;
    template <class H>
    friend H AbslHashValue(H state, const Key& key) {
      return H::combine(std::move(state), key.region, key.value, key.dimension);
    }
  };
  void Change(const Contribution& contribution, int sign);

  absl::flat_hash_map<Key, Sums> sums_;
  // The values that occur within a region and dimension: how By finds its groups.
  absl::flat_hash_map<Key, std::vector<uint32_t>> values_;
};

}  // namespace yaoshi::registry

// Finds what looks like a project among many, without comparing it with every one. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/registry/domain/duplicate.h"

namespace yaoshi::registry {

// The projects of one region. Two projects can only be suspicious when they have the same owner, when one's owner is
// unknown, or when their titles are wholly the same: another owner costs 2000 of the 10 000 points, so the title must
// give all of its 7000. So only those are compared.
class LikenessIndex {
 public:
  // `item` is the caller's number for it.
  void Add(Likeness likeness, uint32_t item);

  struct Found {
    uint32_t item;
    int similarity;
    const Likeness* likeness;
  };
  // The most alike from kSuspicious on; nullopt when there is none.
  std::optional<Found> MostAlike(const Likeness& likeness) const;

 private:
  using Places = std::vector<uint32_t>;
  void Look(const absl::flat_hash_map<uint32_t, Places>& map, uint32_t key, const Likeness& likeness,
            std::optional<Found>& best) const;
  void Compare(const Places& places, const Likeness& likeness, std::optional<Found>& best) const;

  struct Item {
    Likeness likeness;
    uint32_t item;
  };
  std::vector<Item> items_;
  Places all_, without_owner_;
  absl::flat_hash_map<uint32_t, Places> by_owner_code_, by_owner_title_, by_title_;
};

}  // namespace yaoshi::registry

#include "services/registry/importer/likeness_index.h"

namespace yaoshi::registry {
namespace {

uint32_t HashOfPairs(const std::vector<uint32_t>& pairs) {
  uint32_t hash = 2166136261u;
  for (const uint32_t pair : pairs) hash = (hash ^ pair) * 16777619u;
  return hash;
}

bool HasOwner(const Likeness& likeness) {
  return likeness.owner_code_hash != 0 || likeness.owner_title_hash != 0;
}

// Phases or numbers that contradict each other are never suspicious (see Similarity).
bool Contradict(const Likeness& a, const Likeness& b) {
  return (a.title_marks & ~b.title_marks) != 0 && (b.title_marks & ~a.title_marks) != 0;
}

}  // namespace

void LikenessIndex::Add(Likeness likeness, uint32_t item) {
  const auto place = static_cast<uint32_t>(items_.size());
  all_.push_back(place);
  if (!HasOwner(likeness)) without_owner_.push_back(place);
  if (likeness.owner_code_hash != 0) by_owner_code_[likeness.owner_code_hash].push_back(place);
  if (likeness.owner_title_hash != 0) by_owner_title_[likeness.owner_title_hash].push_back(place);
  by_title_[HashOfPairs(likeness.title_pairs)].push_back(place);
  items_.push_back({std::move(likeness), item});
}

std::optional<LikenessIndex::Found> LikenessIndex::MostAlike(const Likeness& likeness) const {
  std::optional<Found> best;
  if (!HasOwner(likeness)) {
    Compare(all_, likeness, best);
    return best;
  }
  Look(by_owner_code_, likeness.owner_code_hash, likeness, best);
  Look(by_owner_title_, likeness.owner_title_hash, likeness, best);
  Look(by_title_, HashOfPairs(likeness.title_pairs), likeness, best);
  Compare(without_owner_, likeness, best);
  return best;
}

void LikenessIndex::Look(const absl::flat_hash_map<uint32_t, Places>& map, uint32_t key, const Likeness& likeness,
                         std::optional<Found>& best) const {
  const auto found = map.find(key);
  if (found != map.end()) Compare(found->second, likeness, best);
}

void LikenessIndex::Compare(const Places& places, const Likeness& likeness, std::optional<Found>& best) const {
  for (const uint32_t place : places) {
    const Item& item = items_[place];
    if (Contradict(item.likeness, likeness)) continue;
    const int similarity = Similarity(item.likeness, likeness);
    if (similarity < kSuspicious || (best && similarity <= best->similarity)) continue;
    best = Found{item.item, similarity, &item.likeness};
  }
}

}  // namespace yaoshi::registry

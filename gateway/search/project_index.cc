#include "gateway/search/project_index.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "common/region/region.h"
#include "gateway/search/text.h"

namespace yaoshi::gateway {
namespace {

// Looked at in one search: some milliseconds. Whoever searches for 项目 is not looking for one.
constexpr size_t kExamined = 50'000;
// So many replaced rows may stay before a shelf is made anew.
constexpr size_t kMinDead = 1000;

// In which of a row's texts a pair stands.
enum : uint64_t { kTitle = 0, kCode = 1, kInitials = 2 };

// 21 bits hold a code point; a pair whose second half is 0 is a single letter.
uint64_t PairOf(uint64_t kind, char32_t first, char32_t second) {
  return kind << 42 | static_cast<uint64_t>(first) << 21 | second;
}

std::vector<uint64_t> PairsOf(const std::u32string& text, uint64_t kind) {
  std::vector<uint64_t> pairs;
  for (size_t i = 0; i < text.size(); ++i) {
    pairs.push_back(PairOf(kind, text[i], 0));
    if (i + 1 < text.size()) pairs.push_back(PairOf(kind, text[i], text[i + 1]));
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

}  // namespace

// How well a row matches: 0 its title begins with the first word, 1 it holds all words, 2 the code or 3 the initials
// do.
struct ProjectIndex::Hit {
  int rank = 0;
  const Row* row = nullptr;
  auto Key() const { return std::tie(rank, row->title, row->project.name); }
  friend bool operator<(const Hit& a, const Hit& b) { return a.Key() < b.Key(); }

  // -1: it does not match.
  static int RankOf(const Row& row, const std::vector<std::u32string>& words) {
    int rank = row.title.starts_with(words.front()) ? 0 : 1;
    for (const std::u32string& word : words) {
      if (row.title.find(word) != std::u32string::npos) continue;
      if (row.code.find(word) != std::u32string::npos) {
        rank = std::max(rank, 2);
      } else if (row.initials.find(word) != std::u32string::npos) {
        rank = 3;
      } else {
        return -1;
      }
    }
    return rank;
  }
};

void ProjectIndex::Put(IndexedProject project) {
  if (const auto known = places_.find(project.name); known != places_.end()) {
    Shelf& shelf = shelves_[known->second.region];
    Row& row = shelf.rows[known->second.number];
    const auto key = [](const IndexedProject& p) { return std::pair(p.effective_on, p.version); };
    if (key(project) <= key(row.project)) return;
    row.dead = true;
    ++shelf.dead;
    if (shelf.dead > kMinDead && shelf.dead > shelf.rows.size() / 2) Compact(shelf);
  }
  Row row;
  row.title = Normalized(project.title);
  row.code = Normalized(project.project_code);
  row.initials = InitialsOf(row.title);
  Shelf& shelf = shelves_[project.region];
  row.project = std::move(project);
  Add(shelf, std::move(row));
}

void ProjectIndex::Add(Shelf& shelf, Row row) {
  const auto number = static_cast<uint32_t>(shelf.rows.size());
  places_[row.project.name] = {row.project.region, number};
  if (!row.project.gone) {
    for (const auto& [text, kind] : {std::pair(&row.title, kTitle), {&row.code, kCode}, {&row.initials, kInitials}}) {
      for (const uint64_t pair : PairsOf(*text, kind)) shelf.by_pair[pair].push_back(number);
    }
  }
  shelf.rows.push_back(std::move(row));
}

void ProjectIndex::Compact(Shelf& shelf) {
  Shelf fresh;
  for (Row& row : shelf.rows) {
    if (!row.dead) Add(fresh, std::move(row));
  }
  shelf = std::move(fresh);
}

const std::vector<uint32_t>* ProjectIndex::Candidates(const Shelf& shelf, const std::u32string& word, uint64_t kind) {
  static const std::vector<uint32_t>& none = *new std::vector<uint32_t>;
  const std::vector<uint32_t>* rarest = nullptr;
  for (size_t i = 0; i < std::max<size_t>(1, word.size() - 1); ++i) {
    const auto found = shelf.by_pair.find(PairOf(kind, word[i], i + 1 < word.size() ? word[i + 1] : 0));
    if (found == shelf.by_pair.end()) return &none;
    if (rarest == nullptr || found->second.size() < rarest->size()) rarest = &found->second;
  }
  return rarest;
}

void ProjectIndex::Search(const Shelf& shelf, const SearchQuery& query, size_t& budget, std::vector<Hit>& hits) {
  // Of the word that the fewest rows can match; the other words are looked for in those rows.
  std::vector<const std::vector<uint32_t>*> best;
  size_t fewest = 0;
  for (const std::u32string& word : query.words) {
    std::vector<const std::vector<uint32_t>*> lists;
    size_t rows = 0;
    for (const uint64_t kind : {kTitle, kCode, kInitials}) {
      lists.push_back(Candidates(shelf, word, kind));
      rows += lists.back()->size();
    }
    if (!best.empty() && rows >= fewest) continue;
    best = std::move(lists);
    fewest = rows;
  }
  std::vector<uint32_t> numbers;
  for (const std::vector<uint32_t>* list : best) {
    const size_t taken = std::min(budget, list->size());
    budget -= taken;
    numbers.insert(numbers.end(), list->end() - static_cast<std::ptrdiff_t>(taken), list->end());
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  for (const uint32_t number : numbers) {
    const Row& row = shelf.rows[number];
    const int rank = row.dead ? -1 : Hit::RankOf(row, query.words);
    if (rank >= 0) hits.push_back({rank, &row});
  }
}

SearchPage ProjectIndex::Find(const SearchQuery& query) const {
  SearchPage page;
  if (query.words.empty()) return page;
  size_t budget = kExamined;
  std::vector<Hit> hits;
  for (const auto& [region, shelf] : shelves_) {
    const bool visible = query.within.empty() || RegionCovers(query.within, region);
    const bool asked = query.region.empty() || RegionCovers(query.region, region);
    if (visible && asked) Search(shelf, query, budget, hits);
  }
  page.more = hits.size() > query.limit || budget == 0;
  const auto end = hits.begin() + static_cast<std::ptrdiff_t>(std::min(query.limit, hits.size()));
  std::partial_sort(hits.begin(), end, hits.end());
  for (auto hit = hits.begin(); hit != end; ++hit) page.found.push_back(hit->row->project);
  return page;
}

}  // namespace yaoshi::gateway

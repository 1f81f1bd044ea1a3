// Projects by words of their titles, by project code, and by the pinyin initials of the title. Held by region, so that
// who may read little searches little; and each word is looked up by its rarest pair of letters, so that a search does
// not walk through all projects. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/calendar/date.h"

namespace yaoshi::gateway {

struct IndexedProject {
  std::string name;  // "projects/{uuid}"
  std::string title;
  std::string project_code;
  std::string region;
  int stage = 0;  // registry.v1.Stage
  int64_t total_investment_fen = 0;
  Date effective_on;  // With `version` it says which of two facts holds.
  int64_t version = 0;
  bool gone = false;  // Merged into another: not to be found.
};

struct SearchQuery {
  std::vector<std::u32string> words;  // Normalised; a project must match all of them.
  std::string within;                 // Region code whose cover the caller may read; "": everything.
  std::string region;                 // Region code asked; "": all of it.
  size_t limit = 20;
};

struct SearchPage {
  std::vector<IndexedProject> found;  // The best first.
  bool more = false;
};

class ProjectIndex {
 public:
  // Of a project that is there already, the later fact stays.
  void Put(IndexedProject project);

  // At most kExamined projects of the rarest pair of letters are looked at, the newest first.
  SearchPage Find(const SearchQuery& query) const;

  size_t size() const { return places_.size(); }

 private:
  struct Row {
    IndexedProject project;
    std::u32string title, code, initials;  // Normalised.
    bool dead = false;                     // Replaced by a later fact.
  };
  using Pair = uint64_t;
  struct Shelf {
    std::vector<Row> rows;
    absl::flat_hash_map<Pair, std::vector<uint32_t>> by_pair;  // Numbers of rows, rising.
    size_t dead = 0;
  };
  struct Place {
    std::string region;
    uint32_t number = 0;
  };
  struct Hit;

  void Add(Shelf& shelf, Row row);
  void Compact(Shelf& shelf);
  static const std::vector<uint32_t>* Candidates(const Shelf& shelf, const std::u32string& word, uint64_t kind);
  static void Search(const Shelf& shelf, const SearchQuery& query, size_t& budget, std::vector<Hit>& hits);

  std::map<std::string, Shelf> shelves_;  // By region code.
  absl::flat_hash_map<std::string, Place> places_;
};

}  // namespace yaoshi::gateway

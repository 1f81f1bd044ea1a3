// Which projects may have a title that a filter asks for: for each pair of letters that follow each other, the projects
// whose titles have it, whatever their case. A search looks at those of its rarest pair instead of at every project.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "common/filter/bound.h"

namespace yaoshi::registry {

class TitleIndex {
 public:
  // Projects are numbers that their owner gives; a title is taken out with the words that it was put in with.
  void Put(uint32_t project, std::string_view title);
  void Remove(uint32_t project, std::string_view title);

  // A superset, in no order, of the projects that pass the filter: no more than `most`. Nothing when the filter says
  // too little about titles (no two letters in a row, or only in one branch of an OR), or when more would have to be
  // looked at.
  std::optional<std::vector<uint32_t>> Candidates(const filter::BoundExpr& filter, size_t most) const;

 private:
  using Projects = absl::btree_set<uint32_t>;
  const Projects* RarestOf(const filter::BoundTerm& term) const;

  absl::flat_hash_map<uint64_t, Projects> by_pair_;
};

}  // namespace yaoshi::registry

#include "services/registry/domain/title_index.h"

#include <algorithm>

#include "common/filter/fold.h"
#include "services/registry/domain/project_fields.h"

namespace yaoshi::registry {
namespace {

using filter::BoundExpr;
using filter::BoundTerm;
using Test = BoundTerm::Test;

// The letter at the beginning of `text`, which is shortened by it: its bytes as one number.
uint32_t TakeLetter(std::string_view& text) {
  const auto lead = static_cast<uint8_t>(text.front());
  const size_t length = std::min<size_t>(text.size(), lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4);
  uint32_t letter = 0;
  for (const char byte : text.substr(0, length)) letter = letter << 8 | static_cast<uint8_t>(byte);
  text.remove_prefix(length);
  return letter;
}

std::vector<uint64_t> PairsOf(std::string_view text) {
  const std::string folded = filter::Fold(text);
  std::vector<uint64_t> pairs;
  uint64_t before = 0;
  for (std::string_view rest = folded; !rest.empty();) {
    const uint32_t letter = TakeLetter(rest);
    if (before != 0) pairs.push_back(before << 32 | letter);
    before = letter;
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

}  // namespace

void TitleIndex::Put(uint32_t project, std::string_view title) {
  for (const uint64_t pair : PairsOf(title)) by_pair_[pair].insert(project);
}

void TitleIndex::Remove(uint32_t project, std::string_view title) {
  for (const uint64_t pair : PairsOf(title)) {
    const auto found = by_pair_.find(pair);
    if (found == by_pair_.end()) continue;
    found->second.erase(project);
    if (found->second.empty()) by_pair_.erase(found);
  }
}

// Null: the term says too little.
const TitleIndex::Projects* TitleIndex::RarestOf(const BoundTerm& term) const {
  static const Projects& none = *new Projects;
  const bool of_text = term.test == Test::kEqual || term.test == Test::kPattern || term.test == Test::kSearch;
  if (term.field != static_cast<size_t>(ProjectField::kTitle) || !of_text) return nullptr;
  const Projects* rarest = nullptr;
  for (const uint64_t pair : PairsOf(term.text)) {
    const auto found = by_pair_.find(pair);
    if (found == by_pair_.end()) return &none;
    if (rarest == nullptr || found->second.size() < rarest->size()) rarest = &found->second;
  }
  return rarest;
}

std::optional<std::vector<uint32_t>> TitleIndex::Candidates(const BoundExpr& filter, size_t most) const {
  std::optional<std::vector<uint32_t>> fewest;
  switch (filter.kind) {
    case filter::Expr::Kind::kRestriction:
      if (const Projects* rarest = RarestOf(filter.term); rarest != nullptr && rarest->size() <= most) {
        fewest.emplace(rarest->begin(), rarest->end());
      }
      break;
    case filter::Expr::Kind::kAnd:
      for (const BoundExpr& operand : filter.operands) {
        auto some = Candidates(operand, fewest ? fewest->size() : most);
        if (some) fewest = std::move(some);
      }
      break;
    case filter::Expr::Kind::kOr:
      fewest.emplace();
      for (const BoundExpr& operand : filter.operands) {
        const auto some = Candidates(operand, most - fewest->size());
        if (!some) return std::nullopt;
        fewest->insert(fewest->end(), some->begin(), some->end());
      }
      break;
    case filter::Expr::Kind::kNot:
      break;
  }
  return fewest;
}

}  // namespace yaoshi::registry

// Tokens of the filter language. Only parse.cc includes this.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/filter/expr.h"

namespace yaoshi::filter {

struct Token {
  enum class Kind { kText, kString, kComparator, kMinus, kOpen, kClose, kEnd };
  Kind kind = Kind::kEnd;
  Literal literal;                           // kText and kString.
  Comparator comparator = Comparator::kHas;  // kComparator.
  std::string_view source;                   // As written, for error texts.
  int position = 0;                          // Counted in characters from 1.
  bool after_space = false;

  // Whether this is the keyword `word`: AND, OR or NOT outside quotes.
  bool Is(std::string_view word) const { return kind == Kind::kText && source == word; }
};

// The tokens of `text`, the last one kEnd. They point into `text`.
absl::StatusOr<std::vector<Token>> Tokenize(std::string_view text);

}  // namespace yaoshi::filter

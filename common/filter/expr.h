// The filter language of every List method: AIP-160.
//
//   state = ACTIVE AND total_investment_fen >= 10000000000        comparisons
//   region = "621122" OR region = "621123"                        OR binds tighter than AND
//   title:公路  NOT removed_on:*  -stage = PLANNED                 has; presence; negation; a space means AND
//   project_code = "2203-621122-*"                                * at the beginning or the end of a string
//   state:(ACTIVE OR PAUSED)                                      one field, several values
//   渭源 "G310 线"                                                bare words: search in the text fields
//
// Functions are not part of it. Keywords are AND, OR, NOT in capitals; quotes are " or '; inside quotes \ escapes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace yaoshi::filter {

// Limits of one filter text.
inline constexpr std::size_t kMaxFilterBytes = 4096;
inline constexpr int kMaxTerms = 100;  // Restrictions and bare words.
inline constexpr int kMaxDepth = 32;   // Parentheses inside parentheses.

enum class Comparator { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kHas };

// The comparator as it is written: "=", "!=", …, ":".
std::string_view ToString(Comparator comparator);

// A value, without quotes, escapes and wildcards.
struct Literal {
  std::string text;
  bool any_before = false;  // Began with an unescaped "*".
  bool any_after = false;   // Ended with an unescaped "*". A lone "*" sets both and leaves `text` empty.
  int position = 0;         // Of its first character in the filter, counted from 1.

  bool presence() const { return text.empty() && any_before && any_after; }
};

// `field comparator value`, or a bare word: `field` is empty then and the comparator kHas.
struct Restriction {
  std::string field;
  Comparator comparator = Comparator::kHas;
  Literal value;
  int position = 0;  // Of the field, or of the bare word.
};

// kAnd and kOr hold any number of operands (kAnd with none: everything), kNot exactly one.
struct Expr {
  enum class Kind { kAnd, kOr, kNot, kRestriction };
  Kind kind = Kind::kAnd;
  std::vector<Expr> operands;
  Restriction restriction;  // Only for kRestriction.
};

// The expression that `text` means; an empty text filters nothing. Reason INVALID_FILTER with a violation on "filter"
// that names the position and what was expected there.
absl::StatusOr<Expr> ParseFilter(std::string_view text);

// INVALID_ARGUMENT, reason INVALID_FILTER, violation on "filter".
absl::Status InvalidFilter(const std::vector<std::string>& problems);

}  // namespace yaoshi::filter

#include "common/filter/bound.h"
#include "common/filter/fold.h"

namespace yaoshi::filter {
namespace {

using Test = BoundTerm::Test;

template <class T>
bool Compare(Test test, const T& value, const T& bound) {
  switch (test) {
    case Test::kEqual:
      return value == bound;
    case Test::kLess:
      return value < bound;
    case Test::kLessOrEqual:
      return value <= bound;
    case Test::kGreater:
      return value > bound;
    case Test::kGreaterOrEqual:
      return value >= bound;
    default:
      return false;
  }
}

bool MatchesPattern(const BoundTerm& term, std::string_view text) {
  if (term.any_before && term.any_after) return text.find(term.text) != std::string_view::npos;
  if (term.any_before) return text.ends_with(term.text);
  return text.starts_with(term.text);  // A pattern has at least one wildcard.
}

bool MatchesSearch(const BoundTerm& term, std::string_view text) {
  if (term.any_before && term.any_after) return FoldedContains(text, term.text);
  return term.any_before ? FoldedEndsWith(text, term.text) : FoldedStartsWith(text, term.text);
}

bool MatchesString(const BoundTerm& term, std::string_view text) {
  switch (term.test) {
    case Test::kPresent:
      return !text.empty();
    case Test::kPattern:
      return MatchesPattern(term, text);
    case Test::kSearch:
      return MatchesSearch(term, text);
    default:
      return Compare<std::string_view>(term.test, text, term.text);
  }
}

}  // namespace

bool MatchesTerm(const BoundTerm& term, const FieldValue& value) {
  if (term.type == FieldType::kString) {
    const auto* text = std::get_if<std::string_view>(&value);
    return MatchesString(term, text == nullptr ? std::string_view() : *text);
  }
  if (term.type == FieldType::kDate) {
    const auto* date = std::get_if<Date>(&value);
    if (date == nullptr) return false;
    return term.test == Test::kPresent || Compare(term.test, *date, term.date);
  }
  const auto* number = std::get_if<std::int64_t>(&value);
  const std::int64_t held = number == nullptr ? 0 : *number;
  return term.test == Test::kPresent ? held != 0 : Compare(term.test, held, term.number);
}

}  // namespace yaoshi::filter

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "common/filter/bound.h"
#include "common/filter/fold.h"
#include "common/status/quote.h"
#include "common/status/status.h"

namespace yaoshi::filter {
namespace {

using Test = BoundTerm::Test;

// The test of a comparator between ordered values; != is the negation of kEqual, ":" equality.
Test TestOf(Comparator comparator) {
  switch (comparator) {
    case Comparator::kLess:
      return Test::kLess;
    case Comparator::kLessOrEqual:
      return Test::kLessOrEqual;
    case Comparator::kGreater:
      return Test::kGreater;
    case Comparator::kGreaterOrEqual:
      return Test::kGreaterOrEqual;
    default:
      return Test::kEqual;
  }
}

bool IsOrdering(Comparator comparator) {
  return comparator != Comparator::kEqual && comparator != Comparator::kNotEqual && comparator != Comparator::kHas;
}

BoundExpr Leaf(BoundTerm term) {
  return {Expr::Kind::kRestriction, {}, std::move(term)};
}

class Binder {
 public:
  explicit Binder(const FieldTable& table) : table_(table) {}

  BoundExpr Bind(const Expr& expr) {
    if (expr.kind == Expr::Kind::kRestriction) return BindRestriction(expr.restriction);
    BoundExpr bound{expr.kind, {}, {}};
    for (const Expr& operand : expr.operands) bound.operands.push_back(Bind(operand));
    return bound;
  }

  const std::vector<std::string>& problems() const { return problems_; }

 private:
  BoundExpr BindRestriction(const Restriction& restriction) {
    if (restriction.field.empty()) return BindBareWord(restriction);
    const auto field = table_.Find(restriction.field);
    if (!field.has_value()) {
      Problem(restriction.position,
              fmt::format("unknown field {}; known are {}", Quote(restriction.field), table_.Names()));
      return {};
    }
    BoundExpr bound = Leaf(BindTerm(*field, restriction));
    if (restriction.comparator != Comparator::kNotEqual) return bound;
    BoundExpr negation{Expr::Kind::kNot, {}, {}};
    negation.operands.push_back(std::move(bound));
    return negation;
  }

  BoundExpr BindBareWord(const Restriction& restriction) {
    if (table_.searched().empty()) {
      Problem(restriction.position,
              fmt::format("bare words cannot be searched here; write a comparison with one of {}", table_.Names()));
    }
    BoundExpr any{Expr::Kind::kOr, {}, {}};
    for (const std::size_t field : table_.searched()) any.operands.push_back(Leaf(BindTerm(field, restriction)));
    return any;
  }

  BoundTerm BindTerm(std::size_t field, const Restriction& restriction) {
    const FieldSpec& spec = table_[field];
    const Literal& value = restriction.value;
    BoundTerm term;
    term.field = field;
    term.type = spec.type;
    term.column = spec.column;
    term.nullable = spec.nullable;
    term.binary = spec.binary;
    term.test = TestOf(restriction.comparator);
    if (value.presence()) {
      term.test = Test::kPresent;
      if (restriction.comparator != Comparator::kHas) {
        Problem(value.position, fmt::format("* alone asks whether a field is set; write {}:*", spec.name));
      }
      return term;
    }
    if (spec.type == FieldType::kString) {
      BindString(restriction, term);
      return term;
    }
    if (value.any_before || value.any_after) {
      Problem(value.position, fmt::format("* cannot be used with {}, which is not a text", spec.name));
    }
    BindScalar(spec, restriction, term);
    return term;
  }

  void BindString(const Restriction& restriction, BoundTerm& term) {
    const Literal& value = restriction.value;
    const bool wildcard = value.any_before || value.any_after;
    term.text = value.text;
    term.any_before = value.any_before;
    term.any_after = value.any_after;
    if (restriction.comparator == Comparator::kHas) {
      term.test = Test::kSearch;
      term.text = Fold(value.text);
      if (!wildcard) term.any_before = term.any_after = true;
    } else if (wildcard) {
      term.test = Test::kPattern;
      if (IsOrdering(restriction.comparator)) {
        Problem(value.position, fmt::format("* cannot be used with {}; use = or :", ToString(restriction.comparator)));
      }
    }
  }

  void BindScalar(const FieldSpec& spec, const Restriction& restriction, BoundTerm& term) {
    const Literal& value = restriction.value;
    const bool ordered = spec.type == FieldType::kInteger || spec.type == FieldType::kDate;
    if (!ordered && IsOrdering(restriction.comparator)) {
      Problem(restriction.position, fmt::format("{} has no order; compare it by =, != or :", spec.name));
    }
    std::string wanted;
    switch (spec.type) {
      case FieldType::kInteger: {
        const char* const end = value.text.data() + value.text.size();
        const auto [rest, error] = std::from_chars(value.text.data(), end, term.number);
        if (error != std::errc() || rest != end) wanted = "a whole number that fits 64 bits, such as 1200";
        break;
      }
      case FieldType::kDate:
        if (const auto date = Date::Parse(value.text); date.ok()) {
          term.date = *date;
        } else {
          wanted = "a date such as 2022-04-20";
        }
        break;
      case FieldType::kBoolean:
        term.number = value.text == "true" ? 1 : 0;
        if (value.text != "true" && value.text != "false") wanted = "true or false";
        break;
      default:
        wanted = BindEnum(spec, value, term);
    }
    if (wanted.empty()) return;
    Problem(value.position, fmt::format("{} takes {}, not {}", spec.name, wanted, Quote(value.text)));
  }

  // What is wanted instead when the value has no such name; else "".
  static std::string BindEnum(const FieldSpec& spec, const Literal& value, BoundTerm& term) {
    std::string names;
    for (const EnumValue& candidate : spec.enum_values) {
      if (candidate.name == value.text) {
        term.number = candidate.number;
        return "";
      }
      names += (names.empty() ? "" : ", ") + candidate.name;
    }
    return "one of " + names;
  }

  void Problem(int position, std::string_view what) {
    problems_.push_back(fmt::format("At character {}: {}.", position, what));
  }

  const FieldTable& table_;
  std::vector<std::string> problems_;
};

}  // namespace

absl::StatusOr<BoundExpr> Bind(const Expr& expr, const FieldTable& table) {
  Binder binder(table);
  BoundExpr bound = binder.Bind(expr);
  RETURN_IF_ERROR(InvalidFilter(binder.problems()));
  return bound;
}

absl::StatusOr<BoundExpr> ParseAndBind(std::string_view filter, const FieldTable& table) {
  ASSIGN_OR_RETURN(const Expr expr, ParseFilter(filter));
  return Bind(expr, table);
}

}  // namespace yaoshi::filter

// A filter whose names and values fit a FieldTable, and its two meanings: over rows in memory and as SQL. Both give the
// same answer for the same data.
//
// Strings: =, != and the orderings compare bytes, exactly; "*" at the ends of an = or != value stands for anything.
// ":" and bare words ignore case (fold.h) and look for the value anywhere, or with "*" at one end only there
// ("渭源*": begins with it). Integers, dates and booleans take all comparisons that make sense, ":" as "=". Enums take
// =, != and ":" with the name of a value. field:* holds when the field is set: not "", not 0, not false, a date.
// A date that is not set is neither equal to, before nor after any date.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "common/calendar/date.h"
#include "common/filter/expr.h"
#include "common/filter/field_table.h"

namespace yaoshi::filter {

// What a row holds in a field: a string; an integer, boolean or enum number; a date; std::monostate when unset.
using FieldValue = std::variant<std::monostate, std::string_view, std::int64_t, Date>;

// A test of one field.
struct BoundTerm {
  enum class Test {
    kEqual,
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual,
    kPattern,  // String with wildcards, exact.
    kSearch,   // String, ignoring case.
    kPresent,
  };
  std::size_t field = 0;  // Index in the table.
  FieldType type = FieldType::kString;
  Test test = Test::kEqual;
  std::string column;
  bool nullable = false;
  bool binary = false;
  std::string text;         // kString; folded for kSearch.
  bool any_before = false;  // kPattern and kSearch.
  bool any_after = false;
  std::int64_t number = 0;  // kInteger, kBoolean, kEnum.
  Date date;                // kDate.
};

struct BoundExpr {
  Expr::Kind kind = Expr::Kind::kAnd;
  std::vector<BoundExpr> operands;
  BoundTerm term;  // Only for kRestriction.
};

// Resolves names and values. Reason INVALID_FILTER, with all problems at once; an unknown field's names the known ones.
absl::StatusOr<BoundExpr> Bind(const Expr& expr, const FieldTable& table);
// ParseFilter, then Bind.
absl::StatusOr<BoundExpr> ParseAndBind(std::string_view filter, const FieldTable& table);

bool MatchesTerm(const BoundTerm& term, const FieldValue& value);

// Whether a row passes. `row(field_index)` gives the row's FieldValue for the field of that index in the table; its
// views must live during the call. Allocates nothing.
template <class Row>
bool Matches(const BoundExpr& expr, const Row& row) {
  switch (expr.kind) {
    case Expr::Kind::kAnd:
      for (const BoundExpr& operand : expr.operands) {
        if (!Matches(operand, row)) return false;
      }
      return true;
    case Expr::Kind::kOr:
      for (const BoundExpr& operand : expr.operands) {
        if (Matches(operand, row)) return true;
      }
      return false;
    case Expr::Kind::kNot:
      return !Matches(expr.operands.front(), row);
    case Expr::Kind::kRestriction:
      return MatchesTerm(expr.term, row(expr.term.field));
  }
  return false;
}

// A value for one "?" of a statement. Dates travel as text.
using SqlValue = std::variant<std::int64_t, std::string>;

struct SqlText {
  std::string text;
  std::vector<SqlValue> values;  // For the "?" of `text`, in order.
};

// A condition in parentheses that is never NULL, for a WHERE clause; "(1 = 1)" when nothing is filtered.
SqlText ToSql(const BoundExpr& expr);

}  // namespace yaoshi::filter

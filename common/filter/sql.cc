#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/filter/bound.h"

namespace yaoshi::filter {
namespace {

using Test = BoundTerm::Test;

std::string_view SignOf(Test test) {
  switch (test) {
    case Test::kLess:
      return "<";
    case Test::kLessOrEqual:
      return "<=";
    case Test::kGreater:
      return ">";
    case Test::kGreaterOrEqual:
      return ">=";
    default:
      return "=";
  }
}

// `text` as a LIKE pattern under ESCAPE '|'.
std::string LikePattern(const BoundTerm& term) {
  std::string pattern = term.any_before ? "%" : "";
  for (const char c : term.text) {
    if (c == '|' || c == '%' || c == '_') pattern += '|';
    pattern += c;
  }
  return pattern + (term.any_after ? "%" : "");
}

// Whether even a column that compares bytes must be cast for this value: a _bin collation ignores trailing spaces, and
// an ASCII column refuses to be compared with other characters.
bool NeedsCast(std::string_view text) {
  return text.ends_with(' ') || std::any_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; });
}

class Writer {
 public:
  void Write(const BoundExpr& expr) {
    switch (expr.kind) {
      case Expr::Kind::kAnd:
        WriteJoined(expr, " AND ", "1 = 1");
        break;
      case Expr::Kind::kOr:
        WriteJoined(expr, " OR ", "1 = 0");
        break;
      case Expr::Kind::kNot:
        sql_.text += "(NOT ";
        Write(expr.operands.front());
        sql_.text += ')';
        break;
      case Expr::Kind::kRestriction:
        sql_.text += '(';
        WriteTerm(expr.term);
        sql_.text += ')';
        break;
    }
  }

  SqlText Finish() && { return std::move(sql_); }

 private:
  void WriteJoined(const BoundExpr& expr, std::string_view joint, std::string_view when_empty) {
    sql_.text += '(';
    if (expr.operands.empty()) sql_.text += when_empty;
    for (std::size_t i = 0; i < expr.operands.size(); ++i) {
      if (i > 0) sql_.text += joint;
      Write(expr.operands[i]);
    }
    sql_.text += ')';
  }

  void WriteTerm(const BoundTerm& term) {
    switch (term.type) {
      case FieldType::kString:
        WriteString(term);
        break;
      case FieldType::kDate:
        WriteDate(term);
        break;
      default:
        WriteNumber(term);
    }
  }

  // Exact comparison casts to bytes, whatever the column's collation: that also keeps trailing spaces apart. The plain
  // comparison in front of it is implied by it and lets an index be used.
  void WriteString(const BoundTerm& term) {
    const std::string column = term.nullable ? fmt::format("COALESCE({}, '')", term.column) : term.column;
    const bool cast = !term.binary || NeedsCast(term.text);
    const std::string bytes = cast ? fmt::format("CAST({} AS BINARY)", column) : column;
    switch (term.test) {
      case Test::kPresent:
        sql_.text += fmt::format("CHAR_LENGTH({}) > 0", column);
        break;
      case Test::kSearch:
        Add(fmt::format("CAST(LOWER({}) AS BINARY) LIKE LOWER(?) ESCAPE '|'", column), LikePattern(term));
        break;
      case Test::kPattern:
        if (!term.binary && !term.any_before) Add(fmt::format("{} LIKE ? ESCAPE '|' AND ", column), LikePattern(term));
        Add(fmt::format("{} LIKE ? ESCAPE '|'", bytes), LikePattern(term));
        break;
      case Test::kEqual:
        if (!term.binary) Add(fmt::format("{} = ? AND ", column), term.text);
        Add(fmt::format("{} = ?", bytes), term.text);
        break;
      default:
        Add(fmt::format("{} {} ?", bytes, SignOf(term.test)), term.text);
    }
  }

  void WriteDate(const BoundTerm& term) {
    if (term.nullable || term.test == Test::kPresent) sql_.text += fmt::format("{} IS NOT NULL", term.column);
    if (term.test == Test::kPresent) return;
    if (term.nullable) sql_.text += " AND ";
    Add(fmt::format("{} {} ?", term.column, SignOf(term.test)), term.date.ToString());
  }

  void WriteNumber(const BoundTerm& term) {
    const std::string column = term.nullable ? fmt::format("COALESCE({}, 0)", term.column) : term.column;
    if (term.test == Test::kPresent) {
      sql_.text += column + " <> 0";
    } else {
      Add(fmt::format("{} {} ?", column, SignOf(term.test)), term.number);
    }
  }

  void Add(std::string_view text, SqlValue value) {
    sql_.text += text;
    sql_.values.push_back(std::move(value));
  }

  SqlText sql_;
};

}  // namespace

SqlText ToSql(const BoundExpr& expr) {
  Writer writer;
  writer.Write(expr);
  return std::move(writer).Finish();
}

}  // namespace yaoshi::filter

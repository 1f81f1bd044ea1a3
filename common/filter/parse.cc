#include <fmt/format.h>

#include <utility>

#include "common/filter/expr.h"
#include "common/filter/lexer.h"
#include "common/status/quote.h"
#include "common/status/status.h"

namespace yaoshi::filter {
namespace {

using Kind = Token::Kind;

// Recursive descent over the grammar of AIP-160:
//   expression = sequence {"AND" sequence}      sequence = factor {factor}      factor = term {"OR" term}
//   term = ["NOT" | "-"] simple                 simple = restriction | "(" expression ")"
//   restriction = value [comparator (value | "(" expression ")")]
class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  absl::StatusOr<Expr> Run() {
    if (Peek().kind == Kind::kEnd) return Expr();
    ASSIGN_OR_RETURN(Expr expr, Expression(nullptr));
    if (Peek().kind != Kind::kEnd) return Expected("AND, OR or the end of the filter");
    return expr;
  }

 private:
  // The `field comparator` that a group of values belongs to: state:(ACTIVE OR PAUSED).
  struct Subject {
    std::string field;
    Comparator comparator;
    int position;
  };

  const Token& Peek() const { return tokens_[next_]; }
  Token Take() { return tokens_[next_ < tokens_.size() - 1 ? next_++ : next_]; }
  bool TakeIf(std::string_view keyword) {
    if (!Peek().Is(keyword)) return false;
    Take();
    return true;
  }

  absl::Status Problem(int position, std::string_view what) const {
    return InvalidFilter({fmt::format("At character {}: {}.", position, what)});
  }
  absl::Status Expected(std::string_view what) const {
    const Token& token = Peek();
    const std::string found = token.kind == Kind::kEnd ? std::string("the end of the filter") : Quote(token.source);
    return Problem(token.position, fmt::format("expected {}, found {}", what, found));
  }

  // `operands` joined by `kind`; a single one stands for itself.
  static Expr Join(Expr::Kind kind, std::vector<Expr> operands) {
    if (operands.size() == 1) return std::move(operands.front());
    return Expr{kind, std::move(operands), {}};
  }

  // `subject` is null outside a group of values.
  absl::StatusOr<Expr> Expression(const Subject* subject) {
    std::vector<Expr> operands;
    do {
      do {
        ASSIGN_OR_RETURN(Expr factor, Factor(subject));
        operands.push_back(std::move(factor));
      } while (StartsTerm());
    } while (TakeIf("AND"));
    return Join(Expr::Kind::kAnd, std::move(operands));
  }

  bool StartsTerm() const {
    const Token& token = Peek();
    return token.kind != Kind::kEnd && token.kind != Kind::kClose && token.kind != Kind::kComparator &&
           !token.Is("AND") && !token.Is("OR");
  }

  absl::StatusOr<Expr> Factor(const Subject* subject) {
    std::vector<Expr> operands;
    do {
      ASSIGN_OR_RETURN(Expr term, Term(subject));
      operands.push_back(std::move(term));
    } while (TakeIf("OR"));
    return Join(Expr::Kind::kOr, std::move(operands));
  }

  absl::StatusOr<Expr> Term(const Subject* subject) {
    bool negated = TakeIf("NOT");
    if (!negated && Peek().kind == Kind::kMinus) {
      Take();
      if (Peek().after_space) return Problem(Peek().position - 1, "- must stand right before what it negates");
      negated = true;
    }
    ASSIGN_OR_RETURN(Expr simple, Simple(subject));
    if (!negated) return simple;
    Expr expr{Expr::Kind::kNot, {}, {}};
    expr.operands.push_back(std::move(simple));
    return expr;
  }

  absl::StatusOr<Expr> Simple(const Subject* subject) {
    if (Peek().kind == Kind::kOpen) return Composite(subject);
    if (!AtValue()) return Expected(subject == nullptr ? "a field, a word or (" : "a value or (");
    const Token first = Take();
    if (subject != nullptr) {
      if (Peek().kind == Kind::kComparator) {
        return Problem(Peek().position, fmt::format("the values of {} here are already compared by {}; take the "
                                                    "comparison out of the parentheses",
                                                    Quote(subject->field), ToString(subject->comparator)));
      }
      return Leaf({subject->field, subject->comparator, first.literal, subject->position});
    }
    if (Peek().kind == Kind::kOpen && first.kind == Kind::kText && !Peek().after_space) {
      return Problem(first.position, fmt::format("{} looks like a function; there are none, put a space before ( if "
                                                 "you meant a word",
                                                 Quote(first.source)));
    }
    if (Peek().kind != Kind::kComparator) return Leaf({"", Comparator::kHas, first.literal, first.position});
    return Comparison(first);
  }

  bool AtValue() const {
    const Token& token = Peek();
    return token.kind == Kind::kString ||
           (token.kind == Kind::kText && !token.Is("AND") && !token.Is("OR") && !token.Is("NOT"));
  }

  absl::StatusOr<Expr> Comparison(const Token& field) {
    if (field.kind == Kind::kString) return Problem(field.position, "a field is written without quotes");
    const Subject subject{std::string(field.source), Take().comparator, field.position};
    if (Peek().kind == Kind::kOpen) return Composite(&subject);
    if (!AtValue()) return Expected("a value or (");
    return Leaf({subject.field, subject.comparator, Take().literal, subject.position});
  }

  absl::StatusOr<Expr> Composite(const Subject* subject) {
    const int position = Take().position;
    if (++depth_ > kMaxDepth) return Problem(position, fmt::format("more than {} parentheses are open", kMaxDepth));
    ASSIGN_OR_RETURN(Expr expr, Expression(subject));
    if (Peek().kind != Kind::kClose) {
      return Expected(fmt::format("AND, OR or the ) of the ( at character {}", position));
    }
    Take();
    --depth_;
    return expr;
  }

  absl::StatusOr<Expr> Leaf(Restriction restriction) {
    if (++terms_ > kMaxTerms) {
      return Problem(restriction.value.position, fmt::format("a filter has at most {} terms", kMaxTerms));
    }
    return Expr{Expr::Kind::kRestriction, {}, std::move(restriction)};
  }

  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  int depth_ = 0;
  int terms_ = 0;
};

}  // namespace

std::string_view ToString(Comparator comparator) {
  switch (comparator) {
    case Comparator::kEqual:
      return "=";
    case Comparator::kNotEqual:
      return "!=";
    case Comparator::kLess:
      return "<";
    case Comparator::kLessOrEqual:
      return "<=";
    case Comparator::kGreater:
      return ">";
    case Comparator::kGreaterOrEqual:
      return ">=";
    case Comparator::kHas:
      return ":";
  }
  return "";
}

absl::Status InvalidFilter(const std::vector<std::string>& problems) {
  std::vector<FieldViolation> violations;
  for (const std::string& problem : problems) violations.push_back({"filter", problem});
  return InvalidFields("INVALID_FILTER", violations);
}

absl::StatusOr<Expr> ParseFilter(std::string_view text) {
  ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(text));
  return Parser(std::move(tokens)).Run();
}

}  // namespace yaoshi::filter

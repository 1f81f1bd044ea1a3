#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "common/filter/expr.h"
#include "common/status/status.h"

namespace yaoshi::filter {
namespace {

using ::testing::HasSubstr;

// The expression in prefix form: "(AND (a = x) (SEARCH y))"; wildcards as %.
std::string Show(const Expr& expr) {
  if (expr.kind == Expr::Kind::kRestriction) {
    const Restriction& r = expr.restriction;
    const std::string value =
        fmt::format("{}{}{}", r.value.any_before ? "%" : "", r.value.text, r.value.any_after ? "%" : "");
    if (r.field.empty()) return fmt::format("(SEARCH {})", value);
    return fmt::format("({} {} {})", r.field, ToString(r.comparator), value);
  }
  std::string text = expr.kind == Expr::Kind::kAnd ? "(AND" : expr.kind == Expr::Kind::kOr ? "(OR" : "(NOT";
  for (const Expr& operand : expr.operands) text += " " + Show(operand);
  return text + ")";
}

std::string Parsed(std::string_view text) {
  const auto expr = ParseFilter(text);
  return expr.ok() ? Show(*expr) : std::string(expr.status().message());
}

TEST(ParseFilter, SaysWhereAndWhatWasExpected) {
  struct Case {
    std::string_view filter;
    std::string_view problem;
  };
  for (const Case& c : {
           Case{"AND", "At character 1: expected a field, a word or (, found \"AND\"."},
           {"a AND", "At character 6: expected a field, a word or (, found the end of the filter."},
           {"a OR OR b", "At character 6: expected a field, a word or (, found \"OR\"."},
           {"(a", "At character 3: expected AND, OR or the ) of the ( at character 1, found the end of the filter."},
           {"a)", "At character 2: expected AND, OR or the end of the filter, found \")\"."},
           {"()", "At character 2: expected a field, a word or (, found \")\"."},
           {"= 5", "At character 1: expected a field, a word or (, found \"=\"."},
           {"公路 = = 5", "At character 6: expected a value or (, found \"=\"."},
           {"a = AND", "At character 5: expected a value or (, found \"AND\"."},
           {"a = 1 = 2", "At character 7: expected AND, OR or the end of the filter, found \"=\"."},
           {"NOT NOT a", "At character 5: expected a field, a word or (, found \"NOT\"."},
           {"- a", "At character 2: - must stand right before what it negates."},
           {"标题 \"a", "At character 4: this quote is never closed."},
           {"\"a\\n\"", "At character 3: \\ escapes only \\, \", ' and *"},
           {"\"title\" = x", "At character 1: a field is written without quotes."},
           {"title = a*b", "At character 9: * stands only at the beginning or the end of a value"},
           {"title = ***", "At character 9: * stands only at the beginning or the end of a value"},
           {"size(a)", "At character 1: \"size\" looks like a function; there are none"},
           {"state:(a OR region=b)", "At character 19: the values of \"state\" here are already compared by :"},
           {"state:()", "At character 8: expected a value or (, found \")\"."},
           {"a\x01", "At character 2: control characters are not allowed."},
           {"定\xFF", "At character 2: this is not UTF-8."},
       }) {
    const auto expr = ParseFilter(c.filter);
    ASSERT_FALSE(expr.ok()) << c.filter;
    EXPECT_EQ(expr.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(expr.status()), "INVALID_FILTER");
    const auto violations = ViolationsOf(expr.status());
    ASSERT_EQ(violations.size(), 1u);
    EXPECT_EQ(violations[0].field, "filter");
    EXPECT_THAT(violations[0].description, HasSubstr(std::string(c.problem))) << c.filter;
  }
}

TEST(ParseFilter, KeepsItsLimits) {
  EXPECT_TRUE(ParseFilter("\"" + std::string(kMaxFilterBytes - 2, 'a') + "\"").ok());
  EXPECT_THAT(Parsed(std::string(kMaxFilterBytes + 1, 'a')), HasSubstr("has 4097 bytes; at most 4096 are allowed"));

  std::string terms;
  for (int i = 0; i < kMaxTerms; ++i) terms += "a ";
  EXPECT_TRUE(ParseFilter(terms).ok());
  EXPECT_THAT(Parsed(terms + "b"), HasSubstr("At character 201: a filter has at most 100 terms"));

  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '(') + "a" + std::string(static_cast<std::size_t>(depth), ')');
  };
  EXPECT_TRUE(ParseFilter(nested(kMaxDepth)).ok());
  EXPECT_THAT(Parsed(nested(kMaxDepth + 1)), HasSubstr("At character 33: more than 32 parentheses are open"));
  EXPECT_THAT(Parsed(std::string(kMaxFilterBytes, '(')), HasSubstr("more than 32"));
}

TEST(ParseFilter, FollowsTheGrammar) {
  struct Case {
    std::string_view filter;
    std::string_view expr;
  };
  for (const Case& c : {
           Case{"", "(AND)"},
           {" \t\u3000", "(AND)"},
           {"a", "(SEARCH a)"},
           {"a b", "(AND (SEARCH a) (SEARCH b))"},
           {"a\u3000b", "(AND (SEARCH a) (SEARCH b))"},
           {"a AND b OR c", "(AND (SEARCH a) (OR (SEARCH b) (SEARCH c)))"},
           {"a OR b AND c OR d", "(AND (OR (SEARCH a) (SEARCH b)) (OR (SEARCH c) (SEARCH d)))"},
           {"a b OR c d", "(AND (SEARCH a) (OR (SEARCH b) (SEARCH c)) (SEARCH d))"},
           {"(a AND b) OR c", "(OR (AND (SEARCH a) (SEARCH b)) (SEARCH c))"},
           {"NOT a OR b", "(OR (NOT (SEARCH a)) (SEARCH b))"},
           {"NOT(a b)", "(NOT (AND (SEARCH a) (SEARCH b)))"},
           {"-a -b=c", "(AND (NOT (SEARCH a)) (NOT (b = c)))"},
           {"a-b", "(SEARCH a-b)"},
           {"and or not", "(AND (SEARCH and) (SEARCH or) (SEARCH not))"},
           {"\"AND\" x=\"OR\"", "(AND (SEARCH AND) (x = OR))"},
           {"a=1 b!=2 c<3 d<=4 e>5 f>=6 g:7", "(AND (a = 1) (b != 2) (c < 3) (d <= 4) (e > 5) (f >= 6) (g : 7))"},
           {"a = -5", "(a = -5)"},
           {"on >= 2022-04-20", "(on >= 2022-04-20)"},
           {"project.region = 621122", "(project.region = 621122)"},
           {"t = 'it''s'", "(AND (t = it) (SEARCH s))"},
           {R"(t = "a\"b\\c\*" u='\'')", R"((AND (t = a"b\c*) (u = ')))"},
           {"t = \"\"", "(t = )"},
           {"t:*", "(t : %%)"},
           {"t:\"*\"", "(t : %%)"},
           {R"(t:"\*")", "(t : *)"},
           {"t=a*", "(t = a%)"},
           {"t=*a", "(t = %a)"},
           {"t=\"*a b*\"", "(t = %a b%)"},
           {"渭源*", "(SEARCH 渭源%)"},
           {"s:(A OR B)", "(OR (s : A) (s : B))"},
           {"s=(A -B) c", "(AND (AND (s = A) (NOT (s = B))) (SEARCH c))"},
           {"s:((A) OR (B C))", "(OR (s : A) (AND (s : B) (s : C)))"},
           {"a!b 1.5", "(AND (SEARCH a!b) (SEARCH 1.5))"},
       }) {
    EXPECT_EQ(Parsed(c.filter), c.expr) << c.filter;
  }
}

TEST(ParseFilter, RandomTextNeverCrashes) {
  std::mt19937_64 random(160);
  constexpr std::string_view kPieces[] = {
      "a", "AND ", "OR ", "NOT ", "-", "(", ")",    "\"",     "'",    "\\", "*",  ":",
      "=", "!=",   "<",   ">=",   " ", ".", "公路", "\u3000", "\xFF", "\n", "\0", "state"};
  int accepted = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string text;
    for (auto n = random() % 12; n > 0; --n) text += kPieces[random() % std::size(kPieces)];
    if (i % 4 == 0 && !text.empty()) text[random() % text.size()] = static_cast<char>(random());
    const auto expr = ParseFilter(text);
    accepted += expr.ok() ? 1 : 0;
    EXPECT_EQ(ReasonOf(expr.status()), expr.ok() ? "" : "INVALID_FILTER");
  }
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace yaoshi::filter

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "common/filter/bound.h"
#include "common/filter/testing.h"
#include "common/status/status.h"

namespace yaoshi::filter {
namespace {

Date Day(std::string_view text) {
  return Date::Parse(text).value();
}

Project Road() {
  return {
      "G310 线陇西段 Ⅱ期", "2203-621122-04-01-123456", "621122", 1'200'000'000'000, 0, Day("2022-04-20"), {}, true, 2};
}

bool RoadMatches(std::string_view filter) {
  const auto bound = ParseAndBind(filter, ProjectTable());
  EXPECT_TRUE(bound.ok()) << bound.status();
  const Project road = Road();
  return bound.ok() && Matches(*bound, ProjectRow{road});
}

TEST(Matches, RefusesOtherRows) {
  for (std::string_view filter : {
           "g320",
           "title = \"g310 线陇西段 Ⅱ期\"",
           R"(title = "*\*")",
           "title = 线*",
           "title:\"线*\"",
           "title:\"*线\"",
           "region = 6211",
           "region < 621122",
           "total_investment_fen < 0",
           "total_investment_fen > 1200000000000",
           "floor_area:*",
           "removed_on:*",
           "removed_on < 9999-12-31",
           "removed_on = 2022-04-20",
           "-cross_year = true",
           "stage = DONE",
           "stage != STARTED",
           "G310 AND g320",
           "NOT (G310 OR g320)",
           "project_code != 2203-*",
           "stage:(PLANNED OR DONE)",
           "title = \"\"",
       }) {
    EXPECT_FALSE(RoadMatches(filter)) << filter;
  }
}

TEST(Matches, AcceptsThisRow) {
  for (std::string_view filter : {
           "",
           "g310",
           "G310",
           "ⅱ期",
           "陇西 线",
           "2203",
           "g320 OR 陇西",
           "title = \"G310 线陇西段 Ⅱ期\"",
           "title = G310*",
           "title = \"*Ⅱ期\"",
           "title = *陇西*",
           "title:\"*ⅱ期\"",
           "title:G310*",
           "title:*",
           "region >= 62",
           "region > 621",
           "region != 621123",
           "total_investment_fen >= 1200000000000",
           "total_investment_fen:1200000000000",
           "floor_area = 0",
           "floor_area < 5",
           "admitted_on <= 2022-04-20",
           "admitted_on:2022-04-20",
           "removed_on != 2022-04-20",
           "NOT removed_on >= 2000-01-01",
           "cross_year = true",
           "cross_year:*",
           "stage = STARTED",
           "stage:(PLANNED OR STARTED)",
           "stage:*",
           "NOT g320",
           "project_code:\"2203-621122-*\"",
       }) {
    EXPECT_TRUE(RoadMatches(filter)) << filter;
  }
}

// A random condition with its meaning written down a second time, in the plainest way.
struct Node {
  enum class Kind { kAnd, kOr, kNot, kTest } kind = Kind::kTest;
  std::vector<Node> operands;
  std::string field;
  std::string comparator;
  std::string value;
};

class RandomFilters {
 public:
  explicit RandomFilters(std::uint64_t seed) : random_(seed) {}

  template <class T>
  T Pick(std::initializer_list<T> choices) {
    return *(choices.begin() + random_() % choices.size());
  }

  Project Row() {
    Project project;
    project.title = Pick<std::string>({"", "a", "A", "ab", "aB c", "b%_|", "路", "G路A", " a"});
    project.code = Pick<std::string>({"", "a", "B-1", "路"});
    project.region = Pick<std::string>({"621122", "621123", "620000"});
    project.total_fen = Pick<std::int64_t>({0, 1, -5, 100});
    project.floor_area = Pick<std::int64_t>({0, 7});
    project.admitted_on = Pick<Date>({Day("2022-04-19"), Day("2022-04-20"), Day("2022-04-21")});
    if (random_() % 2 == 0) project.removed_on = Pick<Date>({Day("2022-04-20"), Day("2023-01-01")});
    project.cross_year = random_() % 2 == 0;
    project.stage = Pick<std::int64_t>({0, 1, 2, 3});
    return project;
  }

  Node Condition(int depth) {
    Node node;
    node.kind = depth == 0 ? Node::Kind::kTest
                           : Pick<Node::Kind>({Node::Kind::kAnd, Node::Kind::kOr, Node::Kind::kNot, Node::Kind::kTest});
    if (node.kind == Node::Kind::kTest) return Test();
    const std::size_t operands = node.kind == Node::Kind::kNot ? 1 : 2 + random_() % 2;
    for (std::size_t i = 0; i < operands; ++i) node.operands.push_back(Condition(depth - 1));
    return node;
  }

  Node Test() {
    Node node;
    node.field = Pick<std::string>({"", "title", "project_code", "region", "total_investment_fen", "floor_area",
                                    "admitted_on", "removed_on", "cross_year", "stage"});
    const bool text = node.field == "title" || node.field == "project_code" || node.field == "region";
    const bool ordered =
        text || node.field.ends_with("_on") || node.field.starts_with("t") || node.field == "floor_area";
    node.comparator =
        ordered ? Pick<std::string>({"=", "!=", "<", "<=", ">", ">=", ":"}) : Pick<std::string>({"=", "!=", ":"});
    if (node.field.empty()) node.comparator = ":";
    if (random_() % 6 == 0) {
      node.comparator = ":";
      node.value = "*";
    } else if (text || node.field.empty()) {
      node.value = Pick<std::string>({"", "a", "A", "b", "B c", "%", "路", "g路", "621122", "62112"});
      const bool orderings = node.comparator.find_first_of("<>") != std::string::npos;
      if (!orderings && !node.value.empty())
        node.value = Pick<std::string>({"", "*"}) + node.value + Pick<std::string>({"", "*"});
    } else if (node.field.ends_with("_on")) {
      node.value = Pick<std::string>({"2022-04-19", "2022-04-20", "2022-12-31"});
    } else if (node.field == "cross_year") {
      node.value = Pick<std::string>({"true", "false"});
    } else if (node.field == "stage") {
      node.value = Pick<std::string>({"PLANNED", "STARTED", "DONE"});
    } else {
      node.value = Pick<std::string>({"0", "1", "-5", "7", "99"});
    }
    return node;
  }

  // The condition as a filter, with spellings chosen at random.
  std::string Write(const Node& node) {
    switch (node.kind) {
      case Node::Kind::kNot:
        return Pick<std::string>({"NOT (", "-(", "NOT( "}) + Write(node.operands[0]) + ")";
      case Node::Kind::kTest: {
        const std::string quote = node.field.empty() || random_() % 2 == 0 ? "\"" : "'";
        const std::string space = Pick<std::string>({"", " "});
        return node.field + space + (node.field.empty() ? "" : node.comparator) + space + quote + node.value + quote;
      }
      default: {
        std::string text = "(";
        for (std::size_t i = 0; i < node.operands.size(); ++i) {
          if (i > 0) text += node.kind == Node::Kind::kOr ? " OR " : Pick<std::string>({" AND ", " ", "\n"});
          text += Write(node.operands[i]);
        }
        return text + ")";
      }
    }
  }

 private:
  std::mt19937_64 random_;
};

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

template <class T>
bool Ordered(const std::string& comparator, const T& held, const T& wanted) {
  if (comparator == "<") return held < wanted;
  if (comparator == "<=") return held <= wanted;
  if (comparator == ">") return held > wanted;
  if (comparator == ">=") return held >= wanted;
  return comparator == "!=" ? held != wanted : held == wanted;
}

bool PlainString(const Node& node, const std::string& held) {
  if (node.value == "*") return !held.empty();
  const bool before = node.value.starts_with("*");
  const bool after = node.value.ends_with("*");
  std::string wanted = node.value.substr(before ? 1 : 0);
  if (after) wanted.pop_back();
  std::string text = held;
  if (node.comparator == ":") {
    wanted = Lower(wanted);
    text = Lower(text);
    if (before == after) return text.find(wanted) != std::string::npos;
  } else if (!before && !after) {
    return Ordered(node.comparator, text, wanted);
  }
  const bool fits = before && after ? text.find(wanted) != std::string::npos
                    : before        ? text.ends_with(wanted)
                                    : text.starts_with(wanted);
  return (node.comparator == "!=") != fits;
}

bool PlainNumber(const Node& node, std::int64_t held) {
  if (node.value == "*") return held != 0;
  return Ordered<std::int64_t>(node.comparator, held, std::stoll(node.value));
}

// ISO dates compare as text; an unset one is "".
bool PlainDate(const Node& node, const std::string& held) {
  if (node.value == "*") return !held.empty();
  if (held.empty()) return node.comparator == "!=";
  return Ordered(node.comparator, held, node.value);
}

bool PlainTest(const Node& node, const Project& project) {
  if (node.field.empty()) return PlainString(node, project.title) || PlainString(node, project.code);
  if (node.field == "title") return PlainString(node, project.title);
  if (node.field == "project_code") return PlainString(node, project.code);
  if (node.field == "region") return PlainString(node, project.region);
  if (node.field == "total_investment_fen") return PlainNumber(node, project.total_fen);
  if (node.field == "floor_area") return PlainNumber(node, project.floor_area);
  if (node.field == "admitted_on") return PlainDate(node, project.admitted_on.ToString());
  if (node.field == "removed_on") return PlainDate(node, project.removed_on ? project.removed_on->ToString() : "");
  if (node.value == "*") return node.field == "stage" ? project.stage != 0 : project.cross_year;
  if (node.field == "cross_year") return ((node.value == "true") == project.cross_year) != (node.comparator == "!=");
  const std::string stages[] = {"", "PLANNED", "STARTED", "DONE"};
  return (stages[project.stage] == node.value) != (node.comparator == "!=");
}

bool Plain(const Node& node, const Project& project) {
  if (node.kind == Node::Kind::kTest) return PlainTest(node, project);
  if (node.kind == Node::Kind::kNot) return !Plain(node.operands[0], project);
  const bool any = node.kind == Node::Kind::kOr;
  for (const Node& operand : node.operands) {
    if (Plain(operand, project) == any) return any;
  }
  return !any;
}

TEST(Matches, AgreesWithAPlainReadingOfRandomFilters) {
  RandomFilters random(20220420);
  const FieldTable table = ProjectTable();
  std::vector<Project> projects;
  for (int i = 0; i < 60; ++i) projects.push_back(random.Row());
  int matched = 0;
  for (int i = 0; i < 5000; ++i) {
    const Node node = random.Condition(i % 4);
    const std::string filter = random.Write(node);
    const auto bound = ParseAndBind(filter, table);
    ASSERT_TRUE(bound.ok()) << filter << ": " << bound.status();
    for (const Project& project : projects) {
      const bool expected = Plain(node, project);
      matched += expected ? 1 : 0;
      ASSERT_EQ(Matches(*bound, ProjectRow{project}), expected) << filter << " on " << project.title;
    }
  }
  EXPECT_GT(matched, 60'000);
  EXPECT_LT(matched, 240'000);
}

}  // namespace
}  // namespace yaoshi::filter

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "common/filter/bound.h"
#include "common/filter/testing.h"
#include "common/status/status.h"

namespace yaoshi::filter {
namespace {

// The condition with every "?" followed by its value in brackets.
std::string Sql(std::string_view filter) {
  const auto bound = ParseAndBind(filter, ProjectTable());
  if (!bound.ok()) return std::string(bound.status().message());
  const SqlText sql = ToSql(*bound);
  std::string text;
  std::size_t next = 0;
  for (const char c : sql.text) {
    text += c;
    if (c != '?') continue;
    const SqlValue& value = sql.values.at(next++);
    text += std::holds_alternative<std::int64_t>(value) ? fmt::format("[{}]", std::get<std::int64_t>(value))
                                                        : fmt::format("[{}]", std::get<std::string>(value));
  }
  EXPECT_EQ(next, sql.values.size());
  return text;
}

TEST(ToSql, TreatsHostileTextAsData) {
  EXPECT_EQ(Sql("region = \"' OR 1=1; --\""), "(region = ?[' OR 1=1; --])");
  EXPECT_EQ(Sql("title:'50%_|\"'"), "(CAST(LOWER(title) AS BINARY) LIKE LOWER(?[%50|%|_||\"%]) ESCAPE '|')");
  EXPECT_EQ(Sql("region = \"a%*\""), "(region LIKE ?[a|%%] ESCAPE '|')");
}

TEST(ToSql, WritesEachTestOfEachType) {
  struct Case {
    std::string_view filter;
    std::string_view sql;
  };
  for (const Case& c : {
           Case{"", "(1 = 1)"},
           {"title = A", "(title = ?[A] AND CAST(title AS BINARY) = ?[A])"},
           {"title != A", "(NOT (title = ?[A] AND CAST(title AS BINARY) = ?[A]))"},
           {"title >= A", "(CAST(title AS BINARY) >= ?[A])"},
           {"title = A*", "(title LIKE ?[A%] ESCAPE '|' AND CAST(title AS BINARY) LIKE ?[A%] ESCAPE '|')"},
           {"title = *A", "(CAST(title AS BINARY) LIKE ?[%A] ESCAPE '|')"},
           {"title:*", "(CHAR_LENGTH(title) > 0)"},
           {"title:A*", "(CAST(LOWER(title) AS BINARY) LIKE LOWER(?[a%]) ESCAPE '|')"},
           {"project_code = \"\"", "(COALESCE(code, '') = ?[] AND CAST(COALESCE(code, '') AS BINARY) = ?[])"},
           {"region < 6211", "(region < ?[6211])"},
           {"region = \"6211 \"", "(CAST(region AS BINARY) = ?[6211 ])"},
           {"region = 渭*", "(CAST(region AS BINARY) LIKE ?[渭%] ESCAPE '|')"},
           {"total_investment_fen <= -5", "(total_fen <= ?[-5])"},
           {"total_investment_fen:*", "(total_fen <> 0)"},
           {"floor_area > 5", "(COALESCE(floor_area, 0) > ?[5])"},
           {"admitted_on:2022-04-20", "(admitted_on = ?[2022-04-20])"},
           {"admitted_on:*", "(admitted_on IS NOT NULL)"},
           {"removed_on != 2022-04-20", "(NOT (removed_on IS NOT NULL AND removed_on = ?[2022-04-20]))"},
           {"removed_on:*", "(removed_on IS NOT NULL)"},
           {"cross_year = true", "(cross_year = ?[1])"},
           {"stage = DONE", "(stage = ?[3])"},
       }) {
    EXPECT_EQ(Sql(c.filter), c.sql) << c.filter;
  }
}

TEST(ToSql, KeepsTheStructure) {
  EXPECT_EQ(Sql("stage = DONE -cross_year:true region = 1 OR region = 2"),
            "((stage = ?[3]) AND (NOT (cross_year = ?[1])) AND ((region = ?[1]) OR (region = ?[2])))");
  EXPECT_EQ(Sql("路"),
            "((CAST(LOWER(title) AS BINARY) LIKE LOWER(?[%路%]) ESCAPE '|') OR "
            "(CAST(LOWER(COALESCE(code, '')) AS BINARY) LIKE LOWER(?[%路%]) ESCAPE '|'))");
}

}  // namespace
}  // namespace yaoshi::filter

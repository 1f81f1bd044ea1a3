#include "common/filter/order_by.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/filter/testing.h"
#include "common/status/status.h"

namespace yaoshi::filter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ParseOrderBy, SaysWhatIsWrong) {
  struct Case {
    std::string_view order_by;
    std::string_view problem;
  };
  for (const Case& c : {
           Case{"colour", "unknown field \"colour\"; known are admitted_on"},
           {"title up", "\"title up\" is not a key; write a field, or a field and desc"},
           {"title,", "\"\" is not a key"},
           {",", "\"\" is not a key"},
           {"title DESC", "is not a key"},
           {"title desc desc", "is not a key"},
           {"title, region desc, title desc", "\"title\" is a key twice"},
           {"title,region,stage,cross_year,removed_on", "at most 4 keys are allowed"},
           {"title; DROP TABLE project", "is not a key"},
       }) {
    const auto order = ParseOrderBy(c.order_by, ProjectTable());
    EXPECT_EQ(ReasonOf(order.status()), "INVALID_ORDER_BY") << c.order_by;
    EXPECT_THAT(std::string(order.status().message()), HasSubstr("order_by: "));
    EXPECT_THAT(std::string(order.status().message()), HasSubstr(std::string(c.problem))) << c.order_by;
  }
}

TEST(ParseOrderBy, ReadsKeysInTheirOrder) {
  EXPECT_THAT(ParseOrderBy("", ProjectTable()).value(), IsEmpty());
  EXPECT_THAT(ParseOrderBy(" ", ProjectTable()).value(), IsEmpty());
  EXPECT_THAT(ParseOrderBy("total_investment_fen desc,  title,stage  asc ", ProjectTable()).value(),
              ElementsAre(OrderKey{3, true}, OrderKey{0, false}, OrderKey{8, false}));
}

TEST(CompareRows, PutsUnsetFirst) {
  Project plain;
  Project removed;
  removed.removed_on = Date();
  const auto order = ParseOrderBy("removed_on", ProjectTable()).value();
  EXPECT_LT(CompareRows(order, ProjectRow{plain}, ProjectRow{removed}), 0);
  EXPECT_GT(CompareRows({{6, true}}, ProjectRow{plain}, ProjectRow{removed}), 0);
  EXPECT_EQ(CompareRows(order, ProjectRow{plain}, ProjectRow{plain}), 0);
  EXPECT_EQ(CompareValues(std::monostate(), std::int64_t{0}), 0);
  EXPECT_GT(CompareValues(std::monostate(), std::int64_t{-1}), 0);
  EXPECT_EQ(CompareValues(std::string_view(), std::monostate()), 0);
  EXPECT_LT(CompareValues(std::string_view("Z"), std::string_view("a")), 0);
}

TEST(OrderBySql, NamesTheSameOrder) {
  const FieldTable table = ProjectTable();
  EXPECT_EQ(OrderBySql({}, table, "id"), "id");
  EXPECT_EQ(OrderBySql(ParseOrderBy("title, removed_on desc", table).value(), table, "id"),
            "CAST(title AS BINARY), removed_on DESC, id DESC");
  EXPECT_EQ(OrderBySql(ParseOrderBy("project_code desc, floor_area", table).value(), table, "p.id"),
            "CAST(COALESCE(code, '') AS BINARY) DESC, COALESCE(floor_area, 0), p.id");
}

TEST(AfterSql, ContinuesAfterTheLastRow) {
  const FieldTable table = ProjectTable();
  SqlText sql = AfterSql({}, table, {}, "id", "\x01");
  EXPECT_EQ(sql.text, "(id > ?)");
  EXPECT_THAT(sql.values, ElementsAre(SqlValue(std::string("\x01"))));

  sql = AfterSql({{3, true}, {2, false}}, table, {std::int64_t{700}, std::string_view("621122")}, "id", "x");
  EXPECT_EQ(sql.text, "(total_fen < ? OR (total_fen = ? AND (region > ? OR (region = ? AND (id > ?)))))");
  EXPECT_THAT(sql.values,
              ElementsAre(SqlValue(std::int64_t{700}), SqlValue(std::int64_t{700}), SqlValue(std::string("621122")),
                          SqlValue(std::string("621122")), SqlValue(std::string("x"))));
}

TEST(AfterSql, StepsOverUnsetDates) {
  const FieldTable table = ProjectTable();
  const Date day = Date::Parse("2022-04-20").value();
  EXPECT_EQ(AfterSql({{6, false}}, table, {std::monostate()}, "id", "x").text,
            "(removed_on IS NOT NULL OR (removed_on IS NULL AND (id > ?)))");
  EXPECT_EQ(AfterSql({{6, true}}, table, {std::monostate()}, "id", "x").text,
            "(1 = 0 OR (removed_on IS NULL AND (id < ?)))");
  EXPECT_EQ(AfterSql({{6, true}}, table, {day}, "id", "x").text,
            "((removed_on IS NULL OR removed_on < ?) OR ((removed_on IS NOT NULL AND removed_on = ?) AND (id < ?)))");
  EXPECT_EQ(AfterSql({{4, true}}, table, {std::monostate()}, "id", "x").values[0], SqlValue(std::int64_t{0}));
}

}  // namespace
}  // namespace yaoshi::filter

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/filter/bound.h"
#include "common/filter/testing.h"
#include "common/status/status.h"

namespace yaoshi::filter {
namespace {

using ::testing::HasSubstr;
using Fields = std::vector<FieldSpec>;

std::string Problem(std::string_view filter) {
  const auto bound = ParseAndBind(filter, ProjectTable());
  const auto violations = ViolationsOf(bound.status());
  return violations.empty() ? "" : violations[0].description;
}

TEST(Bind, SaysWhatAFieldTakes) {
  struct Case {
    std::string_view filter;
    std::string_view problem;
  };
  for (const Case& c : {
           Case{"title = a AND colour = red",
                "At character 15: unknown field \"colour\"; known are admitted_on, cross_year, floor_area, "
                "project_code, "
                "region, removed_on, stage, title, total_investment_fen."},
           {"Title = a", "unknown field \"Title\""},
           {"title = *", "At character 9: * alone asks whether a field is set; write title:*."},
           {"title < a*", "At character 9: * cannot be used with <; use = or :."},
           {"total_investment_fen = 1*", "* cannot be used with total_investment_fen, which is not a text"},
           {"total_investment_fen > 1.5",
            "total_investment_fen takes a whole number that fits 64 bits, such as 1200, not \"1.5\""},
           {"total_investment_fen > 9223372036854775808", "takes a whole number that fits 64 bits"},
           {"total_investment_fen > \"\"", "takes a whole number"},
           {"admitted_on > 2022-02-30",
            "At character 15: admitted_on takes a date such as 2022-04-20, not \"2022-02-30\"."},
           {"cross_year = yes", "cross_year takes true or false, not \"yes\""},
           {"cross_year > false", "cross_year has no order; compare it by =, != or :"},
           {"stage = planned", "stage takes one of PLANNED, STARTED, DONE, not \"planned\""},
           {"stage >= PLANNED", "stage has no order"},
       }) {
    EXPECT_THAT(Problem(c.filter), HasSubstr(std::string(c.problem))) << c.filter;
    EXPECT_EQ(ReasonOf(ParseAndBind(c.filter, ProjectTable()).status()), "INVALID_FILTER");
  }
}

TEST(Bind, ReportsAllProblemsAtOnce) {
  const auto bound = ParseAndBind("a = 1 OR (NOT stage = x AND -cross_year = y)", ProjectTable());
  EXPECT_EQ(ViolationsOf(bound.status()).size(), 3u);
}

TEST(Bind, BareWordsNeedASearchedField) {
  const FieldTable table(Fields{{.name = "region", .column = "region"}});
  const auto bound = ParseAndBind("渭源", table);
  EXPECT_THAT(std::string(bound.status().message()),
              HasSubstr("At character 1: bare words cannot be searched here; write a comparison with one of region."));
}

TEST(FieldTableDeathTest, RefusesMistakesOfTheProgram) {
  EXPECT_DEATH((FieldTable(Fields{{.name = "a"}, {.name = "a"}})), "given twice");
  EXPECT_DEATH((FieldTable(Fields{{.name = "a", .type = FieldType::kDate, .searched = true}})), "only strings");
  EXPECT_DEATH((FieldTable(Fields{{.name = "a", .type = FieldType::kEnum}})), "have values");
}

}  // namespace
}  // namespace yaoshi::filter

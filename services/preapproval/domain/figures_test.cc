#include "services/preapproval/domain/figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/calendar/year_before.h"

namespace yaoshi::preapproval {
namespace {

using ::testing::HasSubstr;

const RatedList kList = {"lists/invest-2022", "2022年投资项目清单", false, 2022, 2022};

Figure Find(const std::vector<Figure>& figures, const std::string& name) {
  for (const Figure& figure : figures) {
    if (figure.key == "procedures.invest-2022." + name) return figure;
  }
  ADD_FAILURE() << name << " is not there";
  return {};
}

TEST(Figures, WithoutProceduresThereIsNoRate) {
  const std::vector<Figure> figures = FiguresOf(kList, {}, Rates());
  EXPECT_EQ(Find(figures, "required").value, "0");
  for (const char* name : {"completion_rate", "ready_rate", "completion_rate_change_yoy"}) {
    EXPECT_EQ(Find(figures, name).value, "") << name;
    EXPECT_NE(Find(figures, name).missing_reason, "") << name;
  }
}

TEST(Figures, WithoutAYearBeforeThereIsNoChange) {
  const Figure change = Find(FiguresOf(kList, {100, 99, 10, 9, 0}, std::nullopt), "completion_rate_change_yoy");
  EXPECT_EQ(change.value, "");
  EXPECT_THAT(change.missing_reason, HasSubstr("上一年度"));
}

TEST(Figures, PrintTheArticle) {
  const std::vector<Figure> figures = FiguresOf(kList, {6200, 6138, 388, 381, 0}, Rates{7400, 4218, 378, 120, 0});
  EXPECT_EQ(Find(figures, "completion_rate").value, "99.00");
  EXPECT_EQ(Find(figures, "completion_rate").numerator, "6138");
  EXPECT_EQ(Find(figures, "completion_rate").denominator, "6200");
  EXPECT_EQ(Find(figures, "completion_rate_change_yoy").value, "42.00");
  EXPECT_EQ(Find(figures, "ready_rate").value, "98.20");
  for (const Figure& figure : figures) {
    EXPECT_EQ(figure.missing_reason, "");
    EXPECT_THAT(figure.definition, HasSubstr("2022年投资项目清单")) << figure.key;
  }
  EXPECT_TRUE(std::is_sorted(figures.begin(), figures.end(), [](auto& a, auto& b) { return a.key < b.key; }));
}

TEST(Figures, AMasterListSaysThatAProjectCountsOnce) {
  const RatedList master = {"lists/master", "总清单", true, 2021, 2025};
  EXPECT_THAT(RateDefinition(master), HasSubstr("只计一次"));
  EXPECT_THAT(RateDefinition(master), HasSubstr("2021—2025年"));
}

TEST(PointsChange, IsExactAndMayBeNegative) {
  EXPECT_EQ(FormatPointsChange(1, 0, 1, 2), "");
  EXPECT_EQ(FormatPointsChange(1, 2, 1, 0), "");
  EXPECT_EQ(FormatPointsChange(99, 100, 57, 100), "42.00");
  EXPECT_EQ(FormatPointsChange(1, 3, 2, 3), "-33.33");
}

TEST(YearBefore, OfALeapDayIsTheLastOfFebruary) {
  EXPECT_EQ(YearBefore(*Date::FromCivil(2022, 4, 20)).ToString(), "2021-04-20");
  EXPECT_EQ(YearBefore(*Date::FromCivil(2024, 2, 29)).ToString(), "2023-02-28");
}

}  // namespace
}  // namespace yaoshi::preapproval

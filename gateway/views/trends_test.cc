#include "gateway/views/trends.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "yaoshi/common/v1/figure.pb.h"
#include "yaoshi/registry/v1/list.pb.h"

namespace yaoshi::gateway {
namespace {

using ::testing::ElementsAre;

using Values = std::vector<std::pair<std::string, std::string>>;  // By key.

PartAnswer FiguresOn(std::string part, const std::string& as_of, const Values& values) {
  yaoshi::common::v1::ListFiguresResponse figures;
  for (const auto& [key, value] : values) {
    auto* figure = figures.add_figures();
    figure->set_key(key);
    figure->set_value(value);
    figure->set_as_of(as_of);
  }
  return {std::move(part), "registry", absl::OkStatus(), true, figures.SerializeAsString(), {}, {}};
}

PartAnswer ListAfter(const std::string& list, const std::string& predecessor) {
  yaoshi::registry::v1::ListListsResponse lists;
  lists.add_lists()->set_name(list);
  lists.mutable_lists(0)->set_predecessor(predecessor);
  return {"lists", "registry", absl::OkStatus(), true, lists.SerializeAsString(), {}, {}};
}

v1::Overview ViewOf(const std::vector<PartAnswer>& answers) {
  v1::Overview view;
  AddFigures(answers, view);
  AddTrends(answers, view);
  return view;
}

TEST(Trends, AListIsCountedAgainstItsPredecessor) {
  const v1::Overview view = ViewOf({
      ListAfter("lists/invest-2022", "lists/invest-2021"),
      FiguresOn("figures", "2022-04-20",
                {{"lists.invest-2022.projects", "737"},
                 {"lists.major.projects", "561"},
                 {"procedures.invest-2022.completion_rate", "99.00"}}),
      FiguresOn("figures-year-before", "2021-04-20",
                {{"lists.invest-2021.projects", "700"},
                 {"lists.invest-2022.projects", "3"},
                 {"lists.major.projects", "600"},
                 {"procedures.invest-2021.completion_rate", "57.00"}}),
  });
  std::vector<std::string> changes;
  for (const v1::Trend& trend : view.trends()) {
    changes.push_back(trend.figure() + " " + trend.year_before_value() + " " + trend.year_on_year_change());
  }
  EXPECT_THAT(changes, ElementsAre("lists.invest-2022.projects 700 +37", "lists.major.projects 600 -39",
                                   "procedures.invest-2022.completion_rate 57.00 +42.00"));
}

TEST(Trends, HaveNoPointWhereThereWasNothing) {
  const v1::Overview view = ViewOf(
      {FiguresOn("figures", "2022-04-20", {{"lists.a.projects", "5"}, {"lists.b.projects", "0"}}),
       FiguresOn("figures-on-2022-02-28", "2022-02-28", {{"lists.a.projects", "0"}}),
       FiguresOn("figures-on-2022-03-31", "2022-03-31", {{"lists.a.projects", "4"}, {"lists.b.projects", "1"}})});
  ASSERT_EQ(view.trends_size(), 1) << "what is nothing now went nowhere";
  std::vector<std::string> points;
  for (const auto& point : view.trends(0).points()) points.push_back(point.as_of() + " " + point.value());
  EXPECT_THAT(points, ElementsAre("2022-03-31 4", "2022-04-20 5"));
  EXPECT_EQ(view.trends(0).year_on_year_change(), "");
}

}  // namespace
}  // namespace yaoshi::gateway

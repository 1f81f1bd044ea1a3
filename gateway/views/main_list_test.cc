#include "gateway/views/main_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "yaoshi/common/v1/figure.pb.h"
#include "yaoshi/registry/v1/list.pb.h"

namespace yaoshi::gateway {
namespace {

using ::testing::UnorderedElementsAre;
using List = yaoshi::registry::v1::List;

struct Sample {
  std::string id;
  List::Kind kind;
  List::Horizon horizon;
  int first_year, last_year, projects;
};

OverviewQuestion On(const std::string& as_of) {
  return {Date::Parse(as_of).value(), "", "", std::string(kMainList)};
}

PartAnswer Answer(std::string part, const google::protobuf::Message& message) {
  return {std::move(part), "registry", absl::OkStatus(), true, message.SerializeAsString(), {}, {}};
}

std::string MainOf(const std::string& as_of, const std::vector<Sample>& samples) {
  yaoshi::registry::v1::ListListsResponse lists;
  yaoshi::common::v1::ListFiguresResponse figures;
  for (const Sample& sample : samples) {
    List* list = lists.add_lists();
    list->set_name("lists/" + sample.id);
    list->set_kind(sample.kind);
    list->set_horizon(sample.horizon);
    list->set_first_year(sample.first_year);
    list->set_last_year(sample.last_year);
    auto* figure = figures.add_figures();
    figure->set_key("lists." + sample.id + ".projects");
    figure->set_value(std::to_string(sample.projects));
    figure->set_unit("count");
  }
  return MainListOf(On(as_of), {Answer("lists", lists), Answer("figures", figures)});
}

const Sample kMaster = {"master", List::MASTER, List::FIVE_YEARS, 2021, 2025, 1200};
const Sample kMajor = {"major", List::SUB, List::FIVE_YEARS, 2021, 2025, 561};
const Sample kLast = {"last", List::SUB, List::THIS_YEAR, 2021, 2021, 900};
const Sample kYears = {"years", List::SUB, List::THIS_YEAR, 2022, 2022, 737};
const Sample kSmall = {"small", List::SUB, List::THIS_YEAR, 2022, 2022, 12};
const Sample kNext = {"next", List::SUB, List::NEXT_YEAR, 2023, 2023, 163};
const Sample kBeside = {"beside", List::STANDALONE, List::THIS_YEAR, 2022, 2022, 5000};

TEST(MainListOf, IsTheFullestSubListOfTheYear) {
  EXPECT_EQ(MainOf("2022-04-20", {kMaster, kMajor, kLast, kSmall, kYears, kNext, kBeside}), "lists/years");
}

TEST(MainListOf, IsOfTheNewestYearBeforeWhenTheYearHasNone) {
  EXPECT_EQ(MainOf("2026-11-28", {kMaster, kLast, kYears, kSmall, kNext}), "lists/years");
}

TEST(MainListOf, IsTheFullestOfAllWhenThereIsNoListOfAYear) {
  EXPECT_EQ(MainOf("2022-04-20", {kMajor, kMaster, kNext}), "lists/master");
  EXPECT_EQ(MainOf("2020-04-20", {kYears, kMajor}), "lists/years") << "a list of a later year is one of any kind";
}

TEST(MainListOf, IsNoListWithoutProjects) {
  Sample empty = kYears;
  empty.projects = 0;
  EXPECT_EQ(MainOf("2022-04-20", {empty, kMajor}), "lists/major");
  EXPECT_EQ(MainOf("2022-04-20", {empty}), "");
  EXPECT_EQ(MainListOf(On("2022-04-20"), {}), "");
}

TEST(AsksOfMainList, AreTheOverviewsOwn) {
  const std::vector<PartAsk> all = AsksOf(On("2022-04-20"), {"preapproval", "registry"});
  std::vector<std::string> parts;
  for (const PartAsk& ask : AsksOfMainList(On("2022-04-20"), {"preapproval", "registry"})) {
    EXPECT_EQ(ask.service, "registry");
    parts.push_back(ask.part);
  }
  EXPECT_THAT(parts, UnorderedElementsAre("lists", "figures"));
}

}  // namespace
}  // namespace yaoshi::gateway

#include "gateway/views/overview.h"

#include <gtest/gtest.h>

#include <set>

#include "common/status/status.h"
#include "gateway/testing/golden.h"
#include "yaoshi/registry/v1/list.pb.h"
#include "yaoshi/registry/v1/organization.pb.h"

namespace yaoshi::gateway {
namespace {

namespace common = yaoshi::common::v1;
namespace registry = yaoshi::registry::v1;

const Timestamp kNoon = Timestamp::Parse("2022-04-20T04:00:00Z").value();

OverviewQuestion April() {
  return {Date::Parse("2022-04-20").value(), "", "621100", "lists/invest-2022"};
}

PartAnswer Answer(std::string part, const google::protobuf::Message& message) {
  return {std::move(part), "registry", absl::OkStatus(), true, message.SerializeAsString(), kNoon, {}};
}

common::ListFiguresResponse FiguresOn(const std::string& as_of, const std::string& projects) {
  common::ListFiguresResponse figures;
  for (const auto& [key, value] : {std::pair<std::string, std::string>{"lists.invest-2022.projects", projects},
                                   {"lists.invest-2022.total_investment", "261160000000.00"}}) {
    common::Figure* figure = figures.add_figures();
    figure->set_key(key);
    figure->set_value(value);
    figure->set_unit(key.ends_with("projects") ? "count" : "CNY");
    figure->set_as_of(as_of);
    figure->set_rows("/v1/lists/invest-2022/entries?as_of=" + as_of);
  }
  return figures;
}

registry::SummarizeProjectsResponse Sums(bool by_stage) {
  registry::SummarizeProjectsResponse sums;
  const auto add = [&](const std::string& region, int group, int64_t projects) {
    auto* row = sums.add_rows();
    row->set_region(region);
    if (by_stage) row->set_stage(static_cast<registry::Stage>(group));
    if (!by_stage) row->set_field(static_cast<registry::Field>(group));
    row->set_projects(projects);
    row->set_total_investment_fen(projects * 10000);
    row->set_planned_investment_fen(projects * 150);
  };
  add("621122", 3, 15);
  add("621122", 4, 100);
  add("621125", 4, 63);
  sums.mutable_total()->set_projects(178);
  return sums;
}

std::vector<PartAnswer> Answers() {
  registry::ListListsResponse lists;
  auto* sub = lists.add_lists();
  sub->set_name("lists/invest-2022");
  sub->set_title("2022年投资项目清单");
  sub->set_kind(registry::List::SUB);
  sub->set_parent("lists/master");
  auto* master = lists.add_lists();
  master->set_name("lists/master");
  master->set_kind(registry::List::MASTER);
  registry::ListOrganizationsResponse units;
  auto* unit = units.add_organizations();
  unit->set_name("organizations/longxi");
  unit->set_title("陇西县");
  unit->set_kind(registry::Organization::COUNTY_LEVEL);
  unit->set_region("621122");
  registry::Funnel funnel;
  auto* step = funnel.add_steps();
  step->set_stage(registry::STARTED);
  step->set_projects(163);
  step->set_total_investment_fen(1630000);
  step->set_median_dwell_days(12);
  registry::SummarizeProjectsResponse late;
  late.mutable_total()->set_projects(7);
  return {Answer("figures", FiguresOn("2022-04-20", "737")),
          Answer("figures-on-2022-02-28", FiguresOn("2022-02-28", "725")),
          Answer("figures-on-2022-03-31", FiguresOn("2022-03-31", "0")),
          Answer("figures-year-before", FiguresOn("2021-04-20", "700")),
          Answer("lists", lists),
          Answer("directory", units),
          Answer("funnel", funnel),
          Answer("sums-by-stage", Sums(true)),
          Answer("sums-by-field", Sums(false)),
          Answer("starts-late", late),
          {"starts-due", "registry", absl::UnavailableError("gone"), false, "", {}, kNoon}};
}

TEST(ComposeOverview, TheCallersOwnFaultIsTheAnswer) {
  std::vector<PartAnswer> answers = Answers();
  answers[3].status = Error(absl::StatusCode::kNotFound, "REGION_NOT_FOUND", "No such region.");
  EXPECT_EQ(ReasonOf(ComposeOverview(April(), answers).status()), "REGION_NOT_FOUND");
}

TEST(ComposeOverview, NothingKnownIsNothingShown) {
  std::vector<PartAnswer> answers = Answers();
  for (PartAnswer& answer : answers) {
    answer.status = absl::UnavailableError("");
    answer.known = false;
  }
  const auto view = ComposeOverview(April(), answers);
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(view->parts_size(), static_cast<int>(answers.size()));
  EXPECT_EQ(view->figures_size() + view->lists_size() + view->funnel_size() + view->regions_size(), 0);
  EXPECT_EQ(view->starts_late().value(), "") << "not zero";
}

TEST(ComposeOverview, SumsAddUpInEveryDirection) {
  const auto view = ComposeOverview(April(), Answers()).value();
  int64_t regions = 0, stages = 0, fields = 0;
  for (const auto& region : view.regions()) {
    regions += std::stoll(region.sums().projects().value());
    int64_t inside = 0;
    for (const auto& stage : region.stages()) inside += std::stoll(stage.projects().value());
    EXPECT_EQ(std::to_string(inside), region.sums().projects().value());
  }
  for (const auto& stage : view.stages()) stages += std::stoll(stage.projects().value());
  for (const auto& field : view.fields()) fields += std::stoll(field.projects().value());
  EXPECT_EQ(regions, 178);
  EXPECT_EQ(stages, 178);
  EXPECT_EQ(fields, 178);
}

// The view as outsiders see it: a changed golden file is a changed API.
TEST(ComposeOverview, LooksLikeThis) {
  const auto view = ComposeOverview(April(), Answers());
  ASSERT_TRUE(view.ok()) << view.status();
  testing::ExpectGolden(*view, "gateway/views/testdata/overview.json");
}

TEST(AsksOf, NeverMoreForMoreRows) {
  std::set<std::string> parts;
  for (const PartAsk& ask : AsksOf(April(), {"registry"})) EXPECT_TRUE(parts.insert(ask.part).second) << ask.part;
  EXPECT_EQ(parts.size(), 18u);
  EXPECT_TRUE(parts.contains("figures-on-2021-11-30"));
}

TEST(RowsLink, NamesListRegionDateAndFilter) {
  OverviewQuestion question = April();
  EXPECT_EQ(RowsLink(question, "stage = STARTED"),
            "/v1/lists/invest-2022/entries?as_of=2022-04-20&region=621100&filter=stage%20%3D%20STARTED");
  question.list = "";
  question.known_at = "2022-04-20T00:00:00Z";
  EXPECT_EQ(RowsLink(question, ""),
            "/v1/projects?as_of=2022-04-20&known_at=2022-04-20T00%3A00%3A00Z&filter=region%20%3D%20%226211%2A%22");
}

TEST(RegionFilter, CoversWhatTheRegionCovers) {
  EXPECT_EQ(RegionFilter(""), "");
  EXPECT_EQ(RegionFilter("620000"), "region = \"62*\"");
  EXPECT_EQ(RegionFilter("621100"), "region = \"6211*\"");
  EXPECT_EQ(RegionFilter("621122"), "region = \"621122\"");
}

}  // namespace
}  // namespace yaoshi::gateway

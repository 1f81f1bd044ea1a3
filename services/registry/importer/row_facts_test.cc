#include "services/registry/importer/row_facts.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/registry/importer/ledger.h"
#include "yaoshi/registry/v1/organization.pb.h"

namespace yaoshi::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

Titles Directory() {
  resource::ResourceMemory memory({"organization"});
  std::vector<feed::Change> changes;
  const auto unit = [&](const std::string& id, const std::string& title, v1::Organization::Kind kind,
                        const std::string& region) {
    v1::Organization organization;
    organization.set_name("organizations/" + id);
    organization.set_title(title);
    organization.set_kind(kind);
    organization.set_region(region);
    feed::Change change;
    change.type = "organization";
    change.id = feed::NamedId("organization", organization.name());
    change.name = organization.name();
    change.version = 1;
    change.region = region;
    change.body = organization.SerializeAsString();
    changes.push_back(std::move(change));
  };
  unit("longxi", "陇西县", v1::Organization::COUNTY_LEVEL, "621122");
  unit("water", "市水务局", v1::Organization::DEPARTMENT, "621100");
  unit("twin-1", "同名单位", v1::Organization::DEPARTMENT, "621100");
  unit("twin-2", "同名单位", v1::Organization::DEPARTMENT, "621100");
  memory.Apply(changes);
  return Titles::Load(memory);
}

struct CellText {
  std::string heading, text;
};

// One row under headings, read.
class Sheet {
 public:
  explicit Sheet(std::initializer_list<CellText> cells, const std::string& own_region = "") {
    sheet::Row headings{1, {}};
    row_.number = 2;
    for (const auto& [heading, text] : cells) {
      headings.cells.push_back({sheet::Cell::Kind::kText, heading});
      row_.cells.push_back({text.empty() ? sheet::Cell::Kind::kEmpty : sheet::Cell::Kind::kText, text});
    }
    std::vector<sheet::ColumnSpec> lenient = LedgerColumns();
    for (sheet::ColumnSpec& spec : lenient) spec.required = false;
    headings_ = *sheet::MatchHeadings(std::vector<sheet::Row>{headings}, lenient);
    values_.emplace(row_, headings_, LedgerColumns(), sheet::DateSystem::k1900);
    facts = ReadFacts(*values_, headings_, Directory(), own_region, 2);
  }

  sheet::RowValues& values() { return *values_; }
  std::vector<std::string> Reasons() const {
    std::vector<std::string> reasons;
    for (const sheet::CellViolation& violation : values_->violations()) {
      reasons.push_back(violation.key + " " + violation.reason);
      EXPECT_FALSE(violation.chinese.empty());
    }
    return reasons;
  }

  RowFacts facts;

 private:
  sheet::Row row_;
  sheet::Headings headings_;
  std::optional<sheet::RowValues> values_;
};

TEST(RowFactsTest, NamesEachKindOfWrongCell) {
  const struct {
    const char* heading;
    const char* text;
    const char* reason;
  } kCases[] = {
      {"县区", "不存在县", "region REGION_UNKNOWN"},
      {"县区", "621199", "region REGION_UNKNOWN"},
      {"主管部门", "市不存在局", "competent_department ORGANIZATION_UNKNOWN"},
      {"责任单位", "同名单位", "responsible_unit ORGANIZATION_UNKNOWN"},
      {"国标行业", "Z99", "industry INDUSTRY_UNKNOWN"},
      {"国标行业", "N7", "industry INDUSTRY_UNKNOWN"},
      {"国标行业", "N12345", "industry INDUSTRY_UNKNOWN"},
      {"所属领域", "航天", "field LABEL_UNKNOWN"},
      {"建设性质", "随便", "nature LABEL_UNKNOWN"},
      {"审批方式", "口头", "regime LABEL_UNKNOWN"},
      {"拟开工日期", "2022-02-31", "planned_start_on DATE_IMPOSSIBLE"},
      {"拟竣工日期", "明年", "planned_completion_on DATE_NOT_UNDERSTOOD"},
      {"总投资（万元）", "很多", "total_investment AMOUNT_NOT_A_NUMBER"},
      {"总投资（万元）", "-1", "total_investment AMOUNT_NEGATIVE"},
      {"总投资（万元）", "1000000000000000", "total_investment AMOUNT_TOO_LARGE"},
      {"总投资（元）", "1.005", "total_investment AMOUNT_TOO_PRECISE"},
      {"2022年计划投资（万元）", "-1", "plan_2022 AMOUNT_NEGATIVE"},
      {"专项债券（万元）", "若干", "source_special_bond AMOUNT_NOT_A_NUMBER"},
      {"清单类别", "停建", "entry_kind LABEL_UNKNOWN"},
      {"项目阶段", "睡觉", "stage LABEL_UNKNOWN"},
      {"新增用地", "也许", "uses_new_land NOT_YES_OR_NO"},
      {"用地面积（公顷）", "1.234", "site_hectares_e2 NUMBER_TOO_PRECISE"},
      {"土石方（立方米）", "-3", "earthwork_m3 NUMBER_OUT_OF_RANGE"},
      {"涉密", "是", "classified CLASSIFIED_PROJECT"},
  };
  for (const auto& one : kCases) {
    EXPECT_THAT(Sheet({{one.heading, one.text}}).Reasons(), ElementsAre(one.reason)) << one.heading << one.text;
  }
  const std::string long_title(201, 'x');
  EXPECT_THAT(Sheet({{"项目名称", long_title}}).Reasons(), ElementsAre("title TEXT_TOO_LONG"));
}

TEST(RowFactsTest, TellsAllWrongCellsOfARowAtOnce) {
  const Sheet sheet({{"项目名称", "某渠"}, {"县区", "不存在县"}, {"总投资（万元）", "-5"}, {"审批方式", "口头"}});
  EXPECT_THAT(sheet.Reasons(), UnorderedElementsAre("region REGION_UNKNOWN", "total_investment AMOUNT_NEGATIVE",
                                                    "regime LABEL_UNKNOWN"));
}

TEST(RowFactsTest, ANewProjectNeedsItsFacts) {
  Sheet sheet({{"项目名称", "某渠"}, {"县区", ""}, {"所属领域", "航天"}, {"总投资（万元）", ""}, {"项目阶段", "竣工"}});
  RequireForNew(sheet.facts, sheet.values());
  EXPECT_THAT(sheet.Reasons(),
              UnorderedElementsAre("field LABEL_UNKNOWN", "region VALUE_REQUIRED", "nature VALUE_REQUIRED",
                                   "regime VALUE_REQUIRED", "owner_title VALUE_REQUIRED",
                                   "total_investment VALUE_REQUIRED", "stage STAGE_NOT_INITIAL"));
}

TEST(RowFactsTest, ARowWithoutARegionIsOfTheOwnOne) {
  EXPECT_EQ(Sheet({{"县区", ""}}, "621122").facts.project.region(), "621122");
  EXPECT_EQ(Sheet({{"县区", "陇西县"}}).facts.project.region(), "621122");
  EXPECT_EQ(Sheet({{"县区", "621122"}}).facts.project.region(), "621122");
  EXPECT_EQ(Sheet({{"县区", "不存在县"}}, "621122").facts.project.region(), "");
}

TEST(RowFactsTest, TheStageFollowsTheKindUnlessItIsStated) {
  EXPECT_EQ(InitialStage(Sheet({{"清单类别", "续建"}}).facts), Stage::kUnderConstruction);
  EXPECT_EQ(InitialStage(Sheet({{"清单类别", "新建"}}).facts), Stage::kPreparing);
  EXPECT_EQ(InitialStage(Sheet({{"清单类别", "预备"}}).facts), Stage::kPlanned);
  EXPECT_EQ(InitialStage(Sheet({{"清单类别", "续建"}, {"项目阶段", "储备"}}).facts), Stage::kReserved);
}

TEST(RowFactsTest, OnlyWhatIsStatedChanges) {
  v1::Project state;
  state.set_title("某渠");
  state.set_place("旧址");
  state.set_total_investment_fen(100'000'000);
  state.mutable_attributes()->set_epc(true);
  v1::AnnualPlan& plan = *state.add_annual_plans();
  plan.set_year(2022);
  plan.set_planned_investment_fen(10'000'000);
  for (int month = 0; month < 12; ++month) plan.add_monthly_fen(month == 0 ? 10'000'000 : 0);
  v1::FundingSource& source = *state.add_funding_sources();
  source.set_kind(v1::OWN_FUNDS);
  source.set_amount_fen(100'000'000);

  const auto changed = [&](std::initializer_list<CellText> cells) {
    return ChangedPaths(state, Merged(state, Sheet(cells).facts));
  };
  EXPECT_THAT(changed({{"项目名称", "某渠"},
                       {"建设地点", ""},
                       {"总投资（万元）", "100"},
                       {"2022年计划投资（万元）", "10"},
                       {"企业自有（万元）", "100"},
                       {"EPC", "是"}}),
              IsEmpty());
  EXPECT_THAT(changed({{"建设地点", "新址"}}), ElementsAre("place"));
  EXPECT_THAT(changed({{"新增用地", "是"}}), ElementsAre("attributes"));
  EXPECT_THAT(changed({{"2023年计划投资（万元）", "5"}}), ElementsAre("annual_plans"));
  EXPECT_THAT(changed({{"总投资（万元）", "200"}}), ElementsAre("total_investment_fen", "funding_sources"));
  EXPECT_THAT(changed({{"总投资（万元）", "200"}, {"企业自有（万元）", "150"}, {"银行贷款（万元）", "50"}}),
              ElementsAre("total_investment_fen", "funding_sources"));

  EXPECT_EQ(Merged(state, Sheet({{"2022年计划投资（万元）", "10"}}).facts).annual_plans(0).monthly_fen_size(), 12);
  EXPECT_EQ(Merged(state, Sheet({{"2022年计划投资（万元）", "11"}}).facts).annual_plans(0).monthly_fen_size(), 0);
}

TEST(RowFactsTest, ARulesViolationIsToldAtItsCell) {
  Sheet sheet({{"项目代码", "2203"}, {"拟竣工日期", "2022-01-01"}});
  RejectFact({"project_code", "is none"}, sheet.values());
  RejectFact({"planned_completion_on", "is early"}, sheet.values());
  RejectFact({"annual_plans", "are more than all"}, sheet.values());
  RejectFact({"annual_plans[0].planned_investment_fen", "is none"}, sheet.values());
  EXPECT_THAT(sheet.Reasons(),
              ElementsAre("project_code FACT_WRONG", "planned_completion_on FACT_WRONG", " FACT_WRONG", " FACT_WRONG"));
}

TEST(LedgerTest, KeysAndHeadingsAreUnique) {
  std::map<std::string, std::string> by_heading;
  for (const sheet::ColumnSpec& spec : LedgerColumns()) {
    EXPECT_EQ(LedgerColumn(spec.key).key, spec.key);
    for (const std::string& heading : spec.headings) {
      EXPECT_TRUE(by_heading.emplace(sheet::FormsOfHeading(heading).full, spec.key).second) << heading;
    }
  }
}

}  // namespace
}  // namespace yaoshi::registry

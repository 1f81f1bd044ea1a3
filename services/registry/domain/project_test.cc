#include "services/registry/domain/project.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "common/money/money.h"

namespace yaoshi::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int64_t kWan = 1'000'000;  // 1 万元 in fen.

class SmallDirectory : public References {
 public:
  bool IsRegion(std::string_view code) const override { return code == "621122" || code == "621100"; }
  bool IsOrganization(std::string_view name) const override { return name == "organizations/dept-09"; }
};

Project Sound() {
  Project project;
  project.title = "陇西县中药材仓储物流园建设项目";
  project.project_code = "2203-621122-04-01-123456";
  project.region = "621122";
  project.stage = Stage::kPreparing;
  project.owner_title = "陇西县水务局";
  project.owner_credit_code = "116211220132200884";
  project.competent_department = "organizations/dept-09";
  project.responsible_unit = "organizations/dept-09";
  project.planned_start_on = Date::FromCivil(2022, 4, 20).value();
  project.planned_completion_on = Date::FromCivil(2024, 10, 31).value();
  project.total_investment_fen = 35'270 * kWan;
  project.funding_sources = {{6, 20'000 * kWan}, {8, 15'270 * kWan}};
  project.annual_plans = {{2022, 12'000 * kWan, std::vector<int64_t>(12, 1'000 * kWan)}, {2023, 23'270 * kWan, {}}};
  return project;
}

std::vector<std::string> FieldsOf(const std::vector<FieldViolation>& violations) {
  std::vector<std::string> fields;
  for (const FieldViolation& violation : violations) {
    EXPECT_FALSE(violation.description.empty());
    fields.push_back(violation.field);
  }
  return fields;
}

std::vector<FieldViolation> Spoiled(const std::function<void(Project&)>& spoil) {
  Project project = Sound();
  spoil(project);
  return Validate(project, SmallDirectory());
}

struct WrongProject {
  std::string field;
  std::function<void(Project&)> spoil;
};

void ExpectViolations(const std::vector<WrongProject>& cases) {
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_THAT(FieldsOf(Spoiled(cases[i].spoil)), ElementsAre(cases[i].field)) << "case " << i;
  }
}

TEST(ValidateProject, RefusesWhatNobodyKnows) {
  ExpectViolations({
      {"region", [](Project& p) { p.region = ""; }},
      {"region", [](Project& p) { p.region = "621199"; }},
      {"industry", [](Project& p) { p.industry = "U"; }},
      {"industry", [](Project& p) { p.industry = "N7"; }},
      {"industry", [](Project& p) { p.industry = "N75"; }},  // Of M.
      {"industry", [](Project& p) { p.industry = "A0"; }},
      {"industry", [](Project& p) { p.industry = "A00"; }},
      {"industry", [](Project& p) { p.industry = "T98"; }},
      {"industry", [](Project& p) { p.industry = "N78101"; }},
      {"project_code", [](Project& p) { p.project_code = "2213-621122-04-01-123456"; }},
      {"project_code", [](Project& p) { p.project_code = "待赋码"; }},
      {"owner_credit_code", [](Project& p) { p.owner_credit_code = "116211220132200885"; }},
      {"competent_department", [](Project& p) { p.competent_department = "organizations/none"; }},
      {"responsible_unit", [](Project& p) { p.responsible_unit = "dept-09"; }},
  });
}

TEST(ValidateProject, RefusesDatesOutOfOrder) {
  ExpectViolations({
      {"planned_completion_on", [](Project& p) { p.planned_completion_on = p.planned_start_on->AddDays(-1); }},
      {"completed_on",
       [](Project& p) {
         p.started_on = Date::FromCivil(2022, 4, 20).value();
         p.completed_on = Date::FromCivil(2022, 4, 19).value();
       }},
  });
}

TEST(ValidateProject, RefusesMoneyThatDoesNotAddUp) {
  ExpectViolations({
      {"funding_sources", [](Project& p) { p.funding_sources[0].amount_fen += 1; }},
      {"funding_sources", [](Project& p) { p.funding_sources.pop_back(); }},
      {"funding_sources",
       [](Project& p) {
         p.funding_sources = {{1, kMaxFen}, {2, kMaxFen}, {3, kMaxFen}};
       }},
      {"funding_sources[1].kind", [](Project& p) { p.funding_sources[1].kind = 6; }},
      {"funding_sources[1].amount_fen", [](Project& p) { p.funding_sources[1].amount_fen = -1; }},
      {"funding_sources[0].amount_fen",
       [](Project& p) { p.funding_sources[0].amount_fen = std::numeric_limits<int64_t>::max(); }},
      {"annual_plans", [](Project& p) { p.annual_plans[1].planned_investment_fen += 1; }},
      {"annual_plans",
       [](Project& p) {
         p.annual_plans = {{2022, kMaxFen, {}}, {2023, kMaxFen, {}}};
       }},
      {"annual_plans[1].year", [](Project& p) { p.annual_plans[1].year = 2022; }},
      {"annual_plans[0].year", [](Project& p) { p.annual_plans[0].year = 1999; }},
      {"annual_plans[1].year", [](Project& p) { p.annual_plans[1].year = 2101; }},
      {"annual_plans[1].planned_investment_fen", [](Project& p) { p.annual_plans[1].planned_investment_fen = -1; }},
      {"annual_plans[0].monthly_fen", [](Project& p) { p.annual_plans[0].monthly_fen[11] += 1; }},
      {"annual_plans[0].monthly_fen", [](Project& p) { p.annual_plans[0].monthly_fen.pop_back(); }},
      {"annual_plans[0].monthly_fen", [](Project& p) { p.annual_plans[0].monthly_fen.push_back(0); }},
      {"annual_plans[0].monthly_fen[3]", [](Project& p) { p.annual_plans[0].monthly_fen[3] = -1; }},
  });
}

TEST(ValidateProject, RefusesAttributesInAWrongUnit) {
  ExpectViolations({
      {"attributes.site_hectares_e2", [](Project& p) { p.attributes.site_hectares_e2 = 100'000'001; }},
      {"attributes.site_hectares_e2", [](Project& p) { p.attributes.site_hectares_e2 = -1; }},
      {"attributes.earthwork_m3", [](Project& p) { p.attributes.earthwork_m3 = 1'000'000'000'001; }},
      {"attributes.energy_tce", [](Project& p) { p.attributes.energy_tce = 1'000'000'001; }},
      {"attributes.electricity_kwh", [](Project& p) { p.attributes.electricity_kwh = -1; }},
  });
}

TEST(ValidateProject, NamesAllThatIsWrongAtOnce) {
  EXPECT_THAT(FieldsOf(Spoiled([](Project& p) {
                p.region = "000000";
                p.project_code = "1";
                p.owner_credit_code = "2";
                p.competent_department = "3";
                p.planned_completion_on = Date();
                p.total_investment_fen = -1;
                p.funding_sources.clear();
                p.attributes.energy_tce = -1;
              })),
              ElementsAre("region", "project_code", "owner_credit_code", "competent_department",
                          "planned_completion_on", "total_investment_fen", "annual_plans", "attributes.energy_tce"));
}

TEST(ValidateProject, SaysTheSums) {
  const auto violations = Spoiled([](Project& p) { p.funding_sources[0].amount_fen = 1'000 * kWan; });
  ASSERT_EQ(violations.size(), 1U);
  EXPECT_THAT(violations[0].description, HasSubstr("16270 万元"));
  EXPECT_THAT(violations[0].description, HasSubstr("35270 万元"));
}

TEST(ValidateProject, TakesWhatIsSoundAndWhatIsNotYetKnown) {
  EXPECT_THAT(Validate(Sound(), SmallDirectory()), IsEmpty());
  Project idea;
  idea.region = "621100";
  EXPECT_THAT(Validate(idea, SmallDirectory()), IsEmpty());
  EXPECT_THAT(Spoiled([](Project& p) { p.planned_completion_on = p.planned_start_on; }), IsEmpty());
  EXPECT_THAT(Spoiled([](Project& p) { p.planned_start_on.reset(); }), IsEmpty());
}

TEST(Project, AddsUpThePlansOfItsYears) {
  const Project project = Sound();
  EXPECT_EQ(project.PlannedInvestment(2022, 2022), 12'000 * kWan);
  EXPECT_EQ(project.PlannedInvestment(2021, 2025), 35'270 * kWan);
  EXPECT_EQ(project.PlannedInvestment(2024, 2025), 0);
  EXPECT_EQ(project.PlannedInvestment(2023, 2022), 0);
}

TEST(ProjectCode, RefusesNearMisses) {
  for (const std::string_view code :
       {"", "2203-621122-04-01-12345", "2203-621122-04-01-1234567", "220-6621122-04-01-123456",
        "2203-62112-004-01-123456", "2203-6211222-04-1-123456", "2203-62112A-04-01-123456", "22O3-621122-04-01-123456",
        "2203-621122-04-01-12345A", "2203-621122-04-01-12345x", "2203-621122-04-01-1234X6", "2203_621122_04_01_123456",
        "2203621122040112345612345", "220362112204011234567890", " 203-621122-04-01-123456",
        "2203-621122-04-01-123456 ", "２２０３-621122-04-01-123456", "2203—621122—04—01—123456",
        // No month: 00, 13. Before the rule: 2020-10. No year of either.
        "2200-621122-04-01-123456", "2213-621122-04-01-123456", "2010-621122-04-01-123456", "1912-621122-04-01-123456",
        "2021-621122-04-01-123456", "1999-621122-04-01-123456",
        // The older format has no X.
        "2017-621122-78-01-01234X"}) {
    EXPECT_EQ(FormatOf(code), std::nullopt) << code;
  }
}

TEST(ProjectCode, TellsTheFormatsApart) {
  EXPECT_EQ(FormatOf("2203-621122-04-01-123456"), ProjectCodeFormat::k2020);
  EXPECT_EQ(FormatOf("2203-621122-04-01-12345X"), ProjectCodeFormat::k2020);
  EXPECT_EQ(FormatOf("2011-620000-04-01-123456"), ProjectCodeFormat::k2020) << "2020-11, not the year 2011";
  EXPECT_EQ(FormatOf("2012-620000-04-02-123456"), ProjectCodeFormat::k2020);
  EXPECT_EQ(FormatOf("2101-621100-07-02-000001"), ProjectCodeFormat::k2020);
  EXPECT_EQ(FormatOf("2013-621122-78-01-012345"), ProjectCodeFormat::k2016);
  EXPECT_EQ(FormatOf("2017-621122-78-01-012345"), ProjectCodeFormat::k2016);
  EXPECT_EQ(FormatOf("2020-621122-78-03-012345"), ProjectCodeFormat::k2016);
}

TEST(CreditCode, RefusesWhatBreaksARule) {
  for (const std::string_view code :
       {"", "11621122013220088", "1162112201322008840", "116211220132200885", "116211220132200894",
        "161211220132200884", "91350100m000100y43", "９13501000000100Y43",
        // Right check characters, but: authority 0, authority B, a letter in the region,
        // and an organization code whose own check character is wrong.
        "016211220132200885", "B1621122013220088R", "1162112A013220088P", "11621122013220080B",
        // Letters that GB 32100 leaves out.
        "9135010OM000100Y43", "9I350100M000100Y43", "91350100S000100Y43"}) {
    EXPECT_FALSE(IsCreditCode(code)) << code;
  }
}

TEST(CreditCode, TakesEveryKindOfRegister) {
  for (const std::string_view code : {"91350100M000100Y43",     // The standard's own example.
                                      "116211220132200884",     // An authority.
                                      "12621100438211072H",     // An institution.
                                      "91621122000000051R",     // A company.
                                      "N2621124MF0000013M",     // A rural collective.
                                      "A1620000100000032P",     // The army.
                                      "Y16211002000000A7N",     // Others.
                                      "1162112200000006XR"}) {  // X as check character of the organization code.
    EXPECT_TRUE(IsCreditCode(code)) << code;
  }
}

TEST(CreditCode, CatchesEverySingleWrongCharacterAndSwappedNeighbours) {
  constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  const std::string right = "12621100438211072H";
  for (std::size_t i = 0; i < right.size(); ++i) {
    for (const char c : kAlphabet) {
      std::string wrong = right;
      wrong[i] = c;
      EXPECT_EQ(IsCreditCode(wrong), c == right[i]) << wrong;
    }
    std::string swapped = right;
    if (i + 1 < right.size()) std::swap(swapped[i], swapped[i + 1]);
    EXPECT_EQ(IsCreditCode(swapped), swapped == right) << swapped;
  }
}

}  // namespace
}  // namespace yaoshi::registry

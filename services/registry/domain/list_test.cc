#include "services/registry/domain/list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/money/money.h"

namespace yaoshi::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kThisYear = 1;
constexpr int kNextYear = 2;
constexpr int kFiveYears = 3;

// 2022年投资项目清单.
List InvestmentList() {
  List list;
  list.name = "lists/invest-2022";
  list.title = "2022年投资项目清单";
  list.kind = ListKind::kSub;
  list.parent = "lists/master";
  list.horizon = kThisYear;
  list.first_year = 2022;
  list.last_year = 2022;
  list.rules.min_total_investment_fen = ParseWan("500").value();
  return list;
}

std::vector<std::string> FieldsOf(const std::vector<FieldViolation>& violations) {
  std::vector<std::string> fields;
  for (const FieldViolation& violation : violations) {
    EXPECT_FALSE(violation.description.empty());
    fields.push_back(violation.field);
  }
  return fields;
}

struct WrongList {
  std::string field;
  std::function<void(List&)> spoil;
};

TEST(ValidateList, NamesWhatIsWrong) {
  const std::vector<WrongList> cases = {
      {"kind", [](List& list) { list.kind = ListKind::kUnspecified; }},
      {"parent", [](List& list) { list.parent = ""; }},
      {"parent", [](List& list) { list.parent = "lists/"; }},
      {"parent", [](List& list) { list.parent = "projects/master"; }},
      {"parent", [](List& list) { list.parent = "lists/master/adjustments/1"; }},
      {"parent", [](List& list) { list.parent = list.name; }},
      {"parent", [](List& list) { list.kind = ListKind::kMaster; }},
      {"parent", [](List& list) { list.kind = ListKind::kStandalone; }},
      {"horizon", [](List& list) { list.horizon = 0; }},
      {"horizon", [](List& list) { list.horizon = -1; }},
      {"horizon", [](List& list) { list.horizon = 4; }},
      {"horizon", [](List& list) { list.horizon = kFiveYears; }},
      {"horizon", [](List& list) { list.last_year = 2023; }},
      {"first_year", [](List& list) { list.first_year = 1999; }},
      {"last_year", [](List& list) { list.last_year = 2101; }},
      {"last_year", [](List& list) { list.last_year = 2021; }},
      {"admission_rules.min_total_investment_fen", [](List& list) { list.rules.min_total_investment_fen = -1; }},
      {"admission_rules.min_total_investment_fen",
       [](List& list) { list.rules.min_total_investment_fen = kMaxFen + 1; }},
      {"admission_rules.stages[0]", [](List& list) { list.rules.stages = {Stage::kUnspecified}; }},
      {"admission_rules.stages[0]", [](List& list) { list.rules.stages = {static_cast<Stage>(kStageCount)}; }},
      {"admission_rules.stages[0]", [](List& list) { list.rules.stages = {Stage::kCancelled}; }},
      {"admission_rules.stages[1]",
       [](List& list) {
         list.rules.stages = {Stage::kPlanned, Stage::kPlanned};
       }},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    List list = InvestmentList();
    cases[i].spoil(list);
    EXPECT_THAT(FieldsOf(Validate(list)), ElementsAre(cases[i].field)) << "case " << i;
  }
}

TEST(ValidateList, NamesAllThatIsWrongAtOnce) {
  EXPECT_THAT(FieldsOf(Validate(List{})), ElementsAre("kind", "first_year", "last_year", "horizon"));
}

TEST(ValidateList, TakesTheListsOfTheCity) {
  EXPECT_THAT(Validate(InvestmentList()), IsEmpty());
  List five = InvestmentList();  // “十四五”重大带动性基础设施项目清单.
  five.horizon = kFiveYears;
  five.first_year = 2021;
  five.last_year = 2025;
  EXPECT_THAT(Validate(five), IsEmpty());
  List master = five;  // 总清单.
  master.kind = ListKind::kMaster;
  master.parent = "";
  EXPECT_THAT(Validate(master), IsEmpty());
  List next = InvestmentList();  // 2023年谋划.
  next.horizon = kNextYear;
  next.first_year = next.last_year = 2023;
  next.kind = ListKind::kStandalone;
  next.parent = "";
  EXPECT_THAT(Validate(next), IsEmpty());
}

// 漳县 of 5 000 万元, planned for 2022, with a code, in 前期.
Project Admissible() {
  Project project;
  project.title = "漳县盐井镇污水处理厂";
  project.project_code = "2203-621125-04-01-123456";
  project.stage = Stage::kPreparing;
  project.total_investment_fen = ParseWan("5000").value();
  project.annual_plans = {{2022, ParseWan("1200").value(), {}}};
  return project;
}

AdmissionRules StrictRules() {
  return {ParseWan("500").value(), true, true, {Stage::kPreparing, Stage::kStarted, Stage::kUnderConstruction}};
}

std::vector<std::string> Refused(const std::function<void(Project&)>& change) {
  Project project = Admissible();
  change(project);
  return RefusalsOf(StrictRules(), InvestmentList(), project);
}

TEST(Refusals, NameTheRuleAndTheValue) {
  EXPECT_THAT(Refused([](Project& p) { p.total_investment_fen = ParseWan("300").value(); }),
              ElementsAre("total investment 300 万元 is below 500 万元"));
  EXPECT_THAT(Refused([](Project& p) { --(p.total_investment_fen = ParseWan("500").value()); }),
              ElementsAre("total investment 499.999999 万元 is below 500 万元"));
  EXPECT_THAT(Refused([](Project& p) { p.project_code = ""; }),
              ElementsAre("the project has no project code (待赋码)"));
  EXPECT_THAT(Refused([](Project& p) { p.annual_plans[0].year = 2023; }),
              ElementsAre("the project has no annual plan for 2022"));
  EXPECT_THAT(Refused([](Project& p) { p.stage = Stage::kReserved; }),
              ElementsAre("stage RESERVED (储备) is not among PREPARING, STARTED, UNDER_CONSTRUCTION"));
}

TEST(Refusals, NameAllRulesAtOnce) {
  EXPECT_THAT(RefusalsOf(StrictRules(), InvestmentList(), Project{}), ::testing::SizeIs(4));
}

TEST(Refusals, TheSpanOfAListCounts) {
  List five = InvestmentList();
  five.first_year = 2021;
  five.last_year = 2025;
  Project project = Admissible();
  project.annual_plans[0].year = 2025;
  EXPECT_THAT(RefusalsOf(StrictRules(), five, project), IsEmpty());
  project.annual_plans[0].year = 2026;
  EXPECT_THAT(RefusalsOf(StrictRules(), five, project), ElementsAre(HasSubstr("2021–2025")));
}

TEST(Refusals, WithoutRulesOnlyACancelledProjectIsRefused) {
  for (int s = 1; s < kStageCount; ++s) {
    Project project;
    project.stage = static_cast<Stage>(s);
    const std::vector<std::string> refusals = RefusalsOf({}, InvestmentList(), project);
    if (project.stage == Stage::kCancelled) {
      EXPECT_THAT(refusals, ElementsAre("the project is CANCELLED (取消)"));
    } else {
      EXPECT_THAT(refusals, IsEmpty());
    }
  }
}

TEST(Refusals, NoneForAProjectThatMeetsTheRules) {
  EXPECT_THAT(Refused([](Project&) {}), IsEmpty());
  EXPECT_THAT(Refused([](Project& p) { p.total_investment_fen = ParseWan("500").value(); }), IsEmpty());
}

}  // namespace
}  // namespace yaoshi::registry

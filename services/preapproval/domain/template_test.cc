#include "services/preapproval/domain/template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "services/preapproval/testing/reference_catalogue.h"
#include "yaoshi/registry/v1/project.pb.h"

namespace yaoshi::preapproval {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Mistake {
  std::string_view what;
  std::function<void(Template&)> make;
  std::string_view field;
  std::string_view says;
};

// The node of a code.
Node& At(Template& subject, std::string_view code) {
  return *std::find_if(subject.nodes.begin(), subject.nodes.end(), [&](const Node& node) { return node.code == code; });
}

JointGroup Group(std::string_view id, std::vector<std::string> codes, JointMode mode, int n,
                 std::vector<std::string> dependents) {
  return {.id = std::string(id),
          .title = "联合审批",
          .codes = std::move(codes),
          .mode = mode,
          .n = n,
          .lead_department = "organizations/dept-01",
          .dependents = std::move(dependents)};
}

void Expect(const std::vector<Mistake>& mistakes,
            const std::function<std::vector<FieldViolation>(const Template&)>& check) {
  for (const Mistake& mistake : mistakes) {
    Template subject = ReferenceTemplate();
    mistake.make(subject);
    EXPECT_THAT(check(subject), ElementsAre(AllOf(Field(&FieldViolation::field, mistake.field),
                                                  Field(&FieldViolation::description, HasSubstr(mistake.says)))))
        << mistake.what;
  }
}

TEST(CheckDraft, NamesEveryMistake) {
  Expect(
      {{"a code twice", [](Template& t) { t.nodes.push_back(NodeOf("P10", {})); }, "nodes[21].code", "given twice"},
       {"a prerequisite twice", [](Template& t) { At(t, "P21").prerequisites.push_back("P20"); },
        "nodes[12].prerequisites[2]", "given twice"},
       {"a condition that is none", [](Template& t) { At(t, "P02").rules[0].condition = "uses_new_land ="; },
        "nodes[2].rules[0].condition", ""},
       {"an attribute that projects do not have", [](Template& t) { At(t, "P02").rules[0].condition = "colour = 1"; },
        "nodes[2].rules[0].condition", "uses_new_land"},
       {"a rule that decides nothing",
        [](Template& t) { At(t, "P02").rules[0].requirement = Requirement::kUnspecified; },
        "nodes[2].rules[0].requirement", "REQUIRED"},
       {"merged into nothing", [](Template& t) { At(t, "P01").rules[0].merged_into = ""; },
        "nodes[1].rules[0].merged_into", "Name the code"},
       {"a target without merging", [](Template& t) { At(t, "P02").rules[0].merged_into = "P10"; },
        "nodes[2].rules[0].merged_into", "leave it out"},
       {"a row behind one that always holds",
        [](Template& t) {
          At(t, "P03").rules = {NotRequired("", "无"), NotRequired("epc = true", "无")};
        },
        "nodes[3].rules[1]", "never decides"},
       {"a group without members", [](Template& t) { t.joint_groups = {Group("g", {}, JointMode::kAll, 0, {"P40"})}; },
        "joint_groups[0].codes", "Name the codes"},
       {"a group without a mode",
        [](Template& t) { t.joint_groups = {Group("g", {"P05"}, JointMode::kUnspecified, 0, {})}; },
        "joint_groups[0].mode", "ALL"},
       {"a number where all are asked",
        [](Template& t) { t.joint_groups = {Group("g", {"P05"}, JointMode::kAll, 1, {})}; }, "joint_groups[0].n",
        "leave it out"},
       {"more than there are",
        [](Template& t) {
          t.joint_groups = {Group("g", {"P05", "P06"}, JointMode::kNOfM, 3, {})};
        },
        "joint_groups[0].n", "3 of 2"},
       {"none of them",
        [](Template& t) {
          t.joint_groups = {Group("g", {"P05", "P06"}, JointMode::kNOfM, 0, {})};
        },
        "joint_groups[0].n", "1 to 2"},
       {"a member that waits for its group",
        [](Template& t) { t.joint_groups = {Group("g", {"P05"}, JointMode::kAll, 0, {"P05"})}; },
        "joint_groups[0].dependents[0]", "cannot wait for it"},
       {"two groups of one name",
        [](Template& t) {
          t.joint_groups = {Group("g", {"P05"}, JointMode::kAll, 0, {}), Group("g", {"P06"}, JointMode::kAll, 0, {})};
        },
        "joint_groups[1].id", "given twice"},
       {"a code in two groups",
        [](Template& t) {
          t.joint_groups = {Group("g", {"P05"}, JointMode::kAll, 0, {}), Group("h", {"P05"}, JointMode::kAll, 0, {})};
        },
        "joint_groups[1].codes[0]", "of the group g"},
       {"amounts that no project has",
        [](Template& t) {
          t.selector = {{}, {}, 500, 500, 0};
        },
        "selector.below_total_investment_fen", "No amount"}},
      CheckDraft);
}

TEST(CheckPublishable, NamesWhatOnlyAPublishedTemplateMustBe) {
  Expect(
      {
          {"a code outside the catalogue", [](Template& t) { t.nodes.push_back(NodeOf("P99", {"P00"}, true)); },
           "nodes[21].code", "not in the catalogue"},
          {"an unknown prerequisite", [](Template& t) { At(t, "P20").prerequisites.push_back("P98"); },
           "nodes[11].prerequisites[1]", "P98 is no procedure"},
          {"an unknown member", [](Template& t) { t.joint_groups = {Group("g", {"P98"}, JointMode::kAll, 0, {})}; },
           "joint_groups[0].codes[0]", "P98"},
          {"an unknown dependent",
           [](Template& t) { t.joint_groups = {Group("g", {"P05"}, JointMode::kAll, 0, {"P98"})}; },
           "joint_groups[0].dependents[0]", "P98"},
          {"a procedure that waits for itself", [](Template& t) { At(t, "P20").prerequisites.push_back("P20"); },
           "nodes[11].prerequisites[1]", "P20 → P20"},
          {"a circle", [](Template& t) { At(t, "P10").prerequisites.push_back("P30"); }, "nodes[7].prerequisites[4]",
           "P10 → P30 → P20 → P10"},
          {"a circle through a group",
           [](Template& t) { t.joint_groups = {Group("g", {"P30"}, JointMode::kAny, 0, {"P20"})}; },
           "joint_groups[0].dependents[0]", "P20 → g → P30 → P20"},
          {"merged into one that is merged into it",
           [](Template& t) {
             At(t, "P10").rules = {MergedInto("epc = true", "P20", "并入")};
             At(t, "P20").rules = {MergedInto("epc = true", "P10", "并入")};
             At(t, "P01").rules.clear();
             At(t, "P10").rules[0].merged_into = "P10";
             At(t, "P20").rules.clear();
           },
           "nodes[7].rules[0].merged_into", "P10 is merged into P10"},
          {"merged into an unknown one", [](Template& t) { At(t, "P01").rules[0].merged_into = "P98"; },
           "nodes[1].rules[0].merged_into", "P98"},
          {"nothing gates the start",
           [](Template& t) {
             for (Node& node : t.nodes) node.gates_start = false;
           },
           "nodes", "gates_start"},
          {"a dead end", [](Template& t) { At(t, "P06").gates_start = false; }, "nodes[6]", "P06 leads to no start"},
          {"what comes after the start gates it", [](Template& t) { At(t, "P60").gates_start = true; },
           "nodes[19].gates_start", ""},
      },
      [](const Template& subject) {
        std::vector<FieldViolation> found = CheckPublishable(subject, ReferenceTypes());
        if (found.size() == 2 && found[0].field == "nodes[18].code") found.erase(found.begin());  // Of P60, P50 too.
        return found;
      });
}

TEST(CheckPublishable, NamesBothOfAMutualMerge) {
  Template subject = ReferenceTemplate();
  At(subject, "P10").rules = {MergedInto("epc = true", "P20", "并入")};
  At(subject, "P20").rules = {MergedInto("epc = true", "P10", "并入")};
  EXPECT_THAT(CheckPublishable(subject, ReferenceTypes()),
              ElementsAre(Field(&FieldViolation::field, "nodes[7].rules[0].merged_into"),
                          Field(&FieldViolation::field, "nodes[11].rules[0].merged_into")));
}

TEST(CheckPublishable, AcceptsTheReferenceAndItsGroups) {
  Template subject = ReferenceTemplate();
  EXPECT_THAT(CheckPublishable(subject, ReferenceTypes()), IsEmpty());
  subject.joint_groups = {Group("drawings", {"P31", "P32"}, JointMode::kNOfM, 2, {"P40"}),
                          Group("water", {"P05", "P06"}, JointMode::kAny, 0, {"P40"})};
  EXPECT_THAT(CheckPublishable(subject, ReferenceTypes()), IsEmpty());
}

TEST(AttributeFields, HaveTheNamesAndNumbersOfTheRegistry) {
  const struct {
    std::string_view field;
    const google::protobuf::EnumDescriptor* type;
  } enums[] = {{"regime", registry::v1::Regime_descriptor()},
               {"field", registry::v1::Field_descriptor()},
               {"nature", registry::v1::Nature_descriptor()}};
  for (const auto& one : enums) {
    const filter::FieldSpec& spec = AttributeFields()[AttributeFields().Find(one.field).value()];
    ASSERT_EQ(static_cast<int>(spec.enum_values.size()) + 1, one.type->value_count()) << one.field;
    for (const filter::EnumValue& value : spec.enum_values) {
      const auto* registered = one.type->FindValueByName(value.name);
      ASSERT_NE(registered, nullptr) << value.name;
      EXPECT_EQ(registered->number(), value.number) << value.name;
    }
  }
}

TEST(SelectTemplate, TakesTheOneThatFitsBest) {
  const auto with = [](std::string_view name, std::string_view from, Selector selector) {
    Template subject = ReferenceTemplate();
    subject.name = name;
    subject.effective_on = Day(from);
    subject.selector = std::move(selector);
    return subject;
  };
  std::vector<Template> all = {with("any", "2020-01-01", {}),
                               with("any-2022", "2022-01-01", {}),
                               with("filing", "2020-01-01", {{3}, {}, 0, 0, 5}),
                               with("small", "2020-01-01", {{1}, {}, 0, 150'000'000'000, 9}),
                               with("large", "2020-01-01", {{1}, {2, 8}, 500'000'000'000, 0, 9}),
                               with("draft", "2020-01-01", {{}, {}, 0, 0, 99})};
  all.back().state = TemplateState::kDraft;
  const auto name = [&](const ProjectAttributes& project, std::string_view on) {
    const Template* best = SelectTemplate(all, project, Day(on));
    return best == nullptr ? std::string("none") : best->name;
  };
  ProjectAttributes project = LargeProject();
  EXPECT_EQ(name(project, "2022-04-20"), "large");
  project.total_investment_fen = 499'999'999'999;  // Below the range of one, not below that of the other.
  EXPECT_EQ(name(project, "2022-04-20"), "any-2022");
  EXPECT_EQ(name(project, "2021-04-20"), "any");
  EXPECT_EQ(name(project, "2019-12-31"), "none");
  project.total_investment_fen = 149'999'999'999;
  EXPECT_EQ(name(project, "2022-04-20"), "small");
  project.regime = 3;
  EXPECT_EQ(name(project, "2022-04-20"), "filing");

  all.push_back(with("filing-2022", "2022-03-01", {{3}, {}, 0, 0, 0}));
  all.back().supersedes = "filing";
  EXPECT_EQ(name(project, "2022-02-28"), "filing");
  EXPECT_EQ(name(project, "2022-03-01"), "filing-2022");  // Of the same priority as any-2022, and later.
}

// "P01:merged>P10 P02:no" — what is not simply required.
std::string Exceptions(const std::vector<Applicability>& all) {
  std::string text;
  for (const Applicability& one : all) {
    if (one.requirement == Requirement::kNotRequired) text += one.code + ":no ";
    if (one.requirement == Requirement::kMerged) text += one.code + ">" + one.merged_into + " ";
  }
  return text;
}

TEST(Assess, KeepsTheReason) {
  const Assessor assessor = Assessor::Create(ReferenceTemplate()).value();
  ProjectAttributes project = LargeProject();
  EXPECT_EQ(Exceptions(assessor.Assess(project)), "");
  project.uses_new_land = false;
  EXPECT_EQ(Exceptions(assessor.Assess(project)), "P02:no P11:no P12:no P13:no ");
  EXPECT_THAT(assessor.Assess(project), Contains(Field(&Applicability::reason, "不新增建设用地。")));
  project.energy_tce = 999;
  EXPECT_EQ(Exceptions(assessor.Assess(project)), "P02:no P04:no P11:no P12:no P13:no ");
  project.electricity_kwh = 5'000'000;  // One of the two is enough.
  project.total_investment_fen -= 1;
  EXPECT_EQ(Exceptions(assessor.Assess(project)), "P01>P10 P02:no P11:no P12:no P13:no ");
}

TEST(Assess, DoesNotMergeIntoWhatIsNotRequired) {
  Template subject = ReferenceTemplate();
  At(subject, "P10").rules = {NotRequired("epc = true", "无需可研。")};
  ProjectAttributes project = LargeProject();
  project.total_investment_fen = 1;
  project.epc = true;
  const std::vector<Applicability> all = Assessor::Create(subject).value().Assess(project);
  EXPECT_EQ(all[1].requirement, Requirement::kRequired);
  EXPECT_EQ(all[1].merged_into, "");
  EXPECT_THAT(all[1].reason, HasSubstr("P10"));
}

TEST(Assess, RefusesAConditionThatIsNone) {
  Template subject = ReferenceTemplate();
  At(subject, "P02").rules[0].condition = "(";
  EXPECT_EQ(ReasonOf(Assessor::Create(subject).status()), "INVALID_FILTER");
}

}  // namespace
}  // namespace yaoshi::preapproval

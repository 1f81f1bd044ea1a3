#include "services/preapproval/domain/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "common/status/status.h"
#include "services/preapproval/testing/reference_catalogue.h"

namespace yaoshi::preapproval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Codes = std::vector<std::string>;

CaseGraph GraphOf(const Template& subject, const ProjectAttributes& project) {
  return CaseGraph::Create(subject, Assessor::Create(subject)->Assess(project), ReferenceTypes()).value();
}

Codes Before(const CaseGraph& graph, std::string_view code) {
  return graph.PrerequisiteCodes(graph.Find(code));
}

Template Small(std::vector<Node> nodes, std::vector<JointGroup> groups = {}) {
  Template subject = ReferenceTemplate();
  subject.nodes = std::move(nodes);
  subject.joint_groups = std::move(groups);
  return subject;
}

Applicability Not(std::string_view code) {
  return {.code = std::string(code), .requirement = Requirement::kNotRequired, .merged_into = "", .reason = "无"};
}
Applicability Merged(std::string_view code, std::string_view target) {
  return {.code = std::string(code),
          .requirement = Requirement::kMerged,
          .merged_into = std::string(target),
          .reason = "并"};
}
JointGroup Group(std::vector<std::string> codes, JointMode mode, int n, std::vector<std::string> dependents) {
  return {.id = "g",
          .title = "联",
          .codes = std::move(codes),
          .mode = mode,
          .n = n,
          .lead_department = "organizations/a",
          .dependents = std::move(dependents)};
}

TEST(CaseGraph, RefusesACircleByName) {
  const Template subject = Small({NodeOf("P00", {}), NodeOf("P01", {"P02"}), NodeOf("P02", {"P01"}, true)});
  const auto graph = CaseGraph::Create(subject, {}, ReferenceTypes());
  EXPECT_EQ(ReasonOf(graph.status()), "INVALID_FIELDS");
  EXPECT_THAT(ViolationsOf(graph.status())[0].description, HasSubstr("P01, P02"));
}

TEST(CaseGraph, HasTheEdgesOfTheReference) {
  const CaseGraph graph = GraphOf(ReferenceTemplate(), LargeProject());
  EXPECT_THAT(Before(graph, "P10"), ElementsAre("P01", "P02", "P03", "P04"));
  EXPECT_THAT(Before(graph, "P40"), ElementsAre("P12", "P13", "P21", "P30", "P31", "P33"));
  EXPECT_THAT(graph.PrerequisiteCodes(graph.start()), ElementsAre("P05", "P06", "P10", "P40"));
  EXPECT_TRUE(graph.nodes()[graph.Find("P00")].leads_to_start);
  EXPECT_FALSE(graph.nodes()[graph.Find("P50")].leads_to_start);
  EXPECT_GT(graph.Find("P50"), graph.start());
  EXPECT_EQ(graph.Find("P98"), -1);
}

TEST(CaseGraph, WithoutNewLandWhatWaitedForItWaitsForWhatItWaitedFor) {
  ProjectAttributes project = LargeProject();
  project.uses_new_land = false;
  const CaseGraph graph = GraphOf(ReferenceTemplate(), project);
  EXPECT_EQ(graph.Find("P12"), -1);
  EXPECT_THAT(Before(graph, "P05"), ElementsAre("P01"));
  EXPECT_THAT(Before(graph, "P21"), ElementsAre("P20"));  // P10 comes before P20 anyway.
  EXPECT_THAT(Before(graph, "P40"), ElementsAre("P21", "P30", "P31", "P33"));
}

TEST(CaseGraph, TheProposalInTheStudyHoldsUpNothingThatLeadsToTheStudy) {
  ProjectAttributes project = LargeProject();
  project.total_investment_fen = 1;
  const CaseGraph graph = GraphOf(ReferenceTemplate(), project);
  EXPECT_EQ(graph.Find("P01"), graph.Find("P10"));
  EXPECT_THAT(Before(graph, "P02"), ElementsAre("P00"));
  EXPECT_THAT(Before(graph, "P10"), ElementsAre("P02", "P03", "P04"));
}

TEST(CaseGraph, WhoWaitsForAMergedOneWaitsForItsTarget) {
  const Template subject =
      Small({NodeOf("P00", {}), NodeOf("P01", {"P00"}), NodeOf("P02", {"P01"}, true), NodeOf("P03", {"P00"}, true)});
  const std::vector<Applicability> merged = {Merged("P01", "P03")};
  const CaseGraph graph = CaseGraph::Create(subject, merged, ReferenceTypes()).value();
  EXPECT_THAT(Before(graph, "P02"), ElementsAre("P03"));
}

TEST(CaseGraph, AGateThatIsNotRequiredHandsTheStartOn) {
  const Template subject = Small({NodeOf("P00", {}), NodeOf("P01", {"P00"}), NodeOf("P40", {"P01"}, true)});
  const std::vector<Applicability> not_required = {Not("P40")};
  const CaseGraph graph = CaseGraph::Create(subject, not_required, ReferenceTypes()).value();
  EXPECT_THAT(graph.PrerequisiteCodes(graph.start()), ElementsAre("P01"));
}

struct GroupCase {
  JointMode mode;
  int n;
  std::vector<Applicability> applicability;
  int needed;  // Of the group; 0 when it waits for nothing.
  Codes before;
};

TEST(CaseGraph, GroupsAskForWhatIsLeftOfThem) {
  const std::vector<GroupCase> cases = {
      {JointMode::kAll, 0, {}, 3, {"P01", "P02", "P03"}},
      {JointMode::kAny, 0, {}, 1, {"P01", "P02", "P03"}},
      {JointMode::kNOfM, 2, {}, 2, {"P01", "P02", "P03"}},
      {JointMode::kAll, 0, {Not("P02")}, 2, {"P01", "P03"}},
      {JointMode::kNOfM, 2, {Not("P02")}, 2, {"P01", "P03"}},
      {JointMode::kNOfM, 2, {Not("P02"), Not("P01")}, 1, {"P03"}},
      {JointMode::kAny, 0, {Not("P01"), Not("P02"), Not("P03")}, 1, {"P00"}},
      {JointMode::kAny, 0, {Merged("P01", "P03")}, 1, {"P02", "P03"}},
      {JointMode::kAny, 0, {Merged("P01", "P40")}, 1, {"P02", "P03"}},
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    const Template subject = Small({NodeOf("P00", {}), NodeOf("P01", {"P00"}), NodeOf("P02", {"P00"}),
                                    NodeOf("P03", {"P00"}), NodeOf("P40", {}, true)},
                                   {Group({"P01", "P02", "P03"}, cases[i].mode, cases[i].n, {"P40"})});
    const CaseGraph graph = CaseGraph::Create(subject, cases[i].applicability, ReferenceTypes()).value();
    const auto group = std::find_if(graph.nodes().begin(), graph.nodes().end(),
                                    [](const CaseGraph::Node& node) { return node.kind == CaseGraph::Kind::kGroup; });
    EXPECT_EQ(group->needed, cases[i].needed) << i;
    EXPECT_EQ(graph.PrerequisiteCodes(static_cast<int32_t>(group - graph.nodes().begin())), cases[i].before) << i;
  }
}

// Whatever is left out or merged, a graph without circles stays one, and keeps every "before" among what stays.
TEST(CaseGraph, StaysInOrderWhateverIsLeftOut) {
  std::mt19937_64 random(24);
  for (int round = 0; round < 500; ++round) {
    std::vector<Node> nodes;
    std::vector<Applicability> applied;
    for (int i = 0; i < 12; ++i) {
      const std::string code = "Q" + std::to_string(i);
      Node& node = nodes.emplace_back(NodeOf(code, {}, i == 11));
      for (int j = 0; j < i; ++j) {
        if (random() % 3 == 0) node.prerequisites.push_back("Q" + std::to_string(j));
      }
      if (random() % 4 == 0)
        applied.push_back(Not(code));
      else if (i != 11 && random() % 4 == 0)
        applied.push_back(Merged(code, "Q" + std::to_string(random() % 12)));
    }
    const Template subject = Small(nodes);
    const auto graph = CaseGraph::Create(subject, applied, {});
    ASSERT_TRUE(graph.ok()) << round << ' ' << graph.status();
    for (int32_t node = 0; node < static_cast<int32_t>(graph->nodes().size()); ++node) {
      for (const int32_t before : graph->Prerequisites(node)) ASSERT_LT(before, node) << round;
    }
  }
}

}  // namespace
}  // namespace yaoshi::preapproval

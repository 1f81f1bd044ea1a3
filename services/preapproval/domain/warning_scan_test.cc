#include "services/preapproval/domain/warning_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "services/preapproval/testing/reference_catalogue.h"

namespace yaoshi::preapproval {
namespace {

// More than one step takes, whichever of its two ends comes first.
constexpr int kCases = 3 * kMaxCasesPerStep + 7;

Uuid Project(int number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 12 - digits.size(), '0');
  return Uuid::Parse("0184c2c0-0000-7000-8000-" + digits).value();
}

// One procedure of a case, accepted on a day, decided or not.
Procedure Study(int project, std::string_view accepted_on, ProcedureState state = ProcedureState::kAccepted) {
  Procedure procedure;
  procedure.project = Project(project);
  procedure.code = "P10";
  procedure.department = "organizations/dept-01";
  procedure.region = "621122";
  procedure.state = state;
  procedure.last_move = ProcedureMove::kAccept;
  procedure.submitted_on = procedure.accepted_on = procedure.state_since = procedure.effective_on = Day(accepted_on);
  if (state == ProcedureState::kApproved) procedure.decided_on = Day("2022-04-19");
  return procedure;
}

class WarningScanTest : public ::testing::Test {
 protected:
  WarningScanTest() {
    book_.PutCalendar({2022, {}, {}});
    ProcedureType study = TypeOf("P10", "可研批复", 20);
    study.terms[0].promised_limit = Days{5};  // So that it is overdue, and not yet by law.
    book_.PutType(study);
    Template subject;
    subject.name = "templates/small";
    subject.nodes = {NodeOf("P10", {}, true)};
    book_.PutTemplate(subject);
  }

  void Open(int project, std::string_view accepted_on = "") {
    Case subject;
    subject.project = Project(project);
    subject.region = "621122";
    subject.template_name = "templates/small";
    subject.opened_on = subject.effective_on = Day("2022-01-04");
    subject.procedures = {{"P10", Requirement::kRequired, "", ""}};
    book_.PutCase(subject, 1);
    if (!accepted_on.empty()) book_.PutProcedure(Study(project, accepted_on), 1);
  }
  // Every `gap`-th case, each with a procedure that is overdue.
  void OpenOverdue(int gap) {
    for (int i = 1; i <= kCases; ++i) Open(i, i % gap == 0 ? kOverdue : "");
  }
  ScanStep Next(const Uuid& after) const { return NextStep(book_, after, {}, Day("2022-04-20")); }

  // The projects that are warned of from behind `after` on. Each step looks at some cases, and at none twice.
  std::vector<Uuid> Rest(Uuid after = Uuid()) const {
    std::vector<Uuid> warned;
    for (bool end = false; !end;) {
      const ScanStep step = Next(after);
      EXPECT_LE(step.warnings.size(), kMaxWarningsPerStep);
      for (const Warning& one : step.warnings) {
        EXPECT_TRUE(after < one.project && one.project <= step.after);
        warned.push_back(one.project);
      }
      end = step.end;
      EXPECT_TRUE(end || after < step.after) << "a step gets on";
      after = step.after;
    }
    return warned;
  }

  static constexpr const char* kOverdue = "2022-04-06";
  CaseBook book_;
};

TEST_F(WarningScanTest, WithoutCasesItEndsWhereItIs) {
  EXPECT_TRUE(Next(Uuid()).end);
  EXPECT_EQ(Next(Uuid()).after, Uuid());
  Open(1);
  EXPECT_EQ(Next(Project(1)).after, Project(1));
  EXPECT_TRUE(Next(Project(1)).end);
}

TEST_F(WarningScanTest, LooksAtABoundedNumberOfCasesInAStep) {
  OpenOverdue(kCases + 1);  // None has anything to be said of.
  EXPECT_EQ(Next(Uuid()).after, Project(kMaxCasesPerStep));
  EXPECT_FALSE(Next(Uuid()).end);
  EXPECT_FALSE(Next(Project(kCases - kMaxCasesPerStep - 1)).end);
  EXPECT_TRUE(Next(Project(kCases - kMaxCasesPerStep)).end) << "the last case is in this step";
}

TEST_F(WarningScanTest, WhenAllAreDueOnOneDayAStepSaysABoundedNumber) {
  OpenOverdue(1);
  const ScanStep first = Next(Uuid());
  EXPECT_EQ(first.warnings.size(), kMaxWarningsPerStep);
  EXPECT_FALSE(first.end);
  const std::vector<Uuid> warned = Rest();
  ASSERT_EQ(warned.size(), static_cast<size_t>(kCases));
  EXPECT_TRUE(std::is_sorted(warned.begin(), warned.end()));
  EXPECT_EQ(std::set<Uuid>(warned.begin(), warned.end()).size(), warned.size());
}

TEST_F(WarningScanTest, FromAnyPlaceTheRestIsTheSame) {
  OpenOverdue(3);
  const std::vector<Uuid> all = Rest();
  EXPECT_EQ(all.size(), static_cast<size_t>(kCases / 3));
  for (const int from : {1, 2, 3, kMaxCasesPerStep, kMaxCasesPerStep + 1, kCases - 1, kCases}) {
    const auto begin = std::upper_bound(all.begin(), all.end(), Project(from));
    EXPECT_EQ(Rest(Project(from)), std::vector<Uuid>(begin, all.end())) << from;
  }
}

TEST_F(WarningScanTest, WhatChangesBetweenStepsIsSeenAsItIsThen) {
  for (int i = 2; i <= kCases; i += 2) Open(i, kOverdue);
  const ScanStep first = Next(Uuid());
  ASSERT_FALSE(first.end);
  const int reached = static_cast<int>(2 * kMaxWarningsPerStep);
  ASSERT_EQ(first.after, Project(reached));
  Open(reached - 1, kOverdue);  // Before it: for the next scan.
  Open(reached + 1, kOverdue);  // Behind it.
  book_.PutProcedure(Study(reached + 2, kOverdue, ProcedureState::kApproved), 2);
  book_.PutProcedure(Study(2, kOverdue, ProcedureState::kApproved), 2);  // Was said already.
  const std::vector<Uuid> rest = Rest(first.after);
  EXPECT_EQ(std::count(rest.begin(), rest.end(), Project(reached - 1)), 0);
  EXPECT_EQ(rest.front(), Project(reached + 1));
  EXPECT_EQ(std::count(rest.begin(), rest.end(), Project(reached + 2)), 0);
  const std::vector<Uuid> next = Rest();
  EXPECT_EQ(std::count(next.begin(), next.end(), Project(reached - 1)), 1);
  EXPECT_EQ(next.front(), Project(4));
}

}  // namespace
}  // namespace yaoshi::preapproval

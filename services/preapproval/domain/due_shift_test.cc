#include "services/preapproval/domain/due_shift.h"

#include <gtest/gtest.h>

namespace yaoshi::preapproval {
namespace {

Date On(const char* text) {
  return *Date::Parse(text);
}

// A case with P10 and P20, accepted on Wednesday 2022-01-26, five working days each; P30 is not begun.
class DueShiftTest : public ::testing::Test {
 protected:
  DueShiftTest() {
    book_.PutCalendar({2022, {On("2022-01-31")}, {}});
    Template one;
    one.name = "templates/one";
    Case subject;
    subject.project = project_;
    subject.region = "621122";
    subject.template_name = one.name;
    subject.opened_on = subject.effective_on = On("2022-01-04");
    for (const char* code : {"P20", "P10", "P30"}) {
      ProcedureType type;
      type.code = code;
      type.terms = {{On("2019-01-01"), Days{5, DayUnit::kWorkingDays}, std::nullopt, 0, "条例"}};
      book_.PutType(type);
      one.nodes.emplace_back().code = code;
      subject.procedures.push_back({code, Requirement::kRequired, "", ""});
    }
    book_.PutTemplate(one);
    book_.PutCase(subject, 1);
    for (const char* code : {"P20", "P10"}) {
      Procedure procedure;
      procedure.project = project_;
      procedure.code = code;
      procedure.region = "621122";
      procedure.state = ProcedureState::kAccepted;
      procedure.accepted_on = procedure.state_since = procedure.effective_on = On("2022-01-26");
      procedure.rounds = 1;
      book_.PutProcedure(procedure, 1);
    }
  }
  std::vector<DueShift> Shifts(const std::vector<WorkYear>& years) {
    return ShiftsOf(book_, *book_.Find(project_), *WorkCalendar::Create(years));
  }

  const Uuid project_ = *Uuid::Parse("01900000-0000-7000-8000-000000000001");
  CaseBook book_;
};

TEST_F(DueShiftTest, OnlyWhatRunsAndMovesIsSaid) {
  EXPECT_TRUE(Shifts({{2022, {On("2022-01-31")}, {}}}).empty()) << "the same calendar";
  EXPECT_TRUE(Shifts({{2022, {On("2022-01-31"), On("2022-10-03")}, {}}}).empty()) << "another time of the year";
  const DueShift later{"P10", On("2022-02-03"), On("2022-02-04")};
  EXPECT_EQ(Shifts({{2022, {On("2022-01-31"), On("2022-02-01")}, {}}}),
            (std::vector<DueShift>{later, {"P20", later.before, later.after}}));
  EXPECT_EQ(Shifts({}),
            (std::vector<DueShift>{{"P10", later.before, std::nullopt}, {"P20", later.before, std::nullopt}}))
      << "without the year nothing can be counted";
}

TEST_F(DueShiftTest, AClosedCaseHasNoDueDates) {
  Case closed;
  closed.project = project_;
  closed.region = "621122";
  closed.template_name = "templates/one";
  closed.opened_on = On("2022-01-04");
  closed.closed_on = closed.effective_on = On("2022-01-27");
  for (const char* code : {"P20", "P10", "P30"}) closed.procedures.push_back({code, Requirement::kRequired, "", ""});
  book_.PutCase(closed, 2);
  EXPECT_TRUE(Shifts({}).empty());
}

}  // namespace
}  // namespace yaoshi::preapproval

#include "services/preapproval/domain/case_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/status.h"
#include "services/preapproval/testing/reference_catalogue.h"

namespace yaoshi::preapproval {
namespace {

using ::testing::HasSubstr;

// One case of the reference's template in memory, on 2022-02-21.
class CasePlanTest : public ::testing::Test {
 protected:
  CasePlanTest() : project_(Uuid::Parse("00000000-0000-7000-8000-000000000001").value()) {
    for (const ProcedureType& type : ReferenceTypes()) book_.PutType(type);
    book_.PutTemplate(ReferenceTemplate());
    case_.project = project_;
    case_.region = "621122";
    case_.template_name = "templates/approval";
    case_.opened_on = case_.effective_on = Day("2021-07-01");
    case_.procedures = Assessor::Create(ReferenceTemplate())->Assess(LargeProject());
    PutProject("2022-06-30");
    book_.PutCase(case_, 1);
  }

  void PutCalendar() {
    WorkYear year{2021, {}, {}};
    for (year.year = 2021; year.year <= 2023; ++year.year) book_.PutCalendar(year);
  }
  void PutProject(std::string_view planned_start) {
    ProjectCopy project;
    project.id = project_;
    project.region = "621122";
    if (!planned_start.empty()) project.planned_start_on = Day(planned_start);
    book_.PutProject(project, ++version_);
  }
  // A procedure moved to a state on a day.
  Procedure Moved(std::string_view code, ProcedureState state, std::string_view on) {
    Procedure procedure;
    procedure.project = project_;
    procedure.code = code;
    procedure.department = "organizations/dept-02";
    procedure.region = "621122";
    procedure.state = state;
    procedure.state_since = procedure.effective_on = Day(on);
    if (state == ProcedureState::kAccepted) procedure.accepted_on = Day(on);
    if (state == ProcedureState::kApproved) {
      procedure.decided_on = Day(on);
      procedure.approval = Approval{"定发改〔2022〕1号", "市发展改革委", Day(on), std::nullopt, ""};
    }
    return procedure;
  }
  void Put(const Procedure& procedure) { book_.PutProcedure(procedure, ++version_); }
  const CaseRow& row() const { return *book_.Find(project_); }
  std::string Said(std::string_view today) const {
    std::string text;
    for (const Warning& warning : WarningsOf(book_, row(), {}, Day(today))) {
      text += warning.code + ":" + std::string(WarningKindName(warning.kind)) + " ";
    }
    return text;
  }

  const Uuid project_;
  CaseBook book_;
  Case case_;
  int64_t version_ = 1;
};

TEST_F(CasePlanTest, SaysWhatIsMissing) {
  EXPECT_EQ(ReasonOf(ScheduleOf(book_, row(), Day("2022-02-21")).status()), "CALENDAR_YEAR_MISSING");
  PutCalendar();
  EXPECT_TRUE(ScheduleOf(book_, row(), Day("2022-02-21")).ok());
  PutProject("");
  EXPECT_EQ(ReasonOf(ScheduleOf(book_, row(), Day("2022-02-21")).status()), "START_DATE_MISSING");
  EXPECT_EQ(Said("2022-02-21"), "");
  case_.template_name = "templates/unknown";
  case_.target_start_on = Day("2022-06-30");
  book_.PutCase(case_, 2);
  EXPECT_EQ(ReasonOf(ScheduleOf(book_, row(), Day("2022-02-21")).status()), "TEMPLATE_NOT_FOUND");
}

TEST_F(CasePlanTest, CountsFromWhereTheProceduresStand) {
  PutCalendar();
  for (const std::string_view code : {"P00", "P01", "P02", "P03", "P04"}) {
    Put(Moved(code, ProcedureState::kApproved, "2022-01-10"));
  }
  Put(Moved("P10", ProcedureState::kAccepted, "2022-02-14"));
  const Schedule schedule = ScheduleOf(book_, row(), Day("2022-02-21")).value();
  EXPECT_EQ(schedule.target_start_on, Day("2022-06-30"));
  EXPECT_EQ(schedule.items[0].forecast_finish_on, Day("2022-01-10"));
  EXPECT_EQ(schedule.items[7].code, "P10");
  EXPECT_EQ(schedule.items[7].forecast_finish_on, Day("2022-03-14"));  // Twenty weekdays after the acceptance.
  EXPECT_TRUE(schedule.items[7].critical);
}

TEST_F(CasePlanTest, TheCasesOwnTargetGoesFirst) {
  PutCalendar();
  case_.target_start_on = Day("2022-09-30");
  book_.PutCase(case_, 2);
  EXPECT_EQ(TargetOf(book_, row()).value(), Day("2022-09-30"));
}

TEST_F(CasePlanTest, WarnsOfWhatIsLateAndOfTheStart) {
  PutCalendar();
  EXPECT_EQ(Said("2022-02-21"), ":START_AT_RISK ");  // Nothing has begun.
  Procedure study = Moved("P10", ProcedureState::kAccepted, "2022-02-14");
  study.obligations = {{1, "公示材料", Day("2022-03-01"), "", std::nullopt}};
  Put(study);
  EXPECT_EQ(Said("2022-03-14"), "P10:DUE_SOON P10:OBLIGATION_OVERDUE :START_AT_RISK ");
  EXPECT_EQ(Said("2022-03-15"), "P10:OVERDUE P10:LEGALLY_OVERDUE P10:OBLIGATION_OVERDUE :START_AT_RISK ");
  const std::vector<Warning> warnings = WarningsOf(book_, row(), {}, Day("2022-03-15"));
  EXPECT_EQ(warnings[0].department, "organizations/dept-02");
  EXPECT_EQ(warnings[0].region, "621122");
  EXPECT_THAT(warnings.back().explanation, HasSubstr("晚"));
  case_.closed_on = Day("2022-03-15");
  book_.PutCase(case_, 2);
  EXPECT_EQ(Said("2022-03-14"), "P10:DUE_SOON P10:OBLIGATION_OVERDUE :START_AT_RISK ");
  EXPECT_EQ(Said("2022-03-15"), "");
}

}  // namespace
}  // namespace yaoshi::preapproval

#include "services/preapproval/domain/ledger.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace yaoshi::preapproval {
namespace {

Date On(std::string_view text) {
  return *Date::Parse(text);
}

std::optional<Date> Day(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional<Date>(On(text));
}

LedgerRow Row(std::string code, std::string_view submitted, std::string_view accepted, std::string_view approved) {
  LedgerRow row{std::move(code), Day(submitted), Day(accepted), Day(approved), "", "", std::nullopt};
  if (!approved.empty()) row.number = "定发改〔2021〕1号", row.issuer = "市发改委";
  return row;
}

// P01 → P10 → P40.
class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() {
    Template subject;
    subject.nodes = {{"P40", {"P10"}, {}, {}, false}, {"P10", {"P01"}, {}, {}, true}, {"P01", {}, {}, {}, true}};
    Case one;
    one.opened_on = On("2021-01-01");
    for (const Node& node : subject.nodes) {
      one.procedures.push_back({node.code, Requirement::kRequired, "", ""});
      ProcedureType& type = types_.emplace_back();
      type.code = node.code;
      type.terms = {Terms()};
      type.terms.front().validity_months = node.code == "P10" ? 24 : 0;
    }
    auto graph = CaseGraph::Create(subject, one.procedures, types_);
    file_ = std::make_unique<CaseFile>(one, std::make_shared<const CaseGraph>(*std::move(graph)));
  }

  LedgerPlan Plan(const std::vector<LedgerRow>& rows) const {
    std::vector<CaseLedgerRow> given;
    for (const LedgerRow& row : rows) {
      CaseLedgerRow& one = given.emplace_back();
      one.row = row;
      one.fresh.code = row.code;
      one.type = &*std::find_if(types_.begin(), types_.end(), [&](const auto& type) { return type.code == row.code; });
    }
    return PlanCase(*file_, given, *WorkCalendar::Create({{2020, {}, {}}, {2021, {}, {}}}));
  }
  // Plans and takes the versions, as a committed import does.
  LedgerPlan Import(const std::vector<LedgerRow>& rows) {
    LedgerPlan plan = Plan(rows);
    for (const Procedure& version : plan.versions) file_->Add(version);
    return plan;
  }
  static std::string ReasonAt(const LedgerPlan& plan, size_t row) {
    const auto& fault = plan.outcomes[row].fault;
    return fault ? fault->key + " " + fault->reason : "";
  }

  std::vector<ProcedureType> types_;
  std::unique_ptr<CaseFile> file_;
};

TEST_F(LedgerTest, WhatIsWrongByItself) {
  struct Wrong {
    LedgerRow row;
    std::string faults;
  };
  LedgerRow no_number = Row("P10", "", "2021-02-01", "2021-02-10"), no_approval = Row("P10", "", "2021-02-01", ""),
            lapsed = Row("P10", "", "2021-02-01", "2021-02-10");
  no_number.number = no_number.issuer = "";
  no_approval.number = "1号";
  lapsed.valid_until = On("2021-02-09");
  const Wrong kWrong[] = {
      {Row("P10", "2022-04-21", "", ""), "submitted_on DATE_IN_FUTURE;"},
      {Row("P10", "2021-02-02", "2021-02-01", ""), "accepted_on DATES_OUT_OF_ORDER;"},
      {Row("P10", "", "2021-02-11", "2021-02-10"), "approved_on DATES_OUT_OF_ORDER;"},
      {Row("P10", "2021-02-01", "", "2021-02-10"), "accepted_on REQUIRED;"},
      {no_number, "number REQUIRED;issuer REQUIRED;"},
      {no_approval, "approved_on REQUIRED;"},
      {lapsed, "valid_until DATES_OUT_OF_ORDER;"},
      {Row("P10", "2021-02-01", "2021-02-01", "2022-04-20"), ""},
      {Row("P10", "", "", ""), ""},
  };
  for (const auto& [row, wanted] : kWrong) {
    std::string faults;
    for (const LedgerFault& fault : CheckRow(row, On("2022-04-20"))) faults += fault.key + " " + fault.reason + ";";
    EXPECT_EQ(faults, wanted);
  }
}

TEST_F(LedgerTest, RowsInAnyOrderAreMovesInTheOrderOfTheirDays) {
  const LedgerPlan plan =
      Import({Row("P40", "2021-02-10", "2021-02-10", ""), Row("P10", "2021-01-20", "2021-02-01", "2021-02-10"),
              Row("P01", "", "2021-01-05", "2021-02-01")});
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(ReasonAt(plan, i), "");
  EXPECT_EQ(plan.outcomes[0].moves, 2u);
  EXPECT_EQ(plan.outcomes[1].moves, 3u);
  EXPECT_EQ(plan.versions.size(), 8u);
  EXPECT_TRUE(std::is_sorted(plan.versions.begin(), plan.versions.end(),
                             [](const Procedure& a, const Procedure& b) { return a.effective_on < b.effective_on; }));
  const Procedure& feasibility = *file_->Newest("P10");
  EXPECT_EQ(feasibility.state, ProcedureState::kApproved);
  EXPECT_EQ(feasibility.approval->valid_until, On("2023-02-10")) << "by the terms of its type";
  EXPECT_EQ(file_->Newest("P01")->submitted_on, On("2021-01-05")) << "handed in on the day of acceptance";
}

TEST_F(LedgerTest, TheSameLedgerAgainSaysNothingNew) {
  const std::vector<LedgerRow> rows = {Row("P01", "2021-01-04", "2021-01-05", "2021-02-01"),
                                       Row("P10", "2021-02-01", "2021-02-01", "")};
  Import(rows);
  const LedgerPlan again = Plan(rows);
  EXPECT_TRUE(again.versions.empty());
  EXPECT_EQ(ReasonAt(again, 0) + ReasonAt(again, 1), "");
  const LedgerPlan later = Plan({rows[0], Row("P10", "2021-02-01", "2021-02-01", "2021-03-01")});
  EXPECT_EQ(later.versions.size(), 1u) << "only what is new";
}

TEST_F(LedgerTest, ARowThatContradictsTheRecordIsWrong) {
  Import({Row("P01", "2021-01-04", "2021-01-05", "2021-02-01")});
  EXPECT_EQ(ReasonAt(Plan({Row("P01", "2021-01-03", "2021-01-05", "")}), 0), "submitted_on RECORD_DIFFERS");
  EXPECT_EQ(ReasonAt(Plan({Row("P01", "", "2021-01-06", "")}), 0), "accepted_on RECORD_DIFFERS");
  EXPECT_EQ(ReasonAt(Plan({Row("P01", "", "2021-01-05", "2021-02-02")}), 0), "approved_on RECORD_DIFFERS");
  LedgerRow other = Row("P01", "", "2021-01-05", "2021-02-01");
  other.number = "另一文号";
  EXPECT_EQ(ReasonAt(Plan({other}), 0), "number RECORD_DIFFERS");
  LedgerRow lapsing = Row("P01", "", "2021-01-05", "2021-02-01");
  lapsing.valid_until = On("2022-02-01");
  EXPECT_EQ(ReasonAt(Plan({lapsing}), 0), "valid_until RECORD_DIFFERS") << "an approval without end is no silence";
}

TEST_F(LedgerTest, AnApprovalThatLapsedIsOnRecordAndALaterOneIsANewRound) {
  const LedgerRow first = Row("P10", "", "2021-02-01", "2021-02-10");
  Import({Row("P01", "2021-01-04", "2021-01-05", "2021-02-01"), first});
  Procedure fresh;
  fresh.code = "P10";
  MoveOrder expire;
  expire.move = ProcedureMove::kExpire;
  expire.on = On("2021-06-01");
  expire.reason = "未按期使用";
  ASSERT_TRUE(file_->Move(fresh, expire, 0).ok());

  const LedgerPlan again = Plan({first});
  EXPECT_TRUE(again.versions.empty());
  EXPECT_EQ(ReasonAt(again, 0), "");
  const LedgerPlan anew = Plan({Row("P10", "2021-06-02", "2021-06-03", "2021-06-10")});
  EXPECT_EQ(anew.versions.size(), 3u);
  EXPECT_EQ(ReasonAt(anew, 0), "");
}

TEST_F(LedgerTest, AnApprovalThatItsDateEndedIsOnRecordAndALaterOneIsANewRound) {
  LedgerRow first = Row("P10", "", "2021-02-01", "2021-02-10");
  first.valid_until = On("2021-06-01");
  Import({Row("P01", "2021-01-04", "2021-01-05", "2021-02-01"), first});
  EXPECT_TRUE(Plan({first}).versions.empty());
  EXPECT_EQ(ReasonAt(Plan({first}), 0), "");
  EXPECT_EQ(ReasonAt(Plan({Row("P10", "2021-06-01", "2021-06-03", "2021-06-10")}), 0), "submitted_on RECORD_DIFFERS")
      << "on its last day it was valid";
  const LedgerPlan anew = Plan({Row("P10", "2021-06-02", "2021-06-03", "2021-06-10")});
  EXPECT_EQ(anew.versions.size(), 3u);
  EXPECT_EQ(ReasonAt(anew, 0), "");
}

TEST_F(LedgerTest, AClockThatNoCalendarCountsDoesNotStart) {
  const LedgerPlan plan = Plan({Row("P01", "2021-12-30", "2022-01-04", "")});
  EXPECT_EQ(ReasonAt(plan, 0), "accepted_on CALENDAR_YEAR_MISSING");
  EXPECT_NE(plan.outcomes[0].fault->chinese.find("2022年"), std::string::npos);
  EXPECT_TRUE(plan.versions.empty());
}

TEST_F(LedgerTest, ARefusedMoveTakesItsWholeRowAndWhatRestsOnIt) {
  const LedgerPlan plan =
      Plan({Row("P01", "2020-12-31", "2021-01-05", "2021-02-01"), Row("P10", "2021-02-01", "2021-02-01", "")});
  EXPECT_EQ(ReasonAt(plan, 0), "submitted_on BEFORE_CASE");
  EXPECT_EQ(ReasonAt(plan, 1), "accepted_on PREREQUISITES_OPEN");
  EXPECT_NE(plan.outcomes[1].fault->chinese.find("P01"), std::string::npos);
  EXPECT_TRUE(plan.versions.empty());
}

}  // namespace
}  // namespace yaoshi::preapproval

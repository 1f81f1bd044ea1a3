#include "gateway/views/approvals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/testing/golden.h"
#include "yaoshi/preapproval/v1/procedure.pb.h"
#include "yaoshi/preapproval/v1/schedule.pb.h"
#include "yaoshi/preapproval/v1/statistics.pb.h"

namespace yaoshi::gateway {
namespace {

using ::testing::ElementsAre;
namespace preapproval = yaoshi::preapproval::v1;

OverviewQuestion April(const std::string& list = "lists/invest-2022") {
  return {Date::Parse("2022-04-20").value(), "", "621100", list};
}

PartAnswer Answer(std::string part, const google::protobuf::Message& message) {
  return {std::move(part), "preapproval", absl::OkStatus(), true, message.SerializeAsString(), {}, {}};
}

using Row = preapproval::CompletionRates::Row;

void Fill(Row& row, int64_t required, int64_t completed) {
  row.set_required(required);
  row.set_completed(completed);
  row.set_overdue(required - completed);
}

// By stage, department and region together, as the view asks.
preapproval::CompletionRates AllRates() {
  preapproval::CompletionRates rates;
  rates.set_definition("口径");
  Fill(*rates.mutable_total(), 400, 396);
  const auto add = [&](preapproval::ApprovalStage stage, const std::string& department, const std::string& region,
                       int64_t required, int64_t completed) {
    Row& row = *rates.add_rows();
    row.set_stage(stage);
    row.set_department("organizations/" + department);
    row.set_region(region);
    Fill(row, required, completed);
  };
  add(preapproval::PLANNING_PERMISSION, "dept-01", "621121", 150, 150);
  add(preapproval::CONSTRUCTION_PERMISSION, "dept-02", "621122", 200, 197);
  add(preapproval::PLANNING_PERMISSION, "dept-01", "621122", 50, 49);
  return rates;
}

std::vector<PartAnswer> Answers() {
  preapproval::ListProceduresResponse late, due;
  late.set_total_size(4);
  due.set_total_size(17);
  preapproval::ListWarningsResponse warnings;
  warnings.add_warnings()->set_name("warnings/1");
  return {
      Answer("procedures-late", late),
      Answer("procedures-due", due),
      Answer("warnings", warnings),
      Answer("rates", AllRates()),
  };
}

v1::Overview ViewOf(const OverviewQuestion& question, const std::vector<PartAnswer>& answers) {
  v1::Overview view;
  AddApprovals(question, answers, {{"organizations/dept-01", "市发展改革委"}, {"621122", "陇西县"}}, view);
  return view;
}

TEST(Approvals, WhatIsNotKnownIsNotZero) {
  const v1::Overview view = ViewOf(April(), {});
  EXPECT_FALSE(view.has_approvals());
  EXPECT_EQ(view.procedures_late().value(), "");
  EXPECT_EQ(view.procedures_due().value(), "");
}

TEST(Approvals, RatesAreAskedForAListAlone) {
  EXPECT_EQ(AsksOfApprovals(April("")).size(), 3u);
  EXPECT_EQ(AsksOfApprovals(April()).size(), 4u);
  for (const PartAsk& ask : AsksOfApprovals(April())) EXPECT_TRUE(ask.may_be_absent) << ask.part;
}

TEST(Approvals, AListWithoutCasesHasNone) {
  preapproval::CompletionRates none;
  EXPECT_FALSE(ViewOf(April(), {Answer("rates", none)}).has_approvals());
}

TEST(Approvals, TheLowestDepartmentComesFirst) {
  const v1::Overview view = ViewOf(April(), Answers());
  ASSERT_EQ(view.approvals().departments_size(), 2);
  EXPECT_EQ(view.approvals().departments(0).key(), "organizations/dept-02");
}

TEST(Approvals, OneAnswerIsSplitInEachWayAndAddsUpInEach) {
  const v1::Approvals approvals = ViewOf(April(), Answers()).approvals();
  const auto texts = [](const auto& rates) {
    std::vector<std::string> rows;
    for (const v1::ApprovalRate& rate : rates) {
      rows.push_back(rate.key() + " " + rate.completed().value() + "/" + rate.required().value() + " late " +
                     rate.late().value());
    }
    return rows;
  };
  EXPECT_THAT(texts(approvals.stages()),
              ElementsAre("PLANNING_PERMISSION 199/200 late 1", "CONSTRUCTION_PERMISSION 197/200 late 3"));
  EXPECT_THAT(texts(approvals.departments()),
              ElementsAre("organizations/dept-02 197/200 late 3", "organizations/dept-01 199/200 late 1"));
  EXPECT_THAT(texts(approvals.regions()), ElementsAre("621121 150/150 late 0", "621122 246/250 late 4"));
}

// The view as outsiders see it: a changed golden file is a changed API.
TEST(Approvals, LookLikeThis) {
  testing::ExpectGolden(ViewOf(April(), Answers()), "gateway/views/testdata/approvals.json");
}

}  // namespace
}  // namespace yaoshi::gateway

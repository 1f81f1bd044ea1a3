#include "gateway/views/approvals.h"

#include <gtest/gtest.h>

#include "gateway/testing/golden.h"
#include "yaoshi/preapproval/v1/procedure.pb.h"
#include "yaoshi/preapproval/v1/schedule.pb.h"
#include "yaoshi/preapproval/v1/statistics.pb.h"

namespace yaoshi::gateway {
namespace {

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

preapproval::CompletionRates RatesBy(const std::vector<std::function<void(Row&)>>& rows) {
  preapproval::CompletionRates rates;
  rates.set_definition("口径");
  Fill(*rates.mutable_total(), 400, 396);
  for (size_t i = 0; i < rows.size(); ++i) {
    Row& row = *rates.add_rows();
    rows[i](row);
    Fill(row, 200, 199 - 2 * static_cast<int64_t>(i));
  }
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
      Answer("rates-by-stage", RatesBy({[](Row& row) { row.set_stage(preapproval::PLANNING_PERMISSION); },
                                        [](Row& row) { row.set_stage(preapproval::CONSTRUCTION_PERMISSION); }})),
      Answer("rates-by-department", RatesBy({[](Row& row) { row.set_department("organizations/dept-01"); },
                                             [](Row& row) { row.set_department("organizations/dept-02"); }})),
      Answer("rates-by-region", RatesBy({[](Row& row) { row.set_region("621122"); }})),
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
  EXPECT_EQ(AsksOfApprovals(April()).size(), 6u);
  for (const PartAsk& ask : AsksOfApprovals(April())) EXPECT_TRUE(ask.may_be_absent) << ask.part;
}

TEST(Approvals, AListWithoutCasesHasNone) {
  preapproval::CompletionRates none;
  EXPECT_FALSE(ViewOf(April(), {Answer("rates-by-stage", none)}).has_approvals());
}

TEST(Approvals, TheLowestDepartmentComesFirst) {
  const v1::Overview view = ViewOf(April(), Answers());
  ASSERT_EQ(view.approvals().departments_size(), 2);
  EXPECT_EQ(view.approvals().departments(0).key(), "organizations/dept-02");
}

// The view as outsiders see it: a changed golden file is a changed API.
TEST(Approvals, LookLikeThis) {
  testing::ExpectGolden(ViewOf(April(), Answers()), "gateway/views/testdata/approvals.json");
}

}  // namespace
}  // namespace yaoshi::gateway

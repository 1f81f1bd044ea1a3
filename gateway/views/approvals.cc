#include "gateway/views/approvals.h"

#include <algorithm>

#include "common/money/money.h"
#include "fmt/format.h"
#include "yaoshi/preapproval/v1/procedure.pb.h"
#include "yaoshi/preapproval/v1/schedule.pb.h"
#include "yaoshi/preapproval/v1/statistics.pb.h"

namespace yaoshi::gateway {
namespace {

namespace preapproval = yaoshi::preapproval::v1;

constexpr std::string_view kGetRates = "/yaoshi.preapproval.v1.StatisticsService/GetCompletionRates";
constexpr std::string_view kListProcedures = "/yaoshi.preapproval.v1.ProcedureService/ListProcedures";
constexpr std::string_view kListWarnings = "/yaoshi.preapproval.v1.ScheduleService/ListWarnings";
constexpr int kDueDays = 10;
constexpr int kWarnings = 20;

using RateRow = preapproval::CompletionRates::Row;

// One way of splitting the rates: what a group is called in a row and in a filter, and where it goes in the view.
struct Split {
  preapproval::RateDimension dimension;
  std::string_view field;  // Of the filter language.
  std::string (*key)(const RateRow&);
  google::protobuf::RepeatedPtrField<v1::ApprovalRate>* (*in_view)(v1::Approvals&);
};

const Split kSplits[] = {
    {preapproval::RATE_BY_STAGE, "stage",
     [](const RateRow& row) { return preapproval::ApprovalStage_Name(row.stage()); },
     [](v1::Approvals& approvals) { return approvals.mutable_stages(); }},
    {preapproval::RATE_BY_DEPARTMENT, "department", [](const RateRow& row) { return row.department(); },
     [](v1::Approvals& approvals) { return approvals.mutable_departments(); }},
    {preapproval::RATE_BY_REGION, "region", [](const RateRow& row) { return row.region(); },
     [](v1::Approvals& approvals) { return approvals.mutable_regions(); }},
};

std::string LateFilter() {
  return "overdue = true";
}

std::string DueFilter(const OverviewQuestion& question) {
  return fmt::format("due_on >= \"{}\" AND due_on <= \"{}\"", question.as_of.ToString(),
                     question.as_of.AddDays(kDueDays).ToString());
}

PartAsk Ask(std::string_view part, std::string_view method, const google::protobuf::Message& request,
            const OverviewQuestion& question) {
  // A list that has not come from the registry yet has no cases.
  return {std::string(part),
          "preapproval",
          std::string(method),
          request.SerializeAsString(),
          {question.as_of, question.known_at},
          /*may_be_absent=*/true};
}

PartAsk AskCount(std::string_view part, const OverviewQuestion& question, const std::string& filter) {
  preapproval::ListProceduresRequest request;
  request.set_page_size(1);
  request.set_filter(filter);
  request.set_list(question.list);
  request.set_region(question.region);
  request.set_as_of(question.as_of.ToString());
  request.set_known_at(question.known_at);
  request.set_include_total_size(true);
  return Ask(part, kListProcedures, request, question);
}

// Path and query of the procedures that a number counts; `rated`: of those alone that the list's rate counts.
std::string Rows(const OverviewQuestion& question, bool rated, const std::string& filter) {
  std::string link = fmt::format("/v1/procedures?as_of={}", question.as_of.ToString());
  if (!question.known_at.empty()) link += "&known_at=" + UrlEncode(question.known_at);
  if (!question.list.empty()) link += "&list=" + UrlEncode(question.list);
  if (rated) link += "&rated=true";
  if (!question.region.empty()) link += "&region=" + question.region;
  if (!filter.empty()) link += "&filter=" + UrlEncode(filter);
  return link;
}

v1::Number NumberOf(std::string figure, std::string value, std::string unit, std::string rows) {
  v1::Number number;
  number.set_figure(std::move(figure));
  number.set_value(std::move(value));
  number.set_unit(std::move(unit));
  number.set_rows(std::move(rows));
  return number;
}

v1::ApprovalRate RateOf(const OverviewQuestion& question, const RateRow& row, const std::string& filter) {
  const std::string figure = "procedures." + question.list.substr(question.list.find('/') + 1);
  const auto rows = [&](const std::string& more) {
    return Rows(question, true, filter.empty() || more.empty() ? filter + more : filter + " AND " + more);
  };
  v1::ApprovalRate rate;
  *rate.mutable_required() = NumberOf(figure + ".required", std::to_string(row.required()), "count", rows(""));
  *rate.mutable_completed() =
      NumberOf(figure + ".completed", std::to_string(row.completed()), "count", rows("completed = true"));
  *rate.mutable_completion_rate() =
      NumberOf(figure + ".completion_rate", FormatPercent(row.completed(), row.required(), 2), "percent", rows(""));
  *rate.mutable_late() = NumberOf("", std::to_string(row.overdue()), "count", rows(LateFilter()));
  return rate;
}

// The counts of each group of a split, in its order: stages as they follow each other. Procedures are counted once, so
// their counts add up; those of projects would not.
std::map<std::pair<int, std::string>, RateRow> GroupsOf(const Split& split, const preapproval::CompletionRates& rates) {
  std::map<std::pair<int, std::string>, RateRow> groups;
  for (const RateRow& row : rates.rows()) {
    const int place = split.dimension == preapproval::RATE_BY_STAGE ? row.stage() : 0;
    RateRow& sum = groups[{place, split.key(row)}];
    sum.set_required(sum.required() + row.required());
    sum.set_completed(sum.completed() + row.completed());
    sum.set_overdue(sum.overdue() + row.overdue());
  }
  return groups;
}

// True when a's rate is lower than b's.
bool IsLower(const v1::ApprovalRate& a, const v1::ApprovalRate& b) {
  const auto count = [](const v1::Number& number) { return std::stoll(number.value()); };
  return count(a.completed()) * count(b.required()) < count(b.completed()) * count(a.required());
}

v1::Number CountOf(const OverviewQuestion& question, const std::vector<PartAnswer>& answers, std::string_view part,
                   const std::string& filter) {
  if (!IsKnown(answers, part)) return {};
  const auto page = AnswerOf<preapproval::ListProceduresResponse>(answers, part);
  return NumberOf("", std::to_string(page.total_size()), "count", Rows(question, false, filter));
}

}  // namespace

std::vector<PartAsk> AsksOfApprovals(const OverviewQuestion& question) {
  std::vector<PartAsk> asks = {AskCount("procedures-late", question, LateFilter()),
                               AskCount("procedures-due", question, DueFilter(question))};
  preapproval::ListWarningsRequest warnings;
  warnings.set_page_size(kWarnings);
  warnings.set_region(question.region);
  warnings.set_filter(fmt::format("warned_on <= \"{}\"", question.as_of.ToString()));
  asks.push_back(Ask("warnings", kListWarnings, warnings, question));
  if (question.list.empty()) return asks;
  preapproval::GetCompletionRatesRequest rates;
  rates.set_list(question.list);
  rates.set_region(question.region);
  for (const Split& split : kSplits) rates.add_group_by(split.dimension);
  rates.set_as_of(question.as_of.ToString());
  rates.set_known_at(question.known_at);
  asks.push_back(Ask("rates", kGetRates, rates, question));
  return asks;
}

void AddApprovals(const OverviewQuestion& question, const std::vector<PartAnswer>& answers,
                  const std::map<std::string, std::string>& titles, v1::Overview& view) {
  *view.mutable_procedures_late() = CountOf(question, answers, "procedures-late", LateFilter());
  *view.mutable_procedures_due() = CountOf(question, answers, "procedures-due", DueFilter(question));
  *view.mutable_warnings() = AnswerOf<preapproval::ListWarningsResponse>(answers, "warnings").warnings();
  const auto rates = AnswerOf<preapproval::CompletionRates>(answers, "rates");
  if (rates.total().required() == 0) return;
  v1::Approvals& approvals = *view.mutable_approvals();
  *approvals.mutable_total() = RateOf(question, rates.total(), "");
  approvals.set_definition(rates.definition());
  for (const Split& split : kSplits) {
    const bool is_enum = split.dimension == preapproval::RATE_BY_STAGE;
    for (const auto& [place, row] : GroupsOf(split, rates)) {
      const std::string& key = place.second;
      const std::string value = is_enum ? key : fmt::format("\"{}\"", key);
      v1::ApprovalRate rate = RateOf(question, row, fmt::format("{} = {}", split.field, value));
      rate.set_key(key);
      if (const auto title = titles.find(key); title != titles.end()) rate.set_title(title->second);
      *split.in_view(approvals)->Add() = std::move(rate);
    }
  }
  std::stable_sort(approvals.mutable_departments()->begin(), approvals.mutable_departments()->end(), IsLower);
}

}  // namespace yaoshi::gateway

#include "services/preapproval/scenario_convert.h"

#include <fmt/format.h>

#include "services/preapproval/case_convert.h"
#include "services/preapproval/convert.h"
#include "services/preapproval/errors.h"
#include "services/preapproval/store/case_store.h"
#include "services/preapproval/store/scenario_cases.h"

namespace yaoshi::preapproval {
namespace {

std::string ForecastText(const std::optional<CaseOutcome>& outcome) {
  return outcome ? Date::FromDays(outcome->forecast_start).ToString() : "";
}

std::string AcceptanceText(const std::optional<CaseOutcome>& outcome) {
  return outcome ? DateText(outcome->latest_acceptance) : "";
}

}  // namespace

const Proposals<v1::Scenario>& Scenarios() {
  static const Proposals<v1::Scenario> scenarios("scenarios/", "scenario", v1::Scenario::kComparisonsFieldNumber,
                                                 {"scenario", "comparisons", ScenarioCase::kPackedBytes},
                                                 &ScenarioNotFound);
  return scenarios;
}

std::vector<ScenarioChange> ChangesOf(const google::protobuf::RepeatedPtrField<v1::ScenarioChange>& changes) {
  std::vector<ScenarioChange> all;
  for (const v1::ScenarioChange& proto : changes) {
    ScenarioChange& change = all.emplace_back();
    if (!proto.case_().empty()) change.project = ParseCaseName(proto.case_(), "case").value_or(Uuid());
    change.target = OptionalDate(proto.target_start_on());
    change.shift_working_days = proto.shift_working_days();
    change.added = proto.add_procedure();
    change.limit_code = proto.limit_code();
    if (proto.limit_percent() != 0) change.limit_percent = proto.limit_percent();
  }
  return all;
}

v1::Scenario::Comparison ToProto(const CaseComparison& comparison) {
  v1::Scenario::Comparison proto;
  proto.set_case_(CaseName(comparison.project));
  proto.set_case_etag(fmt::format("{}", comparison.version));
  proto.set_target_start_before(DateText(comparison.target_before));
  proto.set_target_start_after(DateText(comparison.target_after));
  proto.set_forecast_start_before(ForecastText(comparison.before));
  proto.set_forecast_start_after(ForecastText(comparison.after));
  if (comparison.before) proto.set_shortfall_before(comparison.before->shortfall_days);
  if (comparison.after) proto.set_shortfall_after(comparison.after->shortfall_days);
  proto.set_float_before(comparison.before ? comparison.before->float_days : 0);
  proto.set_float_after(comparison.after ? comparison.after->float_days : 0);
  proto.set_latest_acceptance_before(AcceptanceText(comparison.before));
  proto.set_latest_acceptance_after(AcceptanceText(comparison.after));
  proto.mutable_added_procedures()->Add(comparison.added.begin(), comparison.added.end());
  return proto;
}

v1::Scenario ToProto(const ScenarioTally& tally) {
  v1::Scenario proto;
  proto.set_cases(tally.cases);
  proto.set_cases_changed(tally.differing);
  proto.set_cases_skipped(tally.skipped);
  proto.set_infeasible_before(tally.infeasible_before);
  proto.set_infeasible_after(tally.infeasible_after);
  for (const ScenarioTally::Starts& one : tally.starts) {
    v1::Scenario::StartRate& rate = *proto.add_start_rates();
    rate.set_on(one.on.ToString());
    rate.set_cases(tally.cases);
    rate.set_started_before(one.before);
    rate.set_started_after(one.after);
  }
  return proto;
}

}  // namespace yaoshi::preapproval

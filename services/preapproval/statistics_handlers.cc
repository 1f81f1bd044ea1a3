#include "services/preapproval/statistics_handlers.h"

#include <algorithm>
#include <map>

#include "services/preapproval/case_convert.h"
#include "services/preapproval/convert.h"
#include "services/preapproval/domain/efficiency.h"
#include "services/preapproval/errors.h"
#include "services/preapproval/store/rate_store.h"

namespace yaoshi::preapproval {
namespace {

bool AsksThePast(const rpc::Call& call, const v1::GetCompletionRatesRequest& request) {
  return request.include_year_before() || IsPast(call, request);
}

absl::StatusOr<RateDimensions> DimensionsOf(const v1::GetCompletionRatesRequest& request) {
  RateDimensions dimensions;
  for (const int dimension : request.group_by()) {
    switch (dimension) {
      case v1::RATE_BY_REGION:
        dimensions.region = true;
        break;
      case v1::RATE_BY_DEPARTMENT:
        dimensions.department = true;
        break;
      case v1::RATE_BY_STAGE:
        dimensions.stage = true;
        break;
      case v1::RATE_BY_CODE:
        dimensions.code = true;
        break;
      default:
        return InvalidFields({{"group_by", "names a dimension that there is not"}});
    }
  }
  return dimensions;
}

void Fill(v1::CompletionRates::Row& row, const Rates& rates) {
  row.set_required(rates.required);
  row.set_completed(rates.completed);
  row.set_projects(rates.projects);
  row.set_ready_projects(rates.ready_projects);
  row.set_overdue(rates.overdue);
}

v1::CompletionRates ToProto(const RateAnswer& answer) {
  v1::CompletionRates proto;
  for (const NamedRateRow& named : answer.rows) {
    v1::CompletionRates::Row& row = *proto.add_rows();
    row.set_region(named.region);
    row.set_department(named.department);
    row.set_stage(static_cast<v1::ApprovalStage>(named.stage));
    row.set_code(named.code);
    Fill(row, named.rates);
  }
  Fill(*proto.mutable_total(), answer.total);
  return proto;
}

// The decisions with what their clocks counted.
absl::StatusOr<std::vector<Decision>> DecisionsOf(const std::vector<StoredBody>& bodies,
                                                  const std::map<std::string, ProcedureType>& types,
                                                  const WorkCalendar& calendar) {
  std::vector<Decision> decisions;
  for (const StoredBody& stored : bodies) {
    v1::Procedure proto;
    if (!proto.ParseFromString(stored.body)) return absl::DataLossError("a procedure's version cannot be read");
    const Procedure procedure = FromProto(proto);
    const std::optional<ClockFacts> facts = FactsOf(procedure);
    const auto type = types.find(procedure.code);
    if (!facts || type == types.end()) continue;
    const Terms& terms = TermsOn(type->second, facts->accepted_on);
    ASSIGN_OR_RETURN(const ClockReading clock, ReadClock(*facts, terms, calendar, procedure.effective_on));
    Decision decision{procedure.department, procedure.code, clock.used, std::nullopt, !clock.legally_overdue};
    if (terms.promised_limit) decision.promised = terms.promised_limit->count;
    decisions.push_back(std::move(decision));
  }
  return decisions;
}

void Fill(v1::Efficiency::Row& proto, const EfficiencyRow& row) {
  proto.set_department(row.department);
  proto.set_code(row.code);
  proto.set_decisions(row.decisions);
  proto.set_median_days(row.median_days);
  proto.set_p90_days(row.p90_days);
  proto.set_promised_days(row.promised_days);
  proto.set_within_promise(row.within_promise);
  proto.set_within_law(row.within_law);
  proto.set_median_percent_of_promise(row.median_percent_of_promise);
}

// The period asked, with its defaults; INVALID_FIELDS when it lies in the future or ends before it begins.
absl::StatusOr<std::pair<Date, Date>> PeriodOf(const rpc::Call& call, const v1::GetEfficiencyRequest& request) {
  const Date to = DateOr(request.to_on(), call.today());
  const Date from = DateOr(request.from_on(), *Date::FromCivil(to.year(), 1, 1));
  std::vector<FieldViolation> violations;
  if (to > call.today()) violations.push_back({"to_on", "lies in the future; facts are not dated in the future"});
  if (from > to) violations.push_back({"from_on", "must not be later than to_on"});
  RETURN_IF_ERROR(InvalidFields(violations));
  return std::pair(from, to);
}

}  // namespace

rpc::BoundService StatisticsHandlers::Bind() {
  rpc::ServiceBuilder builder(v1::CompletionRates::descriptor()->file()->FindServiceByName("StatisticsService"));
  builder.Either("GetCompletionRates", &AsksThePast, this, &StatisticsHandlers::GetCompletionRates);
  builder.Database("GetEfficiency", this, &StatisticsHandlers::GetEfficiency);
  return builder.Finish();
}

absl::StatusOr<v1::CompletionRates> StatisticsHandlers::GetCompletionRates(
    rpc::Call& call, const v1::GetCompletionRatesRequest& request) {
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(call, request.as_of(), request.known_at()));
  ASSIGN_OR_RETURN(const std::string region, ScopeOf(call, request.region()));
  ASSIGN_OR_RETURN(const RateDimensions dimensions, DimensionsOf(request));
  ASSIGN_OR_RETURN(const ListCopy list, FindList(context_, request.list()));
  ASSIGN_OR_RETURN(const RateAnswer answer, RatesOf(context_, past_, call, list, region, dimensions, moment));
  v1::CompletionRates rates = ToProto(answer);
  rates.set_definition(RateDefinition(RatedListOf(list)));
  rates.set_as_of(moment.at.as_of.ToString());
  if (!request.include_year_before()) return rates;
  ASSIGN_OR_RETURN(const std::optional<Rates> before, YearBeforeRates(context_, past_, call, list, region, moment));
  if (!before) return rates;
  Fill(*rates.mutable_year_before(), *before);
  rates.set_year_before_list(list.predecessor);
  return rates;
}

absl::StatusOr<v1::Efficiency> StatisticsHandlers::GetEfficiency(rpc::Call& call,
                                                                 const v1::GetEfficiencyRequest& request) {
  ASSIGN_OR_RETURN(const std::string region, ScopeOf(call, request.region()));
  ASSIGN_OR_RETURN(const auto period, PeriodOf(call, request));
  std::map<std::string, ProcedureType> types;
  WorkCalendar calendar;
  context_.memory.Read([&](const CaseBook& book) {
    for (const ProcedureType& type : book.Types()) types[type.code] = type;
    calendar = book.calendar();
    return 0;
  });
  ASSIGN_OR_RETURN(const std::vector<StoredBody> bodies,
                   LoadDecisions(call.session(), region, request.department(), period.first, period.second));
  ASSIGN_OR_RETURN(const std::vector<Decision> decisions, DecisionsOf(bodies, types, calendar));
  v1::Efficiency efficiency;
  for (const EfficiencyRow& row : CountEfficiency(decisions)) Fill(*efficiency.add_rows(), row);
  efficiency.set_from_on(period.first.ToString());
  efficiency.set_to_on(period.second.ToString());
  return efficiency;
}

}  // namespace yaoshi::preapproval

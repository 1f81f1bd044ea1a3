#include "services/preapproval/figure_handlers.h"

#include <fmt/format.h>

namespace yaoshi::preapproval {
namespace {

using Request = common::v1::ListFiguresRequest;

// Path and query of the list request whose rows add up to the figure.
std::string RowsOf(FigureRows rows, const ListCopy& list, const Request& request, const Moment& moment) {
  std::string link =
      fmt::format("/v1/{}?list={}&rated=true&as_of={}", rows == FigureRows::kReady ? "cases" : "procedures", list.name,
                  moment.at.as_of.ToString());
  if (rows == FigureRows::kCompleted) link += "&filter=completed%20%3D%20true";
  if (rows == FigureRows::kReady) link += "&filter=ready%20%3D%20true";
  if (!request.known_at().empty()) link += "&known_at=" + request.known_at();
  if (!request.region().empty()) link += "&region=" + request.region();
  return link;
}

}  // namespace

rpc::BoundService FigureHandlers::Bind() {
  rpc::ServiceBuilder builder(common::v1::Figure::descriptor()->file()->FindServiceByName("FigureService"));
  // The change on the year before is of the past, whatever the date asked.
  builder.Database("ListFigures", this, &FigureHandlers::ListFigures);
  return builder.Finish();
}

absl::StatusOr<common::v1::ListFiguresResponse> FigureHandlers::ListFigures(rpc::Call& call, const Request& request) {
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(call, request.as_of(), request.known_at()));
  ASSIGN_OR_RETURN(const std::string region, ScopeOf(call, request.region()));
  common::v1::ListFiguresResponse response;
  for (const ListCopy& list : AllLists(context_)) {
    ASSIGN_OR_RETURN(const RateAnswer answer, RatesOf(context_, past_, call, list, region, {}, moment));
    ASSIGN_OR_RETURN(const std::optional<Rates> before, YearBeforeRates(context_, past_, call, list, region, moment));
    for (const Figure& figure : FiguresOf(RatedListOf(list), answer.total, before)) {
      common::v1::Figure& proto = *response.add_figures();
      proto.set_key(figure.key);
      proto.set_title(figure.title);
      proto.set_value(figure.value);
      proto.set_unit(figure.unit);
      proto.set_as_of(moment.at.as_of.ToString());
      proto.set_known_at(moment.at.known_at.ToString());
      proto.set_definition(figure.definition);
      proto.set_numerator(figure.numerator);
      proto.set_denominator(figure.denominator);
      proto.set_rows(RowsOf(figure.rows, list, request, moment));
      proto.set_missing_reason(figure.missing_reason);
    }
  }
  return response;
}

}  // namespace yaoshi::preapproval

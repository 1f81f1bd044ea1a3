#include "services/registry/figure_handlers.h"

#include <fmt/format.h>

#include "services/registry/domain/figures.h"
#include "services/registry/summary.h"

namespace yaoshi::registry {
namespace {

using Request = common::v1::ListFiguresRequest;

// Path and query of the list request whose rows add up to the figure.
std::string RowsOf(const List& list, const Request& request, const Moment& moment) {
  std::string rows = fmt::format("/v1/{}/entries?as_of={}", list.name, moment.at.as_of.ToString());
  if (!request.known_at().empty()) rows += "&known_at=" + request.known_at();
  if (!request.region().empty()) rows += "&region=" + request.region();
  return rows;
}

}  // namespace

rpc::BoundService FigureHandlers::Bind() {
  rpc::ServiceBuilder builder(common::v1::Figure::descriptor()->file()->FindServiceByName("FigureService"));
  builder.Either("ListFigures", &IsPast<Request>, this, &FigureHandlers::ListFigures);
  return builder.Finish();
}

absl::StatusOr<common::v1::ListFiguresResponse> FigureHandlers::ListFigures(rpc::Call& call, const Request& request) {
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(call, request.as_of(), request.known_at()));
  ASSIGN_OR_RETURN(const std::string region, ScopeOf(call, request.region(), context_.directory));
  common::v1::ListFiguresResponse response;
  for (const List& list : CatalogueOf(context_)) {
    ASSIGN_OR_RETURN(const Sums sums, SumsOf(context_, call, list, region, moment));
    for (const Figure& figure : FiguresOf(list, sums)) {
      common::v1::Figure& proto = *response.add_figures();
      proto.set_key(figure.key);
      proto.set_title(figure.title);
      proto.set_value(figure.value);
      proto.set_unit(figure.unit);
      proto.set_as_of(moment.at.as_of.ToString());
      proto.set_known_at(moment.at.known_at.ToString());
      proto.set_definition(figure.definition);
      proto.set_numerator(figure.value);
      proto.set_rows(RowsOf(list, request, moment));
    }
  }
  return response;
}

}  // namespace yaoshi::registry

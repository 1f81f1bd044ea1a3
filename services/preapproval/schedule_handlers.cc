#include "services/preapproval/schedule_handlers.h"

#include <fmt/format.h>

#include "common/page/page_size.h"
#include "common/status/status.h"
#include "services/preapproval/case_convert.h"
#include "services/preapproval/domain/case_plan.h"
#include "services/preapproval/errors.h"
#include "services/preapproval/schedule_convert.h"
#include "services/preapproval/store/warning_store.h"

namespace yaoshi::preapproval {
namespace {

constexpr std::string_view kSuffix = "/schedule";

PageScope PageScopeOf(const rpc::Call& call, const std::string& parent, const std::string& filter) {
  PageScope scope;
  scope.method = call.method();
  scope.parent = parent;
  scope.filter = filter;
  scope.principal = PrincipalScope(call);
  return scope;
}

// Where a page goes on: behind the day and the id of the last one of the page before.
absl::StatusOr<std::optional<std::pair<Date, Uuid>>> After(const Context& context, const PageScope& scope,
                                                           const std::string& token) {
  if (token.empty()) return std::optional<std::pair<Date, Uuid>>();
  ASSIGN_OR_RETURN(const PagePosition position, context.tokens.Decode(scope, token));
  return std::optional(
      std::pair(Date::FromDays(static_cast<int32_t>(std::get<int64_t>(position.keys.at(0)))), position.id));
}

}  // namespace

rpc::BoundService ScheduleHandlers::Bind() {
  rpc::ServiceBuilder builder(v1::Schedule::descriptor()->file()->FindServiceByName("ScheduleService"));
  builder.Memory("GetSchedule", this, &ScheduleHandlers::GetSchedule)
      .Database("ListWarnings", this, &ScheduleHandlers::ListWarnings);
  return builder.Finish();
}

absl::StatusOr<v1::Schedule> ScheduleHandlers::GetSchedule(rpc::Call& call, const v1::GetScheduleRequest& request) {
  const std::string_view name = request.name();
  if (!name.ends_with(kSuffix)) return InvalidFields({{"name", "is not of the form cases/{uuid}/schedule"}});
  ASSIGN_OR_RETURN(const Uuid project, ParseCaseName(name.substr(0, name.size() - kSuffix.size()), "name"));
  return context_.memory.Read([&](const CaseBook& book) -> absl::StatusOr<v1::Schedule> {
    const CaseRow* subject = book.Find(project);
    if (subject == nullptr || !call.MayTouch(fmt::format("{:06}", subject->region), "")) {
      return CaseNotFound(name.substr(0, name.size() - kSuffix.size()));
    }
    ASSIGN_OR_RETURN(const Schedule schedule, ScheduleOf(book, *subject, call.today()));
    return ToProto(schedule, *subject);
  });
}

absl::StatusOr<v1::ListWarningsResponse> ScheduleHandlers::ListWarnings(rpc::Call& call,
                                                                        const v1::ListWarningsRequest& request) {
  WarningQuery query;
  ASSIGN_OR_RETURN(const int size, PageSize(request.page_size()));
  ASSIGN_OR_RETURN(query.region, ScopeOf(call, request.region()));
  ASSIGN_OR_RETURN(const filter::BoundExpr filter, filter::ParseAndBind(request.filter(), WarningFields()));
  if (!request.case_name().empty()) {
    ASSIGN_OR_RETURN(query.project, ParseCaseName(request.case_name(), "case_name"));
  }
  const PageScope scope = PageScopeOf(call, query.region + request.case_name(), request.filter());
  ASSIGN_OR_RETURN(query.after, After(context_, scope, request.page_token()));
  query.filter = filter::ToSql(filter);
  query.limit = size + 1;
  ASSIGN_OR_RETURN(std::vector<WarningRow> rows, preapproval::ListWarnings(call.session(), query));
  v1::ListWarningsResponse response;
  if (rows.size() > static_cast<size_t>(size)) {
    rows.pop_back();
    response.set_next_page_token(
        context_.tokens.Encode(scope, {{int64_t{rows.back().warned_on.days()}}, rows.back().id}));
  }
  for (const WarningRow& row : rows) response.add_warnings()->ParseFromString(row.body);
  return response;
}

}  // namespace yaoshi::preapproval

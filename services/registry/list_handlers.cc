#include "services/registry/list_handlers.h"

#include "common/page/page_size.h"
#include "common/region/region.h"
#include "services/registry/adjuster.h"
#include "services/registry/compare.h"
#include "services/registry/errors.h"
#include "services/registry/export.h"
#include "services/registry/list_query.h"
#include "services/registry/store/adjustment_store.h"
#include "services/registry/store/project_store.h"
#include "services/registry/summary.h"

namespace yaoshi::registry {
namespace {

using EntriesResponse = v1::ListEntriesResponse;
constexpr PageFields kPage = {EntriesResponse::kEntriesFieldNumber, EntriesResponse::kNextPageTokenFieldNumber,
                              EntriesResponse::kTotalSizeFieldNumber};

ListParameters ParametersOf(const v1::ListEntriesRequest& request) {
  return {EntryFields(),   request.parent(),   request.filter(), request.order_by(), request.page_token(),
          request.as_of(), request.known_at(), request.region(), request.page_size()};
}

// An entry's bytes: what the list says, then the project's facts, which complete the project that the entry names.
std::string EntryBytes(const std::string& list, const Uuid& project, std::string_view entry_body,
                       std::string_view project_body, EntryKind kind, Date admitted_on, int64_t planned_fen) {
  std::string bytes(entry_body);
  if (entry_body.empty()) {  // Of a union: there is no entry of its own.
    v1::Entry entry;
    entry.set_name(EntryName(list, project));
    entry.set_kind(static_cast<v1::EntryKind>(kind));
    entry.set_admitted_on(admitted_on.ToString());
    bytes = entry.SerializeAsString();
  }
  AppendMessage(bytes, v1::Entry::kProjectFieldNumber, project_body);
  AppendVarint(bytes, v1::Entry::kPlannedInvestmentFenFieldNumber, planned_fen);
  return bytes;
}

// The lists that have ever said something of a project.
std::vector<std::string> ListsEverOf(const Portfolio& portfolio, const Uuid& project) {
  std::vector<std::string> names;
  for (const List* list : portfolio.Lists()) {
    if (portfolio.StateOfEntry(list->name, project).version > 0) names.push_back(list->name);
  }
  return names;
}

v1::Adjustment AdjustmentOf(const StoredAdjustment& stored) {
  v1::Adjustment adjustment;
  adjustment.ParseFromString(stored.body);
  adjustment.set_record_time(stored.recorded_at.ToString());
  return adjustment;
}

}  // namespace

rpc::BoundService ListHandlers::Bind() {
  rpc::ServiceBuilder builder(v1::List::descriptor()->file()->FindServiceByName("ListService"));
  catalogue_.Bind(builder);
  builder.Either("ListEntries", &IsPast<v1::ListEntriesRequest>, this, &ListHandlers::ListEntries)
      .Database(
          "AdjustList",
          [this](rpc::Call& call, const v1::AdjustListRequest& request) { return AdjustList(context_, call, request); })
      .Database("ListProjectEntries", this, &ListHandlers::ListProjectEntries)
      .Database("GetAdjustment", this, &ListHandlers::GetAdjustment)
      .Database("ListAdjustments", this, &ListHandlers::ListAdjustments)
      .Database("CompareLists",
                [this](rpc::Call& call, const v1::CompareListsRequest& request) {
                  return CompareLists(context_, call, request);
                })
      .Stream("ExportEntries",
              [this](rpc::Call& call, const v1::ExportEntriesRequest& request, rpc::StreamWriter& writer) {
                return ExportEntries(context_, call, request, writer);
              });
  return builder.Finish();
}

absl::StatusOr<rpc::Bytes> ListHandlers::ListEntries(rpc::Call& call, const v1::ListEntriesRequest& request) {
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(call, request.as_of(), request.known_at()));
  ASSIGN_OR_RETURN(const std::string region, ScopeOf(call, request.region(), context_.directory));
  ASSIGN_OR_RETURN(const List list, FindList(context_, request.parent()));
  ASSIGN_OR_RETURN(const ListQuery query, ParseListQuery(context_, call, ParametersOf(request)));
  if (moment.past) {
    PastQuery past = PastOf(context_, list, region, moment);
    past.filter = &query.filter;
    return PastPageBytes(context_, call, query, past, request.include_total_size(), kPage, [&](const PastRow& row) {
      const std::string_view entry = list.kind == ListKind::kMaster ? std::string_view() : row.entry_body;
      return EntryBytes(list.name, row.id, entry, row.body, row.kind, row.admitted_on, row.planned_investment_fen);
    });
  }
  return context_.memory.Read([&](const Portfolio& portfolio) -> absl::StatusOr<rpc::Bytes> {
    const Portfolio::EntryPage page =
        portfolio.Entries(list, {RegionNumber(region), request.filter().empty() ? nullptr : &query.filter, query.order,
                                 query.limit, query.position(), request.include_total_size()});
    return PresentPageBytes(
        context_, query, page, kPage,
        [&](const ListedProject& row) {
          return EntryBytes(list.name, row.project->id, row.entry == nullptr ? std::string_view() : row.entry->body,
                            row.project->body, row.kind, row.admitted_on,
                            row.project->Planned(list.first_year, list.last_year));
        },
        [&](const ListedProject& row, size_t field) { return portfolio.Value(list, row, field); },
        [](const ListedProject& row) { return row.project->id; });
  });
}

absl::StatusOr<v1::ListProjectEntriesResponse> ListHandlers::ListProjectEntries(
    rpc::Call& call, const v1::ListProjectEntriesRequest& request) {
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(call, request.as_of(), request.known_at()));
  ASSIGN_OR_RETURN(const Uuid project, ParseProjectName(request.parent(), "parent"));
  const std::optional<std::vector<std::string>> lists = context_.memory.Read([&](const Portfolio& portfolio) {
    const ProjectRow* row = portfolio.Find(project);
    const bool found = row != nullptr && call.MayTouch(RegionCode(row->region), "");
    return found ? std::optional(ListsEverOf(portfolio, project)) : std::nullopt;
  });
  if (!lists) return ProjectNotFound(request.parent());
  v1::ListProjectEntriesResponse response;
  for (const std::string& list : *lists) {
    const auto stored = feed::LoadAsOf(call.session(), EntryId(list, project), moment.at.as_of, moment.at.known_at);
    if (ReasonOf(stored.status()) == "VERSION_NOT_FOUND") continue;
    RETURN_IF_ERROR(stored.status());
    response.add_entries()->ParseFromString(stored->body);
  }
  return response;
}

absl::StatusOr<v1::Adjustment> ListHandlers::GetAdjustment(rpc::Call& call, const v1::GetAdjustmentRequest& request) {
  ASSIGN_OR_RETURN(const std::vector<StoredAdjustment> found, LoadAdjustment(call.session(), request.name()));
  if (found.empty() || !call.MayTouch(found.front().region, "")) return AdjustmentNotFound(request.name());
  return AdjustmentOf(found.front());
}

absl::StatusOr<v1::ListAdjustmentsResponse> ListHandlers::ListAdjustments(rpc::Call& call,
                                                                          const v1::ListAdjustmentsRequest& request) {
  ASSIGN_OR_RETURN(const List list, FindList(context_, request.parent()));
  ASSIGN_OR_RETURN(const int limit, PageSize(request.page_size()));
  const PageScope scope{call.method(), request.parent(), "", "", "", "", PrincipalScope(call)};
  std::string before;
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(const PagePosition position, context_.tokens.Decode(scope, request.page_token()));
    before = list.name + "/adjustments/" + position.id.ToString();
  }
  ASSIGN_OR_RETURN(const std::vector<StoredAdjustment> stored,
                   LoadAdjustments(call.session(), list.name, before, static_cast<size_t>(limit) + 1));
  v1::ListAdjustmentsResponse response;
  for (size_t i = 0; i < stored.size() && i < static_cast<size_t>(limit); ++i) {
    if (call.MayTouch(stored[i].region, "")) *response.add_adjustments() = AdjustmentOf(stored[i]);
  }
  if (stored.size() > static_cast<size_t>(limit)) {
    const std::string& last = stored[static_cast<size_t>(limit) - 1].name;
    ASSIGN_OR_RETURN(const Uuid id, Uuid::Parse(std::string_view(last).substr(last.rfind('/') + 1)));
    response.set_next_page_token(context_.tokens.Encode(scope, {{}, id}));
  }
  return response;
}

}  // namespace yaoshi::registry

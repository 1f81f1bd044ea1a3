#include "services/registry/project_handlers.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/page/field_mask.h"
#include "common/page/page_size.h"
#include "common/region/region.h"
#include "services/registry/adjuster.h"
#include "services/registry/errors.h"
#include "services/registry/export.h"
#include "services/registry/list_query.h"
#include "services/registry/merge.h"
#include "services/registry/project_writer.h"
#include "services/registry/summary.h"

namespace yaoshi::registry {
namespace {

using ProjectsResponse = v1::ListProjectsResponse;
constexpr PageFields kPage = {ProjectsResponse::kProjectsFieldNumber, ProjectsResponse::kNextPageTokenFieldNumber,
                              ProjectsResponse::kTotalSizeFieldNumber};

// The facts that a move changes.
const std::vector<std::string> kStageFields = {"stage", "stage_since", "started_on", "completed_on"};

absl::StatusOr<std::vector<v1::Project>> MoveOn(const Timeline& timeline, Move move, Date on,
                                                const std::string& reason) {
  const v1::Project* state = StateOn(timeline, on);
  if (state == nullptr) return EffectiveBeforeProject(timeline.front().name(), on.ToString());
  for (const v1::Project& later : timeline) {
    if (DateOr(later.effective_on(), Date()) > on && later.stage_since() != state->stage_since()) {
      return LaterMoveExists(later.name(), later.effective_on());
    }
  }
  ASSIGN_OR_RETURN(const Project moved, Apply(FromProto(*state), move, on, reason));
  return Amend(timeline, on, kStageFields, ToProto(moved, MetaOf(*state)));
}

ListParameters ParametersOf(const v1::ListProjectsRequest& request) {
  return {ProjectFields(),    "", request.filter(),   request.order_by(), request.page_token(), request.as_of(),
          request.known_at(), "", request.page_size()};
}

// Where somebody sat is for those who audit, and for nobody else.
bool Audits(const rpc::Call& call) {
  return auth::ReachOf(call.principal().role, "audit.read") != auth::Reach::kNone;
}

v1::ListProjectVersionsResponse::Version VersionToProto(const feed::StoredVersion& stored, bool audits) {
  v1::ListProjectVersionsResponse::Version version;
  version.mutable_project()->ParseFromString(stored.body);
  version.set_record_time(stored.recorded_at.micros == 0 ? "" : stored.recorded_at.ToString());
  version.set_account(stored.author.account);
  version.set_method(stored.author.method);
  version.set_reason(stored.author.reason);
  if (audits) version.set_origin(stored.author.origin);
  return version;
}

// Why, for the audit log: an overridden gate is said there, too.
std::string ReasonOfMove(const v1::MoveProjectRequest& request) {
  if (request.gate_override_reason().empty()) return request.reason();
  return fmt::format("{}{}手续未齐开工：{}", request.reason(), request.reason().empty() ? "" : "；",
                     request.gate_override_reason());
}

// The audit log has room for so many characters of a reason.
constexpr size_t kMostReason = 500;

size_t Characters(std::string_view utf8) {
  return static_cast<size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

absl::Status CheckOverride(const v1::MoveProjectRequest& request) {
  std::vector<FieldViolation> violations;
  if (request.move() != v1::START) {
    violations.push_back({"gate_override_reason", "belongs to START only; leave it out"});
  }
  if (Characters(ReasonOfMove(request)) > kMostReason) {
    violations.push_back({"gate_override_reason", "is too long together with the reason; shorten one of them"});
  }
  return InvalidFields(violations);
}

}  // namespace

rpc::BoundService ProjectHandlers::Bind() {
  rpc::ServiceBuilder builder(v1::Project::descriptor()->file()->FindServiceByName("ProjectService"));
  builder.Database("CreateProject", this, &ProjectHandlers::CreateProject)
      .Database("BatchCreateProjects", this, &ProjectHandlers::BatchCreateProjects)
      .Either("GetProject", &IsPast<v1::GetProjectRequest>, this, &ProjectHandlers::GetProject)
      .Memory("BatchGetProjects", this, &ProjectHandlers::BatchGetProjects)
      .Either("ListProjects", &IsPast<v1::ListProjectsRequest>, this, &ProjectHandlers::ListProjects)
      .Database("UpdateProject", this, &ProjectHandlers::UpdateProject)
      .Database("MoveProject", this, &ProjectHandlers::MoveProject)
      .Database("MergeProject", this, &ProjectHandlers::MergeProject)
      .Memory("FindDuplicates", this, &ProjectHandlers::FindDuplicates)
      .Database("ListProjectVersions", this, &ProjectHandlers::ListProjectVersions)
      .Either("SummarizeProjects", &IsPast<v1::SummarizeProjectsRequest>, this, &ProjectHandlers::SummarizeProjects)
      .Either("GetFunnel", &IsPast<v1::GetFunnelRequest>, this, &ProjectHandlers::GetFunnel)
      .Stream("ExportProjects",
              [this](rpc::Call& call, const v1::ExportProjectsRequest& request, rpc::StreamWriter& writer) {
                return ExportProjects(context_, call, request, writer);
              });
  return builder.Finish();
}

absl::StatusOr<v1::Project> ProjectHandlers::CreateProject(rpc::Call& call, const v1::CreateProjectRequest& request) {
  if (request.project().classified()) return ClassifiedProject();
  if (!call.MayTouch(request.project().region(), "")) return RegionNotFound(request.project().region());
  // Before the checks: what the project refers to may be a moment old.
  RETURN_IF_ERROR(context_.writer.engine().Sync(call.deadline()));
  v1::Project project =
      NewProject(call, request, Uuid::New(SystemClock()), DateOr(request.effective_on(), call.today()));
  ASSIGN_OR_RETURN(const std::optional<v1::Project> earlier,
                   context_.writer.ReplayIfRefused<v1::Project>(
                       call, InvalidFields(CheckNew(context_, call, request, "", project))));
  if (earlier) return *earlier;
  return context_.writer.Transact<v1::Project>(call, {request.duplicate_override_reason(), request.validate_only()},
                                               [&](feed::Tx& tx) -> absl::StatusOr<v1::Project> {
                                                 RETURN_IF_ERROR(CheckDuplicates(context_, project, "project"));
                                                 RETURN_IF_ERROR(Save(tx, {project}));
                                                 return project;
                                               });
}

absl::StatusOr<v1::BatchCreateProjectsResponse> ProjectHandlers::BatchCreateProjects(
    rpc::Call& call, const v1::BatchCreateProjectsRequest& request) {
  RETURN_IF_ERROR(context_.writer.engine().Sync(call.deadline()));
  std::vector<v1::Project> projects;
  std::vector<FieldViolation> violations;
  for (int i = 0; i < request.requests_size(); ++i) {
    const v1::CreateProjectRequest& one = request.requests(i);
    if (one.project().classified()) return ClassifiedProject();
    if (!call.MayTouch(one.project().region(), "")) return RegionNotFound(one.project().region());
    projects.push_back(NewProject(call, one, Uuid::New(SystemClock()), DateOr(one.effective_on(), call.today())));
    for (FieldViolation& violation : CheckNew(context_, call, one, fmt::format("requests[{}].", i), projects.back())) {
      violations.push_back(std::move(violation));
    }
  }
  absl::Status check = InvalidFields(violations);
  if (check.ok()) check = CheckTwins(projects);
  ASSIGN_OR_RETURN(const std::optional<v1::BatchCreateProjectsResponse> earlier,
                   context_.writer.ReplayIfRefused<v1::BatchCreateProjectsResponse>(call, check));
  if (earlier) return *earlier;
  return context_.writer.Transact<v1::BatchCreateProjectsResponse>(
      call, {"", request.validate_only()}, [&](feed::Tx& tx) -> absl::StatusOr<v1::BatchCreateProjectsResponse> {
        for (size_t i = 0; i < projects.size(); ++i) {
          RETURN_IF_ERROR(CheckDuplicates(context_, projects[i], fmt::format("requests[{}].project", i)));
        }
        RETURN_IF_ERROR(Save(tx, projects));
        v1::BatchCreateProjectsResponse response;
        response.mutable_projects()->Add(projects.begin(), projects.end());
        return response;
      });
}

absl::StatusOr<rpc::Bytes> ProjectHandlers::GetProject(rpc::Call& call, const v1::GetProjectRequest& request) {
  ASSIGN_OR_RETURN(const Uuid id, ParseProjectName(request.name(), "name"));
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(call, request.as_of(), request.known_at()));
  if (moment.past) {
    const auto stored = feed::LoadAsOf(call.session(), id, moment.at.as_of, moment.at.known_at);
    if (stored.ok() && stored->type == "project" && call.MayTouch(stored->region, "")) return rpc::Bytes{stored->body};
    if (!stored.ok() && !absl::IsNotFound(stored.status())) return stored.status();
    return ProjectNotFound(request.name());
  }
  return context_.memory.Read([&](const Portfolio& portfolio) -> absl::StatusOr<rpc::Bytes> {
    const ProjectRow* row = portfolio.Find(id);
    if (row == nullptr || !call.MayTouch(RegionCode(row->region), "")) return ProjectNotFound(request.name());
    return rpc::Bytes{row->body};
  });
}

absl::StatusOr<rpc::Bytes> ProjectHandlers::BatchGetProjects(rpc::Call& call,
                                                             const v1::BatchGetProjectsRequest& request) {
  std::vector<Uuid> ids;
  for (int i = 0; i < request.names_size(); ++i) {
    ASSIGN_OR_RETURN(const Uuid id, ParseProjectName(request.names(i), fmt::format("names[{}]", i)));
    ids.push_back(id);
  }
  return context_.memory.Read([&](const Portfolio& portfolio) -> absl::StatusOr<rpc::Bytes> {
    rpc::Bytes answer;
    for (const Uuid& id : ids) {
      const ProjectRow* row = portfolio.Find(id);
      if (row == nullptr || !call.MayTouch(RegionCode(row->region), "")) return ProjectNotFound(ProjectName(id));
      AppendMessage(answer.serialized, v1::BatchGetProjectsResponse::kProjectsFieldNumber, row->body);
    }
    return answer;
  });
}

absl::StatusOr<rpc::Bytes> ProjectHandlers::ListProjects(rpc::Call& call, const v1::ListProjectsRequest& request) {
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(call, request.as_of(), request.known_at()));
  ASSIGN_OR_RETURN(const std::string region, ScopeOf(call, "", context_.directory));
  ASSIGN_OR_RETURN(const ListQuery query, ParseListQuery(context_, call, ParametersOf(request)));
  if (moment.past) {
    const PastQuery past{moment.at, {}, moment.at.as_of.year(), moment.at.as_of.year(), region, &query.filter};
    return PastPageBytes(context_, call, query, past, request.include_total_size(), kPage,
                         [](const PastRow& row) { return row.body; });
  }
  return context_.memory.Read([&](const Portfolio& portfolio) -> absl::StatusOr<rpc::Bytes> {
    const Portfolio::Page page =
        portfolio.Projects({RegionNumber(region), request.filter().empty() ? nullptr : &query.filter, query.order,
                            query.limit, query.position(), request.include_total_size()});
    return PresentPageBytes(
        context_, query, page, kPage, [](const ProjectRow* row) -> const std::string& { return row->body; },
        [&](const ProjectRow* row, size_t field) { return portfolio.Value(*row, field); },
        [](const ProjectRow* row) { return row->id; });
  });
}

absl::StatusOr<v1::Project> ProjectHandlers::UpdateProject(rpc::Call& call, const v1::UpdateProjectRequest& request) {
  ASSIGN_OR_RETURN(const Uuid id, ParseProjectName(request.project().name(), "project.name"));
  ASSIGN_OR_RETURN(const Date on, EffectiveDate(call, request.effective_on()));
  if (request.project().classified()) return ClassifiedProject();
  ASSIGN_OR_RETURN(const std::vector<std::string> paths, ResolveMask(request.update_mask(), request.project()));
  // A move takes the entries along, and memory has to know them all.
  const bool may_move = std::find(paths.begin(), paths.end(), "region") != paths.end();
  if (may_move) RETURN_IF_ERROR(context_.writer.engine().Sync(call.deadline()));
  return context_.writer.Transact<v1::Project>(
      call, {request.reason(), request.validate_only()}, [&](feed::Tx& tx) -> absl::StatusOr<v1::Project> {
        ASSIGN_OR_RETURN(const Editable editable, LoadForWrite(call, tx.session(), id, request.project().etag()));
        if (StateOn(editable.timeline, on) == nullptr) {
          return EffectiveBeforeProject(request.project().name(), on.ToString());
        }
        std::vector<v1::Project> statements = Amend(editable.timeline, on, paths, request.project());
        for (v1::Project& statement : statements) {  // The format follows the code.
          statement = ToProto(FromProto(statement), MetaOf(statement));
        }
        RETURN_IF_ERROR(CheckStatements(context_, call, statements, "project."));
        Stamp(statements, editable.version, call);
        Batch batch;
        if (statements.back().region() != editable.newest.region()) {
          batch.entries = context_.memory.Read([&](const Portfolio& portfolio) { return Restate(portfolio, id); });
          batch.entry_regions.assign(batch.entries.size(), statements.back().region());
        }
        batch.projects = std::move(statements);
        RETURN_IF_ERROR(Save(tx, batch));
        return batch.projects.back();
      });
}

absl::StatusOr<std::optional<v1::Project>> ProjectHandlers::CheckStart(rpc::Call& call,
                                                                       const v1::MoveProjectRequest& request,
                                                                       const Uuid& id, Date on) {
  if (!request.gate_override_reason().empty()) RETURN_IF_ERROR(CheckOverride(request));
  const bool asked = request.move() == v1::START && context_.gate.closed() && request.gate_override_reason().empty();
  if (!asked) return std::nullopt;
  ASSIGN_OR_RETURN(std::optional<v1::Project> earlier, context_.writer.Replay<v1::Project>(call));
  if (earlier) return earlier;
  // Who may not see the project learns nothing of its procedures.
  RETURN_IF_ERROR(LoadForWrite(call, call.session(), id, request.etag()).status());
  RETURN_IF_ERROR(context_.gate.Check(call, request.name(), on));
  return std::nullopt;
}

absl::StatusOr<v1::Project> ProjectHandlers::MoveProject(rpc::Call& call, const v1::MoveProjectRequest& request) {
  ASSIGN_OR_RETURN(const Uuid id, ParseProjectName(request.name(), "name"));
  ASSIGN_OR_RETURN(const Date on, EffectiveDate(call, request.effective_on()));
  ASSIGN_OR_RETURN(const std::optional<v1::Project> earlier, CheckStart(call, request, id, on));
  if (earlier) return *earlier;
  return context_.writer.Transact<v1::Project>(
      call, {ReasonOfMove(request), request.validate_only()}, [&](feed::Tx& tx) -> absl::StatusOr<v1::Project> {
        ASSIGN_OR_RETURN(const Editable editable, LoadForWrite(call, tx.session(), id, request.etag()));
        ASSIGN_OR_RETURN(std::vector<v1::Project> statements,
                         MoveOn(editable.timeline, static_cast<Move>(request.move()), on, request.reason()));
        Stamp(statements, editable.version, call);
        RETURN_IF_ERROR(Save(tx, statements));
        return statements.back();
      });
}

absl::StatusOr<v1::Project> ProjectHandlers::MergeProject(rpc::Call& call, const v1::MergeProjectRequest& request) {
  ASSIGN_OR_RETURN(const Uuid from, ParseProjectName(request.name(), "name"));
  ASSIGN_OR_RETURN(const Uuid into, ParseProjectName(request.into(), "into"));
  ASSIGN_OR_RETURN(const Date on, EffectiveDate(call, request.effective_on()));
  if (from == into) return InvalidFields({{"into", "must be another project than name"}});
  RETURN_IF_ERROR(context_.writer.engine().Sync(call.deadline()));
  return context_.writer.Transact<v1::Project>(call, {request.reason(), false}, [&](feed::Tx& tx) {
    return Merge(context_, call, tx, {from, into, on, request.reason(), request.etag()});
  });
}

absl::StatusOr<v1::FindDuplicatesResponse> ProjectHandlers::FindDuplicates(rpc::Call& call,
                                                                           const v1::FindDuplicatesRequest& request) {
  constexpr int kWorthShowing = 6000;
  constexpr size_t kMostShown = 10;
  const v1::Project& project = request.project();
  ASSIGN_OR_RETURN(const std::string region, ScopeOf(call, project.region(), context_.directory));
  const Likeness likeness =
      LikenessOf(project.title(), project.place(), project.owner_title(), project.owner_credit_code());
  return context_.memory.Read([&](const Portfolio& portfolio) -> absl::StatusOr<v1::FindDuplicatesResponse> {
    v1::FindDuplicatesResponse response;
    for (const auto& found : portfolio.Similar(RegionNumber(region), likeness, kWorthShowing, kMostShown)) {
      auto& candidate = *response.add_candidates();
      candidate.mutable_project()->ParseFromString(found.row->body);
      candidate.set_similarity_bp(found.similarity);
      candidate.set_explanation(ExplainSimilarity(likeness, found.likeness));
    }
    return response;
  });
}

absl::StatusOr<v1::ListProjectVersionsResponse> ProjectHandlers::ListProjectVersions(
    rpc::Call& call, const v1::ListProjectVersionsRequest& request) {
  ASSIGN_OR_RETURN(const Uuid id, ParseProjectName(request.name(), "name"));
  ASSIGN_OR_RETURN(const int limit, PageSize(request.page_size()));
  ASSIGN_OR_RETURN(const std::vector<feed::StoredVersion> history, feed::LoadHistory(call.session(), id));
  if (history.empty() || history.front().type != "project" || !call.MayTouch(history.back().region, "")) {
    return ProjectNotFound(request.name());
  }
  const PageScope scope{call.method(), request.name(), "", "", "", "", PrincipalScope(call)};
  size_t skip = 0;
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(const PagePosition position, context_.tokens.Decode(scope, request.page_token()));
    if (position.keys.size() == 1) {
      const int64_t* shown = std::get_if<int64_t>(&position.keys.front());
      // Counted from the oldest version, so that new ones do not shift the pages.
      if (shown != nullptr) skip = history.size() - std::min<size_t>(history.size(), static_cast<size_t>(*shown));
    }
  }
  v1::ListProjectVersionsResponse response;
  for (size_t i = skip; i < history.size() && response.versions_size() < limit; ++i) {
    *response.add_versions() = VersionToProto(history[history.size() - 1 - i], Audits(call));
  }
  const size_t shown = skip + static_cast<size_t>(response.versions_size());
  if (shown < history.size()) {
    response.set_next_page_token(
        context_.tokens.Encode(scope, {{static_cast<int64_t>(history.size() - shown)}, Uuid()}));
  }
  return response;
}

absl::StatusOr<v1::SummarizeProjectsResponse> ProjectHandlers::SummarizeProjects(
    rpc::Call& call, const v1::SummarizeProjectsRequest& request) {
  return Summarize(context_, call, request);
}

absl::StatusOr<v1::Funnel> ProjectHandlers::GetFunnel(rpc::Call& call, const v1::GetFunnelRequest& request) {
  return ComputeFunnel(context_, call, request);
}

}  // namespace yaoshi::registry

#include "services/preapproval/case_handlers.h"

#include <fmt/format.h>

#include <map>

#include "common/filter/bound.h"
#include "common/page/page_size.h"
#include "common/region/region.h"
#include "services/preapproval/baselines.h"
#include "services/preapproval/case_writer.h"
#include "services/preapproval/convert.h"
#include "services/preapproval/domain/baseline.h"
#include "services/preapproval/domain/case_file.h"
#include "services/preapproval/domain/case_plan.h"
#include "services/preapproval/domain/rate_keeper.h"
#include "services/preapproval/domain/rates.h"
#include "services/preapproval/errors.h"
#include "services/preapproval/schedule_convert.h"
#include "services/preapproval/store/case_store.h"

namespace yaoshi::preapproval {
namespace {

using filter::FieldType;
using filter::FieldValue;

// The fields that ListCases is filtered by, in this order.
enum class Field : uint8_t {
  kRegion,
  kTemplate,
  kStage,
  kRequired,
  kCompleted,
  kReady,
  kPlannedStartOn,
  kTotalInvestment,
  kTitle,
};

const filter::FieldTable& Fields() {
  const auto named = [](const char* name, FieldType type, bool searched = false) {
    return filter::FieldSpec{.name = name, .type = type, .searched = searched};
  };
  static const filter::FieldTable* const fields = new filter::FieldTable({
      named("region", FieldType::kString),
      named("template", FieldType::kString),
      named("stage", FieldType::kString),
      named("required", FieldType::kInteger),
      named("completed", FieldType::kInteger),
      named("ready", FieldType::kBoolean),
      named("planned_start_on", FieldType::kDate),
      named("total_investment_fen", FieldType::kInteger),
      named("title", FieldType::kString, true),
  });
  return *fields;
}

// What a case counts.
struct Counts {
  int32_t required = 0, completed = 0, overdue = 0;
};

Counts CountsOf(const CaseRow& subject, Date day) {
  Counts counts;
  for (size_t place = 0; place < subject.rows().size(); ++place) {
    const ProcedureRow& row = subject.procedures[place];
    if (row.due && row.due.date() < day) ++counts.overdue;
    if (!subject.profile->Required(place) || !subject.profile->gates_start[place]) continue;
    ++counts.required;
    if (row.DoneOn(day)) ++counts.completed;
  }
  return counts;
}

struct Row {
  const CaseRow& subject;
  const ProjectRow* project;
  const Counts& counts;
  const std::string& region;

  FieldValue operator()(size_t field) const {
    const auto fact = [&](auto value) { return project == nullptr ? FieldValue() : value(project->facts); };
    switch (static_cast<Field>(field)) {
      case Field::kRegion:
        return std::string_view(region);
      case Field::kTemplate:
        return std::string_view(subject.profile->template_name);
      case Field::kStage:
        return fact([](const ProjectCopy& p) -> FieldValue { return std::string_view(p.stage_name); });
      case Field::kRequired:
        return int64_t{counts.required};
      case Field::kCompleted:
        return int64_t{counts.completed};
      case Field::kReady:
        return int64_t{counts.required > 0 && counts.completed == counts.required};
      case Field::kPlannedStartOn:
        return fact(
            [](const ProjectCopy& p) { return p.planned_start_on ? FieldValue(*p.planned_start_on) : FieldValue(); });
      case Field::kTotalInvestment:
        return fact([](const ProjectCopy& p) -> FieldValue { return p.total_investment_fen; });
      case Field::kTitle:
        return fact([](const ProjectCopy& p) -> FieldValue { return std::string_view(p.title); });
    }
    return std::monostate();
  }
};

struct PickedCase {
  Uuid project;
  int64_t version = 0;
  Counts counts;
  std::optional<ProjectCopy> facts;
};

struct Page {
  std::vector<PickedCase> rows;
  bool more = false;
  int64_t total = 0;
};

struct Query {
  const v1::ListCasesRequest& request;
  filter::BoundExpr filter;
  uint32_t region = 0;
  Date day;
  size_t limit = 50;
  Uuid after;
};

absl::StatusOr<Page> Collect(const CaseBook& book, const Query& query) {
  Page page;
  const ListCopy* list = book.FindList(query.request.list());
  if (list == nullptr && !query.request.list().empty()) return ListNotFound(query.request.list());
  const auto take = [&](const CaseRow& subject) {
    if (!RegionCovers(query.region, subject.region)) return true;
    const ProjectRow* project = book.FindProject(subject.project);
    const Counts counts = CountsOf(subject, query.day);
    if (list != nullptr && query.request.rated() && (counts.required == 0 || !IsRated(book, *list, subject)))
      return true;
    const std::string region = RegionCode(subject.region);
    if (!filter::Matches(query.filter, Row{subject, project, counts, region})) return true;
    ++page.total;
    if (subject.project <= query.after) return true;
    if (page.rows.size() == query.limit) {
      page.more = true;
      return query.request.include_total_size();
    }
    page.rows.push_back({subject.project, subject.version, counts,
                         project == nullptr ? std::nullopt : std::optional<ProjectCopy>(project->facts)});
    return true;
  };
  const Uuid from = query.request.include_total_size() ? Uuid() : query.after;
  if (list == nullptr) {
    book.Visit(from, take);
    return page;
  }
  book.VisitList(*list, from, [&](const Uuid& project) {
    const CaseRow* subject = book.Find(project);
    return subject == nullptr || take(*subject);
  });
  return page;
}

// What GetCase takes from a book.
struct Shown {
  int64_t version = 0;
  std::optional<ProjectCopy> facts;
  std::vector<Picked> procedures;
  std::vector<v1::Template::Node> graph;
  absl::StatusOr<v1::Schedule> schedule;
};

Shown ShownOf(const CaseBook& book, const CaseRow& subject, Date day) {
  Shown shown;
  shown.version = subject.version;
  if (const ProjectRow* project = book.FindProject(subject.project)) shown.facts = project->facts;
  const Profile& profile = *subject.profile;
  shown.procedures.reserve(profile.procedures.size());
  for (size_t place = 0; place < profile.procedures.size(); ++place) {
    shown.procedures.push_back(Pick(book, subject, place, day));
    if (profile.prerequisites[place].empty()) continue;
    v1::Template::Node& node = shown.graph.emplace_back();
    node.set_code(profile.procedures[place].code);
    node.set_gates_start(profile.gates_start[place]);
    for (const std::string& code : profile.prerequisites[place]) node.add_prerequisites(code);
  }
  const absl::StatusOr<Schedule> schedule = ScheduleOf(book, subject, day);
  shown.schedule = schedule.ok() ? absl::StatusOr<v1::Schedule>(ToProto(*schedule, subject)) : schedule.status();
  return shown;
}

template <class Message>
void MoveAll(std::vector<Message>& from, google::protobuf::RepeatedPtrField<Message>& to) {
  to.Reserve(static_cast<int>(from.size()));
  for (Message& one : from) *to.Add() = std::move(one);
}

using Obstacle = v1::CheckGateResponse::Obstacle;

void AddObstacle(v1::CheckGateResponse& response, Obstacle::Kind kind, std::string procedure, std::string explanation) {
  Obstacle& obstacle = *response.add_obstacles();
  obstacle.set_kind(kind);
  obstacle.set_procedure(std::move(procedure));
  obstacle.set_explanation(std::move(explanation));
}

// What one required procedure puts in the way of the start.
void AddObstacles(const CaseBook& book, const CaseRow& subject, size_t place, Date day,
                  v1::CheckGateResponse& response) {
  const ProcedureRow& row = subject.procedures[place];
  const std::string& code = subject.profile->procedures[place].code;
  const ProcedureType* type = book.FindType(code);
  const std::string title = type == nullptr ? code : fmt::format("{} {}", code, type->title);
  const std::string name = ProcedureName(subject.project, code);
  const bool gates = subject.profile->Required(place) && subject.profile->gates_start[place];
  const ProcedureState state = row.StateOn(day);
  if (gates && state == ProcedureState::kExpired) {
    AddObstacle(response, Obstacle::APPROVAL_EXPIRED, name,
                fmt::format("{}：批复已于{}失效，须办理延续或重新报批", title,
                            (row.LapsedOn(day) ? row.valid_until : row.state_since).date().ToString()));
  } else if (gates && !row.DoneOn(day)) {
    AddObstacle(response, Obstacle::PROCEDURE_OPEN, name,
                fmt::format("{}：{}，须取得批复后方可开工", title, StateTitle(state)));
  }
  for (const Obligation& one : book.ExtrasOf(row).obligations) {
    if (one.fulfilled_on) continue;
    AddObstacle(response, Obstacle::OBLIGATION_OPEN, name,
                fmt::format("{}：容缺材料《{}》尚未补齐（期限{}），须补齐后方可开工", title, one.document,
                            one.due_on.ToString()));
  }
}

absl::StatusOr<v1::CheckGateResponse> GateOf(const CaseBook& book, const rpc::Call& call, const std::string& name,
                                             const Uuid& project, Date day) {
  const ProjectRow* facts = book.FindProject(project);
  const CaseRow* subject = book.Find(project);
  if (facts == nullptr && subject == nullptr) return ProjectNotFound(name);
  if (!MaySee(call, facts != nullptr ? facts->facts.region : RegionCode(subject->region))) return ProjectNotFound(name);
  v1::CheckGateResponse response;
  if (subject == nullptr) {
    AddObstacle(response, Obstacle::NO_CASE, "", "尚未建立前期手续档案，须先建档并办理手续");
  } else if (subject->closed) {
    AddObstacle(response, Obstacle::CASE_CLOSED, "",
                fmt::format("前期手续档案已于{}关闭", subject->closed.date().ToString()));
  } else {
    for (size_t place = 0; place < subject->rows().size(); ++place) AddObstacles(book, *subject, place, day, response);
  }
  response.set_clear(response.obstacles().empty());
  response.set_as_of(day.ToString());
  return response;
}

// Decisions by hand replace those of the rules. All that is wrong with them, and what has begun and would end.
absl::Status Reassess(const v1::ReassessCaseRequest& request, std::vector<Applicability>& fresh) {
  std::vector<FieldViolation> violations;
  const auto find = [&](const std::string& code) {
    return std::find_if(fresh.begin(), fresh.end(), [&](const Applicability& one) { return one.code == code; });
  };
  for (int i = 0; i < request.decisions_size(); ++i) {
    const Applicability decision = FromProto(request.decisions(i));
    const auto at = find(decision.code);
    const auto wrong = [&](const char* field, std::string text) {
      violations.push_back({fmt::format("decisions[{}].{}", i, field), std::move(text)});
    };
    const bool merged = decision.requirement == Requirement::kMerged;
    if (at == fresh.end()) wrong("code", "is no procedure of the case's template");
    if (decision.requirement == Requirement::kUnspecified) wrong("requirement", "is needed");
    if (decision.reason.empty()) wrong("reason", "is needed: a decision by hand says on what basis");
    const auto target = find(decision.merged_into);
    if (merged != !decision.merged_into.empty() ||
        (merged && (target == fresh.end() || target->requirement != Requirement::kRequired || target == at))) {
      wrong("merged_into", "must be a required procedure of the case with MERGED, and empty otherwise");
    }
    if (at != fresh.end() && violations.empty()) *at = decision;
  }
  return InvalidFields(violations);
}

// What a migration retained of an earlier template stays: the present one is not asked about it.
void KeepRetained(const Case& subject, std::vector<Applicability>& fresh) {
  const size_t asked = fresh.size();
  for (const Applicability& one : subject.procedures) {
    const auto last = fresh.begin() + static_cast<std::ptrdiff_t>(asked);
    if (std::none_of(fresh.begin(), last, [&](const Applicability& other) { return other.code == one.code; })) {
      fresh.push_back(one);
    }
  }
}

// Each is counted from the versions of its day.
constexpr int kBaselinesPerPage = 10, kMostBaselinesPerPage = 100;

absl::StatusOr<size_t> BaselinesOfPage(int32_t asked) {
  ASSIGN_OR_RETURN(const int size, PageSize(asked == 0 ? kBaselinesPerPage : asked));
  return static_cast<size_t>(std::min(size, kMostBaselinesPerPage));
}

// Today's plan of a case, said in the answer, too.
std::optional<Schedule> CurrentSchedule(const Context& context, const rpc::Call& call, const Uuid& project,
                                        v1::ListBaselinesResponse& response) {
  return context.memory.Read([&](const CaseBook& book) -> std::optional<Schedule> {
    const CaseRow* subject = book.Find(project);
    if (subject == nullptr) return std::nullopt;
    absl::StatusOr<Schedule> schedule = ScheduleOf(book, *subject, call.today());
    response.set_current_missing_reason(ReasonOf(schedule.status()));
    if (!schedule.ok()) return std::nullopt;
    *response.mutable_current() = ToProto(*schedule, *subject);
    return *std::move(schedule);
  });
}

bool Always(const rpc::Call& /*call*/, const v1::GetCaseRequest& /*request*/) {
  return true;
}
bool AlwaysList(const rpc::Call& /*call*/, const v1::ListCasesRequest& /*request*/) {
  return true;
}
bool IsPastGate(const rpc::Call& call, const v1::CheckGateRequest& request) {
  return DateOr(request.as_of(), call.today()) < call.today();
}

}  // namespace

rpc::BoundService CaseHandlers::Bind() {
  rpc::ServiceBuilder builder(v1::Case::descriptor()->file()->FindServiceByName("CaseService"));
  builder.Database("OpenCase", this, &CaseHandlers::OpenCase)
      .Database("BatchOpenCases", this, &CaseHandlers::BatchOpenCases)
      .Either("GetCase", &Always, this, &CaseHandlers::GetCase)
      .Either("ListCases", &AlwaysList, this, &CaseHandlers::ListCases)
      .Database("SetTargetStart", this, &CaseHandlers::SetTargetStart)
      .Database("ReassessCase", this, &CaseHandlers::ReassessCase)
      .Database("ListBaselines", this, &CaseHandlers::ListBaselines)
      .Either("CheckGate", &IsPastGate, this, &CaseHandlers::CheckGate);
  return builder.Finish();
}

absl::StatusOr<v1::Case> CaseHandlers::OpenCase(rpc::Call& call, const v1::OpenCaseRequest& request) {
  RETURN_IF_ERROR(context_.writer.engine().Sync(call.deadline()));  // The project may have arrived a moment ago.
  ASSIGN_OR_RETURN(const std::vector<Case> opened, NewCases(context_, call, {request}, false));
  return context_.writer.Transact<v1::Case>(
      call, {"", request.validate_only()}, [&](feed::Tx& tx) -> absl::StatusOr<v1::Case> {
        RETURN_IF_ERROR(GuardCases(tx.session(), {opened[0].project}));
        ASSIGN_OR_RETURN(const auto there, LoadCases(tx.session(), {opened[0].project}));
        if (!there.empty()) return CaseExists(CaseName(opened[0].project));
        return PutCase(tx, opened[0], {}, call.principal().account);
      });
}

absl::StatusOr<v1::BatchOpenCasesResponse> CaseHandlers::BatchOpenCases(rpc::Call& call,
                                                                        const v1::BatchOpenCasesRequest& request) {
  RETURN_IF_ERROR(context_.writer.engine().Sync(call.deadline()));
  ASSIGN_OR_RETURN(const std::vector<Case> opened,
                   NewCases(context_, call, {request.requests().begin(), request.requests().end()}, true));
  std::vector<Uuid> projects;
  std::map<Uuid, size_t> seen;
  std::vector<FieldViolation> twins;
  for (size_t i = 0; i < opened.size(); ++i) {
    projects.push_back(opened[i].project);
    if (!seen.emplace(opened[i].project, i).second)
      twins.push_back({fmt::format("requests[{}].project", i), "is named twice"});
  }
  RETURN_IF_ERROR(InvalidFields(twins));
  return context_.writer.Transact<v1::BatchOpenCasesResponse>(
      call, {"", request.validate_only()}, [&](feed::Tx& tx) -> absl::StatusOr<v1::BatchOpenCasesResponse> {
        RETURN_IF_ERROR(GuardCases(tx.session(), projects));
        ASSIGN_OR_RETURN(const auto there, LoadCases(tx.session(), projects));
        if (!there.empty()) return CaseExists(CaseName(there[0].project));
        v1::BatchOpenCasesResponse response;
        for (const Case& subject : opened) {
          ASSIGN_OR_RETURN(*response.add_cases(), PutCase(tx, subject, {}, call.principal().account));
        }
        return response;
      });
}

absl::StatusOr<v1::CaseView> CaseHandlers::GetCase(rpc::Call& call, const v1::GetCaseRequest& request) {
  ASSIGN_OR_RETURN(const Uuid project, ParseCaseName(request.name(), "name"));
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(call, request.as_of(), request.known_at()));
  ASSIGN_OR_RETURN(Shown shown, ReadBook(context_, call, moment, {{project}, "", ""},
                                         [&](const CaseBook& book) -> absl::StatusOr<Shown> {
                                           const CaseRow* subject = book.Find(project);
                                           if (subject == nullptr || !MaySee(call, RegionCode(subject->region)))
                                             return CaseNotFound(request.name());
                                           return ShownOf(book, *subject, moment.at.as_of);
                                         }));
  ASSIGN_OR_RETURN(ShownCase read, ShowCase(call.session(), {project, shown.version}, shown.procedures,
                                            *context_.memory.calendar(), moment.at.as_of));
  v1::CaseView view;
  *view.mutable_case_() = std::move(read.subject);
  if (shown.facts) *view.mutable_project() = ToProto(*shown.facts, context_.memory.facts_time());
  MoveAll(read.procedures, *view.mutable_procedures());
  MoveAll(shown.graph, *view.mutable_graph());
  if (shown.schedule.ok()) *view.mutable_schedule() = *std::move(shown.schedule);
  view.set_schedule_missing_reason(ReasonOf(shown.schedule.status()));
  return view;
}

absl::StatusOr<v1::ListCasesResponse> CaseHandlers::ListCases(rpc::Call& call, const v1::ListCasesRequest& request) {
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(call, request.as_of(), request.known_at()));
  ASSIGN_OR_RETURN(const std::string region, ScopeOf(call, request.region()));
  ASSIGN_OR_RETURN(const int limit, PageSize(request.page_size()));
  ASSIGN_OR_RETURN(filter::BoundExpr filter, filter::ParseAndBind(request.filter(), Fields()));
  const PageScope scope{call.method(),       fmt::format("{}@{}@{}", request.list(), region, request.rated()),
                        request.filter(),    "",
                        request.as_of(),     request.known_at(),
                        PrincipalScope(call)};
  PagePosition position;
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(position, context_.tokens.Decode(scope, request.page_token()));
  }
  const Query query{request,         std::move(filter),          RegionNumber(region),
                    moment.at.as_of, static_cast<size_t>(limit), position.id};
  ASSIGN_OR_RETURN(const Page page, past_.Read(call, moment, {{}, request.list(), region},
                                               [&](const CaseBook& book) { return Collect(book, query); }));
  std::vector<std::pair<Uuid, int64_t>> versions;
  for (const PickedCase& row : page.rows) versions.emplace_back(row.project, row.version);
  ASSIGN_OR_RETURN(const auto cases, ShowCases(call.session(), versions));
  v1::ListCasesResponse response;
  for (size_t i = 0; i < page.rows.size(); ++i) {
    v1::ListCasesResponse::Row& row = *response.add_rows();
    *row.mutable_case_() = cases[i];
    if (page.rows[i].facts) *row.mutable_project() = ToProto(*page.rows[i].facts, context_.memory.facts_time());
    row.set_required(page.rows[i].counts.required);
    row.set_completed(page.rows[i].counts.completed);
    row.set_overdue(page.rows[i].counts.overdue);
  }
  if (page.more) response.set_next_page_token(context_.tokens.Encode(scope, {{}, page.rows.back().project}));
  if (request.include_total_size()) response.set_total_size(page.total);
  return response;
}

absl::StatusOr<v1::Case> CaseHandlers::SetTargetStart(rpc::Call& call, const v1::SetTargetStartRequest& request) {
  ASSIGN_OR_RETURN(const Uuid project, ParseCaseName(request.name(), "name"));
  return context_.writer.Transact<v1::Case>(
      call, {request.reason(), request.validate_only()}, [&](feed::Tx& tx) -> absl::StatusOr<v1::Case> {
        ASSIGN_OR_RETURN(EditableCase editable, LoadForWrite(call, tx, project, request.etag()));
        if (editable.subject.closed_on) return CaseClosed(editable.subject);
        editable.subject.target_start_on = OptionalDate(request.target_start_on());
        SetBaseline(editable.subject);
        editable.subject.effective_on = call.today();
        return PutCase(tx, editable.subject, editable.proto, call.principal().account);
      });
}

absl::StatusOr<v1::Case> CaseHandlers::ReassessCase(rpc::Call& call, const v1::ReassessCaseRequest& request) {
  ASSIGN_OR_RETURN(const Uuid project, ParseCaseName(request.name(), "name"));
  RETURN_IF_ERROR(context_.writer.engine().Sync(call.deadline()));
  return context_.writer.Transact<v1::Case>(
      call, {request.reason(), request.validate_only()}, [&](feed::Tx& tx) -> absl::StatusOr<v1::Case> {
        ASSIGN_OR_RETURN(EditableCase editable, LoadForWrite(call, tx, project, request.etag()));
        if (editable.subject.closed_on) return CaseClosed(editable.subject);
        ASSIGN_OR_RETURN(std::vector<Applicability> fresh, AssessAgain(context_, editable.subject));
        RETURN_IF_ERROR(Reassess(request, fresh));
        RETURN_IF_ERROR(CheckBegun(tx, project, fresh));
        KeepRetained(editable.subject, fresh);
        editable.subject.procedures = std::move(fresh);
        SetBaseline(editable.subject);
        editable.subject.effective_on = call.today();
        return PutCase(tx, editable.subject, editable.proto, call.principal().account);
      });
}

absl::StatusOr<v1::ListBaselinesResponse> CaseHandlers::ListBaselines(rpc::Call& call,
                                                                      const v1::ListBaselinesRequest& request) {
  ASSIGN_OR_RETURN(const Uuid project, ParseCaseName(request.name(), "name"));
  ASSIGN_OR_RETURN(const size_t limit, BaselinesOfPage(request.page_size()));
  const PageScope scope{call.method(), request.name(), "", "", "", "", PrincipalScope(call)};
  PagePosition position;
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(position, context_.tokens.Decode(scope, request.page_token()));
  }
  RETURN_IF_ERROR(context_.writer.engine().Sync(call.deadline()));  // A version has its time when it has its place.
  ASSIGN_OR_RETURN(auto history, feed::LoadHistory(call.session(), CaseId(project)));
  if (history.empty() || !MaySee(call, history.back().region)) return CaseNotFound(request.name());
  v1::ListBaselinesResponse response;
  const auto now = CurrentSchedule(context_, call, project, response);
  for (const feed::StoredVersion& version : BaselineVersions(std::move(history))) {
    if (!position.keys.empty() && version.version >= std::get<int64_t>(position.keys[0])) continue;
    if (static_cast<size_t>(response.baselines_size()) == limit) {
      response.set_next_page_token(context_.tokens.Encode(scope, {{version.version + 1}, project}));
      break;
    }
    ASSIGN_OR_RETURN(*response.add_baselines(), BaselineOf(context_, call.session(), version, now));
  }
  return response;
}

absl::StatusOr<v1::CheckGateResponse> CaseHandlers::CheckGate(rpc::Call& call, const v1::CheckGateRequest& request) {
  ASSIGN_OR_RETURN(const Uuid project, ParseProjectName(request.project(), "project"));
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(call, request.as_of(), ""));
  ASSIGN_OR_RETURN(v1::CheckGateResponse response,
                   ReadBook(context_, call, moment, {{project}, "", ""}, [&](const CaseBook& book) {
                     return GateOf(book, call, request.project(), project, moment.at.as_of);
                   }));
  response.set_facts_time(context_.memory.facts_time().ToString());
  return response;
}

}  // namespace yaoshi::preapproval

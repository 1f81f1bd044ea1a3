#include "services/preapproval/procedure_handlers.h"

#include <fmt/format.h>

#include "common/feed/change_set.h"
#include "common/filter/bound.h"
#include "common/page/page_size.h"
#include "common/region/region.h"
#include "services/preapproval/case_writer.h"
#include "services/preapproval/convert.h"
#include "services/preapproval/domain/rate_keeper.h"
#include "services/preapproval/domain/rates.h"
#include "services/preapproval/errors.h"
#include "services/preapproval/store/case_store.h"

namespace yaoshi::preapproval {
namespace {

using filter::FieldType;
using filter::FieldValue;

constexpr std::string_view kEverybody = "organizations/-";

// The fields that ListProcedures is filtered by, in this order.
enum class Field : uint8_t {
  kCode,
  kState,
  kRequirement,
  kStage,
  kDepartment,
  kRegion,
  kGatesStart,
  kCompleted,
  kDueOn,
  kOverdue,
  kAcceptedOn,
  kApprovedOn,
};

template <class Enum>
std::vector<filter::EnumValue> ValuesOf(const google::protobuf::EnumDescriptor* type) {
  std::vector<filter::EnumValue> values;
  for (int i = 1; i < type->value_count(); ++i) values.push_back({type->value(i)->name(), type->value(i)->number()});
  return values;
}

const filter::FieldTable& Fields() {
  const auto named = [](const char* name, FieldType type) { return filter::FieldSpec{.name = name, .type = type}; };
  const auto enumerated = [](const char* name, const google::protobuf::EnumDescriptor* type) {
    return filter::FieldSpec{.name = name, .type = FieldType::kEnum, .enum_values = ValuesOf<int>(type)};
  };
  static const filter::FieldTable* const fields = new filter::FieldTable({
      named("code", FieldType::kString),
      enumerated("state", v1::ProcedureState_descriptor()),
      enumerated("requirement", v1::Requirement_descriptor()),
      enumerated("stage", v1::ApprovalStage_descriptor()),
      named("department", FieldType::kString),
      named("region", FieldType::kString),
      named("gates_start", FieldType::kBoolean),
      named("completed", FieldType::kBoolean),
      named("due_on", FieldType::kDate),
      named("overdue", FieldType::kBoolean),
      named("accepted_on", FieldType::kDate),
      named("approved_on", FieldType::kDate),
  });
  return *fields;
}

FieldValue DateValue(ShortDate date) {
  return date ? FieldValue(date.date()) : FieldValue();
}

// One procedure of a book as a filter sees it.
struct Row {
  const CaseBook& book;
  const CaseRow& subject;
  size_t place;
  Date day;
  const std::string& region;

  FieldValue operator()(size_t field) const {
    const ProcedureRow& row = subject.procedures[place];
    const Applicability& applicability = subject.profile->procedures[place];
    const ProcedureType* type = book.FindType(applicability.code);
    switch (static_cast<Field>(field)) {
      case Field::kCode:
        return std::string_view(applicability.code);
      case Field::kState:
        return static_cast<int64_t>(row.StateOn(day));
      case Field::kRequirement:
        return static_cast<int64_t>(applicability.requirement);
      case Field::kStage:
        return static_cast<int64_t>(type == nullptr ? ApprovalStage::kUnspecified : type->stage);
      case Field::kDepartment:
        return std::string_view(book.DepartmentOf(subject, place));
      case Field::kRegion:
        return std::string_view(region);
      case Field::kGatesStart:
        return int64_t{subject.profile->gates_start[place]};
      case Field::kCompleted:
        return int64_t{row.DoneOn(day)};
      case Field::kDueOn:
        return DateValue(row.due);
      case Field::kOverdue:
        return int64_t{row.due && row.due.date() < day};
      case Field::kAcceptedOn:
        return DateValue(row.accepted);
      case Field::kApprovedOn:
        return row.StateOn(day) == ProcedureState::kApproved ? DateValue(row.decided) : FieldValue();
    }
    return std::monostate();
  }
};

// Where a page begins: behind a place of a project.
struct Position {
  Uuid project;
  int64_t place = -1;
};

struct Query {
  const v1::ListProceduresRequest& request;
  filter::BoundExpr filter;
  uint32_t region = 0;
  Date day;
  size_t limit = 50;
  Position after;
};

struct Page {
  std::vector<Picked> picked;
  Position last;
  bool more = false;
  int64_t total = 0;
};

class Collector {
 public:
  Collector(const CaseBook& book, const Query& query) : book_(book), query_(query) {}

  absl::StatusOr<Page> Run() {
    const v1::ListProceduresRequest& request = query_.request;
    // A count begins with the first row; so does the walk then.
    const Uuid from = request.include_total_size() ? Uuid() : query_.after.project;
    const ListCopy* list = request.list().empty() ? nullptr : book_.FindList(request.list());
    if (list == nullptr && !request.list().empty()) return ListNotFound(request.list());
    if (request.rated()) rated_ = list;
    if (!from.nil()) Take(from);  // The rest of the case that the page before ended in.
    if (list == nullptr) {
      book_.Visit(from, [&](const CaseRow& subject) { return Take(subject); });
      return std::move(page_);
    }
    book_.VisitList(*list, from, [&](const Uuid& project) { return Take(project); });
    return std::move(page_);
  }

 private:
  bool Take(const Uuid& project) {
    const CaseRow* subject = book_.Find(project);
    return subject == nullptr || Take(*subject);
  }

  bool InYear(const Uuid& project) const {
    const int year = query_.request.start_year();
    const ProjectRow* row = book_.FindProject(project);
    return year == 0 || (row != nullptr && row->facts.planned_start_on && row->facts.planned_start_on->year() == year);
  }

  // False when the page is full and nothing has to be counted.
  bool Take(const CaseRow& subject) {
    if (!RegionCovers(query_.region, subject.region) || !InYear(subject.project)) return true;
    if (rated_ != nullptr && !IsRated(book_, *rated_, subject)) return true;
    const std::string region = RegionCode(subject.region);
    for (size_t place = 0; place < subject.rows().size(); ++place) {
      if (rated_ != nullptr && !(subject.profile->Required(place) && subject.profile->gates_start[place])) continue;
      if (!filter::Matches(query_.filter, Row{book_, subject, place, query_.day, region})) continue;
      ++page_.total;
      const auto here = std::pair(subject.project, static_cast<int64_t>(place));
      if (here <= std::pair(query_.after.project, query_.after.place)) continue;
      if (page_.picked.size() == query_.limit) {
        page_.more = true;
        if (!query_.request.include_total_size()) return false;
        continue;
      }
      page_.picked.push_back(Pick(book_, subject, place, query_.day));
      page_.last = {subject.project, static_cast<int64_t>(place)};
    }
    return true;
  }

  const CaseBook& book_;
  const Query& query_;
  const ListCopy* rated_ = nullptr;  // Only what this list's rates count.
  Page page_;
};

PageScope ScopeOfPage(const rpc::Call& call, std::string parent, std::string filter, const std::string& as_of,
                      const std::string& known_at) {
  return {call.method(), std::move(parent), std::move(filter), "", as_of, known_at, PrincipalScope(call)};
}

absl::StatusOr<PagePosition> DecodePage(const PageTokens& tokens, const PageScope& scope, const std::string& token,
                                        size_t keys) {
  if (token.empty()) return PagePosition();
  ASSIGN_OR_RETURN(PagePosition position, tokens.Decode(scope, token));
  for (const PageKey& key : position.keys) {
    if (!std::holds_alternative<int64_t>(key)) position.keys.clear();
  }
  if (position.keys.size() != keys) return InvalidFields({{"page_token", "belongs to another request"}});
  return position;
}

v1::ListProcedureVersionsResponse::Version VersionToProto(const feed::StoredVersion& stored) {
  v1::ListProcedureVersionsResponse::Version version;
  version.mutable_procedure()->ParseFromString(stored.body);
  version.set_record_time(stored.recorded_at.micros == 0 ? "" : stored.recorded_at.ToString());
  version.set_account(stored.author.account);
  version.set_method(stored.author.method);
  version.set_reason(stored.author.reason);
  return version;
}

struct PickedTask {
  Picked picked;
  TodoKind kind = TodoKind::kDecide;
  std::string title;
  std::optional<Date> due_on;
};

bool Always(const rpc::Call& /*call*/, const v1::GetProcedureRequest& /*request*/) {
  return true;
}
bool AlwaysList(const rpc::Call& /*call*/, const v1::ListProceduresRequest& /*request*/) {
  return true;
}
bool AlwaysTasks(const rpc::Call& /*call*/, const v1::ListTasksRequest& /*request*/) {
  return true;
}

}  // namespace

rpc::BoundService ProcedureHandlers::Bind() {
  rpc::ServiceBuilder builder(v1::Procedure::descriptor()->file()->FindServiceByName("ProcedureService"));
  // Memory says where procedures stand; the texts of their documents are read from their versions.
  builder.Either("GetProcedure", &Always, this, &ProcedureHandlers::GetProcedure)
      .Either("ListProcedures", &AlwaysList, this, &ProcedureHandlers::ListProcedures)
      .Database("MoveProcedure", this, &ProcedureHandlers::MoveProcedure)
      .Database("BatchMoveProcedures", this, &ProcedureHandlers::BatchMoveProcedures)
      .Database("ListProcedureVersions", this, &ProcedureHandlers::ListProcedureVersions)
      .Either("ListTasks", &AlwaysTasks, this, &ProcedureHandlers::ListTasks);
  return builder.Finish();
}

absl::StatusOr<v1::Procedure> ProcedureHandlers::GetProcedure(rpc::Call& call, const v1::GetProcedureRequest& request) {
  ASSIGN_OR_RETURN(const ProcedureKey key, ParseProcedureName(request.name(), "name"));
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(call, request.as_of(), request.known_at()));
  ASSIGN_OR_RETURN(
      const Picked picked,
      ReadBook(context_, call, moment, {{key.project}, "", ""}, [&](const CaseBook& book) -> absl::StatusOr<Picked> {
        const CaseRow* subject = book.Find(key.project);
        const int place = subject == nullptr ? -1 : subject->profile->Find(key.code);
        if (place < 0 || !MaySee(call, RegionCode(subject->region))) return ProcedureNotFound(request.name());
        return Pick(book, *subject, static_cast<size_t>(place), moment.at.as_of);
      }));
  ASSIGN_OR_RETURN(auto shown, Show(call.session(), {picked}, *context_.memory.calendar(), moment.at.as_of));
  return std::move(shown.front());
}

absl::StatusOr<v1::ListProceduresResponse> ProcedureHandlers::ListProcedures(rpc::Call& call,
                                                                             const v1::ListProceduresRequest& request) {
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(call, request.as_of(), request.known_at()));
  ASSIGN_OR_RETURN(const std::string region, ScopeOf(call, request.region()));
  ASSIGN_OR_RETURN(const int limit, PageSize(request.page_size()));
  ASSIGN_OR_RETURN(filter::BoundExpr filter, filter::ParseAndBind(request.filter(), Fields()));
  const PageScope scope =
      ScopeOfPage(call, fmt::format("{}@{}@{}@{}", request.list(), region, request.start_year(), request.rated()),
                  request.filter(), request.as_of(), request.known_at());
  ASSIGN_OR_RETURN(const PagePosition position, DecodePage(context_.tokens, scope, request.page_token(), 1));
  const Query query{request,
                    std::move(filter),
                    RegionNumber(region),
                    moment.at.as_of,
                    static_cast<size_t>(limit),
                    {position.id, position.keys.empty() ? -1 : std::get<int64_t>(position.keys[0])}};
  ASSIGN_OR_RETURN(const Page page, past_.Read(call, moment, {{}, request.list(), region},
                                               [&](const CaseBook& book) { return Collector(book, query).Run(); }));
  ASSIGN_OR_RETURN(const auto shown, Show(call.session(), page.picked, *context_.memory.calendar(), moment.at.as_of));
  v1::ListProceduresResponse response;
  response.mutable_procedures()->Add(shown.begin(), shown.end());
  if (page.more) {
    response.set_next_page_token(context_.tokens.Encode(scope, {{page.last.place}, page.last.project}));
  }
  if (request.include_total_size()) response.set_total_size(page.total);
  return response;
}

absl::StatusOr<v1::Procedure> ProcedureHandlers::MoveProcedure(rpc::Call& call,
                                                               const v1::MoveProcedureRequest& request) {
  return context_.writer.Transact<v1::Procedure>(
      call, {request.reason(), request.validate_only()}, [&](feed::Tx& tx) -> absl::StatusOr<v1::Procedure> {
        ASSIGN_OR_RETURN(const auto moved, MoveProcedures(context_, call, tx, {request}, false));
        return moved.front();
      });
}

absl::StatusOr<v1::BatchMoveProceduresResponse> ProcedureHandlers::BatchMoveProcedures(
    rpc::Call& call, const v1::BatchMoveProceduresRequest& request) {
  const std::vector<v1::MoveProcedureRequest> requests(request.requests().begin(), request.requests().end());
  return context_.writer.Transact<v1::BatchMoveProceduresResponse>(
      call, {"", request.validate_only()}, [&](feed::Tx& tx) -> absl::StatusOr<v1::BatchMoveProceduresResponse> {
        ASSIGN_OR_RETURN(const auto moved, MoveProcedures(context_, call, tx, requests, true));
        v1::BatchMoveProceduresResponse response;
        response.mutable_procedures()->Add(moved.begin(), moved.end());
        return response;
      });
}

absl::StatusOr<v1::ListProcedureVersionsResponse> ProcedureHandlers::ListProcedureVersions(
    rpc::Call& call, const v1::ListProcedureVersionsRequest& request) {
  ASSIGN_OR_RETURN(const ProcedureKey key, ParseProcedureName(request.name(), "name"));
  ASSIGN_OR_RETURN(const int limit, PageSize(request.page_size()));
  const PageScope scope = ScopeOfPage(call, request.name(), "", "", "");
  ASSIGN_OR_RETURN(const PagePosition position, DecodePage(context_.tokens, scope, request.page_token(), 1));
  ASSIGN_OR_RETURN(const auto history, feed::LoadHistory(call.session(), ProcedureId(key.project, key.code)));
  if (history.empty() || !MaySee(call, history.back().region)) return ProcedureNotFound(request.name());
  v1::ListProcedureVersionsResponse response;
  for (auto at = history.rbegin(); at != history.rend(); ++at) {
    if (!position.keys.empty() && at->version >= std::get<int64_t>(position.keys[0])) continue;
    if (response.versions_size() == limit) {
      response.set_next_page_token(context_.tokens.Encode(scope, {{std::prev(at)->version}, at->id}));
      break;
    }
    *response.add_versions() = VersionToProto(*at);
  }
  return response;
}

absl::StatusOr<v1::ListTasksResponse> ProcedureHandlers::ListTasks(rpc::Call& call,
                                                                   const v1::ListTasksRequest& request) {
  const std::string asked = request.department().empty() ? UnitOf(call) : request.department();
  const std::string department = asked == kEverybody ? "" : asked;
  ASSIGN_OR_RETURN(const std::string region, ScopeOf(call, request.region()));
  ASSIGN_OR_RETURN(const int limit, PageSize(request.page_size()));
  const PageScope scope =
      ScopeOfPage(call, fmt::format("{}@{}@{}", department, region, static_cast<int>(request.kind())), "", "", "");
  ASSIGN_OR_RETURN(const PagePosition position, DecodePage(context_.tokens, scope, request.page_token(), 3));
  CaseRow behind;  // Stands for the case of the last row, which may be gone.
  behind.project = position.id;
  TodoQuery query{department,   RegionNumber(region),       static_cast<TodoKind>(request.kind()),
                  call.today(), static_cast<size_t>(limit), std::nullopt};
  const auto key = [&](size_t i) { return std::get<int64_t>(position.keys[i]); };
  if (!position.keys.empty()) {
    query.after =
        Todo{static_cast<uint16_t>(key(0)), static_cast<TodoKind>(key(1)), static_cast<uint8_t>(key(2)), &behind};
  }
  v1::ListTasksResponse response;
  const std::vector<PickedTask> tasks = context_.memory.Read([&](const CaseBook& book) {
    const TodoPage page = book.Todos(query);
    for (size_t kind = 1; kind < page.counts.size(); ++kind) response.add_counts(page.counts[kind]);
    std::vector<PickedTask> picked;
    for (const Todo& todo : page.todos) {
      const ProjectRow* project = book.FindProject(todo.subject->project);
      picked.push_back({Pick(book, *todo.subject, todo.place, call.today()), todo.KindOn(call.today()),
                        project == nullptr ? "" : project->facts.title, todo.due_on()});
    }
    if (page.more) {
      const Todo& last = page.todos.back();
      response.set_next_page_token(context_.tokens.Encode(
          scope, {{int64_t{last.due}, static_cast<int64_t>(last.kind), int64_t{last.place}}, last.subject->project}));
    }
    return picked;
  });
  std::vector<Picked> picked;
  for (const PickedTask& task : tasks) picked.push_back(task.picked);
  const auto calendar = context_.memory.calendar();
  ASSIGN_OR_RETURN(const auto shown, Show(call.session(), picked, *calendar, call.today()));
  for (size_t i = 0; i < tasks.size(); ++i) {
    v1::Task& task = *response.add_tasks();
    task.set_kind(static_cast<v1::Task::Kind>(tasks[i].kind));
    *task.mutable_procedure() = shown[i];
    task.set_project_title(tasks[i].title);
    if (!tasks[i].due_on) continue;
    task.set_due_on(tasks[i].due_on->ToString());
    task.set_working_days_left(calendar->WorkingDaysBetween(call.today(), *tasks[i].due_on).value_or(0));
  }
  return response;
}

}  // namespace yaoshi::preapproval

#include "services/preapproval/case_view.h"

#include <fmt/format.h>

#include <span>

#include "common/region/region.h"
#include "services/preapproval/convert.h"
#include "services/preapproval/errors.h"
#include "services/preapproval/store/case_store.h"
#include "services/preapproval/store/copy_store.h"

namespace yaoshi::preapproval {
namespace {

// What others of the case still owe before a procedure may be accepted.
std::vector<std::string> BlockingObligations(const CaseBook& book, const CaseRow& subject, std::string_view code) {
  std::vector<std::string> blocking;
  for (size_t place = 0; place < subject.rows().size(); ++place) {
    for (const Obligation& one : book.ExtrasOf(subject.procedures[place]).obligations) {
      if (one.blocks == code && !one.fulfilled_on) {
        blocking.push_back(fmt::format("{} of {}", one.document, subject.profile->procedures[place].code));
      }
    }
  }
  return blocking;
}

// The catalogue as it is now: a published template does not change, and terms carry their dates.
void CopyCatalogue(const CaseBook& from, const std::vector<WorkYear>& years, CaseBook& to) {
  for (const WorkYear& year : years) to.PutCalendar(year);
  for (const ProcedureType& type : from.Types()) to.PutType(type);
  for (const Template& subject : from.Templates()) to.PutTemplate(subject);
}

std::vector<WorkYear> YearsOf(const Memory& memory) {
  std::vector<WorkYear> years;
  memory.resources().Scan("work_calendar", "", [&](const std::string&, const resource::Row& row) {
    v1::WorkCalendar proto;
    if (proto.ParseFromString(*row.body)) years.push_back(FromProto(proto));
    return true;
  });
  return years;
}

absl::Status FillCases(db::Session& session, const std::vector<Uuid>& projects, const Past& at, CaseBook& book) {
  ASSIGN_OR_RETURN(const std::vector<ProjectCopy> copies, LoadProjectCopiesAsOf(session, projects, at));
  for (const ProjectCopy& copy : copies) book.PutProject(copy, 1);
  ASSIGN_OR_RETURN(const std::vector<StoredBody> cases, LoadCasesAsOf(session, projects, at));
  for (const StoredBody& stored : cases) {
    v1::Case proto;
    if (proto.ParseFromString(stored.body)) book.PutCase(FromProto(proto), stored.version);
  }
  ASSIGN_OR_RETURN(const std::vector<StoredBody> procedures, LoadProceduresAsOf(session, projects, at));
  for (const StoredBody& stored : procedures) {
    v1::Procedure proto;
    if (proto.ParseFromString(stored.body)) book.PutProcedure(FromProto(proto), stored.version);
  }
  return absl::OkStatus();
}

using Versions = std::vector<std::pair<Uuid, int64_t>>;

void AddVersions(const std::vector<Picked>& picked, Versions& versions) {
  for (const Picked& one : picked) {
    if (one.version > 0) versions.emplace_back(ProcedureId(one.project, one.applicability().code), one.version);
  }
}

// As it is before its first move.
Procedure FreshOf(const Picked& picked) {
  Procedure fresh;
  fresh.project = picked.project;
  fresh.code = picked.applicability().code;
  fresh.department = picked.department;
  fresh.region = RegionCode(picked.region);
  fresh.state_since = picked.opened_on;
  fresh.effective_on = picked.opened_on;
  return fresh;
}

// `bodies` are those of AddVersions.
std::vector<v1::Procedure> ShowBodies(std::span<const std::string> bodies, const std::vector<Picked>& picked,
                                      const WorkCalendar& calendar, Date day) {
  std::vector<v1::Procedure> shown;
  shown.reserve(picked.size());
  size_t next = 0;
  for (const Picked& one : picked) {
    v1::Procedure& proto = shown.emplace_back();
    Procedure stored;
    if (one.version > 0) {
      proto.ParseFromString(bodies[next++]);
      stored = FromProto(proto);
    } else {
      stored = FreshOf(one);
      proto = ToProto(stored, {});
    }
    Describe(stored,
             {one.type.get(), &one.applicability(), one.profile->gates_start[one.place], one.closed, one.surroundings},
             calendar, day, proto);
  }
  return shown;
}

}  // namespace

bool MaySee(const rpc::Call& call, std::string_view region) {
  return call.reach() == auth::Reach::kAll || RegionCovers(call.principal().region, region);
}

void Describe(const Procedure& stored, const ProcedureContext& context, const WorkCalendar& calendar, Date day,
              v1::Procedure& proto) {
  const Procedure procedure = OnDay(stored, day);
  proto.set_state(static_cast<v1::ProcedureState>(procedure.state));
  proto.set_state_since(procedure.state_since.ToString());
  if (context.type != nullptr) {
    proto.set_title(context.type->title);
    proto.set_stage(static_cast<v1::ApprovalStage>(context.type->stage));
  }
  if (context.applicability != nullptr) {
    proto.set_requirement(static_cast<v1::Requirement>(context.applicability->requirement));
    proto.set_requirement_reason(context.applicability->reason);
  }
  proto.set_gates_start(context.gates_start);
  const std::optional<ClockFacts> facts = FactsOf(procedure);
  if (facts && context.type != nullptr && !context.type->terms.empty()) {
    // What a missing calendar keeps from being counted is left out, not guessed.
    const auto reading = ReadClock(*facts, TermsOn(*context.type, facts->accepted_on), calendar, day);
    if (reading.ok()) *proto.mutable_clock() = ToProto(*reading);
  }
  const bool needed = context.applicability != nullptr && context.applicability->requirement == Requirement::kRequired;
  if (!needed || IsDecided(procedure.state)) {
    proto.clear_open_prerequisites();
  } else {
    for (const std::string& code : context.surroundings.open_prerequisites) proto.add_open_prerequisites(code);
  }
  if (!needed || context.closed) return;
  for (const ProcedureMove move : AllowedMoves(procedure, context.surroundings)) {
    proto.add_allowed_moves(static_cast<v1::ProcedureMove>(move));
  }
}

Picked Pick(const CaseBook& book, const CaseRow& subject, size_t place, Date day) {
  Picked picked;
  picked.project = subject.project;
  picked.region = subject.region;
  picked.opened_on = subject.opened.date();
  picked.profile = subject.profile;
  picked.place = place;
  const std::string& code = picked.applicability().code;
  picked.type = book.ShareType(code);
  picked.department = book.DepartmentOf(subject, place);
  picked.version = subject.procedures[place].version;
  picked.closed = static_cast<bool>(subject.closed);
  picked.surroundings.open_prerequisites = book.OpenPrerequisites(subject, place, day);
  picked.surroundings.blocking_obligations = BlockingObligations(book, subject, code);
  return picked;
}

absl::StatusOr<std::vector<v1::Procedure>> Show(db::Session& session, const std::vector<Picked>& picked,
                                                const WorkCalendar& calendar, Date day) {
  Versions versions;
  AddVersions(picked, versions);
  ASSIGN_OR_RETURN(const std::vector<std::string> bodies, LoadBodies(session, versions));
  return ShowBodies(bodies, picked, calendar, day);
}

absl::StatusOr<ShownCase> ShowCase(db::Session& session, const std::pair<Uuid, int64_t>& subject,
                                   const std::vector<Picked>& picked, const WorkCalendar& calendar, Date day) {
  Versions versions = {{CaseId(subject.first), subject.second}};
  AddVersions(picked, versions);
  ASSIGN_OR_RETURN(const std::vector<std::string> bodies, LoadBodies(session, versions));
  ShownCase shown;
  shown.subject.ParseFromString(bodies[0]);
  shown.procedures = ShowBodies(std::span(bodies).subspan(1), picked, calendar, day);
  return shown;
}

absl::StatusOr<std::vector<v1::Case>> ShowCases(db::Session& session,
                                                const std::vector<std::pair<Uuid, int64_t>>& cases) {
  Versions versions;
  for (const auto& [project, version] : cases) versions.emplace_back(CaseId(project), version);
  ASSIGN_OR_RETURN(const std::vector<std::string> bodies, LoadBodies(session, versions));
  std::vector<v1::Case> shown(bodies.size());
  for (size_t i = 0; i < bodies.size(); ++i) shown[i].ParseFromString(bodies[i]);
  return shown;
}

absl::StatusOr<std::unique_ptr<CaseBook>> LoadPastBook(const Context& context, db::Session& session, const Past& at,
                                                       const BookScope& scope) {
  const db::DeadlineScope until(session, at.deadline);
  auto book = std::make_unique<CaseBook>();
  std::vector<std::string> lists;
  RETURN_IF_ERROR(context.memory.Read([&](const CaseBook& present) -> absl::Status {
    CopyCatalogue(present, YearsOf(context.memory), *book);
    if (scope.list.empty()) return absl::OkStatus();
    const ListCopy* list = present.FindList(scope.list);
    if (list == nullptr) return ListNotFound(scope.list);
    book->PutList(*list);
    lists = present.SubLists(*list);
    for (const std::string& name : lists) {
      if (const ListCopy* sub = present.FindList(name)) book->PutList(*sub);
    }
    return absl::OkStatus();
  }));
  std::vector<Uuid> projects = scope.projects;
  if (!scope.list.empty()) {
    ASSIGN_OR_RETURN(const std::vector<EntryCopy> entries, LoadEntryCopiesAsOf(session, lists, at));
    for (const EntryCopy& entry : entries) {
      book->PutEntry(entry, 1);
      projects.push_back(entry.project);
    }
  } else if (projects.empty()) {
    ASSIGN_OR_RETURN(projects, LoadCaseProjectsAsOf(session, scope.region, at));
  }
  RETURN_IF_ERROR(FillCases(session, projects, at, *book));
  return book;
}

}  // namespace yaoshi::preapproval

#include "services/preapproval/case_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "common/status/status.h"
#include "services/preapproval/case_view.h"
#include "services/preapproval/convert.h"
#include "services/preapproval/domain/case_file.h"
#include "services/preapproval/errors.h"
#include "services/preapproval/store/case_store.h"

namespace yaoshi::preapproval {
namespace {

// No case is older: so is the first plan that a list of the registry can hold.
constexpr int kFirstYear = 2000;

// What a request of a batch is answered with names its index.
absl::Status AtIndex(const absl::Status& status, size_t index, bool batch) {
  if (!batch) return status;
  const std::string prefix = fmt::format("requests[{}]", index);
  std::vector<FieldViolation> violations = ViolationsOf(status);
  if (!violations.empty()) {
    for (FieldViolation& one : violations) one.field = fmt::format("{}.{}", prefix, one.field);
    return InvalidFields(violations);
  }
  const std::string text = fmt::format("{}: {}", prefix, std::string(status.message()));
  absl::Status named(status.code(), text);
  status.ForEachPayload([&](auto url, const absl::Cord& payload) { named.SetPayload(url, payload); });
  return named;
}

const Template* Choose(const CaseBook& book, const std::string& asked, const std::vector<Template>& templates,
                       const ProjectAttributes& attributes, Date on) {
  if (asked.empty()) return SelectTemplate(templates, attributes, on);
  const Template* found = book.FindTemplate(asked);
  return found != nullptr && found->state == TemplateState::kPublished ? found : nullptr;
}

absl::StatusOr<Case> NewCase(const CaseBook& book, const rpc::Call& call, const v1::OpenCaseRequest& request,
                             const std::vector<Template>& templates) {
  ASSIGN_OR_RETURN(const Uuid project, ParseProjectName(request.project(), "project"));
  const ProjectRow* row = book.FindProject(project);
  if (row == nullptr || !call.MayTouch(row->facts.region, "")) return ProjectNotFound(request.project());
  const Date on = DateOr(request.opened_on(), call.today());
  if (on > call.today() || on.year() < kFirstYear) {
    return InvalidFields({{"opened_on", fmt::format("must lie between {}-01-01 and today", kFirstYear)}});
  }
  const Template* subject = Choose(book, request.template_(), templates, row->facts.attributes, on);
  if (subject == nullptr)
    return request.template_().empty() ? NoTemplateApplies() : TemplateNotFound(request.template_());
  ASSIGN_OR_RETURN(const Assessor assessor, Assessor::Create(*subject));
  Case opened;
  opened.project = project;
  opened.region = row->facts.region;
  opened.template_name = subject->name;
  opened.opened_on = opened.effective_on = on;
  opened.procedures = assessor.Assess(row->facts.attributes);
  return opened;
}

bool IsApplicants(ProcedureMove move) {
  return ActorOf(move) == Actor::kApplicant;
}

// Makes the moves of one request.
class Mover {
 public:
  Mover(const Context& context, const rpc::Call& call, feed::Tx& tx)
      : context_(context),
        call_(call),
        tx_(tx),
        calendar_(context.memory.calendar()),
        delegations_(context.memory.delegations()) {}

  absl::Status Load(const std::vector<Uuid>& projects) {
    RETURN_IF_ERROR(GuardCases(tx_.session(), projects));
    ASSIGN_OR_RETURN(const std::vector<StoredBody> cases, LoadCases(tx_.session(), projects));
    for (const StoredBody& stored : cases) {
      v1::Case proto;
      proto.ParseFromString(stored.body);
      RETURN_IF_ERROR(Open(FromProto(proto)));
    }
    ASSIGN_OR_RETURN(const std::vector<StoredBody> versions, LoadProcedureVersions(tx_.session(), projects));
    for (const StoredBody& stored : versions) {
      v1::Procedure proto;
      proto.ParseFromString(stored.body);
      if (const auto found = files_.find(stored.project); found != files_.end()) found->second.Add(FromProto(proto));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<v1::Procedure> Move(const v1::MoveProcedureRequest& request, bool in_batch) {
    ASSIGN_OR_RETURN(const ProcedureKey key, ParseProcedureName(request.name(), "name"));
    ASSIGN_OR_RETURN(const Date on, EffectiveDate(call_, request.effective_on()));
    const auto found = files_.find(key.project);
    if (found == files_.end() || !MaySee(call_, found->second.subject().region))
      return ProcedureNotFound(request.name());
    CaseFile& file = found->second;
    const Applicability* applicability = ApplicabilityOf(file.subject(), key.code);
    if (applicability == nullptr) return ProcedureNotFound(request.name());
    const ProcedureType* type = TypeOf(key.code);
    const Procedure fresh = Fresh(file.subject(), *applicability, type);
    const Procedure* newest = file.Newest(key.code);
    MoveOrder order = OrderFromProto(request, on);
    if (order.move == ProcedureMove::kSign && order.department.empty()) {
      order.department = UnitOf(call_);
    }
    RETURN_IF_ERROR(CheckActor(newest == nullptr ? fresh : *newest, order));
    RETURN_IF_ERROR(CheckEtag(request, file.VersionsOf(key.code), in_batch));
    RETURN_IF_ERROR(CheckCalendar(order, type));
    ASSIGN_OR_RETURN(const Procedure moved, file.Move(fresh, order, ValidityOf(type, newest, on)));
    return Write(file, moved, *applicability, type);
  }

  // Inserts the columns of all that was moved: many rows in a statement.
  absl::Status Finish() { return InsertProcedures(tx_.session(), tx_.change_set(), made_); }

 private:
  // What a case is decided on.
  absl::Status Open(const Case& subject) {
    const Template* found = nullptr;
    std::vector<ProcedureType> types;
    const Template copy = context_.memory.Read([&](const CaseBook& book) {
      found = book.FindTemplate(subject.template_name);
      if (types_.empty()) {
        for (const ProcedureType& type : book.Types()) types_.emplace(type.code, type);
      }
      return found == nullptr ? Template() : *found;
    });
    if (copy.name.empty()) return TemplateNotFound(subject.template_name);
    for (const auto& [code, type] : types_) types.push_back(type);
    ASSIGN_OR_RETURN(CaseGraph graph, CaseGraph::Create(copy, subject.procedures, types));
    for (const Node& node : copy.nodes) gates_[{subject.project, node.code}] = node.gates_start;
    files_.emplace(subject.project, CaseFile(subject, std::make_shared<const CaseGraph>(std::move(graph))));
    return absl::OkStatus();
  }

  static const Applicability* ApplicabilityOf(const Case& subject, const std::string& code) {
    for (const Applicability& one : subject.procedures) {
      if (one.code == code) return &one;
    }
    return nullptr;
  }

  const ProcedureType* TypeOf(const std::string& code) const {
    const auto found = types_.find(code);
    return found == types_.end() || found->second.terms.empty() ? nullptr : &found->second;
  }

  static Procedure Fresh(const Case& subject, const Applicability& applicability, const ProcedureType* type) {
    Procedure fresh;
    fresh.project = subject.project;
    fresh.code = applicability.code;
    fresh.region = subject.region;
    fresh.department =
        !applicability.department.empty() || type == nullptr ? applicability.department : type->department;
    return fresh;
  }

  // A government enters every move of its region; a department those of its own procedures and signatures, and of those
  // that were delegated to it.
  absl::Status CheckActor(const Procedure& procedure, const MoveOrder& order) const {
    if (call_.MayTouch(procedure.region, "")) return absl::OkStatus();
    const std::string& whose = ActorOf(order.move) == Actor::kSigner ? order.department : procedure.department;
    const bool acts =
        !IsApplicants(order.move) && ActsFor(*delegations_, UnitOf(call_), whose, procedure.code, order.on);
    return acts ? absl::OkStatus() : NotYourProcedure(IsApplicants(order.move) ? procedure.region : whose);
  }

  static absl::Status CheckEtag(const v1::MoveProcedureRequest& request, int64_t version, bool in_batch) {
    const bool needed = request.move() == v1::APPROVE || request.move() == v1::REJECT || request.move() == v1::REVOKE;
    if (request.etag().empty()) {
      if (!needed || in_batch) return absl::OkStatus();
      return InvalidFields({{"etag", "is needed for this move: the etag that you read"}});
    }
    if (request.etag() == fmt::format("{}", version)) return absl::OkStatus();
    return feed::EtagMismatch(request.name(), version);
  }

  absl::Status CheckCalendar(const MoveOrder& order, const ProcedureType* type) const {
    const bool accepts = order.move == ProcedureMove::kAccept || order.move == ProcedureMove::kAcceptTolerantly;
    return accepts && type != nullptr ? CheckClock(*type, order.on, *calendar_) : absl::OkStatus();
  }

  static int ValidityOf(const ProcedureType* type, const Procedure* newest, Date on) {
    if (type == nullptr) return 0;
    return TermsOn(*type, newest != nullptr && newest->accepted_on ? *newest->accepted_on : on).validity_months;
  }

  v1::Procedure Write(const CaseFile& file, const Procedure& moved, const Applicability& applicability,
                      const ProcedureType* type) {
    const int64_t version = file.VersionsOf(moved.code);
    v1::Procedure proto = ToProto(moved, {.version = version,
                                          .create_time = "",
                                          .update_time = call_.now().ToString(),
                                          .update_account = call_.principal().account});
    tx_.Put(VersionOf(proto));
    made_.push_back({moved, version});
    ProcedureContext context;
    context.type = type;
    context.applicability = &applicability;
    const auto gate = gates_.find({moved.project, moved.code});
    context.gates_start = gate != gates_.end() && gate->second;
    context.surroundings = file.SurroundingsOf(moved.code, call_.today(), 0);
    Describe(moved, context, *calendar_, call_.today(), proto);
    return proto;
  }

  const Context& context_;
  const rpc::Call& call_;
  feed::Tx& tx_;
  const std::shared_ptr<const WorkCalendar> calendar_;
  const std::shared_ptr<const std::vector<Delegation>> delegations_;
  std::map<Uuid, CaseFile> files_;
  std::map<std::string, ProcedureType> types_;
  std::map<std::pair<Uuid, std::string>, bool> gates_;
  std::vector<ProcedureVersion> made_;
};

}  // namespace

absl::StatusOr<EditableCase> LoadForWrite(const rpc::Call& call, feed::Tx& tx, const Uuid& project,
                                          const std::string& etag) {
  RETURN_IF_ERROR(GuardCases(tx.session(), {project}));
  ASSIGN_OR_RETURN(const std::vector<StoredBody> cases, LoadCases(tx.session(), {project}));
  EditableCase editable;
  if (!cases.empty()) editable.proto.ParseFromString(cases.front().body);
  if (cases.empty() || !call.MayTouch(editable.proto.region(), "")) return CaseNotFound(CaseName(project));
  editable.subject = FromProto(editable.proto);
  editable.version = cases.front().version;
  if (!etag.empty() && etag != editable.proto.etag()) return feed::EtagMismatch(CaseName(project), editable.version);
  return editable;
}

v1::Case NextCase(const Case& subject, const v1::Case& before, Timestamp now, const std::string& account) {
  Stamp stamp;
  stamp.version = before.etag().empty() ? 1 : VersionOf(before, Date()).version + 1;
  stamp.update_time = now.ToString();
  stamp.create_time = before.create_time().empty() ? stamp.update_time : before.create_time();
  stamp.update_account = account;
  return ToProto(subject, stamp);
}

absl::StatusOr<v1::Case> PutCase(feed::Tx& tx, const Case& subject, const v1::Case& before,
                                 const std::string& account) {
  v1::Case proto = NextCase(subject, before, tx.now(), account);
  feed::Version version = VersionOf(proto, subject.effective_on);
  RETURN_IF_ERROR(InsertCases(tx.session(), tx.change_set(), {{subject, version.version}}));
  tx.Put(std::move(version));
  return proto;
}

absl::StatusOr<std::vector<Case>> NewCases(const Context& context, const rpc::Call& call,
                                           const std::vector<v1::OpenCaseRequest>& requests, bool batch) {
  return context.memory.Read([&](const CaseBook& book) -> absl::StatusOr<std::vector<Case>> {
    const std::vector<Template> templates = book.Templates();
    std::vector<Case> cases;
    for (size_t i = 0; i < requests.size(); ++i) {
      absl::StatusOr<Case> opened = NewCase(book, call, requests[i], templates);
      if (!opened.ok()) return AtIndex(opened.status(), i, batch);
      cases.push_back(*std::move(opened));
    }
    return cases;
  });
}

absl::StatusOr<std::vector<Applicability>> AssessAgain(const Context& context, const Case& subject) {
  return context.memory.Read([&](const CaseBook& book) -> absl::StatusOr<std::vector<Applicability>> {
    const ProjectRow* project = book.FindProject(subject.project);
    if (project == nullptr) return ProjectNotFound(ProjectName(subject.project));
    const Template* found = book.FindTemplate(subject.template_name);
    if (found == nullptr) return TemplateNotFound(subject.template_name);
    ASSIGN_OR_RETURN(const Assessor assessor, Assessor::Create(*found));
    std::vector<Applicability> fresh = assessor.Assess(project->facts.attributes);
    for (Applicability& one : fresh) {  // Who decides was said by hand and stays.
      for (const Applicability& before : subject.procedures) {
        if (before.code == one.code) one.department = before.department;
      }
    }
    return fresh;
  });
}

absl::Status CheckBegun(feed::Tx& tx, const Uuid& project, const std::vector<Applicability>& fresh) {
  ASSIGN_OR_RETURN(const std::vector<StoredBody> versions, LoadProcedureVersions(tx.session(), {project}));
  std::map<std::string, ProcedureState> states;  // Versions come in their order: the newest stays.
  for (const StoredBody& stored : versions) {
    v1::Procedure proto;
    proto.ParseFromString(stored.body);
    states[stored.code] = static_cast<ProcedureState>(proto.state());
  }
  for (const Applicability& one : fresh) {
    const auto state = states.find(one.code);
    if (one.requirement == Requirement::kRequired || state == states.end()) continue;
    const bool idle = state->second == ProcedureState::kNotStarted || state->second == ProcedureState::kReturned ||
                      state->second == ProcedureState::kWithdrawn;
    if (!idle) return ProcedureBegun(one.code);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::Procedure>> MoveProcedures(const Context& context, const rpc::Call& call, feed::Tx& tx,
                                                          const std::vector<v1::MoveProcedureRequest>& requests,
                                                          bool in_batch) {
  std::vector<Uuid> projects;
  for (size_t i = 0; i < requests.size(); ++i) {
    const absl::StatusOr<ProcedureKey> key = ParseProcedureName(requests[i].name(), "name");
    if (!key.ok()) return AtIndex(key.status(), i, in_batch);
    projects.push_back(key->project);
  }
  std::sort(projects.begin(), projects.end());
  projects.erase(std::unique(projects.begin(), projects.end()), projects.end());
  Mover mover(context, call, tx);
  RETURN_IF_ERROR(mover.Load(projects));
  std::vector<v1::Procedure> moved;
  for (size_t i = 0; i < requests.size(); ++i) {
    absl::StatusOr<v1::Procedure> one = mover.Move(requests[i], in_batch);
    if (!one.ok()) return AtIndex(one.status(), i, in_batch);
    moved.push_back(*std::move(one));
  }
  RETURN_IF_ERROR(mover.Finish());
  return moved;
}

}  // namespace yaoshi::preapproval

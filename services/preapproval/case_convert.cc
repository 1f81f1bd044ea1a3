#include "services/preapproval/case_convert.h"

#include <fmt/format.h>

#include <charconv>

#include "common/status/status.h"
#include "services/preapproval/convert.h"
#include "services/preapproval/store/case_store.h"

namespace yaoshi::preapproval {
namespace {

int64_t VersionNumber(const std::string& etag) {
  int64_t version = 0;
  std::from_chars(etag.data(), etag.data() + etag.size(), version);
  return version;
}

Approval FromProto(const v1::Procedure::Approval& proto, Date otherwise) {
  return {proto.number(), proto.issuer(), DateOr(proto.approved_on(), otherwise), OptionalDate(proto.valid_until()),
          proto.document_sha256()};
}

Obligation FromProto(const v1::Procedure::Obligation& proto) {
  return {proto.id(), proto.document(), DateOr(proto.due_on(), Date()), proto.blocks(),
          OptionalDate(proto.fulfilled_on())};
}

Replan FromProto(const v1::Case::Replan& proto) {
  return {OptionalDate(proto.from_on()), OptionalDate(proto.to_on()), proto.reason()};
}

v1::Case::Replan ToProto(const Replan& replan) {
  v1::Case::Replan proto;
  proto.set_from_on(DateText(replan.from_on));
  proto.set_to_on(DateText(replan.to_on));
  proto.set_reason(replan.reason);
  return proto;
}

void SetDays(const std::optional<Days>& days, v1::Days* proto) {
  proto->set_count(days->count);
  proto->set_unit(static_cast<v1::DayUnit>(days->unit));
}

void AddRound(const Procedure& procedure, v1::Procedure& proto) {
  for (const Pause& one : procedure.pauses) {
    v1::Procedure::Pause& pause = *proto.add_pauses();
    pause.set_kind(static_cast<v1::Procedure::Pause::Kind>(one.kind));
    pause.set_from_on(one.from_on.ToString());
    pause.set_to_on(DateText(one.to_on));
    pause.set_reason(one.reason);
  }
  for (const Obligation& one : procedure.obligations) {
    v1::Procedure::Obligation& obligation = *proto.add_obligations();
    obligation.set_id(one.id);
    obligation.set_document(one.document);
    obligation.set_due_on(one.due_on.ToString());
    obligation.set_blocks(one.blocks);
    obligation.set_fulfilled_on(DateText(one.fulfilled_on));
  }
  for (const Signature& one : procedure.signatures) {
    v1::Procedure::Signature& signature = *proto.add_signatures();
    signature.set_department(one.department);
    signature.set_sequential(one.sequential);
    signature.set_requested_on(one.requested_on.ToString());
    signature.set_signed_on(DateText(one.signed_on));
    signature.set_agreed(one.agreed);
    signature.set_opinion(one.opinion);
  }
}

}  // namespace

absl::StatusOr<Uuid> ParseName(std::string_view prefix, std::string_view name, std::string_view field) {
  if (name.starts_with(prefix)) {
    const absl::StatusOr<Uuid> id = Uuid::Parse(name.substr(prefix.size()));
    if (id.ok()) return *id;
  }
  return InvalidFields({{std::string(field), fmt::format("must be \"{}{{uuid}}\"", prefix)}});
}

std::string ProjectName(const Uuid& project) {
  return "projects/" + project.ToString();
}

absl::StatusOr<Uuid> ParseProjectName(std::string_view name, std::string_view field) {
  return ParseName("projects/", name, field);
}

absl::StatusOr<Uuid> ParseCaseName(std::string_view name, std::string_view field) {
  return ParseName("cases/", name, field);
}

absl::StatusOr<ProcedureKey> ParseProcedureName(std::string_view name, std::string_view field) {
  constexpr std::string_view kProcedures = "/procedures/";
  const size_t at = name.find(kProcedures);
  if (at != std::string_view::npos) {
    const absl::StatusOr<Uuid> project = ParseCaseName(name.substr(0, at), field);
    const std::string_view code = name.substr(at + kProcedures.size());
    if (project.ok() && !code.empty() && code.find('/') == std::string_view::npos) {
      return ProcedureKey{*project, std::string(code)};
    }
  }
  return InvalidFields({{std::string(field), "must be \"cases/{uuid}/procedures/{code}\""}});
}

Applicability FromProto(const v1::Applicability& proto) {
  return {.code = proto.code(),
          .requirement = static_cast<Requirement>(proto.requirement()),
          .merged_into = proto.merged_into(),
          .reason = proto.reason(),
          .department = proto.department()};
}

Case FromProto(const v1::Case& proto) {
  Case subject;
  subject.project = ParseProjectName(proto.project(), "project").value_or(Uuid());
  subject.region = proto.region();
  subject.template_name = proto.template_();
  subject.opened_on = DateOr(proto.opened_on(), Date());
  subject.closed_on = OptionalDate(proto.closed_on());
  subject.closed_reason = proto.closed_reason();
  subject.target_start_on = OptionalDate(proto.target_start_on());
  for (const v1::Applicability& one : proto.procedures()) subject.procedures.push_back(FromProto(one));
  subject.baselines = proto.baselines();
  if (proto.has_replan()) subject.replan = FromProto(proto.replan());
  return subject;
}

v1::Case ToProto(const Case& subject, const Stamp& stamp) {
  v1::Case proto;
  proto.set_name(CaseName(subject.project));
  proto.set_project(ProjectName(subject.project));
  proto.set_region(subject.region);
  proto.set_template_(subject.template_name);
  proto.set_opened_on(subject.opened_on.ToString());
  proto.set_closed_on(DateText(subject.closed_on));
  proto.set_closed_reason(subject.closed_reason);
  proto.set_target_start_on(DateText(subject.target_start_on));
  for (const Applicability& one : subject.procedures) *proto.add_procedures() = ToProto(one);
  proto.set_baselines(subject.baselines);
  if (subject.replan) *proto.mutable_replan() = ToProto(*subject.replan);
  proto.set_etag(fmt::format("{}", stamp.version));
  proto.set_create_time(stamp.create_time);
  proto.set_update_time(stamp.update_time);
  proto.set_update_account(stamp.update_account);
  return proto;
}

Procedure FromProto(const v1::Procedure& proto) {
  Procedure procedure;
  const absl::StatusOr<ProcedureKey> key = ParseProcedureName(proto.name(), "name");
  if (key.ok()) procedure.project = key->project;
  procedure.code = proto.code();
  procedure.department = proto.department();
  procedure.region = proto.region();
  procedure.state = static_cast<ProcedureState>(proto.state());
  procedure.state_since = DateOr(proto.state_since(), Date());
  procedure.submitted_on = OptionalDate(proto.submitted_on());
  procedure.accepted_on = OptionalDate(proto.accepted_on());
  procedure.decided_on = OptionalDate(proto.decided_on());
  for (const v1::Procedure::Pause& one : proto.pauses()) {
    procedure.pauses.push_back(
        {static_cast<PauseKind>(one.kind()), DateOr(one.from_on(), Date()), OptionalDate(one.to_on()), one.reason()});
  }
  for (const v1::Procedure::Obligation& one : proto.obligations()) procedure.obligations.push_back(FromProto(one));
  for (const v1::Procedure::Signature& one : proto.signatures()) {
    procedure.signatures.push_back({one.department(), one.sequential(), DateOr(one.requested_on(), Date()),
                                    OptionalDate(one.signed_on()), one.agreed(), one.opinion()});
  }
  if (proto.has_approval()) procedure.approval = FromProto(proto.approval(), Date());
  procedure.basis = proto.basis();
  procedure.last_move = static_cast<ProcedureMove>(proto.last_move());
  procedure.effective_on = DateOr(proto.effective_on(), Date());
  procedure.rounds = proto.rounds();
  return procedure;
}

v1::Procedure ToProto(const Procedure& procedure, const Stamp& stamp) {
  v1::Procedure proto;
  proto.set_name(ProcedureName(procedure.project, procedure.code));
  proto.set_code(procedure.code);
  proto.set_department(procedure.department);
  proto.set_region(procedure.region);
  proto.set_state(static_cast<v1::ProcedureState>(procedure.state));
  proto.set_state_since(procedure.state_since.ToString());
  proto.set_submitted_on(DateText(procedure.submitted_on));
  proto.set_accepted_on(DateText(procedure.accepted_on));
  proto.set_decided_on(DateText(procedure.decided_on));
  AddRound(procedure, proto);
  if (procedure.approval) {
    v1::Procedure::Approval& approval = *proto.mutable_approval();
    approval.set_number(procedure.approval->number);
    approval.set_issuer(procedure.approval->issuer);
    approval.set_approved_on(procedure.approval->approved_on.ToString());
    approval.set_valid_until(DateText(procedure.approval->valid_until));
    approval.set_document_sha256(procedure.approval->document_sha256);
  }
  proto.set_basis(procedure.basis);
  proto.set_last_move(static_cast<v1::ProcedureMove>(procedure.last_move));
  proto.set_effective_on(procedure.effective_on.ToString());
  proto.set_rounds(procedure.rounds);
  proto.set_etag(fmt::format("{}", stamp.version));
  proto.set_update_time(stamp.update_time);
  proto.set_update_account(stamp.update_account);
  return proto;
}

MoveOrder OrderFromProto(const v1::MoveProcedureRequest& request, Date on) {
  MoveOrder order{static_cast<ProcedureMove>(request.move()), on};
  order.reason = request.reason();
  if (request.has_approval()) order.approval = FromProto(request.approval(), on);
  order.special_procedure = static_cast<PauseKind>(request.special_procedure());
  for (const v1::Procedure::Obligation& one : request.obligations()) order.obligations.push_back(FromProto(one));
  order.obligation = request.obligation();
  order.departments.assign(request.departments().begin(), request.departments().end());
  order.agreed = request.agreed();
  order.department = request.department();
  return order;
}

v1::ProjectFacts ToProto(const ProjectCopy& project, Timestamp facts_time) {
  v1::ProjectFacts proto;
  proto.set_name(ProjectName(project.id));
  proto.set_title(project.title);
  proto.set_region(project.region);
  proto.set_stage(project.stage_name);
  proto.set_planned_start_on(DateText(project.planned_start_on));
  proto.set_started_on(DateText(project.started_on));
  proto.set_total_investment_fen(project.total_investment_fen);
  proto.set_as_of_time(facts_time.ToString());
  return proto;
}

v1::Procedure::Clock ToProto(const ClockReading& reading) {
  v1::Procedure::Clock proto;
  if (reading.limit) SetDays(reading.limit, proto.mutable_limit());
  if (reading.legal_limit) SetDays(reading.legal_limit, proto.mutable_legal_limit());
  proto.set_used(reading.used);
  proto.set_remaining(reading.remaining);
  proto.set_due_on(DateText(reading.due_on));
  proto.set_overdue(reading.overdue);
  proto.set_legally_overdue(reading.legally_overdue);
  proto.set_paused(reading.paused);
  return proto;
}

feed::Version VersionOf(const v1::Case& subject, Date effective_on) {
  feed::Version version;
  version.type = "case";
  version.id = CaseId(ParseCaseName(subject.name(), "name").value_or(Uuid()));
  version.name = subject.name();
  version.version = VersionNumber(subject.etag());
  version.effective_on = effective_on;
  version.region = subject.region();
  version.body = subject.SerializeAsString();
  return version;
}

feed::Version VersionOf(const v1::Procedure& procedure) {
  feed::Version version;
  version.type = "procedure";
  const ProcedureKey key = ParseProcedureName(procedure.name(), "name").value_or(ProcedureKey());
  version.id = ProcedureId(key.project, key.code);
  version.name = procedure.name();
  version.version = VersionNumber(procedure.etag());
  version.effective_on = DateOr(procedure.effective_on(), Date());
  version.region = procedure.region();
  version.body = procedure.SerializeAsString();
  return version;
}

}  // namespace yaoshi::preapproval

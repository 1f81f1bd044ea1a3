#include "services/preapproval/convert.h"

#include <fmt/format.h>

#include <string_view>

#include "common/status/status.h"
#include "yaoshi/registry/v1/list.pb.h"

namespace yaoshi::preapproval {
namespace {

namespace registry_v1 = ::yaoshi::registry::v1;

constexpr std::string_view kProcedureTypes = "procedureTypes/";
constexpr std::string_view kProjects = "projects/";
constexpr std::string_view kEntries = "/entries/";

std::optional<Days> OptionalDays(bool set, const v1::Days& value) {
  return set ? std::optional<Days>(FromProto(value)) : std::nullopt;
}

std::vector<Date> DatesOf(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  std::vector<Date> dates;
  for (const std::string& text : texts) dates.push_back(DateOr(text, Date()));
  return dates;
}

Node FromProto(const v1::Template::Node& proto) {
  Node node;
  node.code = proto.code();
  node.prerequisites.assign(proto.prerequisites().begin(), proto.prerequisites().end());
  for (const v1::Template::Rule& rule : proto.rules()) {
    node.rules.push_back(
        {rule.condition(), static_cast<Requirement>(rule.requirement()), rule.merged_into(), rule.reason()});
  }
  node.preparation = OptionalDays(proto.has_preparation(), proto.preparation());
  node.gates_start = proto.gates_start();
  return node;
}

JointGroup FromProto(const v1::Template::JointGroup& proto) {
  JointGroup group;
  group.id = proto.id();
  group.title = proto.title();
  group.codes.assign(proto.codes().begin(), proto.codes().end());
  group.mode = static_cast<JointMode>(proto.mode());
  group.n = proto.n();
  group.lead_department = proto.lead_department();
  group.dependents.assign(proto.dependents().begin(), proto.dependents().end());
  return group;
}

absl::Status Broken(const feed::Version& version) {
  return Error(absl::StatusCode::kDataLoss, "FEED_BROKEN",
               fmt::format("Version {} of {} is no message of its type.", version.version, version.name));
}

// The project of "projects/{uuid}"; nil when the name has another form.
Uuid ProjectOf(std::string_view name) {
  if (!name.starts_with(kProjects)) return Uuid();
  return Uuid::Parse(name.substr(kProjects.size())).value_or(Uuid());
}

}  // namespace

std::optional<Date> OptionalDate(const std::string& text) {
  if (text.empty()) return std::nullopt;  // Most are: an error for each would cost more than the rest.
  const absl::StatusOr<Date> date = Date::Parse(text);
  return date.ok() ? std::optional<Date>(*date) : std::nullopt;
}

Date DateOr(const std::string& text, Date otherwise) {
  return OptionalDate(text).value_or(otherwise);
}

std::string DateText(const std::optional<Date>& date) {
  return date ? date->ToString() : "";
}

Days FromProto(const v1::Days& proto) {
  return {proto.count(), static_cast<DayUnit>(proto.unit())};
}

ProcedureType FromProto(const v1::ProcedureType& proto) {
  ProcedureType type;
  type.code = proto.name().substr(kProcedureTypes.size());
  type.title = proto.title();
  type.stage = static_cast<ApprovalStage>(proto.stage());
  type.department = proto.department();
  for (const v1::ProcedureType::Terms& terms : proto.terms()) {
    type.terms.push_back(
        {DateOr(terms.effective_on(), Date()), OptionalDays(terms.has_legal_limit(), terms.legal_limit()),
         OptionalDays(terms.has_promised_limit(), terms.promised_limit()), terms.validity_months(), terms.basis()});
  }
  type.preparation = OptionalDays(proto.has_preparation(), proto.preparation());
  type.outside_clock = OptionalDays(proto.has_outside_clock(), proto.outside_clock());
  type.after_start = proto.after_start();
  return type;
}

WorkYear FromProto(const v1::WorkCalendar& proto) {
  return {proto.year(), DatesOf(proto.holidays()), DatesOf(proto.worked_weekends())};
}

Template FromProto(const v1::Template& proto) {
  Template result;
  result.name = proto.name();
  result.title = proto.title();
  result.state = static_cast<TemplateState>(proto.state());
  result.effective_on = DateOr(proto.effective_on(), Date());
  result.supersedes = proto.supersedes();
  const v1::Template::Selector& selector = proto.selector();
  result.selector.regimes.assign(selector.regimes().begin(), selector.regimes().end());
  result.selector.fields.assign(selector.fields().begin(), selector.fields().end());
  result.selector.min_total_investment_fen = selector.min_total_investment_fen();
  result.selector.below_total_investment_fen = selector.below_total_investment_fen();
  result.selector.priority = selector.priority();
  for (const v1::Template::Node& node : proto.nodes()) result.nodes.push_back(FromProto(node));
  for (const v1::Template::JointGroup& group : proto.joint_groups()) result.joint_groups.push_back(FromProto(group));
  result.basis = proto.basis();
  return result;
}

Delegation FromProto(const v1::Delegation& proto) {
  return {proto.name(),
          proto.from_department(),
          proto.to_department(),
          {proto.codes().begin(), proto.codes().end()},
          DateOr(proto.from_on(), Date()),
          DateOr(proto.to_on(), Date())};
}

v1::Applicability ToProto(const Applicability& applicability) {
  v1::Applicability proto;
  proto.set_code(applicability.code);
  proto.set_requirement(static_cast<v1::Requirement>(applicability.requirement));
  proto.set_merged_into(applicability.merged_into);
  proto.set_reason(applicability.reason);
  proto.set_department(applicability.department);
  return proto;
}

ProjectAttributes AttributesOf(const registry_v1::Project& proto) {
  const registry_v1::CategoryAttributes& given = proto.attributes();
  ProjectAttributes attributes;
  attributes.regime = proto.regime();
  attributes.field = proto.field();
  attributes.nature = proto.nature();
  attributes.industry = proto.industry();
  attributes.total_investment_fen = proto.total_investment_fen();
  attributes.uses_new_land = given.uses_new_land();
  attributes.uses_cultivated_land = given.uses_cultivated_land();
  attributes.uses_forest_or_grass = given.uses_forest_or_grass();
  attributes.near_river = given.near_river();
  attributes.site_hectares_e2 = given.site_hectares_e2();
  attributes.earthwork_m3 = given.earthwork_m3();
  attributes.energy_tce = given.energy_tce();
  attributes.electricity_kwh = given.electricity_kwh();
  attributes.building_or_municipal = given.building_or_municipal();
  attributes.epc = given.epc();
  return attributes;
}

absl::StatusOr<ProjectCopy> ProjectCopyOf(const feed::Version& version) {
  registry_v1::Project proto;
  if (!proto.ParseFromString(version.body)) return Broken(version);
  ProjectCopy project;
  project.id = ProjectOf(version.name);
  if (project.id.nil()) return Broken(version);
  project.title = proto.title();
  project.project_code = proto.project_code();
  project.region = proto.region();
  project.stage = proto.stage();
  project.stage_name = registry_v1::Stage_Name(proto.stage());
  project.planned_start_on = OptionalDate(proto.planned_start_on());
  project.started_on = OptionalDate(proto.started_on());
  project.total_investment_fen = proto.total_investment_fen();
  if (!proto.merged_into().empty()) project.merged_into = ProjectOf(proto.merged_into());
  project.attributes = AttributesOf(proto);
  project.effective_on = version.effective_on;
  return project;
}

absl::StatusOr<EntryCopy> EntryCopyOf(const feed::Version& version) {
  registry_v1::Entry proto;
  const size_t split = version.name.find(kEntries);
  if (split == std::string::npos || !proto.ParseFromString(version.body)) return Broken(version);
  EntryCopy entry;
  entry.list = version.name.substr(0, split);
  ASSIGN_OR_RETURN(entry.project, Uuid::Parse(version.name.substr(split + kEntries.size())));
  entry.listed = proto.removed_on().empty();
  entry.effective_on = version.effective_on;
  return entry;
}

absl::StatusOr<ListCopy> ListCopyOf(const feed::Version& version) {
  registry_v1::List proto;
  if (!proto.ParseFromString(version.body)) return Broken(version);
  ListCopy list;
  list.name = version.name;
  list.title = proto.title();
  list.parent = proto.parent();
  list.master = proto.kind() == registry_v1::List::MASTER;
  list.first_year = proto.first_year();
  list.last_year = proto.last_year();
  list.predecessor = proto.predecessor();
  return list;
}

}  // namespace yaoshi::preapproval

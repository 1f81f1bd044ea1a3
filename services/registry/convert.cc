#include "services/registry/convert.h"

#include <fmt/format.h>

#include <algorithm>

namespace yaoshi::registry {
namespace {

std::optional<Date> OptionalDate(const std::string& text) {
  if (text.empty()) return std::nullopt;  // Most are: an error for each would cost more than the rest.
  const absl::StatusOr<Date> date = Date::Parse(text);
  return date.ok() ? std::optional<Date>(*date) : std::nullopt;
}

std::string Text(const std::optional<Date>& date) {
  return date ? date->ToString() : "";
}

// The part of a name behind its collection, or "".
std::string_view IdPart(std::string_view name, std::string_view collection) {
  if (!name.starts_with(collection)) return {};
  return name.substr(collection.size());
}

CategoryAttributes FromProto(const v1::CategoryAttributes& proto) {
  return {proto.uses_new_land(),
          proto.uses_cultivated_land(),
          proto.uses_forest_or_grass(),
          proto.near_river(),
          proto.site_hectares_e2(),
          proto.earthwork_m3(),
          proto.energy_tce(),
          proto.electricity_kwh(),
          proto.building_or_municipal(),
          proto.epc()};
}

void ToProto(const CategoryAttributes& attributes, v1::CategoryAttributes& proto) {
  proto.set_uses_new_land(attributes.uses_new_land);
  proto.set_uses_cultivated_land(attributes.uses_cultivated_land);
  proto.set_uses_forest_or_grass(attributes.uses_forest_or_grass);
  proto.set_near_river(attributes.near_river);
  proto.set_site_hectares_e2(attributes.site_hectares_e2);
  proto.set_earthwork_m3(attributes.earthwork_m3);
  proto.set_energy_tce(attributes.energy_tce);
  proto.set_electricity_kwh(attributes.electricity_kwh);
  proto.set_building_or_municipal(attributes.building_or_municipal);
  proto.set_epc(attributes.epc);
}

void TextsToProto(const Project& project, v1::Project& proto) {
  proto.set_title(project.title);
  proto.set_project_code(project.project_code);
  proto.set_region(project.region);
  proto.set_place(project.place);
  proto.set_industry(project.industry);
  proto.set_owner_title(project.owner_title);
  proto.set_owner_credit_code(project.owner_credit_code);
  proto.set_competent_department(project.competent_department);
  proto.set_responsible_unit(project.responsible_unit);
  proto.set_responsible_person(project.responsible_person);
  proto.set_content_and_scale(project.content_and_scale);
  proto.set_duplicate_override_reason(project.duplicate_override_reason);
}

void MoneyToProto(const Project& project, v1::Project& proto) {
  proto.set_total_investment_fen(project.total_investment_fen);
  for (const FundingSource& source : project.funding_sources) {
    v1::FundingSource& to = *proto.add_funding_sources();
    to.set_kind(static_cast<v1::FundingKind>(source.kind));
    to.set_amount_fen(source.amount_fen);
  }
  for (const AnnualPlan& plan : project.annual_plans) {
    v1::AnnualPlan& to = *proto.add_annual_plans();
    to.set_year(plan.year);
    to.set_planned_investment_fen(plan.planned_investment_fen);
    to.mutable_monthly_fen()->Add(plan.monthly_fen.begin(), plan.monthly_fen.end());
  }
}

}  // namespace

std::string ProjectName(const Uuid& id) {
  return "projects/" + id.ToString();
}

absl::StatusOr<Uuid> ParseProjectName(std::string_view name, std::string_view field) {
  absl::StatusOr<Uuid> id = Uuid::Parse(IdPart(name, "projects/"));
  if (!id.ok()) return InvalidFields({{std::string(field), "must have the form projects/{uuid}"}});
  return id;
}

absl::StatusOr<std::string> ParseListName(std::string_view name, std::string_view field) {
  const std::string_view id = IdPart(name, "lists/");
  if (id.empty() || id.find('/') != std::string_view::npos) {
    return InvalidFields({{std::string(field), "must have the form lists/{id}"}});
  }
  return std::string(name);
}

std::string EntryName(std::string_view list, const Uuid& project) {
  return fmt::format("{}/entries/{}", list, project.ToString());
}

Date DateOr(const std::string& text, Date otherwise) {
  return OptionalDate(text).value_or(otherwise);
}

std::vector<AnnualPlan> FromProto(const google::protobuf::RepeatedPtrField<v1::AnnualPlan>& plans) {
  std::vector<AnnualPlan> result;
  for (const v1::AnnualPlan& plan : plans) {
    result.push_back(
        {plan.year(), plan.planned_investment_fen(), {plan.monthly_fen().begin(), plan.monthly_fen().end()}});
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const AnnualPlan& a, const AnnualPlan& b) { return a.year < b.year; });
  return result;
}

Project FromProto(const v1::Project& proto) {
  Project project;
  project.id = Uuid::Parse(IdPart(proto.name(), "projects/")).value_or(Uuid());
  project.title = proto.title();
  project.project_code = proto.project_code();
  project.region = proto.region();
  project.place = proto.place();
  project.industry = proto.industry();
  project.field = proto.field();
  project.nature = proto.nature();
  project.regime = proto.regime();
  project.stage = static_cast<Stage>(proto.stage());
  project.stage_since = DateOr(proto.stage_since(), Date());
  project.owner_title = proto.owner_title();
  project.owner_credit_code = proto.owner_credit_code();
  project.competent_department = proto.competent_department();
  project.responsible_unit = proto.responsible_unit();
  project.responsible_person = proto.responsible_person();
  project.content_and_scale = proto.content_and_scale();
  project.planned_start_on = OptionalDate(proto.planned_start_on());
  project.planned_completion_on = OptionalDate(proto.planned_completion_on());
  project.total_investment_fen = proto.total_investment_fen();
  for (const v1::FundingSource& source : proto.funding_sources()) {
    project.funding_sources.push_back({source.kind(), source.amount_fen()});
  }
  project.annual_plans = FromProto(proto.annual_plans());
  project.attributes = FromProto(proto.attributes());
  project.started_on = OptionalDate(proto.started_on());
  project.completed_on = OptionalDate(proto.completed_on());
  project.merged_into = Uuid::Parse(IdPart(proto.merged_into(), "projects/")).value_or(Uuid());
  for (const std::string& name : proto.merged_from()) {
    project.merged_from.push_back(Uuid::Parse(IdPart(name, "projects/")).value_or(Uuid()));
  }
  project.duplicate_override_reason = proto.duplicate_override_reason();
  project.effective_on = DateOr(proto.effective_on(), Date());
  return project;
}

v1::Project ToProto(const Project& project, const Meta& meta) {
  v1::Project proto;
  proto.set_name(ProjectName(project.id));
  TextsToProto(project, proto);
  proto.set_project_code_format(
      static_cast<v1::ProjectCodeFormat>(FormatOf(project.project_code).value_or(ProjectCodeFormat::kNone)));
  proto.set_field(static_cast<v1::Field>(project.field));
  proto.set_nature(static_cast<v1::Nature>(project.nature));
  proto.set_regime(static_cast<v1::Regime>(project.regime));
  proto.set_stage(static_cast<v1::Stage>(project.stage));
  proto.set_stage_since(project.stage_since.ToString());
  proto.set_planned_start_on(Text(project.planned_start_on));
  proto.set_planned_completion_on(Text(project.planned_completion_on));
  proto.set_started_on(Text(project.started_on));
  proto.set_completed_on(Text(project.completed_on));
  MoneyToProto(project, proto);
  ToProto(project.attributes, *proto.mutable_attributes());
  if (project.merged()) proto.set_merged_into(ProjectName(project.merged_into));
  for (const Uuid& id : project.merged_from) proto.add_merged_from(ProjectName(id));
  proto.set_effective_on(project.effective_on.ToString());
  proto.set_etag(fmt::format("{}", meta.version));
  proto.set_create_time(meta.create_time);
  proto.set_create_account(meta.create_account);
  proto.set_update_time(meta.update_time);
  proto.set_update_account(meta.update_account);
  return proto;
}

Meta MetaOf(const v1::Project& proto) {
  return {std::atoll(proto.etag().c_str()), proto.create_time(), proto.create_account(), proto.update_time(),
          proto.update_account()};
}

List FromProto(const v1::List& proto) {
  List list;
  list.name = proto.name();
  list.title = proto.title();
  list.kind = static_cast<ListKind>(proto.kind());
  list.parent = proto.parent();
  list.horizon = proto.horizon();
  list.first_year = proto.first_year();
  list.last_year = proto.last_year();
  list.rules.min_total_investment_fen = proto.admission_rules().min_total_investment_fen();
  list.rules.requires_project_code = proto.admission_rules().requires_project_code();
  list.rules.requires_annual_plan = proto.admission_rules().requires_annual_plan();
  for (const int stage : proto.admission_rules().stages()) list.rules.stages.push_back(static_cast<Stage>(stage));
  return list;
}

Entry FromProto(const v1::Entry& proto) {
  Entry entry;
  const std::string& name = proto.name();
  entry.list = name.substr(0, name.find("/entries/"));
  entry.project = Uuid::Parse(IdPart(proto.project().name(), "projects/")).value_or(Uuid());
  entry.admitted_on = DateOr(proto.admitted_on(), Date());
  entry.removed_on = OptionalDate(proto.removed_on());
  entry.listed = !entry.removed_on.has_value();
  entry.kind = static_cast<EntryKind>(proto.kind());
  entry.reason = proto.reason();
  entry.admission_override_reason = proto.admission_override_reason();
  entry.adjustment = proto.adjustment();
  return entry;
}

v1::Entry ToProto(const Entry& entry) {
  v1::Entry proto;
  proto.set_name(EntryName(entry.list, entry.project));
  proto.mutable_project()->set_name(ProjectName(entry.project));
  proto.set_admitted_on(entry.admitted_on.ToString());
  proto.set_removed_on(Text(entry.removed_on));
  proto.set_kind(static_cast<v1::EntryKind>(entry.kind));
  proto.set_reason(entry.reason);
  proto.set_admission_override_reason(entry.admission_override_reason);
  proto.set_adjustment(entry.adjustment);
  return proto;
}

feed::Version VersionOf(const v1::Project& project) {
  return {"project",
          Uuid::Parse(IdPart(project.name(), "projects/")).value_or(Uuid()),
          project.name(),
          std::atoll(project.etag().c_str()),
          DateOr(project.effective_on(), Date()),
          project.region(),
          project.SerializeAsString()};
}

feed::Version VersionOf(const Entry& entry, const std::string& region, int64_t version) {
  return {
      "entry", EntryId(entry.list, entry.project), EntryName(entry.list, entry.project), version, entry.effective_on,
      region,  ToProto(entry).SerializeAsString()};
}

}  // namespace yaoshi::registry

#include "services/registry/project_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/region/region.h"
#include "services/registry/errors.h"

namespace yaoshi::registry {
namespace {

constexpr std::array kInitialStages = {v1::PLANNED, v1::RESERVED, v1::PREPARING, v1::UNDER_CONSTRUCTION};

}  // namespace

absl::StatusOr<Editable> LoadForWrite(const rpc::Call& call, db::Session& session, const Uuid& id,
                                      const std::string& etag) {
  ASSIGN_OR_RETURN(const std::vector<feed::StoredVersion> history, feed::LoadHistory(session, id));
  if (history.empty() || history.front().type != "project" || !call.MayTouch(history.back().region, "")) {
    return ProjectNotFound(ProjectName(id));
  }
  Editable editable{TimelineOf(history), {}, history.back().version};
  editable.newest.ParseFromString(history.back().body);
  if (!etag.empty() && etag != editable.newest.etag()) {
    return feed::EtagMismatch(editable.newest.name(), editable.version);
  }
  if (!editable.newest.merged_into().empty()) {
    return ProjectMerged(editable.newest.name(), editable.newest.merged_into());
  }
  return editable;
}

void Stamp(std::vector<v1::Project>& statements, int64_t after_version, const rpc::Call& call) {
  for (v1::Project& statement : statements) {
    statement.set_etag(fmt::format("{}", ++after_version));
    statement.set_update_time(call.now().ToString());
    statement.set_update_account(call.principal().account);
  }
}

absl::Status CheckStatements(const Context& context, const rpc::Call& call, const std::vector<v1::Project>& statements,
                             std::string_view prefix) {
  std::vector<FieldViolation> violations;
  for (const v1::Project& statement : statements) {
    if (statement.classified()) return ClassifiedProject();
    if (!call.MayTouch(statement.region(), "")) return RegionNotFound(statement.region());
    for (FieldViolation& violation : Validate(FromProto(statement), context.directory)) {
      violation.field = fmt::format("{}{}", prefix, violation.field);
      if (std::find(violations.begin(), violations.end(), violation) == violations.end()) {
        violations.push_back(std::move(violation));
      }
    }
  }
  return InvalidFields(violations);
}

absl::Status Save(feed::Tx& tx, const std::vector<v1::Project>& statements) {
  std::vector<ProjectVersion> versions;
  for (const v1::Project& statement : statements) {
    versions.push_back({FromProto(statement), MetaOf(statement).version});
    tx.Put(VersionOf(statement));
  }
  RETURN_IF_ERROR(ClaimCodes(tx.session(), tx.change_set(), versions));
  return InsertProjects(tx.session(), tx.change_set(), versions);
}

v1::Project NewProject(const rpc::Call& call, const v1::CreateProjectRequest& request, const Uuid& id,
                       Date effective_on) {
  v1::Project facts = request.project();
  facts.set_name(ProjectName(id));
  facts.set_stage(request.initial_stage() == v1::STAGE_UNSPECIFIED ? v1::PLANNED : request.initial_stage());
  facts.set_stage_since(effective_on.ToString());
  facts.set_effective_on(effective_on.ToString());
  facts.set_duplicate_override_reason(request.duplicate_override_reason());
  for (auto* text : {facts.mutable_started_on(), facts.mutable_completed_on(), facts.mutable_merged_into()})
    text->clear();
  facts.clear_merged_from();
  Meta meta;
  meta.version = 1;
  meta.create_time = meta.update_time = call.now().ToString();
  meta.create_account = meta.update_account = call.principal().account;
  v1::Project project = ToProto(FromProto(facts), meta);
  project.set_classified(facts.classified());
  return project;
}

std::vector<FieldViolation> CheckNew(const Context& context, const rpc::Call& call,
                                     const v1::CreateProjectRequest& request, std::string_view prefix,
                                     v1::Project& project) {
  std::vector<FieldViolation> violations;
  if (std::find(kInitialStages.begin(), kInitialStages.end(), project.stage()) == kInitialStages.end()) {
    violations.push_back({fmt::format("{}initial_stage", prefix),
                          "must be PLANNED, RESERVED, PREPARING or UNDER_CONSTRUCTION; other stages are moved to"});
  }
  if (DateOr(request.effective_on(), call.today()) > call.today()) {
    violations.push_back({fmt::format("{}effective_on", prefix), "lies in the future"});
  }
  for (FieldViolation& violation : Validate(FromProto(project), context.directory)) {
    violations.push_back({fmt::format("{}project.{}", prefix, violation.field), std::move(violation.description)});
  }
  return violations;
}

absl::Status CheckDuplicates(const Context& context, const v1::Project& project, std::string_view field) {
  if (!project.duplicate_override_reason().empty()) return absl::OkStatus();
  const Likeness likeness =
      LikenessOf(project.title(), project.place(), project.owner_title(), project.owner_credit_code());
  const std::vector<std::string> alike = context.memory.Read([&](const Portfolio& portfolio) {
    std::vector<std::string> texts;
    for (const auto& candidate : portfolio.Similar(RegionNumber(project.region()), likeness, kSuspicious, 3)) {
      texts.push_back(fmt::format("{} “{}” ({})", ProjectName(candidate.row->id),
                                  candidate.row->Text(ProjectField::kTitle),
                                  ExplainSimilarity(likeness, candidate.likeness)));
    }
    return texts;
  });
  return alike.empty() ? absl::OkStatus() : PossibleDuplicate(field, alike);
}

}  // namespace yaoshi::registry

#include "gateway/views/project_page.h"

#include "fmt/format.h"
#include "gateway/views/overview.h"
#include "yaoshi/preapproval/v1/case.pb.h"
#include "yaoshi/preapproval/v1/schedule.pb.h"
#include "yaoshi/registry/v1/project.pb.h"

namespace yaoshi::gateway {
namespace {

namespace preapproval = yaoshi::preapproval::v1;
namespace registry = yaoshi::registry::v1;

constexpr int kVersions = 20;
constexpr int kWarnings = 50;
constexpr int kUnits = 1000;  // A page that holds all units.

// What preapproval knows of the project: a case may not have been opened, and a new project not have arrived there.
void AskPreapproval(const v1::GetProjectPageRequest& request, const Basis& basis, std::vector<PartAsk>& asks) {
  preapproval::GetCaseRequest subject;
  subject.set_name("cases/" + request.name().substr(request.name().find('/') + 1));
  subject.set_as_of(request.as_of());
  subject.set_known_at(request.known_at());
  preapproval::CheckGateRequest gate;
  gate.set_project(request.name());
  gate.set_as_of(basis.as_of.ToString());
  preapproval::ListWarningsRequest warnings;
  warnings.set_page_size(kWarnings);
  warnings.set_case_name(subject.name());
  warnings.set_filter(fmt::format("warned_on <= \"{}\"", basis.as_of.ToString()));
  const auto add = [&](std::string part, const std::string& method, const google::protobuf::Message& message) {
    asks.push_back({std::move(part), "preapproval", "/yaoshi.preapproval.v1." + method, message.SerializeAsString(),
                    basis, /*may_be_absent=*/true});
  };
  add("case", "CaseService/GetCase", subject);
  add("gate", "CaseService/CheckGate", gate);
  add("warnings", "ScheduleService/ListWarnings", warnings);
}

}  // namespace

std::vector<PartAsk> AsksOf(const v1::GetProjectPageRequest& request, const Basis& basis) {
  registry::GetProjectRequest project;
  project.set_name(request.name());
  project.set_as_of(request.as_of());
  project.set_known_at(request.known_at());
  registry::ListProjectVersionsRequest versions;
  versions.set_name(request.name());
  versions.set_page_size(kVersions);
  registry::ListOrganizationsRequest units;
  units.set_page_size(kUnits);
  // History is shown as it is now, so every change of the project touches it.
  const Basis now = {Date::FromCivil(9999, 12, 31).value(), ""};
  const std::string service = "/yaoshi.registry.v1.ProjectService/";
  std::vector<PartAsk> asks = {
      {"project", "registry", service + "GetProject", project.SerializeAsString(), basis},
      {"versions", "registry", service + "ListProjectVersions", versions.SerializeAsString(), now},
      {"directory", "registry", "/yaoshi.registry.v1.OrganizationService/ListOrganizations", units.SerializeAsString(),
       now}};
  AskPreapproval(request, basis, asks);
  return asks;
}

absl::StatusOr<v1::ProjectPage> ComposeProjectPage(const std::vector<PartAnswer>& answers) {
  if (absl::Status fault = CallersFault(answers); !fault.ok()) return fault;
  v1::ProjectPage page;
  DescribeParts(answers, page.mutable_parts());
  const auto project = AnswerOf<registry::Project>(answers, "project");
  if (!project.name().empty()) *page.mutable_project() = project;
  const auto directory = AnswerOf<registry::ListOrganizationsResponse>(answers, "directory");
  for (const registry::Organization& unit : directory.organizations()) {
    if (IsRegional(unit) && unit.region() == project.region()) *page.mutable_region_unit() = unit;
    if (unit.name() == project.competent_department()) *page.mutable_competent_department() = unit;
    if (unit.name() == project.responsible_unit()) *page.mutable_responsible_unit() = unit;
  }
  *page.mutable_versions() = AnswerOf<registry::ListProjectVersionsResponse>(answers, "versions").versions();
  auto subject = AnswerOf<preapproval::CaseView>(answers, "case");
  if (subject.has_case_()) *page.mutable_case_() = std::move(subject);
  auto gate = AnswerOf<preapproval::CheckGateResponse>(answers, "gate");
  if (!gate.as_of().empty()) *page.mutable_gate() = std::move(gate);
  *page.mutable_warnings() = AnswerOf<preapproval::ListWarningsResponse>(answers, "warnings").warnings();
  return page;
}

}  // namespace yaoshi::gateway

#include "gateway/views/project_page.h"

#include "yaoshi/registry/v1/organization.pb.h"
#include "yaoshi/registry/v1/project.pb.h"

namespace yaoshi::gateway {
namespace {

namespace registry = yaoshi::registry::v1;

constexpr int kVersions = 20;
constexpr int kUnits = 1000;  // A page that holds all units.

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
  return {{"project", "registry", service + "GetProject", project.SerializeAsString(), basis},
          {"versions", "registry", service + "ListProjectVersions", versions.SerializeAsString(), now},
          {"directory", "registry", "/yaoshi.registry.v1.OrganizationService/ListOrganizations",
           units.SerializeAsString(), now}};
}

absl::StatusOr<v1::ProjectPage> ComposeProjectPage(const std::vector<PartAnswer>& answers) {
  if (absl::Status fault = CallersFault(answers); !fault.ok()) return fault;
  v1::ProjectPage page;
  DescribeParts(answers, page.mutable_parts());
  const auto project = AnswerOf<registry::Project>(answers, "project");
  if (!project.name().empty()) *page.mutable_project() = project;
  const auto directory = AnswerOf<registry::ListOrganizationsResponse>(answers, "directory");
  for (const registry::Organization& unit : directory.organizations()) {
    const bool regional =
        unit.kind() == registry::Organization::COUNTY_LEVEL || unit.kind() == registry::Organization::CITY;
    if (regional && unit.region() == project.region()) *page.mutable_region_unit() = unit;
    if (unit.name() == project.competent_department()) *page.mutable_competent_department() = unit;
    if (unit.name() == project.responsible_unit()) *page.mutable_responsible_unit() = unit;
  }
  *page.mutable_versions() = AnswerOf<registry::ListProjectVersionsResponse>(answers, "versions").versions();
  return page;
}

}  // namespace yaoshi::gateway

#include "services/registry/testing/registry_server.h"

#include <condition_variable>
#include <mutex>

#include "google/protobuf/descriptor.h"
#include "yaoshi/registry/v1/organization.pb.h"

namespace yaoshi::registry {
std::span<const db::Migration> Migrations();
}

namespace yaoshi::registry::testing {

using rpc::testing::CityOffice;

RegistryServer::RegistryServer(StartGateOptions gate) : TestService(kRegistry, Migrations()) {
  BootstrapCity(database());
  Start([gate = std::move(gate)](const service::Foundation& foundation) {
    return Must(RegistryService::Create(foundation, gate));
  });
  const std::pair<std::string, std::string> kUnits[] = {{"621121", "通渭县"}, {"621122", "陇西县"}, {"621125", "漳县"}};
  for (const auto& [region, title] : kUnits) {
    v1::CreateOrganizationRequest request;
    request.set_organization_id("county-" + region);
    request.mutable_organization()->set_title(title);
    request.mutable_organization()->set_kind(v1::Organization::COUNTY_LEVEL);
    request.mutable_organization()->set_region(region);
    Call<v1::Organization>(CityOffice(), "OrganizationService/CreateOrganization", request).status().IgnoreError();
  }
  v1::CreateOrganizationRequest department;
  department.set_organization_id("dept-01");
  department.mutable_organization()->set_title("发展改革委");
  department.mutable_organization()->set_kind(v1::Organization::DEPARTMENT);
  department.mutable_organization()->set_region("621100");
  Call<v1::Organization>(CityOffice(), "OrganizationService/CreateOrganization", department).status().IgnoreError();
}

rpc::Reply RegistryServer::CallBytes(const auth::Principal& who, const google::protobuf::MethodDescriptor& method,
                                     const google::protobuf::Message& request) {
  const std::string path = "/" + std::string(method.service()->full_name()) + "/" + std::string(method.name());
  if (!method.server_streaming()) return rpc().channel().CallBlocking(path, request, OptionsFor(who));
  std::mutex mutex;
  std::condition_variable done;
  bool ended = false;
  rpc::Reply reply;
  const auto handle = rpc().channel().ReadStream(
      path, request.SerializeAsString(), OptionsFor(who),
      [&](const std::string& bytes) {
        const std::lock_guard lock(mutex);
        reply.bytes += bytes;
      },
      [&](absl::Status status) {
        const std::lock_guard lock(mutex);
        reply.status = std::move(status);
        ended = true;
        done.notify_all();
      });
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return ended; });
  return reply;
}

v1::Project RegistryServer::Create(const v1::CreateProjectRequest& request) {
  return Must(Call<v1::Project>(CityOffice(), "ProjectService/CreateProject", request));
}

std::vector<v1::Project> RegistryServer::Create(const std::vector<v1::CreateProjectRequest>& requests) {
  std::vector<v1::Project> projects;
  for (size_t begin = 0; begin < requests.size(); begin += 200) {
    v1::BatchCreateProjectsRequest batch;
    for (size_t i = begin; i < std::min(requests.size(), begin + 200); ++i) *batch.add_requests() = requests[i];
    const auto made =
        Must(Call<v1::BatchCreateProjectsResponse>(CityOffice(), "ProjectService/BatchCreateProjects", batch));
    projects.insert(projects.end(), made.projects().begin(), made.projects().end());
  }
  return projects;
}

v1::Project RegistryServer::Get(const std::string& name, const std::string& as_of, const std::string& known_at) {
  v1::GetProjectRequest request;
  request.set_name(name);
  request.set_as_of(as_of);
  request.set_known_at(known_at);
  return Must(Call<v1::Project>(CityOffice(), "ProjectService/GetProject", request));
}

std::string RegistryServer::NewList(const std::string& id, v1::List::Kind kind, const std::string& parent,
                                    int first_year) {
  v1::CreateListRequest request;
  request.set_list_id(id);
  v1::List& list = *request.mutable_list();
  list.set_title("清单" + id);
  list.set_kind(kind);
  list.set_parent(parent);
  list.set_horizon(v1::List::THIS_YEAR);
  list.set_first_year(first_year);
  list.set_last_year(first_year);
  return Must(Call<v1::List>(CityOffice(), "ListService/CreateList", request)).name();
}

v1::CreateProjectRequest NewProjectRequest(const std::string& title, const std::string& region,
                                           const std::string& effective_on) {
  v1::CreateProjectRequest request;
  v1::Project& project = *request.mutable_project();
  project.set_title(title);
  project.set_region(region);
  project.set_place(title + "旁");
  project.set_industry("N76");
  project.set_field(v1::AGRICULTURE_WATER);
  project.set_nature(v1::NEW_CONSTRUCTION);
  project.set_regime(v1::APPROVAL);
  project.set_owner_title(title + "业主");
  project.set_competent_department("organizations/dept-01");
  project.set_total_investment_fen(1'000'000'000);
  v1::AnnualPlan& plan = *project.add_annual_plans();
  plan.set_year(2022);
  plan.set_planned_investment_fen(300'000'000);
  request.set_effective_on(effective_on);
  request.set_duplicate_override_reason("另一个项目");
  return request;
}

}  // namespace yaoshi::registry::testing

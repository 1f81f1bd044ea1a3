// ProjectService: projects and their life, summaries and the funnel.
#pragma once

#include "common/rpc/service.h"
#include "services/registry/context.h"
#include "services/registry/convert.h"

namespace yaoshi::registry {

class ProjectHandlers {
 public:
  explicit ProjectHandlers(const Context& context) : context_(context) {}
  rpc::BoundService Bind();

 private:
  // Before a start: the answer that an earlier attempt got, or nullopt when it may go on.
  absl::StatusOr<std::optional<v1::Project>> CheckStart(rpc::Call& call, const v1::MoveProjectRequest& request,
                                                        const Uuid& id, Date on);
  absl::StatusOr<v1::Project> CreateProject(rpc::Call& call, const v1::CreateProjectRequest& request);
  absl::StatusOr<v1::BatchCreateProjectsResponse> BatchCreateProjects(rpc::Call& call,
                                                                      const v1::BatchCreateProjectsRequest& request);
  absl::StatusOr<rpc::Bytes> GetProject(rpc::Call& call, const v1::GetProjectRequest& request);
  absl::StatusOr<rpc::Bytes> BatchGetProjects(rpc::Call& call, const v1::BatchGetProjectsRequest& request);
  absl::StatusOr<rpc::Bytes> ListProjects(rpc::Call& call, const v1::ListProjectsRequest& request);
  absl::StatusOr<v1::Project> UpdateProject(rpc::Call& call, const v1::UpdateProjectRequest& request);
  absl::StatusOr<v1::Project> MoveProject(rpc::Call& call, const v1::MoveProjectRequest& request);
  absl::StatusOr<v1::Project> MergeProject(rpc::Call& call, const v1::MergeProjectRequest& request);
  absl::StatusOr<v1::FindDuplicatesResponse> FindDuplicates(rpc::Call& call, const v1::FindDuplicatesRequest& request);
  absl::StatusOr<v1::ListProjectVersionsResponse> ListProjectVersions(rpc::Call& call,
                                                                      const v1::ListProjectVersionsRequest& request);
  absl::StatusOr<v1::SummarizeProjectsResponse> SummarizeProjects(rpc::Call& call,
                                                                  const v1::SummarizeProjectsRequest& request);
  absl::StatusOr<v1::Funnel> GetFunnel(rpc::Call& call, const v1::GetFunnelRequest& request);

  const Context& context_;
};

}  // namespace yaoshi::registry

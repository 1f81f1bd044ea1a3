// SessionService: the sessions that people ended, for the replicas of the gateway.
#pragma once

#include "common/resource/named_resource.h"
#include "services/registry/directory_context.h"
#include "yaoshi/registry/v1/session.pb.h"

namespace yaoshi::registry {

class SessionHandlers {
 public:
  explicit SessionHandlers(const DirectoryContext& context);

  // This must outlive the server.
  rpc::BoundService Bind();

 private:
  absl::StatusOr<rpc::Bytes> End(rpc::Call& call, const v1::EndSessionRequest& request);
  absl::StatusOr<v1::ListEndedSessionsResponse> List(rpc::Call& call, const v1::ListEndedSessionsRequest& request);

  const DirectoryContext context_;
  const resource::NamedResource sessions_;
};

}  // namespace yaoshi::registry

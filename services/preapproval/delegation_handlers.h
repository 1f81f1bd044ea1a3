// DelegationService: departments that act for others (委托).
#pragma once

#include "common/resource/named_resource.h"
#include "services/preapproval/context.h"
#include "yaoshi/preapproval/v1/delegation.pb.h"

namespace yaoshi::preapproval {

class DelegationHandlers {
 public:
  explicit DelegationHandlers(const Context& context);

  // This must outlive the server.
  rpc::BoundService Bind();

 private:
  absl::StatusOr<rpc::Bytes> End(rpc::Call& call, const v1::EndDelegationRequest& request);

  const resource::NamedResource delegations_;
};

}  // namespace yaoshi::preapproval

// TemplateService: which procedures a kind of project needs (审批流程模板).
#pragma once

#include "common/resource/named_resource.h"
#include "services/preapproval/context.h"
#include "yaoshi/preapproval/v1/template.pb.h"

namespace yaoshi::preapproval {

class TemplateHandlers {
 public:
  explicit TemplateHandlers(const Context& context);

  // This must outlive the server.
  rpc::BoundService Bind();

 private:
  absl::StatusOr<rpc::Bytes> Publish(rpc::Call& call, const v1::PublishTemplateRequest& request);
  absl::StatusOr<v1::ApplyTemplateResponse> Apply(rpc::Call& call, const v1::ApplyTemplateRequest& request);

  const Context& context_;
  const resource::NamedResource templates_;
};

}  // namespace yaoshi::preapproval

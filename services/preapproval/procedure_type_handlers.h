// ProcedureTypeService: the catalogue of procedures (审批事项目录).
#pragma once

#include "common/resource/named_resource.h"
#include "services/preapproval/context.h"

namespace yaoshi::preapproval {

class ProcedureTypeHandlers {
 public:
  explicit ProcedureTypeHandlers(const Context& context);

  // This must outlive the server.
  rpc::BoundService Bind();

 private:
  const resource::NamedResource types_;
};

}  // namespace yaoshi::preapproval

// FigureService of the registry: lists.* with definition and rows.
#pragma once

#include "common/rpc/service.h"
#include "services/registry/context.h"
#include "yaoshi/common/v1/figure.pb.h"

namespace yaoshi::registry {

class FigureHandlers {
 public:
  explicit FigureHandlers(const Context& context) : context_(context) {}
  rpc::BoundService Bind();

 private:
  absl::StatusOr<common::v1::ListFiguresResponse> ListFigures(rpc::Call& call,
                                                              const common::v1::ListFiguresRequest& request);
  const Context& context_;
};

}  // namespace yaoshi::registry

// FigureService of preapproval: procedures.* with definition and rows.
#pragma once

#include "common/rpc/service.h"
#include "services/preapproval/context.h"
#include "services/preapproval/rating.h"
#include "yaoshi/common/v1/figure.pb.h"

namespace yaoshi::preapproval {

class FigureHandlers {
 public:
  // Both outlive this.
  FigureHandlers(const Context& context, PastRates& past) : context_(context), past_(past) {}
  rpc::BoundService Bind();

 private:
  absl::StatusOr<common::v1::ListFiguresResponse> ListFigures(rpc::Call& call,
                                                              const common::v1::ListFiguresRequest& request);

  const Context& context_;
  PastRates& past_;
};

}  // namespace yaoshi::preapproval

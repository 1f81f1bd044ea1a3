// StatisticsService: completion rates and the efficiency of departments.
#pragma once

#include "common/rpc/service.h"
#include "services/preapproval/context.h"
#include "services/preapproval/rating.h"
#include "yaoshi/preapproval/v1/statistics.pb.h"

namespace yaoshi::preapproval {

class StatisticsHandlers {
 public:
  // Both outlive this.
  StatisticsHandlers(const Context& context, PastRates& past) : context_(context), past_(past) {}
  rpc::BoundService Bind();

 private:
  absl::StatusOr<v1::CompletionRates> GetCompletionRates(rpc::Call& call, const v1::GetCompletionRatesRequest& request);
  absl::StatusOr<v1::Efficiency> GetEfficiency(rpc::Call& call, const v1::GetEfficiencyRequest& request);

  const Context& context_;
  PastRates& past_;
};

}  // namespace yaoshi::preapproval

// Schedules of cases, and warnings.
#pragma once

#include "absl/status/statusor.h"
#include "common/rpc/service.h"
#include "services/preapproval/context.h"
#include "yaoshi/preapproval/v1/schedule.pb.h"

namespace yaoshi::preapproval {

class ScheduleHandlers {
 public:
  // `context` outlives the handlers.
  explicit ScheduleHandlers(const Context& context) : context_(context) {}

  rpc::BoundService Bind();

 private:
  absl::StatusOr<v1::Schedule> GetSchedule(rpc::Call& call, const v1::GetScheduleRequest& request);
  absl::StatusOr<v1::ListWarningsResponse> ListWarnings(rpc::Call& call, const v1::ListWarningsRequest& request);

  const Context& context_;
};

}  // namespace yaoshi::preapproval

// WorkCalendarService: holidays and worked weekends (工作日历), and counting with them.
#pragma once

#include "common/resource/named_resource.h"
#include "services/preapproval/context.h"
#include "yaoshi/preapproval/v1/work_calendar.pb.h"

namespace yaoshi::preapproval {

class WorkCalendarHandlers {
 public:
  explicit WorkCalendarHandlers(const Context& context);

  // This must outlive the server.
  rpc::BoundService Bind();

 private:
  absl::StatusOr<v1::PreviewWorkCalendarResponse> Preview(rpc::Call& call,
                                                          const v1::PreviewWorkCalendarRequest& request);
  absl::StatusOr<v1::CountDaysResponse> CountDays(rpc::Call& call, const v1::CountDaysRequest& request);

  const Context& context_;
  const resource::NamedResource calendars_;
};

}  // namespace yaoshi::preapproval

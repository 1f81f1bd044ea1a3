#include "services/preapproval/schedule_convert.h"

#include <fmt/format.h>

#include "common/feed/change_set.h"
#include "services/preapproval/convert.h"

namespace yaoshi::preapproval {

Uuid WarningId(const Warning& warning) {
  return feed::NamedId(
      "warning", fmt::format("{}/{}/{}/{}/{}", warning.project.ToString(), warning.code, static_cast<int>(warning.kind),
                             warning.due_on.ToString(), warning.obligation));
}

v1::Schedule ToProto(const Schedule& schedule, const CaseRow& subject) {
  v1::Schedule proto;
  proto.set_name("cases/" + subject.project.ToString() + "/schedule");
  proto.set_target_start_on(schedule.target_start_on.ToString());
  proto.set_counted_on(schedule.counted_on.ToString());
  proto.set_forecast_start_on(schedule.forecast_start_on.ToString());
  proto.set_feasible(schedule.feasible);
  proto.set_shortfall_days(schedule.shortfall_days);
  proto.set_explanation(schedule.explanation);
  for (const ScheduleItem& item : schedule.items) {
    v1::Schedule::Item& one = *proto.add_items();
    one.set_code(item.code);
    const int place = subject.profile->Find(item.code);
    const ProcedureRow& row = subject.procedures[static_cast<size_t>(place)];
    one.set_state(static_cast<v1::ProcedureState>(row.StateOn(schedule.counted_on)));
    one.set_latest_start_on(DateText(item.latest_start_on));
    one.set_latest_acceptance_on(DateText(item.latest_acceptance_on));
    one.set_latest_finish_on(DateText(item.latest_finish_on));
    one.set_forecast_start_on(DateText(item.forecast_start_on));
    one.set_forecast_finish_on(DateText(item.forecast_finish_on));
    one.set_float_days(item.float_days);
    one.set_critical(item.critical);
    one.mutable_prerequisites()->Add(item.prerequisites.begin(), item.prerequisites.end());
  }
  proto.mutable_critical_path()->Add(schedule.critical_path.begin(), schedule.critical_path.end());
  return proto;
}

v1::Warning ToProto(const Warning& warning) {
  v1::Warning proto;
  proto.set_name("warnings/" + WarningId(warning).ToString());
  proto.set_kind(static_cast<v1::Warning::Kind>(warning.kind));
  proto.set_subject("cases/" + warning.project.ToString());
  if (!warning.code.empty()) proto.mutable_subject()->append("/procedures/" + warning.code);
  proto.set_code(warning.code);
  proto.set_department(warning.department);
  proto.set_region(warning.region);
  proto.set_due_on(warning.due_on.ToString());
  proto.set_warned_on(warning.warned_on.ToString());
  proto.set_explanation(warning.explanation);
  return proto;
}

}  // namespace yaoshi::preapproval

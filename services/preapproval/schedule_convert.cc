#include "services/preapproval/schedule_convert.h"

#include <fmt/format.h>

#include "common/feed/change_set.h"

namespace yaoshi::preapproval {

Uuid WarningId(const Warning& warning) {
  return feed::NamedId(
      "warning", fmt::format("{}/{}/{}/{}/{}", warning.project.ToString(), warning.code, static_cast<int>(warning.kind),
                             warning.due_on.ToString(), warning.obligation));
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

#include "common/resource/moment.h"

#include <fmt/format.h>

#include <vector>

#include "common/status/status.h"

namespace yaoshi::resource {
namespace {

// Field rules have checked the form.
Date DateOr(const std::string& text, Date otherwise) {
  return text.empty() ? otherwise : Date::Parse(text).value_or(otherwise);
}

}  // namespace

absl::StatusOr<Moment> MomentOf(const rpc::Call& call, const std::string& as_of, const std::string& known_at) {
  Moment moment;
  moment.at.as_of = DateOr(as_of, call.today());
  moment.at.known_at = call.now();
  moment.at.deadline = call.deadline();
  std::vector<FieldViolation> violations;
  if (moment.at.as_of > call.today()) {
    violations.push_back({"as_of", "lies in the future; facts are not dated in the future"});
  }
  if (!known_at.empty()) {
    const absl::StatusOr<Timestamp> time = Timestamp::Parse(known_at);
    if (!time.ok() || *time > call.now()) {
      violations.push_back({"known_at", "must be a time in the past, such as 2022-04-20T08:00:00Z"});
    } else {
      moment.at.known_at = *time;
    }
  }
  RETURN_IF_ERROR(InvalidFields(violations));
  moment.past = moment.at.as_of < call.today() || moment.at.known_at < call.now();
  return moment;
}

absl::StatusOr<Date> EffectiveDate(const rpc::Call& call, const std::string& effective_on) {
  const Date date = DateOr(effective_on, call.today());
  if (date > call.today()) {
    return InvalidFields({{"effective_on", "lies in the future; a fact holds from today at the latest"}});
  }
  return date;
}

std::string PrincipalScope(const rpc::Call& call) {
  return fmt::format("{}/{}/{}", static_cast<int>(call.principal().role), call.principal().region,
                     call.principal().organization);
}

}  // namespace yaoshi::resource

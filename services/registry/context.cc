#include "services/registry/context.h"

#include <fmt/format.h>

#include "common/auth/rules.h"
#include "services/registry/convert.h"
#include "services/registry/errors.h"

namespace yaoshi::registry {

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

absl::StatusOr<std::string> ScopeOf(const rpc::Call& call, const std::string& region, const References& directory) {
  const bool bounded = call.reach() != auth::Reach::kAll;
  if (region.empty()) return bounded ? call.principal().region : std::string();
  const bool visible = !bounded || auth::Covers(call.principal().region, region);
  // A code above the counties (the province) is no unit of the directory, yet it covers what is below it. A code covers
  // itself; what is none does not.
  const bool wide = region.ends_with("00") && auth::Covers(region, region);
  if (!visible || (!directory.IsRegion(region) && !wide)) return RegionNotFound(region);
  return region;
}

std::string PrincipalScope(const rpc::Call& call) {
  return fmt::format("{}/{}/{}", static_cast<int>(call.principal().role), call.principal().region,
                     call.principal().organization);
}

absl::StatusOr<Date> EffectiveDate(const rpc::Call& call, const std::string& effective_on) {
  const Date date = DateOr(effective_on, call.today());
  if (date > call.today()) {
    return InvalidFields({{"effective_on", "lies in the future; a fact holds from today at the latest"}});
  }
  return date;
}

}  // namespace yaoshi::registry

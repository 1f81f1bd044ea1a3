#include "services/preapproval/context.h"

#include "common/auth/rules.h"
#include "common/region/region.h"
#include "services/preapproval/errors.h"

namespace yaoshi::preapproval {

absl::StatusOr<std::string> ScopeOf(const rpc::Call& call, const std::string& region) {
  const bool bounded = call.reach() != auth::Reach::kAll;
  if (region.empty()) return bounded ? call.principal().region : std::string();
  // A code covers itself; what is none does not.
  const bool visible = !bounded || RegionCovers(call.principal().region, region);
  if (!visible || !RegionCovers(region, region)) return RegionNotFound(region);
  return region;
}

std::string UnitOf(const rpc::Call& call) {
  const std::string& id = call.principal().organization;
  return id.empty() ? "" : "organizations/" + id;
}

}  // namespace yaoshi::preapproval

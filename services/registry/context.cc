#include "services/registry/context.h"

#include "common/auth/rules.h"
#include "common/region/region.h"
#include "services/registry/errors.h"

namespace yaoshi::registry {

absl::StatusOr<std::string> ScopeOf(const rpc::Call& call, const std::string& region, const References& directory) {
  const bool bounded = call.reach() != auth::Reach::kAll;
  if (region.empty()) return bounded ? call.principal().region : std::string();
  const bool visible = !bounded || RegionCovers(call.principal().region, region);
  // A code above the counties (the province) is no unit of the directory, yet it covers what is below it. A code covers
  // itself; what is none does not.
  const bool wide = region.ends_with("00") && RegionCovers(region, region);
  if (!visible || (!directory.IsRegion(region) && !wide)) return RegionNotFound(region);
  return region;
}

}  // namespace yaoshi::registry

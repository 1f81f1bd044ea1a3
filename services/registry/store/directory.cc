#include "services/registry/store/directory.h"

#include "common/feed/change_set.h"
#include "common/status/status.h"

namespace yaoshi::registry {

bool Directory::IsRegion(std::string_view code) const {
  const uint64_t generation = memory_.Generation("organization");
  absl::MutexLock lock(&mutex_);
  if (generation != generation_) {
    regions_.clear();
    v1::Organization organization;
    memory_.Scan("organization", "", [&](const std::string&, const resource::Row& row) {
      mutex_.AssertHeld();
      if (organization.ParseFromString(*row.body) && OwnsRegion(organization)) regions_.insert(organization.region());
      return true;
    });
    generation_ = generation;
  }
  return regions_.contains(std::string(code));
}

bool Directory::IsOrganization(std::string_view name) const {
  return memory_.Find("organization", name).has_value();
}

absl::StatusOr<std::optional<v1::Organization>> LoadOrganization(db::Session& session, const std::string& name) {
  const auto stored = feed::LoadLatest(session, feed::NamedId("organization", name));
  if (absl::IsNotFound(stored.status())) return std::nullopt;
  RETURN_IF_ERROR(stored.status());
  v1::Organization organization;
  if (!organization.ParseFromString(stored->body)) return absl::DataLossError("A unit cannot be read.");
  return organization;
}

bool OwnsRegion(const v1::Organization& organization) {
  return organization.kind() == v1::Organization::CITY || organization.kind() == v1::Organization::COUNTY_LEVEL;
}

}  // namespace yaoshi::registry

#include "services/registry/store/region_store.h"

#include "common/db/status.h"
#include "common/status/status.h"
#include "services/registry/directory_errors.h"

namespace yaoshi::registry {
namespace {

constexpr std::string_view kClaim = "INSERT INTO region_claim (region, organization) VALUES (?, ?)";
constexpr std::string_view kRelease = "DELETE FROM region_claim WHERE region = ? AND organization = ?";
constexpr std::string_view kUnitOf = "SELECT organization FROM region_claim WHERE region = ?";

}  // namespace

absl::Status ClaimRegion(db::Session& tx, const std::string& region, const std::string& organization) {
  const absl::Status claimed = tx.Execute(kClaim, {region, organization}).status();
  if (db::FailureOf(claimed) != db::Failure::kDuplicate) return claimed;
  ASSIGN_OR_RETURN(const std::string holder, UnitOfRegion(tx, region));
  return holder == organization ? absl::OkStatus() : RegionTaken(region, holder);
}

absl::Status ReleaseRegion(db::Session& tx, const std::string& region, const std::string& organization) {
  return tx.Execute(kRelease, {region, organization}).status();
}

absl::StatusOr<std::string> UnitOfRegion(db::Session& session, const std::string& region) {
  ASSIGN_OR_RETURN(db::Rows rows, session.Query(kUnitOf, {region}));
  return rows.Next() ? rows.Text(1) : std::string();
}

}  // namespace yaoshi::registry

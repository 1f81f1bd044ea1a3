#include "services/registry/store/bootstrap.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/auth/password.h"
#include "common/db/write.h"
#include "common/feed/change_set.h"
#include "common/region/region.h"
#include "common/status/status.h"
#include "services/registry/store/account_store.h"
#include "services/registry/store/region_store.h"
#include "yaoshi/registry/v1/account.pb.h"
#include "yaoshi/registry/v1/organization.pb.h"

namespace yaoshi::registry {
namespace {

using nlohmann::json;

constexpr size_t kShortestPassword = 12;
constexpr size_t kLongestPassword = 128;
constexpr size_t kLongestId = 62;
constexpr std::chrono::seconds kTime{30};

struct Plan {
  std::string account, password, city, title, region;
};

absl::Status Unusable(const std::string& file, std::string_view why) {
  return Error(absl::StatusCode::kInvalidArgument, "BOOTSTRAP_UNUSABLE",
               fmt::format("{} cannot be used: {}", file, why));
}

bool IsId(const std::string& id) {
  const bool known = id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  return known && !id.empty() && id.front() != '-' && id.size() <= kLongestId;
}

// The text at `key`, `otherwise` when it is left out, nullopt when it is something else.
std::optional<std::string> TextAt(const json& object, const char* key, const char* otherwise) {
  const auto found = object.find(key);
  if (found == object.end()) return otherwise;
  if (!found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

absl::StatusOr<Plan> ReadPlan(const std::string& file) {
  std::ifstream stream(file);
  if (!stream) return Unusable(file, "it cannot be opened; name a file that the service may read.");
  const json root = json::parse(stream, nullptr, false);
  const json city = root.is_object() ? root.value("city", json::object()) : json();
  if (!root.is_object() || !city.is_object())
    return Unusable(file, "it must be a JSON object with account and password.");
  const auto account = TextAt(root, "account", "operator"), password = TextAt(root, "password", ""),
             id = TextAt(city, "id", "city"), title = TextAt(city, "title", "定西市"),
             region = TextAt(city, "region", "621100");
  if (!account || !password || !id || !title || !region) return Unusable(file, "every value must be a string.");
  if (!IsId(*account) || !IsId(*id)) return Unusable(file, "ids are lower-case letters, digits and hyphens.");
  if (!IsRegionCode(*region)) return Unusable(file, "city.region must be a region code of six digits.");
  if (password->size() < kShortestPassword || password->size() > kLongestPassword) {
    return Unusable(file, fmt::format("password must have {} to {} bytes.", kShortestPassword, kLongestPassword));
  }
  return Plan{*account, *password, *id, *title, *region};
}

template <class Resource>
feed::Version FirstVersion(std::string type, Resource resource, const Plan& plan, Timestamp now) {
  resource.set_region(plan.region);
  resource.set_etag("1");
  resource.set_create_time(now.ToString());
  resource.set_update_time(now.ToString());
  resource.set_update_account(plan.account);
  feed::Version version;
  version.id = feed::NamedId(type, resource.name());
  version.type = std::move(type);
  version.name = resource.name();
  version.version = 1;
  version.effective_on = now.ToDate();
  version.region = plan.region;
  version.body = resource.SerializeAsString();
  return version;
}

std::vector<feed::Version> VersionsOf(const Plan& plan, Timestamp now) {
  v1::Organization city;
  city.set_name("organizations/" + plan.city);
  city.set_title(plan.title);
  city.set_kind(v1::Organization::CITY);
  v1::Account account;
  account.set_name("accounts/" + plan.account);
  account.set_title("系统运维");
  account.set_role(v1::Account::OPERATOR);
  account.set_organization(city.name());
  return {FirstVersion("organization", std::move(city), plan, now),
          FirstVersion("account", std::move(account), plan, now)};
}

}  // namespace

absl::Status Bootstrap(db::Session& session, const std::string& file, const Clock& clock) {
  ASSIGN_OR_RETURN(bool done, AnyAccountExists(session));
  if (done) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Plan plan, ReadPlan(file));
  ASSIGN_OR_RETURN(const std::string hash, auth::HashPassword(plan.password));
  const Timestamp now = clock.Now();
  const feed::Author author{plan.account, "", "bootstrap", "First start of the installation."};
  const Uuid change_set = Uuid::New(clock);
  const absl::Status written =
      db::RunTransaction(session, std::chrono::steady_clock::now() + kTime, [&](db::Session& tx) -> absl::Status {
        RETURN_IF_ERROR(SavePasswordHash(tx, "accounts/" + plan.account, hash, now));
        RETURN_IF_ERROR(ClaimRegion(tx, plan.region, "organizations/" + plan.city));
        return feed::Write(tx, change_set, author, now, VersionsOf(plan, now));
      });
  if (written.ok()) return absl::OkStatus();
  // Another replica may have been faster.
  ASSIGN_OR_RETURN(done, AnyAccountExists(session));
  return done ? absl::OkStatus() : written;
}

}  // namespace yaoshi::registry

#include "gateway/oidc/options.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "absl/strings/str_split.h"
#include "common/config/server_config.h"
#include "fmt/format.h"
#include "gateway/http/url.h"

namespace yaoshi::gateway::oidc {
namespace {

// What is wrong with an address that must be private and have no query.
std::optional<std::string> AddressProblem(const std::string& text, bool with_path) {
  const absl::StatusOr<Url> url = ParseUrl(text);
  if (!url.ok()) return std::string(url.status().message());
  if (!IsPrivate(*url)) return "must begin with https://, except on this machine";
  if (text.find('?') != std::string::npos) return "must have no query";
  if (!with_path && (url->target != "/" || text.ends_with('/'))) return "must end with the host or port";
  return std::nullopt;
}

}  // namespace

std::vector<std::string> Problems(const Options& options, const std::string& secret_file) {
  std::vector<std::string> problems;
  if (options.issuer.empty()) {
    const bool alone = !options.client_id.empty() || !options.public_url.empty() || !secret_file.empty() ||
                       !options.authorities.empty();
    if (alone) problems.emplace_back("--oidc-issuer must be given with the other --oidc flags");
    return problems;
  }
  if (const auto problem = AddressProblem(options.issuer, true)) {
    problems.push_back(fmt::format("--oidc-issuer {}", *problem));
  }
  if (const auto problem = AddressProblem(options.public_url, false)) {
    problems.push_back(fmt::format("--oidc-public-url {}", *problem));
  }
  if (options.client_id.empty()) problems.emplace_back("--oidc-client-id must be that of this gateway at the provider");
  if (!secret_file.empty()) {
    if (const auto secret = config::ReadSecret(secret_file); !secret.ok()) {
      problems.push_back(fmt::format("--oidc-client-secret-file: {}", std::string(secret.status().message())));
    }
  }
  if (options.account_claim.empty()) problems.emplace_back("--oidc-account-claim must name a claim");
  const std::vector<std::string> scopes = absl::StrSplit(options.scopes, ' ');
  if (std::find(scopes.begin(), scopes.end(), "openid") == scopes.end()) {
    problems.emplace_back("--oidc-scopes must contain openid");
  }
  if (!options.authorities.empty() && !std::filesystem::is_regular_file(options.authorities)) {
    problems.emplace_back("--oidc-authorities must be a file of certificates (PEM)");
  }
  return problems;
}

}  // namespace yaoshi::gateway::oidc

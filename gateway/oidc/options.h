// Which identity provider people sign in at, as the operator says.
#pragma once

#include <string>
#include <vector>

namespace yaoshi::gateway::oidc {

struct Options {
  std::string issuer;  // "https://id.example.gov.cn/realms/city"; empty: nobody signs in this way.
  std::string client_id;
  std::string client_secret;  // Empty: a public client, which has PKCE alone.
  std::string public_url;     // "https://yaoshi.example.gov.cn", where people reach the gateway.
  std::string account_claim = "preferred_username";
  std::string scopes = "openid profile";
  std::string authorities;  // PEM file; empty: the system's.

  // Where the provider sends people back to.
  std::string RedirectUri() const { return public_url + kCallbackPath; }

  static constexpr const char* kStartPath = "/v1/sessions/oidc/start";
  static constexpr const char* kCallbackPath = "/v1/sessions/oidc/callback";
};

// All problems of the flags of these options, in words. `secret_file` is that of the client secret.
std::vector<std::string> Problems(const Options& options, const std::string& secret_file);

}  // namespace yaoshi::gateway::oidc

// The identity provider as a party to talk to: what it says of itself, its keys, and its token for a code.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/calendar/clock.h"
#include "gateway/http/client.h"
#include "gateway/oidc/id_token.h"
#include "gateway/oidc/kept.h"
#include "gateway/oidc/options.h"

namespace yaoshi::gateway::oidc {

// What a provider says of itself (OpenID Connect Discovery 1.0 §3), as far as it is used here.
struct Metadata {
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string jwks_uri;
  std::string end_session_endpoint;  // Empty when it has none.
  bool secret_in_body = false;       // It takes the client's secret there alone.
};

// Pure. AnswerInvalid unless it is of `issuer`, offers the code flow with S256 and an algorithm that is taken here, and
// all its addresses are private.
absl::StatusOr<Metadata> ParseMetadata(std::string_view json, std::string_view issuer);

class Provider {
 public:
  // Asks the provider at once, so that the first person need not wait. `clock` must outlive this object.
  static absl::StatusOr<std::unique_ptr<Provider>> Create(Options options, const Clock& clock);
  ~Provider();

  const Options& options() const { return options_; }

  // Errors of all three: OIDC_PROVIDER_UNAVAILABLE, OIDC_ANSWER_INVALID. They call `done` once, from any thread.
  void Describe(std::function<void(absl::StatusOr<std::shared_ptr<const Metadata>>)> done);
  // The ID token for a code. Also OIDC_CODE_REFUSED.
  void Redeem(const Metadata& metadata, const std::string& code, const std::string& verifier,
              std::function<void(absl::StatusOr<std::string>)> done);
  // The token's claims. When no known key has signed it, the provider is asked for its keys once more.
  void Verify(std::string token, const std::string& nonce, std::function<void(absl::StatusOr<nlohmann::json>)> done);

  // Where people sign out at the provider; "" when it has no such page or has not been reached yet.
  std::string SignOutUri() const;

 private:
  Provider(Options options, std::unique_ptr<HttpClient> client, const Clock& clock);
  void LoadMetadata(const Kept<Metadata>::Done& done);
  void LoadKeys(const Kept<KeySet>::Done& done);

  const Options options_;
  const Clock& clock_;
  Kept<Metadata> metadata_;
  Kept<KeySet> keys_;
  // Last, so that it goes first: what it gives up on is still taken up.
  std::unique_ptr<HttpClient> client_;
};

}  // namespace yaoshi::gateway::oidc

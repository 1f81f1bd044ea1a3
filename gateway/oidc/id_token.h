// ID tokens and the keys that they are verified with (OpenID Connect Core 1.0 §3.1.3.7). Pure: the caller fetches the
// keys and knows the time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/calendar/clock.h"
#include "nlohmann/json.hpp"

namespace yaoshi::gateway::oidc {

// A larger token is refused before it is decoded; one with many groups of a person has some KiB.
inline constexpr size_t kMaxIdTokenBytes = size_t{32} << 10;

// The provider's public keys. What is of no use here (encryption keys, symmetric ones, RSA below 2048 bits, other
// curves) is left out.
class KeySet {
 public:
  // Error "jwks" when it is no key set or no key in it can be used.
  static absl::StatusOr<KeySet> Parse(std::string_view json);
  size_t size() const { return keys_.size(); }

  struct Key;  // For id_token.cc alone.
  const std::vector<std::shared_ptr<const Key>>& keys() const { return keys_; }

 private:
  std::vector<std::shared_ptr<const Key>> keys_;
};

// What a token must say.
struct Expected {
  std::string issuer;
  std::string client_id;
  std::string nonce;
  Timestamp now;
};

// The claims of a token that holds in everything: signed with one of the keys by RS256, PS256 or ES256, issued by and
// for whom it should be, for this sign-in, now. Otherwise AnswerInvalid with the check that failed; "kid" means that
// the provider may have newer keys.
absl::StatusOr<nlohmann::json> CheckIdToken(std::string_view token, const KeySet& keys, const Expected& expected);

}  // namespace yaoshi::gateway::oidc

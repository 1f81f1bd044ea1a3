// A sign-in that has been begun: a browser carries it, sealed, to the provider's page and back, so that any replica can
// end it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/calendar/clock.h"
#include "gateway/seal.h"

namespace yaoshi::gateway::oidc {

struct Attempt {
  std::string state;      // Comes back in the address; ties the answer to this browser.
  std::string nonce;      // Comes back in the ID token; ties the token to this attempt.
  std::string verifier;   // Of PKCE: proves to the provider that who redeems the code began the attempt.
  std::string return_to;  // Path of this site that the person wants.
  Timestamp begun;

  // With 256 random bits each.
  static Attempt Begin(std::string return_to, Timestamp now);
  // BASE64URL(SHA256(verifier)), RFC 7636 §4.2.
  std::string Challenge() const;
};

class AttemptSeal {
 public:
  // `key` has 32 bytes.
  explicit AttemptSeal(std::string key);
  std::string Close(const Attempt& attempt) const;
  // nullopt when it is none of ours, or was begun more than kAttemptLifetime ago.
  std::optional<Attempt> Open(std::string_view sealed, Timestamp now) const;

 private:
  const Seal seal_;
};

inline constexpr std::chrono::minutes kAttemptLifetime{10};

// "__Host-yaoshi-oidc" behind https; "yaoshi-oidc" otherwise.
std::string_view AttemptCookieName(bool secure);

// INVALID_FIELDS unless it is a path of this site, such as "/lists?region=621122": what a browser could read as another
// site's address ("//…", "/\…") is none.
absl::Status CheckReturnPath(std::string_view path);

}  // namespace yaoshi::gateway::oidc

// The cookie that a browser's session is: what it says is sealed with a key that only gateways have, so nothing about a
// session is kept anywhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/calendar/clock.h"
#include "gateway/seal.h"

namespace yaoshi::gateway {

struct SessionClaims {
  std::string session;    // UUID, in order of the sessions' beginnings.
  std::string account;    // "city-office"
  Timestamp signed_in;    // When the person gave the password or came from the identity provider.
  Timestamp renewed;      // When the cookie was made, to whole seconds.
  bool provided = false;  // The person came from the identity provider.
  friend bool operator==(const SessionClaims&, const SessionClaims&) = default;
};

class CookieSeal {
 public:
  // `key` has 32 bytes.
  explicit CookieSeal(std::string key);
  // Characters that a cookie's value may have.
  std::string Seal(const SessionClaims& claims) const;
  // nullopt when it was not sealed with the key, or is no cookie of ours.
  std::optional<SessionClaims> Open(std::string_view sealed) const;

 private:
  const gateway::Seal seal_;
};

// "__Host-yaoshi-session" behind https, which no other host and no plain connection can set; "yaoshi-session"
// otherwise.
std::string_view CookieName(bool secure);

// The value of a cookie in a Cookie header; empty when it is not there, or there twice.
std::string_view FindCookie(std::string_view header, std::string_view name);

// Whether a browser sends a cookie when another site leads it here: never, or when the person goes here.
enum class SameSite { kStrict, kLax };

// A Set-Cookie header's value. It is gone when the browser is closed, and the gateway refuses it before, when nothing
// was asked for long.
std::string SetCookie(std::string_view name, std::string_view value, bool secure,
                      SameSite same_site = SameSite::kStrict);
// One that takes the cookie back.
std::string ClearCookie(std::string_view name, bool secure, SameSite same_site = SameSite::kStrict);

}  // namespace yaoshi::gateway

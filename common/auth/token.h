// Signed access tokens: JWT with EdDSA (Ed25519). The gateway signs; every service verifies by itself.
//
// A key is a pair of files: `<kid>.pub` holds base64url of the 32 public bytes, `<kid>.key` (mode 600) base64url of
// libsodium's 64 secret bytes. The algorithm is fixed by the key; `kid` is only looked up among the loaded keys.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/auth/principal.h"
#include "common/calendar/clock.h"

namespace yaoshi::auth {

// Both sides of a token must agree on these.
inline constexpr std::string_view kTokenIssuer = "yaoshi-gateway";
inline constexpr std::string_view kTokenAudience = "yaoshi";
// A larger token is refused before it is decoded.
inline constexpr size_t kMaxTokenBytes = 4096;
// How far the clocks of signer and verifier may differ.
inline constexpr std::chrono::seconds kClockLeeway{60};

// Signs tokens with one secret key. Thread-safe; movable.
class TokenSigner {
 public:
  // Reads the secret key file `<kid>.key`; the kid is the file's name without ".key". Refuses a file that others
  // than its owner may read.
  static absl::StatusOr<TokenSigner> FromFile(const std::string& path);

  TokenSigner(TokenSigner&&) noexcept;
  TokenSigner& operator=(TokenSigner&&) noexcept;
  ~TokenSigner();

  // A token that says `principal` from `now` on for `ttl`. `signed_in` is when the person last gave a password (claim
  // auth_time); a refreshed token keeps it, so that a session does not last for ever.
  std::string Sign(const Principal& principal, Timestamp now, std::chrono::seconds ttl,
                   std::optional<Timestamp> signed_in = std::nullopt) const;

  const std::string& kid() const;

  // 32 secret bytes that follow from the key and from `purpose`, the same wherever the key is.
  std::string DeriveKey(std::string_view purpose) const;

 private:
  struct Key;
  explicit TokenSigner(std::unique_ptr<Key> key);
  std::unique_ptr<Key> key_;
};

// Verifies tokens against the public keys of a directory. Thread-safe: verified tokens are remembered by their hash
// until they expire, so a caller's second request costs no signature check.
class TokenVerifier {
 public:
  // Loads every `*.pub` of the directory. A directory without a key, or with a broken one, is an error.
  static absl::StatusOr<TokenVerifier> FromDirectory(const std::string& path);

  TokenVerifier(TokenVerifier&&) noexcept;
  TokenVerifier& operator=(TokenVerifier&&) noexcept;
  ~TokenVerifier();

  // The principal of a valid token. Everything else is the same UNAUTHENTICATED (reason UNAUTHENTICATED), whatever
  // is wrong with the token.
  absl::StatusOr<Principal> Verify(std::string_view token, Timestamp now) const;

 private:
  struct State;
  explicit TokenVerifier(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The one answer to a missing or wrong token.
absl::Status Unauthenticated();

// Writes `<directory>/<kid>.key` (mode 600) and `<directory>/<kid>.pub`. Never overwrites a file. A kid is 1–64
// letters, digits, '-' or '_'.
absl::Status GenerateKeyPair(const std::string& directory, std::string_view kid);

}  // namespace yaoshi::auth

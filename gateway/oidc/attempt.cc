#include "gateway/oidc/attempt.h"

#include <sodium.h>

#include <algorithm>

#include "common/auth/key_files.h"
#include "common/status/status.h"
#include "nlohmann/json.hpp"

namespace yaoshi::gateway::oidc {
namespace {

constexpr size_t kRandomBytes = 32;
constexpr size_t kMaxReturnPath = 1024;  // With the rest sealed it still is a cookie, which has 4096 bytes at most.
constexpr size_t kMaxSealed = 3072;

std::string RandomText() {
  std::string bytes(kRandomBytes, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return auth::Base64UrlEncode(bytes);
}

}  // namespace

Attempt Attempt::Begin(std::string return_to, Timestamp now) {
  return {RandomText(), RandomText(), RandomText(), std::move(return_to), now};
}

std::string Attempt::Challenge() const {
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()),
                     reinterpret_cast<const unsigned char*>(verifier.data()), verifier.size());
  return auth::Base64UrlEncode(digest);
}

AttemptSeal::AttemptSeal(std::string key) : seal_(std::move(key), "yaoshi sign-in 1", kMaxSealed) {}

std::string AttemptSeal::Close(const Attempt& attempt) const {
  const nlohmann::json json = {{"s", attempt.state},
                               {"n", attempt.nonce},
                               {"v", attempt.verifier},
                               {"r", attempt.return_to},
                               {"t", attempt.begun.micros}};
  return seal_.Close(json.dump());
}

std::optional<Attempt> AttemptSeal::Open(std::string_view sealed, Timestamp now) const {
  const std::optional<std::string> plain = seal_.Open(sealed);
  if (!plain.has_value()) return std::nullopt;
  const auto json = nlohmann::json::parse(*plain, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  Attempt attempt{json.value("s", ""),
                  json.value("n", ""),
                  json.value("v", ""),
                  json.value("r", ""),
                  {json.value("t", int64_t{0})}};
  if (now - attempt.begun > kAttemptLifetime) return std::nullopt;
  return attempt;
}

std::string_view AttemptCookieName(bool secure) {
  return secure ? "__Host-yaoshi-oidc" : "yaoshi-oidc";
}

absl::Status CheckReturnPath(std::string_view path) {
  const bool printable = std::all_of(path.begin(), path.end(), [](char c) { return c > ' ' && c < 0x7f && c != '\\'; });
  const bool local = path.starts_with('/') && !path.starts_with("//");
  if (printable && local && path.size() <= kMaxReturnPath) return absl::OkStatus();
  return InvalidFields(
      {{"return_to", "must be a path of this site, such as /lists, of at most 1024 ASCII characters"}});
}

}  // namespace yaoshi::gateway::oidc

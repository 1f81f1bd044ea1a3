#include "gateway/session_cookie.h"

#include <sodium.h>

#include "absl/strings/escaping.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace yaoshi::gateway {
namespace {

constexpr size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr size_t kMaxSealed = 1024;
// Sealed with the rest, so that nothing else that is ever sealed with the key is taken for a session.
constexpr std::string_view kPurpose = "yaoshi session 1";

unsigned char* Raw(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}
const unsigned char* Raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

std::string CookieSeal::Seal(const SessionClaims& claims) const {
  const nlohmann::json json = {{"s", claims.session},
                               {"a", claims.account},
                               {"t", claims.signed_in.micros},
                               {"r", claims.renewed.micros / 1'000'000}};
  const std::string plain = json.dump();
  std::string sealed(kNonceBytes + plain.size() + kTagBytes, '\0');
  randombytes_buf(sealed.data(), kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(Raw(sealed) + kNonceBytes, nullptr, Raw(plain), plain.size(),
                                             Raw(kPurpose), kPurpose.size(), nullptr, Raw(sealed), Raw(key_));
  return std::string(absl::WebSafeBase64Escape(sealed));
}

std::optional<SessionClaims> CookieSeal::Open(std::string_view sealed) const {
  std::string bytes;
  if (sealed.size() > kMaxSealed || !absl::WebSafeBase64Unescape(std::string(sealed), &bytes)) return std::nullopt;
  if (bytes.size() < kNonceBytes + kTagBytes) return std::nullopt;
  std::string plain(bytes.size() - kNonceBytes - kTagBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(Raw(plain), nullptr, nullptr, Raw(bytes) + kNonceBytes,
                                                 bytes.size() - kNonceBytes, Raw(kPurpose), kPurpose.size(), Raw(bytes),
                                                 Raw(key_)) != 0) {
    return std::nullopt;
  }
  const auto json = nlohmann::json::parse(plain, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return SessionClaims{json.value("s", ""),
                       json.value("a", ""),
                       {json.value("t", int64_t{0})},
                       {json.value("r", int64_t{0}) * 1'000'000}};
}

std::string_view CookieName(bool secure) {
  return secure ? "__Host-yaoshi-session" : "yaoshi-session";
}

std::string_view FindCookie(std::string_view header, std::string_view name) {
  std::string_view found;
  while (!header.empty()) {
    const size_t end = header.find(';');
    std::string_view pair = header.substr(0, end);
    header.remove_prefix(end == std::string_view::npos ? header.size() : end + 1);
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    if (!found.empty()) return {};  // Somebody slipped in a second one.
    found = pair.substr(equals + 1);
  }
  return found;
}

std::string SetCookie(std::string_view name, std::string_view value, bool secure) {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}", name, value, secure ? "; Secure" : "");
}

std::string ClearCookie(std::string_view name, bool secure) {
  return SetCookie(name, "", secure) + "; Max-Age=0";
}

}  // namespace yaoshi::gateway

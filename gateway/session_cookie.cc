#include "gateway/session_cookie.h"

#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace yaoshi::gateway {
namespace {

constexpr size_t kMaxSealed = 1024;

}  // namespace

CookieSeal::CookieSeal(std::string key) : seal_(std::move(key), "yaoshi session 1", kMaxSealed) {}

std::string CookieSeal::Seal(const SessionClaims& claims) const {
  nlohmann::json json = {{"s", claims.session},
                         {"a", claims.account},
                         {"t", claims.signed_in.micros},
                         {"r", claims.renewed.micros / 1'000'000}};
  if (claims.provided) json["p"] = true;
  return seal_.Close(json.dump());
}

std::optional<SessionClaims> CookieSeal::Open(std::string_view sealed) const {
  const std::optional<std::string> plain = seal_.Open(sealed);
  if (!plain.has_value()) return std::nullopt;
  const auto json = nlohmann::json::parse(*plain, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return SessionClaims{json.value("s", ""),
                       json.value("a", ""),
                       {json.value("t", int64_t{0})},
                       {json.value("r", int64_t{0}) * 1'000'000},
                       json.value("p", false)};
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

std::string SetCookie(std::string_view name, std::string_view value, bool secure, SameSite same_site) {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite={}{}", name, value,
                     same_site == SameSite::kStrict ? "Strict" : "Lax", secure ? "; Secure" : "");
}

std::string ClearCookie(std::string_view name, bool secure, SameSite same_site) {
  return SetCookie(name, "", secure, same_site) + "; Max-Age=0";
}

}  // namespace yaoshi::gateway

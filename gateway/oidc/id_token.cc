#include "gateway/oidc/id_token.h"

#include <cjose/cjose.h>

#include <algorithm>
#include <optional>

#include "common/auth/key_files.h"
#include "common/auth/token.h"
#include "gateway/oidc/errors.h"

namespace yaoshi::gateway::oidc {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxKeys = 64;  // A provider has two or three; more is no key set of ours to search.
constexpr size_t kMinRsaBits = 2048;
constexpr size_t kMaxRsaBits = 8192;  // Larger ones only cost time.
constexpr size_t kMaxSubjectBytes = 255;
// Headers that bring or fetch a key of the sender's choice, or ask for what we do not know.
constexpr std::string_view kRefusedHeaders[] = {"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc"};

struct JwkRelease {
  void operator()(cjose_jwk_t* jwk) const { cjose_jwk_release(jwk); }
};
struct JwsRelease {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};

std::string TextOf(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || !found->is_string() ? "" : found->get<std::string>();
}

// The kind of key that an algorithm needs; empty for an algorithm that is not taken.
std::string_view KeyTypeOf(std::string_view algorithm) {
  if (algorithm == "RS256" || algorithm == "PS256") return "RSA";
  return algorithm == "ES256" ? "EC" : "";
}

}  // namespace

struct KeySet::Key {
  std::string id;
  std::string type;       // "RSA" or "EC".
  std::string algorithm;  // The only one it is for; empty: any of its type.
  std::unique_ptr<cjose_jwk_t, JwkRelease> jwk;

  bool Serves(std::string_view wanted) const {
    return type == KeyTypeOf(wanted) && (algorithm.empty() || algorithm == wanted);
  }
};

namespace {

std::shared_ptr<const KeySet::Key> ParseKey(const Json& json) {
  if (!json.is_object()) return nullptr;
  auto key = std::make_shared<KeySet::Key>();
  key->id = TextOf(json, "kid");
  key->type = TextOf(json, "kty");
  key->algorithm = TextOf(json, "alg");
  const std::string use = TextOf(json, "use");
  const bool curve = key->type == "EC" && TextOf(json, "crv") == "P-256";
  if ((key->type != "RSA" && !curve) || (!use.empty() && use != "sig")) return nullptr;
  if (!key->algorithm.empty() && KeyTypeOf(key->algorithm).empty()) return nullptr;
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  cjose_err error;
  key->jwk.reset(cjose_jwk_import(text.data(), text.size(), &error));
  if (key->jwk == nullptr) return nullptr;
  const size_t bits = cjose_jwk_get_keysize(key->jwk.get(), &error);
  if (key->type == "RSA" && (bits < kMinRsaBits || bits > kMaxRsaBits)) return nullptr;
  return key;
}

// The JSON object of one part of a token.
std::optional<Json> ObjectOf(std::string_view part) {
  const std::optional<std::string> decoded = auth::Base64UrlDecode(part);
  if (!decoded.has_value()) return std::nullopt;
  Json json = Json::parse(*decoded, nullptr, false);
  return json.is_object() ? std::optional(std::move(json)) : std::nullopt;
}

// The one key that the header means: that of its kid, or without one the only key that could have been meant.
absl::StatusOr<const KeySet::Key*> ChooseKey(const Json& header, const KeySet& keys) {
  const std::string algorithm = TextOf(header, "alg");
  if (KeyTypeOf(algorithm).empty()) return AnswerInvalid("alg");
  const bool named = header.contains("kid");
  const std::string id = TextOf(header, "kid");
  if (named && id.empty()) return AnswerInvalid("kid");
  std::vector<const KeySet::Key*> found;
  bool known = false;
  for (const auto& key : keys.keys()) {
    if (named && key->id != id) continue;
    known = true;
    if (key->Serves(algorithm)) found.push_back(key.get());
  }
  if (found.size() == 1) return found.front();
  return AnswerInvalid(known && named ? "alg" : "kid");
}

// The payload, when the signature is that of the key by the header's algorithm.
absl::StatusOr<Json> OpenSigned(std::string_view token, const std::string& algorithm, const KeySet::Key& key) {
  cjose_err error;
  const std::unique_ptr<cjose_jws_t, JwsRelease> jws(cjose_jws_import(token.data(), token.size(), &error));
  if (jws == nullptr) return AnswerInvalid("signature");
  const char* stated = cjose_header_get(cjose_jws_get_protected(jws.get()), CJOSE_HDR_ALG, &error);
  if (stated == nullptr || algorithm != stated) return AnswerInvalid("alg");
  if (!cjose_jws_verify(jws.get(), key.jwk.get(), &error)) return AnswerInvalid("signature");
  uint8_t* bytes = nullptr;
  size_t size = 0;
  if (!cjose_jws_get_plaintext(jws.get(), &bytes, &size, &error)) return AnswerInvalid("payload");
  Json claims = Json::parse(bytes, bytes + size, nullptr, false);
  return claims.is_object() ? absl::StatusOr<Json>(std::move(claims)) : AnswerInvalid("payload");
}

// Seconds since 1970, with decimals, as RFC 7519 has them.
std::optional<double> TimeOf(const Json& claims, const char* name) {
  const auto found = claims.find(name);
  return found == claims.end() || !found->is_number() ? std::nullopt : std::optional(found->get<double>());
}

absl::Status CheckAudience(const Json& claims, const std::string& client_id) {
  const auto audience = claims.find("aud");
  if (audience == claims.end()) return AnswerInvalid("aud");
  bool meant = audience->is_string() && *audience == client_id;
  if (audience->is_array()) {
    meant = std::any_of(audience->begin(), audience->end(), [&](const Json& one) { return one == client_id; });
  }
  if (!meant) return AnswerInvalid("aud");
  const bool shared = audience->is_array() && audience->size() > 1;
  const bool authorized = claims.contains("azp");
  if (authorized ? TextOf(claims, "azp") != client_id : shared) return AnswerInvalid("azp");
  return absl::OkStatus();
}

absl::Status CheckTimes(const Json& claims, Timestamp now) {
  const double seconds = static_cast<double>(now.micros) / 1e6;
  const auto leeway = static_cast<double>(auth::kClockLeeway.count());
  const std::optional<double> expires = TimeOf(claims, "exp");
  if (!expires.has_value() || *expires + leeway <= seconds) return AnswerInvalid("exp");
  const std::optional<double> issued = TimeOf(claims, "iat");
  if (!issued.has_value() || *issued - leeway > seconds) return AnswerInvalid("iat");
  const std::optional<double> begins = TimeOf(claims, "nbf");
  if (claims.contains("nbf") && (!begins.has_value() || *begins - leeway > seconds)) return AnswerInvalid("nbf");
  return absl::OkStatus();
}

absl::Status CheckClaims(const Json& claims, const Expected& expected) {
  if (TextOf(claims, "iss") != expected.issuer) return AnswerInvalid("iss");
  if (absl::Status status = CheckAudience(claims, expected.client_id); !status.ok()) return status;
  if (absl::Status status = CheckTimes(claims, expected.now); !status.ok()) return status;
  if (expected.nonce.empty() || TextOf(claims, "nonce") != expected.nonce) return AnswerInvalid("nonce");
  const std::string subject = TextOf(claims, "sub");
  return subject.empty() || subject.size() > kMaxSubjectBytes ? AnswerInvalid("sub") : absl::OkStatus();
}

}  // namespace

absl::StatusOr<KeySet> KeySet::Parse(std::string_view json) {
  const Json parsed = Json::parse(json, nullptr, false);
  const auto list = parsed.is_object() ? parsed.find("keys") : parsed.end();
  if (!parsed.is_object() || list == parsed.end() || !list->is_array() || list->size() > kMaxKeys) {
    return AnswerInvalid("jwks");
  }
  KeySet keys;
  for (const Json& one : *list) {
    if (auto key = ParseKey(one); key != nullptr) keys.keys_.push_back(std::move(key));
  }
  return keys.size() == 0 ? AnswerInvalid("jwks") : absl::StatusOr<KeySet>(std::move(keys));
}

absl::StatusOr<Json> CheckIdToken(std::string_view token, const KeySet& keys, const Expected& expected) {
  if (token.size() > kMaxIdTokenBytes || std::count(token.begin(), token.end(), '.') != 2) {
    return AnswerInvalid("form");
  }
  const std::optional<Json> header = ObjectOf(token.substr(0, token.find('.')));
  if (!header.has_value()) return AnswerInvalid("form");
  for (const std::string_view name : kRefusedHeaders) {
    if (header->contains(name)) return AnswerInvalid(name);
  }
  const absl::StatusOr<const KeySet::Key*> key = ChooseKey(*header, keys);
  if (!key.ok()) return key.status();
  absl::StatusOr<Json> claims = OpenSigned(token, TextOf(*header, "alg"), **key);
  if (!claims.ok()) return claims;
  const absl::Status holds = CheckClaims(*claims, expected);
  return holds.ok() ? std::move(claims) : absl::StatusOr<Json>(holds);
}

}  // namespace yaoshi::gateway::oidc

#include "common/auth/token.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "common/auth/key_files.h"
#include "common/config/server_config.h"
#include "common/status/status.h"
#include "nlohmann/json.hpp"

namespace yaoshi::auth {
namespace {

using Json = nlohmann::json;
using TokenHash = std::array<unsigned char, 32>;

// Verified tokens that are remembered; beyond this the memory starts anew.
constexpr size_t kMaxRemembered = 8192;
constexpr int64_t kLeewaySeconds = kClockLeeway.count();

const unsigned char* Raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

int64_t Seconds(Timestamp time) {
  return time.micros / 1'000'000;
}

// A flat JSON object without duplicate names, or nullopt. Nested values are refused: no claim of ours has any.
std::optional<Json> ParseFlatObject(std::string_view text) {
  std::set<std::string, std::less<>> names;
  bool flat = true;
  const auto check = [&](int depth, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::key) flat = flat && names.insert(value.get<std::string>()).second;
    if (event == Json::parse_event_t::array_start) flat = false;
    if (event == Json::parse_event_t::object_start && depth > 0) flat = false;
    return flat;
  };
  Json object = Json::parse(text.begin(), text.end(), check, /*allow_exceptions=*/false);
  if (!flat || !object.is_object()) return std::nullopt;
  return object;
}

std::optional<std::string> StringOf(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<int64_t> SecondsOf(const Json& object, const char* name) {
  const auto found = object.find(name);
  // Beyond year 9999 a number is no time but an attempt to overflow.
  constexpr int64_t kYear10000 = 253'402'300'800;
  if (found == object.end() || !found->is_number_integer()) return std::nullopt;
  if (found->is_number_unsigned() && found->get<uint64_t>() >= static_cast<uint64_t>(kYear10000)) return std::nullopt;
  const int64_t value = found->get<int64_t>();
  return value < 0 || value >= kYear10000 ? std::nullopt : std::optional(value);
}

// The kid of a header that says EdDSA and nothing that we do not know: no jku, x5u, jwk or crit.
std::optional<std::string> KeyIdOf(std::string_view header_text) {
  const std::optional<std::string> decoded = Base64UrlDecode(header_text);
  if (!decoded) return std::nullopt;
  const std::optional<Json> header = ParseFlatObject(*decoded);
  if (!header || StringOf(*header, "alg") != "EdDSA") return std::nullopt;
  for (const auto& item : header->items()) {
    if (item.key() != "alg" && item.key() != "typ" && item.key() != "kid") return std::nullopt;
  }
  return StringOf(*header, "kid");
}

// What a verified token says.
struct Claims {
  Principal principal;
  int64_t not_before = 0;  // Seconds since 1970, as all times of a token.
  int64_t expires = 0;

  bool ValidAt(int64_t now) const { return now < expires + kLeewaySeconds && now >= not_before - kLeewaySeconds; }
};

std::optional<Claims> ParseClaims(std::string_view payload) {
  const std::optional<std::string> decoded = Base64UrlDecode(payload);
  if (!decoded) return std::nullopt;
  const std::optional<Json> json = ParseFlatObject(*decoded);
  if (!json || StringOf(*json, "iss") != kTokenIssuer || StringOf(*json, "aud") != kTokenAudience) return std::nullopt;
  const auto issued = SecondsOf(*json, "iat"), not_before = SecondsOf(*json, "nbf"), expires = SecondsOf(*json, "exp");
  const auto account = StringOf(*json, "sub"), role_name = StringOf(*json, "role");
  if (!issued || !not_before || !expires || *expires <= *issued || !account || account->empty() || !role_name) {
    return std::nullopt;
  }
  const std::optional<Role> role = RoleFromName(*role_name);
  if (!role) return std::nullopt;
  return Claims{{*account, *role, StringOf(*json, "region").value_or(""), StringOf(*json, "org").value_or(""),
                 *role == Role::kService, StringOf(*json, "sid").value_or("")},
                std::max(*issued, *not_before),
                *expires};
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Error(absl::StatusCode::kFailedPrecondition, "KEY_FILE_UNUSABLE", fmt::format("Cannot read {}.", path));
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

absl::Status Unauthenticated() {
  return Error(absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED",
               "Sign in again: the request carries no valid access token.");
}

struct TokenSigner::Key {
  std::string kid;
  std::string secret;
  ~Key() { sodium_memzero(secret.data(), secret.size()); }
};

TokenSigner::TokenSigner(std::unique_ptr<Key> key) : key_(std::move(key)) {}
TokenSigner::TokenSigner(TokenSigner&&) noexcept = default;
TokenSigner& TokenSigner::operator=(TokenSigner&&) noexcept = default;
TokenSigner::~TokenSigner() = default;

absl::StatusOr<TokenSigner> TokenSigner::FromFile(const std::string& path) {
  const std::filesystem::path file(path);
  if (sodium_init() < 0 || file.extension() != ".key" || !IsKeyId(file.stem().string())) {
    return Error(absl::StatusCode::kFailedPrecondition, "KEY_FILE_UNUSABLE",
                 fmt::format("{} must be named <kid>.key; make keys with yaoshi-keygen.", path));
  }
  ASSIGN_OR_RETURN(std::string text, config::ReadSecret(path));
  auto key = std::make_unique<Key>();
  key->kid = file.stem().string();
  ASSIGN_OR_RETURN(key->secret, DecodeKey(text, crypto_sign_SECRETKEYBYTES, path));
  sodium_memzero(text.data(), text.size());
  return TokenSigner(std::move(key));
}

std::string TokenSigner::Sign(const Principal& principal, Timestamp now, std::chrono::seconds ttl,
                              std::optional<Timestamp> signed_in) const {
  const Json header = {{"alg", "EdDSA"}, {"typ", "JWT"}, {"kid", key_->kid}};
  Json claims = {{"iss", kTokenIssuer},
                 {"aud", kTokenAudience},
                 {"sub", principal.account},
                 {"role", RoleName(principal.role)},
                 {"iat", Seconds(now)},
                 {"nbf", Seconds(now)},
                 {"exp", Seconds(now) + ttl.count()}};
  if (!principal.region.empty()) claims["region"] = principal.region;
  if (!principal.organization.empty()) claims["org"] = principal.organization;
  if (!principal.session.empty()) claims["sid"] = principal.session;
  if (signed_in.has_value()) claims["auth_time"] = Seconds(*signed_in);
  const auto kReplace = Json::error_handler_t::replace;  // Never throws on bytes that are not UTF-8.
  std::string token = Base64UrlEncode(header.dump()) + "." + Base64UrlEncode(claims.dump(-1, ' ', false, kReplace));
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, Raw(token), token.size(),
                       Raw(key_->secret));
  return token + "." + Base64UrlEncode(signature);
}

const std::string& TokenSigner::kid() const {
  return key_->kid;
}

std::string TokenSigner::DeriveKey(std::string_view purpose) const {
  std::string derived(crypto_generichash_BYTES, '\0');
  static_assert(crypto_generichash_BYTES == 32 && crypto_sign_SECRETKEYBYTES <= crypto_generichash_KEYBYTES_MAX);
  crypto_generichash(reinterpret_cast<unsigned char*>(derived.data()), derived.size(), Raw(purpose), purpose.size(),
                     Raw(key_->secret), key_->secret.size());
  return derived;
}

struct TokenVerifier::State {
  absl::flat_hash_map<std::string, std::string> keys;  // kid → 32 public bytes; constant after loading.
  absl::Mutex mutex;
  absl::flat_hash_map<TokenHash, Claims> remembered ABSL_GUARDED_BY(mutex);

  std::optional<Claims> Recall(const TokenHash& hash) ABSL_LOCKS_EXCLUDED(mutex) {
    absl::ReaderMutexLock lock(&mutex);
    const auto found = remembered.find(hash);
    return found == remembered.end() ? std::nullopt : std::optional(found->second);
  }

  void Remember(const TokenHash& hash, const Claims& claims, int64_t now) ABSL_LOCKS_EXCLUDED(mutex) {
    absl::MutexLock lock(&mutex);
    if (remembered.size() >= kMaxRemembered) {
      absl::erase_if(remembered, [now](const auto& entry) { return !entry.second.ValidAt(now); });
    }
    if (remembered.size() >= kMaxRemembered) remembered.clear();
    remembered.emplace(hash, claims);
  }

  // Everything but the times, which change their answer later.
  std::optional<Claims> VerifySigned(std::string_view token) const {
    const size_t header_end = token.find('.');
    const size_t payload_end = token.rfind('.');
    if (header_end == std::string_view::npos || header_end == payload_end) return std::nullopt;
    const std::string_view payload = token.substr(header_end + 1, payload_end - header_end - 1);
    const std::optional<std::string> kid = KeyIdOf(token.substr(0, header_end));
    if (!kid) return std::nullopt;
    const auto key = keys.find(*kid);
    const std::optional<std::string> signature = Base64UrlDecode(token.substr(payload_end + 1));
    if (key == keys.end() || !signature || signature->size() != crypto_sign_BYTES) return std::nullopt;
    if (crypto_sign_verify_detached(Raw(*signature), Raw(token), payload_end, Raw(key->second)) != 0) {
      return std::nullopt;
    }
    return ParseClaims(payload);
  }
};

TokenVerifier::TokenVerifier(std::unique_ptr<State> state) : state_(std::move(state)) {}
TokenVerifier::TokenVerifier(TokenVerifier&&) noexcept = default;
TokenVerifier& TokenVerifier::operator=(TokenVerifier&&) noexcept = default;
TokenVerifier::~TokenVerifier() = default;

absl::StatusOr<TokenVerifier> TokenVerifier::FromDirectory(const std::string& path) {
  auto state = std::make_unique<State>();
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    const std::filesystem::path& file = entry.path();
    if (file.extension() != ".pub" || !IsKeyId(file.stem().string())) continue;
    ASSIGN_OR_RETURN(const std::string text, ReadText(file.string()));
    ASSIGN_OR_RETURN(state->keys[file.stem().string()], DecodeKey(text, crypto_sign_PUBLICKEYBYTES, file.string()));
  }
  if (error || state->keys.empty() || sodium_init() < 0) {
    return Error(absl::StatusCode::kFailedPrecondition, "KEY_FILE_UNUSABLE",
                 fmt::format("{} must be a directory with the <kid>.pub files of trusted signers.", path));
  }
  return TokenVerifier(std::move(state));
}

absl::StatusOr<Principal> TokenVerifier::Verify(std::string_view token, Timestamp now) const {
  if (token.empty() || token.size() > kMaxTokenBytes) return Unauthenticated();
  TokenHash hash;
  crypto_generichash(hash.data(), hash.size(), Raw(token), token.size(), nullptr, 0);
  if (std::optional<Claims> known = state_->Recall(hash)) {
    if (!known->ValidAt(Seconds(now))) return Unauthenticated();
    return std::move(known->principal);
  }
  std::optional<Claims> claims = state_->VerifySigned(token);
  if (!claims || !claims->ValidAt(Seconds(now))) return Unauthenticated();
  state_->Remember(hash, *claims, Seconds(now));
  return std::move(claims->principal);
}

}  // namespace yaoshi::auth

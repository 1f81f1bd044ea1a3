#include "gateway/oidc/provider.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/strip.h"
#include "common/status/status.h"
#include "fmt/format.h"
#include "gateway/http/url.h"
#include "gateway/oidc/errors.h"

namespace yaoshi::gateway::oidc {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kWellKnown = "/.well-known/openid-configuration";
constexpr std::string_view kAlgorithms[] = {"RS256", "PS256", "ES256"};

std::string TextOf(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || !found->is_string() ? "" : found->get<std::string>();
}

// True when the list has the value; `absent` when there is no list.
bool Lists(const Json& object, const char* name, std::string_view value, bool absent) {
  const auto found = object.find(name);
  if (found == object.end()) return absent;
  for (const Json& one : *found) {
    if (one.is_string() && one.get<std::string>() == value) return true;
  }
  return false;
}

// An address of the provider's; it must be one that nobody can read along.
absl::StatusOr<std::string> AddressOf(const Json& object, const char* name) {
  std::string address = TextOf(object, name);
  const absl::StatusOr<Url> url = ParseUrl(address);
  if (!url.ok() || !IsPrivate(*url)) return AnswerInvalid(name);
  return address;
}

// A good answer's body.
absl::StatusOr<std::string> BodyOf(absl::StatusOr<ClientReply> reply, std::string_view check) {
  if (!reply.ok()) return absl::IsResourceExhausted(reply.status()) ? AnswerInvalid(check) : ProviderUnavailable();
  if (reply->status >= 500 || reply->status == 429) return ProviderUnavailable();
  if (reply->status != 200) return AnswerInvalid(check);
  return std::move(reply->body);
}

absl::StatusOr<std::string> IdTokenOf(absl::StatusOr<ClientReply> reply) {
  if (reply.ok() && reply->status == 400) {
    const Json refusal = Json::parse(reply->body, nullptr, false);
    if (refusal.is_object() && TextOf(refusal, "error") == "invalid_grant") return CodeRefused();
  }
  ASSIGN_OR_RETURN(const std::string body, BodyOf(std::move(reply), "token_endpoint"));
  const Json tokens = Json::parse(body, nullptr, false);
  std::string token = tokens.is_object() ? TextOf(tokens, "id_token") : "";
  if (token.empty()) return AnswerInvalid("id_token");
  return token;
}

}  // namespace

absl::StatusOr<Metadata> ParseMetadata(std::string_view json, std::string_view issuer) {
  const Json parsed = Json::parse(json, nullptr, false);
  if (!parsed.is_object()) return AnswerInvalid("discovery");
  if (TextOf(parsed, "issuer") != issuer) return AnswerInvalid("issuer");
  Metadata metadata;
  ASSIGN_OR_RETURN(metadata.authorization_endpoint, AddressOf(parsed, "authorization_endpoint"));
  ASSIGN_OR_RETURN(metadata.token_endpoint, AddressOf(parsed, "token_endpoint"));
  ASSIGN_OR_RETURN(metadata.jwks_uri, AddressOf(parsed, "jwks_uri"));
  if (parsed.contains("end_session_endpoint")) {
    ASSIGN_OR_RETURN(metadata.end_session_endpoint, AddressOf(parsed, "end_session_endpoint"));
  }
  if (!Lists(parsed, "response_types_supported", "code", true)) return AnswerInvalid("response_types_supported");
  if (!Lists(parsed, "code_challenge_methods_supported", "S256", true)) {
    return AnswerInvalid("code_challenge_methods_supported");
  }
  bool known = false;
  for (const std::string_view algorithm : kAlgorithms) {
    known = known || Lists(parsed, "id_token_signing_alg_values_supported", algorithm, true);
  }
  if (!known) return AnswerInvalid("id_token_signing_alg_values_supported");
  const char* methods = "token_endpoint_auth_methods_supported";
  metadata.secret_in_body =
      !Lists(parsed, methods, "client_secret_basic", true) && Lists(parsed, methods, "client_secret_post", false);
  return metadata;
}

absl::StatusOr<std::unique_ptr<Provider>> Provider::Create(Options options, const Clock& clock) {
  ASSIGN_OR_RETURN(auto client, HttpClient::Create({.authorities = options.authorities}));
  std::unique_ptr<Provider> provider(new Provider(std::move(options), std::move(client), clock));
  provider->metadata_.Get(false, [](const auto&) {});
  return provider;
}

Provider::Provider(Options options, std::unique_ptr<HttpClient> client, const Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      metadata_([this](const Kept<Metadata>::Done& done) { LoadMetadata(done); }, clock),
      keys_([this](const Kept<KeySet>::Done& done) { LoadKeys(done); }, clock),
      client_(std::move(client)) {}

Provider::~Provider() = default;

void Provider::LoadMetadata(const Kept<Metadata>::Done& done) {
  const std::string base(absl::StripSuffix(options_.issuer, "/"));
  client_->Send({.url = base + std::string(kWellKnown), .headers = {}, .body = {}},
                [this, done](absl::StatusOr<ClientReply> reply) {
                  const absl::StatusOr<std::string> body = BodyOf(std::move(reply), "discovery");
                  if (!body.ok()) return done(body.status());
                  absl::StatusOr<Metadata> metadata = ParseMetadata(*body, options_.issuer);
                  if (!metadata.ok()) return done(metadata.status());
                  done(std::make_shared<const Metadata>(*std::move(metadata)));
                });
}

void Provider::LoadKeys(const Kept<KeySet>::Done& done) {
  const std::shared_ptr<const Metadata> metadata = metadata_.Peek();
  if (metadata == nullptr) return done(ProviderUnavailable());
  client_->Send({.url = metadata->jwks_uri, .headers = {}, .body = {}}, [done](absl::StatusOr<ClientReply> reply) {
    const absl::StatusOr<std::string> body = BodyOf(std::move(reply), "jwks");
    if (!body.ok()) return done(body.status());
    absl::StatusOr<KeySet> keys = KeySet::Parse(*body);
    if (!keys.ok()) return done(keys.status());
    done(std::make_shared<const KeySet>(*std::move(keys)));
  });
}

void Provider::Describe(std::function<void(absl::StatusOr<std::shared_ptr<const Metadata>>)> done) {
  metadata_.Get(false, std::move(done));
}

void Provider::Redeem(const Metadata& metadata, const std::string& code, const std::string& verifier,
                      std::function<void(absl::StatusOr<std::string>)> done) {
  ClientCall call;
  call.method = "POST";
  call.url = metadata.token_endpoint;
  call.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  call.body = FormEncode({{"grant_type", "authorization_code"},
                          {"code", code},
                          {"redirect_uri", options_.RedirectUri()},
                          {"code_verifier", verifier}});
  if (options_.client_secret.empty() || metadata.secret_in_body) {
    call.body += "&" + FormEncode({{"client_id", options_.client_id}});
    if (!options_.client_secret.empty()) call.body += "&" + FormEncode({{"client_secret", options_.client_secret}});
  } else {  // RFC 6749 §2.3.1: both are form-encoded first.
    const std::string pair = PercentEncode(options_.client_id) + ":" + PercentEncode(options_.client_secret);
    call.headers.emplace_back("Authorization", "Basic " + std::string(absl::Base64Escape(pair)));
  }
  client_->Send(std::move(call),
                [done = std::move(done)](absl::StatusOr<ClientReply> reply) { done(IdTokenOf(std::move(reply))); });
}

void Provider::Verify(std::string token, const std::string& nonce,
                      std::function<void(absl::StatusOr<nlohmann::json>)> done) {
  const auto check = [this, token = std::move(token), nonce](const KeySet& keys) {
    return CheckIdToken(token, keys, {options_.issuer, options_.client_id, nonce, clock_.Now()});
  };
  keys_.Get(false, [this, check, done = std::move(done)](const absl::StatusOr<std::shared_ptr<const KeySet>>& keys) {
    if (!keys.ok()) return done(keys.status());
    absl::StatusOr<Json> claims = check(**keys);
    if (FailedCheck(claims.status()) != "kid") return done(std::move(claims));
    keys_.Get(true, [check, done](const absl::StatusOr<std::shared_ptr<const KeySet>>& newer) {
      done(newer.ok() ? check(**newer) : newer.status());
    });
  });
}

std::string Provider::SignOutUri() const {
  const std::shared_ptr<const Metadata> metadata = metadata_.Peek();
  if (metadata == nullptr || metadata->end_session_endpoint.empty()) return "";
  const std::string& page = metadata->end_session_endpoint;
  return page + (page.find('?') == std::string::npos ? "?" : "&") +
         FormEncode({{"client_id", options_.client_id}, {"post_logout_redirect_uri", options_.public_url + "/"}});
}

}  // namespace yaoshi::gateway::oidc

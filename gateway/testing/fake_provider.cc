#include "gateway/testing/fake_provider.h"

#include <cjose/cjose.h>
#include <jansson.h>

#include <cstdlib>

#include "common/auth/key_files.h"
#include "fmt/format.h"

namespace yaoshi::gateway::testing {

using Json = nlohmann::json;

struct SigningKey::Key {
  cjose_jwk_t* jwk = nullptr;
  std::string kid;
};

namespace {

// Keys are kept to the end of the process.
const SigningKey::Key* Remember(const std::string& name, const std::function<SigningKey::Key*()>& make) {
  static absl::Mutex mutex;
  static std::map<std::string, const SigningKey::Key*>* const keys =
      new std::map<std::string, const SigningKey::Key*>();
  const absl::MutexLock lock(&mutex);
  const SigningKey::Key*& key = (*keys)[name];
  if (key == nullptr) key = make();
  return key;
}

}  // namespace

SigningKey SigningKey::Rsa(const std::string& kid, size_t bits) {
  return SigningKey(Remember(fmt::format("RSA {} {}", bits, kid), [&] {
    cjose_err error;
    return new Key{cjose_jwk_create_RSA_random(bits, nullptr, 0, &error), kid};
  }));
}

SigningKey SigningKey::Ec(const std::string& kid, int curve) {
  return SigningKey(Remember(fmt::format("EC {} {}", curve, kid), [&] {
    cjose_err error;
    return new Key{cjose_jwk_create_EC_random(static_cast<cjose_jwk_ec_curve>(curve), &error), kid};
  }));
}

Json SigningKey::Public(const Json& more) const {
  cjose_err error;
  char* text = cjose_jwk_to_json(key_->jwk, false, &error);
  Json json = Json::parse(text);
  std::free(text);
  if (!key_->kid.empty()) json["kid"] = key_->kid;
  json.update(more);
  return json;
}

std::string SigningKey::Sign(const Json& header, const Json& claims) const {
  cjose_err error;
  const std::string header_text = header.dump();
  cjose_header_t* protected_header = json_loads(header_text.c_str(), 0, nullptr);
  const std::string payload = claims.dump();
  cjose_jws_t* jws = cjose_jws_sign(key_->jwk, protected_header, reinterpret_cast<const uint8_t*>(payload.data()),
                                    payload.size(), &error);
  const char* compact = nullptr;
  if (jws == nullptr || !cjose_jws_export(jws, &compact, &error)) std::abort();
  std::string token = compact;
  cjose_jws_release(jws);
  cjose_header_release(protected_header);
  return token;
}

std::string Assemble(const Json& header, const Json& claims, std::string_view signature) {
  return fmt::format("{}.{}.{}", auth::Base64UrlEncode(header.dump()), auth::Base64UrlEncode(claims.dump()),
                     auth::Base64UrlEncode(signature));
}

std::string KeySetJson(std::initializer_list<Json> keys) {
  return Json{{"keys", Json(std::vector<Json>(keys))}}.dump();
}

FakeProvider::FakeProvider() {
  HttpServerOptions options;
  options.address = "127.0.0.1:0";
  options.error = [](int status, std::string_view, std::string_view message) {
    return HttpReply{status, {}, std::string(message)};
  };
  server_ = HttpServer::Start(std::move(options), [this](const std::shared_ptr<Exchange>& exchange) {
              if (!exchange->request().has_body) return Serve(exchange, "");
              exchange->ReadBody(
                  65536, [this, exchange](absl::StatusOr<std::string> body) { Serve(exchange, body.value_or("")); });
            }).value();
  Answer(kDiscoveryPath, 200, Metadata().dump());
}

FakeProvider::~FakeProvider() {
  server_.reset();
}

std::string FakeProvider::issuer() const {
  return fmt::format("http://127.0.0.1:{}", server_->port());
}

Json FakeProvider::Metadata() const {
  return {{"issuer", issuer()},
          {"authorization_endpoint", issuer() + "/authorize"},
          {"token_endpoint", issuer() + kTokenPath},
          {"jwks_uri", issuer() + kKeysPath},
          {"end_session_endpoint", issuer() + "/end"},
          {"response_types_supported", {"code", "id_token"}},
          {"code_challenge_methods_supported", {"plain", "S256"}},
          {"id_token_signing_alg_values_supported", {"HS256", "RS256", "none"}}};
}

void FakeProvider::Answer(const std::string& path, int status, std::string body) {
  const absl::MutexLock lock(&mutex_);
  pages_[path].status = status;
  pages_[path].body = std::move(body);
}

int FakeProvider::Asked(const std::string& path) const {
  const absl::MutexLock lock(&mutex_);
  const auto found = pages_.find(path);
  return found == pages_.end() ? 0 : found->second.asked;
}

std::string FakeProvider::LastBody(const std::string& path) const {
  const absl::MutexLock lock(&mutex_);
  return pages_.at(path).last_body;
}

std::string FakeProvider::LastAuthorization(const std::string& path) const {
  const absl::MutexLock lock(&mutex_);
  return pages_.at(path).last_authorization;
}

void FakeProvider::Serve(const std::shared_ptr<Exchange>& exchange, const std::string& body) {
  HttpReply reply;
  {
    const absl::MutexLock lock(&mutex_);
    Page& page = pages_[exchange->request().path];
    ++page.asked;
    page.last_body = body;
    page.last_authorization = std::string(exchange->request().Header("authorization"));
    reply = {page.status, {{"Content-Type", "application/json"}}, page.body};
  }
  exchange->Reply(std::move(reply));
}

}  // namespace yaoshi::gateway::testing

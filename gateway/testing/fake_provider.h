// An identity provider for tests: keys that sign what a test says, and a server that answers as one is told.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "gateway/http/server.h"
#include "nlohmann/json.hpp"

namespace yaoshi::gateway::testing {

// A key pair. Of one kid and kind there is one in a process: RSA keys take long to make.
class SigningKey {
 public:
  static SigningKey Rsa(const std::string& kid, size_t bits = 2048);
  static SigningKey Ec(const std::string& kid, int curve);  // As cjose counts curves, CJOSE_JWK_EC_P_256 …
  // As a provider publishes it; fields of `more` are added.
  nlohmann::json Public(const nlohmann::json& more = nlohmann::json::object()) const;
  // The token of these claims; `header` needs an "alg".
  std::string Sign(const nlohmann::json& header, const nlohmann::json& claims) const;

  struct Key;

 private:
  explicit SigningKey(const Key* key) : key_(key) {}
  const Key* key_;
};

// base64url(header).base64url(claims).base64url(signature), whatever they are.
std::string Assemble(const nlohmann::json& header, const nlohmann::json& claims, std::string_view signature);

// A key set of public keys.
std::string KeySetJson(std::initializer_list<nlohmann::json> keys);

// An HTTP server on a free port of this machine that answers each path as the test says; 404 otherwise.
class FakeProvider {
 public:
  FakeProvider();
  ~FakeProvider();
  std::string issuer() const;  // "http://127.0.0.1:port"
  // A description that holds; a test changes what it likes.
  nlohmann::json Metadata() const;

  void Answer(const std::string& path, int status, std::string body) ABSL_LOCKS_EXCLUDED(mutex_);
  // How often a path was asked for, and what the last body and Authorization header there were.
  int Asked(const std::string& path) const ABSL_LOCKS_EXCLUDED(mutex_);
  std::string LastBody(const std::string& path) const ABSL_LOCKS_EXCLUDED(mutex_);
  std::string LastAuthorization(const std::string& path) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Page {
    int status = 404;
    std::string body;
    int asked = 0;
    std::string last_body;
    std::string last_authorization;
  };
  void Serve(const std::shared_ptr<Exchange>& exchange, const std::string& body) ABSL_LOCKS_EXCLUDED(mutex_);

  mutable absl::Mutex mutex_;
  std::map<std::string, Page> pages_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<HttpServer> server_;
};

inline constexpr const char* kDiscoveryPath = "/.well-known/openid-configuration";
inline constexpr const char* kKeysPath = "/jwks";
inline constexpr const char* kTokenPath = "/token";

}  // namespace yaoshi::gateway::testing

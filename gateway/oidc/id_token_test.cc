#include "gateway/oidc/id_token.h"

#include <cjose/cjose.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "fmt/format.h"
#include "gateway/oidc/errors.h"
#include "gateway/testing/fake_provider.h"

namespace yaoshi::gateway::oidc {
namespace {

using Json = nlohmann::json;
using testing::Assemble;
using testing::KeySetJson;
using testing::SigningKey;

constexpr int64_t kNow = 1'650'412'800;
constexpr int64_t kLeeway = 60;

const SigningKey& Rsa() {
  static const SigningKey key = SigningKey::Rsa("r1");
  return key;
}
const SigningKey& Ec() {
  static const SigningKey key = SigningKey::Ec("e1", CJOSE_JWK_EC_P_256);
  return key;
}

KeySet Keys() {
  return KeySet::Parse(KeySetJson({Rsa().Public({{"use", "sig"}}), Ec().Public({{"alg", "ES256"}})})).value();
}

Expected Wanted() {
  return {"https://id.gov.cn", "yaoshi", "n-1", {kNow * 1'000'000}};
}

Json Header(const std::string& algorithm = "RS256", const std::string& kid = "r1") {
  return {{"alg", algorithm}, {"kid", kid}, {"typ", "JWT"}};
}

// Claims that hold, with `more` in their place.
Json Claims(const Json& more = Json::object()) {
  Json claims = {{"iss", "https://id.gov.cn"}, {"sub", "p-1"}, {"aud", "yaoshi"}, {"nonce", "n-1"}, {"iat", kNow - 1},
                 {"exp", kNow + 300}};
  claims.update(more);
  return claims;
}
Json Without(const std::string& name) {
  Json claims = Claims();
  claims.erase(name);
  return claims;
}

// The check that failed, or "" when the token holds.
std::string CheckOf(std::string_view token, const KeySet& keys = Keys()) {
  const auto claims = CheckIdToken(token, keys, Wanted());
  return claims.ok() ? "" : FailedCheck(claims.status());
}
std::string CheckOfClaims(const Json& claims) {
  return CheckOf(Rsa().Sign(Header(), claims));
}

// The classic attack: the text of a public key as the secret of HS256.
std::string SignedWithPublicKey(const std::string& secret) {
  const std::string token = Assemble(Header("HS256"), Claims(), "");
  const std::string text = token.substr(0, token.size() - 1);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
  return Assemble(Header("HS256"), Claims(), {reinterpret_cast<const char*>(mac), size});
}

TEST(IdToken, RefusesEveryAlgorithmButThoseOfPublicKeys) {
  EXPECT_EQ(CheckOf(Assemble(Header("none"), Claims(), "")), "alg");
  EXPECT_EQ(CheckOf(Assemble(Header("NONE"), Claims(), "")), "alg");
  EXPECT_EQ(CheckOf(Assemble({{"kid", "r1"}}, Claims(), "x")), "alg");
  EXPECT_EQ(CheckOf(Assemble({{"alg", 256}, {"kid", "r1"}}, Claims(), "x")), "alg");
  EXPECT_EQ(CheckOf(SignedWithPublicKey(Rsa().Public().dump())), "alg");
  EXPECT_EQ(CheckOf(Rsa().Sign(Header("RS384"), Claims())), "alg");
  EXPECT_EQ(CheckOf(Rsa().Sign(Header("RS256", "e1"), Claims())), "alg") << "the key is for another algorithm";
  EXPECT_EQ(CheckOf(Ec().Sign(Header("ES256", "r1"), Claims())), "alg");
}

TEST(IdToken, RefusesASignatureThatIsNotTheKeys) {
  EXPECT_EQ(CheckOf(SigningKey::Rsa("other").Sign(Header(), Claims())), "signature");
  EXPECT_EQ(CheckOf(SigningKey::Ec("other", CJOSE_JWK_EC_P_256).Sign(Header("ES256", "e1"), Claims())), "signature");
  const std::string good = Rsa().Sign(Header(), Claims());
  const std::string signature = good.substr(good.rfind('.'));
  const std::string other = Rsa().Sign(Header(), Claims({{"sub", "p-2"}}));
  EXPECT_EQ(CheckOf(other.substr(0, other.rfind('.')) + signature), "signature") << "of another token";
  EXPECT_EQ(CheckOf(good.substr(0, good.rfind('.') + 1)), "signature") << "none at all";
  EXPECT_EQ(CheckOf(Assemble(Header("ES256", "e1"), Claims(), std::string(64, '\0'))), "signature") << "CVE-2022-21449";
  EXPECT_EQ(CheckOf(Rsa().Sign(Header("PS256"), Claims()).substr(0, 20) + good.substr(20)), "signature");
}

TEST(IdToken, RefusesKeysThatTheSenderBringsAlong) {
  const Json stranger = SigningKey::Rsa("other").Public();
  for (const auto& [name, value] : std::vector<std::pair<std::string, Json>>{{"jku", "https://evil.cn/jwks"},
                                                                             {"x5u", "https://evil.cn/cert"},
                                                                             {"jwk", stranger},
                                                                             {"x5c", Json::array({"MIIB"})},
                                                                             {"crit", Json::array({"exp"})}}) {
    Json header = Header();
    header[name] = value;
    EXPECT_EQ(CheckOf(Assemble(header, Claims(), "signature")), name);
  }
}

TEST(IdToken, SaysWhichKeyItDoesNotKnow) {
  EXPECT_EQ(CheckOf(Rsa().Sign(Header("RS256", "r2"), Claims())), "kid");
  EXPECT_EQ(CheckOf(Rsa().Sign({{"alg", "RS256"}, {"kid", 7}}, Claims())), "kid");
  const KeySet two = KeySet::Parse(KeySetJson({Rsa().Public(), SigningKey::Rsa("other").Public()})).value();
  EXPECT_EQ(CheckOf(Rsa().Sign({{"alg", "RS256"}}, Claims()), two), "kid") << "it could be either";
}

TEST(IdToken, RefusesWhatIsNoToken) {
  for (const std::string& text :
       {std::string(), std::string("a"), std::string("a.b"), std::string(".."), std::string("a.b.c.d"),
        std::string("!.!.!"), std::string("e30=.e30.e30"), std::string(kMaxIdTokenBytes + 1, 'a'),
        std::string("bnVsbA.e30.x"), std::string(10000, '.'), std::string("\0.\0.\0", 5)}) {
    EXPECT_EQ(CheckOf(text), "form") << text.substr(0, 50);
  }
  EXPECT_EQ(CheckOf(Rsa().Sign(Header(), Json::array({1}))), "payload");
  const std::string huge = Rsa().Sign(Header(), Claims({{"groups", std::string(kMaxIdTokenBytes, 'g')}}));
  EXPECT_EQ(CheckOf(huge), "form");
}

TEST(IdToken, RefusesClaimsThatDoNotHold) {
  const std::vector<std::pair<std::string, Json>> cases = {
      {"iss", Without("iss")},
      {"iss", Claims({{"iss", "https://id.gov.cn/"}})},
      {"iss", Claims({{"iss", Json::array({"https://id.gov.cn"})}})},
      {"aud", Without("aud")},
      {"aud", Claims({{"aud", "other"}})},
      {"aud", Claims({{"aud", Json::array()}})},
      {"aud", Claims({{"aud", Json::array({"other"})}})},
      {"aud", Claims({{"aud", {{"yaoshi", true}}}})},
      {"azp", Claims({{"aud", Json::array({"yaoshi", "other"})}})},
      {"azp", Claims({{"aud", Json::array({"yaoshi", "other"})}, {"azp", "other"}})},
      {"azp", Claims({{"azp", "other"}})},
      {"azp", Claims({{"azp", nullptr}})},
      {"exp", Without("exp")},
      {"exp", Claims({{"exp", kNow - kLeeway}})},
      {"exp", Claims({{"exp", "2099-01-01"}})},
      {"exp", Claims({{"exp", -1}})},
      {"iat", Without("iat")},
      {"iat", Claims({{"iat", kNow + kLeeway + 1}})},
      {"iat", Claims({{"iat", "now"}})},
      {"nbf", Claims({{"nbf", kNow + kLeeway + 1}})},
      {"nbf", Claims({{"nbf", "now"}})},
      {"nonce", Without("nonce")},
      {"nonce", Claims({{"nonce", "n-2"}})},
      {"nonce", Claims({{"nonce", ""}})},
      {"sub", Without("sub")},
      {"sub", Claims({{"sub", ""}})},
      {"sub", Claims({{"sub", std::string(256, 's')}})},
  };
  for (const auto& [check, claims] : cases) EXPECT_EQ(CheckOfClaims(claims), check) << claims;
  Expected nothing = Wanted();
  nothing.nonce.clear();
  EXPECT_EQ(FailedCheck(CheckIdToken(Rsa().Sign(Header(), Claims({{"nonce", ""}})), Keys(), nothing).status()),
            "nonce");
}

TEST(IdToken, TakesWhatHolds) {
  EXPECT_EQ(CheckOfClaims(Claims()), "");
  EXPECT_EQ(CheckOf(Rsa().Sign(Header("PS256"), Claims())), "");
  EXPECT_EQ(CheckOf(Ec().Sign(Header("ES256", "e1"), Claims())), "");
  EXPECT_EQ(CheckOf(Rsa().Sign({{"alg", "RS256"}}, Claims())), "") << "no kid, but one key that it can be";
  EXPECT_EQ(CheckOfClaims(Claims({{"aud", Json::array({"yaoshi"})}})), "");
  EXPECT_EQ(CheckOfClaims(Claims({{"aud", Json::array({"other", "yaoshi"})}, {"azp", "yaoshi"}})), "");
  EXPECT_EQ(CheckOfClaims(Claims({{"exp", kNow - kLeeway + 1}, {"iat", kNow + kLeeway}, {"nbf", kNow + kLeeway}})), "");
  EXPECT_EQ(CheckOfClaims(Claims({{"exp", static_cast<double>(kNow) + 0.5}})), "");
  const auto claims =
      CheckIdToken(Rsa().Sign(Header(), Claims({{"preferred_username", "city-office"}})), Keys(), Wanted());
  ASSERT_TRUE(claims.ok()) << claims.status();
  EXPECT_EQ((*claims)["preferred_username"], "city-office");
}

TEST(KeySet, LeavesOutWhatIsOfNoUse) {
  const Json good = Rsa().Public();
  const Json symmetric = {{"kty", "oct"}, {"k", "c2VjcmV0"}, {"kid", "r1"}};
  const KeySet keys = KeySet::Parse(KeySetJson({good,
                                                symmetric,
                                                Rsa().Public({{"use", "enc"}}),
                                                Rsa().Public({{"alg", "RSA-OAEP"}}),
                                                SigningKey::Rsa("small", 1024).Public(),
                                                SigningKey::Ec("x", CJOSE_JWK_EC_P_384).Public(),
                                                {{"kty", "RSA"}, {"n", "!"}, {"e", "AQAB"}},
                                                {{"kty", "EC"}, {"crv", "P-256"}, {"x", "AAAA"}, {"y", "AAAA"}},
                                                7,
                                                nullptr}))
                          .value();
  EXPECT_EQ(keys.size(), 1u);
  for (const std::string& text : {std::string(), std::string("{}"), std::string("[]"), std::string(R"({"keys":7})"),
                                  std::string(R"({"keys":[]})"), KeySetJson({symmetric}), std::string("{\"keys\":["),
                                  Json{{"keys", Json(std::vector<Json>(65, good))}}.dump()}) {
    EXPECT_EQ(FailedCheck(KeySet::Parse(text).status()), "jwks") << text.substr(0, 60);
  }
}

}  // namespace
}  // namespace yaoshi::gateway::oidc

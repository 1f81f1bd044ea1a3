#include "common/auth/token.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "common/auth/key_files.h"
#include "common/status/status.h"
#include "nlohmann/json.hpp"

namespace yaoshi::auth {
namespace {

using Json = nlohmann::json;
using std::chrono::hours;
using std::chrono::seconds;

const Principal kOffice{"0190-account", Role::kCityOffice, "621100", "0190-org", false};

// Two key pairs in a directory of their own; "trusted" is loaded, "other" is not.
class TokenTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "yaoshi-token-XXXXXX";
    directory_ = mkdtemp(pattern.data());
    std::filesystem::create_directory(directory_ + "/other");
    ASSERT_TRUE(GenerateKeyPair(directory_, "trusted").ok());
    ASSERT_TRUE(GenerateKeyPair(directory_ + "/other", "trusted").ok());
    signer_ = std::make_unique<TokenSigner>(*TokenSigner::FromFile(directory_ + "/trusted.key"));
    verifier_ = std::make_unique<TokenVerifier>(*TokenVerifier::FromDirectory(directory_));
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string Secret(const std::string& path) const {
    std::ifstream file(path);
    std::string text;
    file >> text;
    return *Base64UrlDecode(text);
  }

  // A token with any header and claims, well signed by the key file.
  std::string Signed(const std::string& header, const std::string& claims, const std::string& key_path) const {
    std::string token = Base64UrlEncode(header) + "." + Base64UrlEncode(claims);
    const std::string secret = Secret(key_path);
    std::string signature(crypto_sign_BYTES, '\0');
    crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr,
                         reinterpret_cast<const unsigned char*>(token.data()), token.size(),
                         reinterpret_cast<const unsigned char*>(secret.data()));
    return token + "." + Base64UrlEncode(signature);
  }
  std::string Signed(const std::string& header, const std::string& claims) const {
    return Signed(header, claims, directory_ + "/trusted.key");
  }

  Json Claims() const {
    const int64_t now = clock_.Now().micros / 1'000'000;
    return {{"iss", kTokenIssuer}, {"aud", kTokenAudience}, {"sub", "a"},
            {"role", "COUNTY"},    {"region", "621122"},    {"iat", now},
            {"nbf", now},          {"exp", now + 600}};
  }
  std::string With(const char* name, const Json& value) const {
    Json claims = Claims();
    claims[name] = value;
    return claims.dump();
  }
  std::string Without(const char* name) const {
    Json claims = Claims();
    claims.erase(name);
    return claims.dump();
  }
  bool Accepted(const std::string& token) const { return verifier_->Verify(token, clock_.Now()).ok(); }

  const std::string kHeader = R"({"alg":"EdDSA","typ":"JWT","kid":"trusted"})";
  std::string directory_;
  FakeClock clock_;
  std::unique_ptr<TokenSigner> signer_;
  std::unique_ptr<TokenVerifier> verifier_;
};

TEST_F(TokenTest, RefusesForgedHeaders) {
  const std::string claims = Claims().dump();
  const std::string unsigned_token =
      Base64UrlEncode(R"({"alg":"none","kid":"trusted"})") + "." + Base64UrlEncode(claims) + ".";
  EXPECT_FALSE(Accepted(unsigned_token));
  for (const char* header : {
           R"({"alg":"none","kid":"trusted"})",
           R"({"alg":"HS256","kid":"trusted"})",
           R"({"alg":"ES256","kid":"trusted"})",
           R"({"alg":"eddsa","kid":"trusted"})",
           R"({"alg":["EdDSA"],"kid":"trusted"})",
           R"({"alg":"EdDSA"})",
           R"({"alg":"EdDSA","kid":"unknown"})",
           R"({"alg":"EdDSA","kid":"../../dev/null"})",
           R"({"alg":"EdDSA","kid":"trusted' OR '1'='1"})",
           R"({"alg":"EdDSA","kid":1})",
           R"({"alg":"EdDSA","kid":"trusted","jku":"http://192.0.2.7/keys"})",
           R"({"alg":"EdDSA","kid":"trusted","x5u":"http://192.0.2.7/cert"})",
           R"({"alg":"EdDSA","kid":"trusted","jwk":{"kty":"OKP"}})",
           R"({"alg":"EdDSA","kid":"trusted","crit":["exp"]})",
           R"({"alg":"none","alg":"EdDSA","kid":"trusted"})",
           R"(["EdDSA"])",
           "",
           "{",
       }) {
    EXPECT_FALSE(Accepted(Signed(header, claims))) << header;
  }
  EXPECT_TRUE(Accepted(Signed(kHeader, claims)));
}

TEST_F(TokenTest, RefusesAnHmacWithThePublicKey) {
  std::ifstream file(directory_ + "/trusted.pub");
  std::string text;
  file >> text;
  std::string key = *Base64UrlDecode(text);
  const std::string token =
      Base64UrlEncode(R"({"alg":"HS256","kid":"trusted"})") + "." + Base64UrlEncode(Claims().dump());
  std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256(reinterpret_cast<unsigned char*>(mac.data()),
                         reinterpret_cast<const unsigned char*>(token.data()), token.size(),
                         reinterpret_cast<const unsigned char*>(key.data()));
  EXPECT_FALSE(Accepted(token + "." + Base64UrlEncode(mac)));
}

TEST_F(TokenTest, RefusesAnotherKeyUnderTheSameKid) {
  EXPECT_FALSE(Accepted(Signed(kHeader, Claims().dump(), directory_ + "/other/trusted.key")));
}

TEST_F(TokenTest, RefusesWrongClaims) {
  const int64_t now = clock_.Now().micros / 1'000'000;
  const std::string duplicate = Claims().dump();
  for (const std::string& claims : {
           With("iss", "someone"),
           With("aud", "other"),
           With("aud", Json::array({"yaoshi"})),
           With("sub", ""),
           With("sub", 7),
           With("role", "EMPEROR"),
           With("role", ""),
           With("exp", now - 61),
           With("exp", now - 600),
           With("nbf", now + 61),
           With("iat", now + 61),
           With("exp", "later"),
           With("exp", 1e30),
           With("exp", 18446744073709551615ull),
           With("exp", -1),
           With("nbf", nullptr),
           Without("iss"),
           Without("aud"),
           Without("sub"),
           Without("role"),
           Without("exp"),
           Without("nbf"),
           Without("iat"),
           With("extra", Json::object({{"role", "OPERATOR"}})),
           duplicate.substr(0, duplicate.size() - 1) + R"(,"role":"OPERATOR"})",
           std::string("[]"),
           std::string("null"),
           std::string("\xff\xfe"),
           std::string(),
       }) {
    EXPECT_FALSE(Accepted(Signed(kHeader, claims))) << claims;
  }
}

TEST_F(TokenTest, ClocksMayDifferByALeeway) {
  const int64_t now = clock_.Now().micros / 1'000'000;
  Json expired = Claims();
  expired["iat"] = expired["nbf"] = now - 600;
  expired["exp"] = now - 59;
  EXPECT_TRUE(Accepted(Signed(kHeader, expired.dump())));
  EXPECT_TRUE(Accepted(Signed(kHeader, With("nbf", now + 60))));
}

TEST_F(TokenTest, RefusesGarbageWithOneText) {
  const std::string good = signer_->Sign(kOffice, clock_.Now(), hours(1));
  std::string changed = good;
  changed[good.size() / 2] = changed[good.size() / 2] == 'A' ? 'B' : 'A';
  const std::string expected(Unauthenticated().message());
  for (const std::string& token :
       {std::string(), std::string("."), std::string(".."), std::string("a.b.c"), good.substr(0, good.size() - 2),
        good + "=", good + ".", "." + good, good + " ", " " + good, changed, std::string(kMaxTokenBytes + 1, 'a'),
        Signed(kHeader, With("sub", std::string(kMaxTokenBytes, 'a'))), good.substr(good.find('.'))}) {
    const absl::StatusOr<Principal> principal = verifier_->Verify(token, clock_.Now());
    ASSERT_FALSE(principal.ok());
    EXPECT_EQ(principal.status().code(), absl::StatusCode::kUnauthenticated);
    EXPECT_EQ(principal.status().message(), expected);
    EXPECT_EQ(ReasonOf(principal.status()), "UNAUTHENTICATED");
  }
}

TEST_F(TokenTest, RandomBytesNeverPass) {
  std::mt19937 random(20220420);
  for (int round = 0; round < 2000; ++round) {
    std::string token(random() % 300, '\0');
    for (char& c : token) c = static_cast<char>(random());
    EXPECT_FALSE(Accepted(token));
    EXPECT_FALSE(Accepted(Base64UrlEncode(kHeader) + "." + Base64UrlEncode(token) + "." + Base64UrlEncode(token)));
  }
}

TEST_F(TokenTest, SaysWhoSigned) {
  for (const Principal& principal : {kOffice, Principal{"gateway", Role::kService, "", "", true},
                                     Principal{"张三", Role::kCounty, "621122", "", false}}) {
    const absl::StatusOr<Principal> verified =
        verifier_->Verify(signer_->Sign(principal, clock_.Now(), hours(1)), clock_.Now());
    ASSERT_TRUE(verified.ok());
    EXPECT_EQ(*verified, principal);
  }
}

TEST_F(TokenTest, ARememberedTokenStillExpires) {
  const std::string token = signer_->Sign(kOffice, clock_.Now(), seconds(600));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Accepted(token));
  clock_.Advance(seconds(659));
  EXPECT_TRUE(Accepted(token));
  clock_.Advance(seconds(2));
  EXPECT_FALSE(Accepted(token));
  clock_.Advance(-hours(1));
  EXPECT_FALSE(Accepted(token));
}

TEST_F(TokenTest, KeyFilesAreGuarded) {
  const std::string key = directory_ + "/trusted.key";
  struct stat info {};
  ASSERT_EQ(stat(key.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_FALSE(GenerateKeyPair(directory_, "trusted").ok());  // Never overwrites.
  for (const char* kid : {"", "../x", "a/b", "a b", "a.b"}) EXPECT_FALSE(GenerateKeyPair(directory_, kid).ok()) << kid;
  ASSERT_EQ(chmod(key.c_str(), 0644), 0);
  EXPECT_FALSE(TokenSigner::FromFile(key).ok());
  EXPECT_FALSE(TokenSigner::FromFile(directory_ + "/absent.key").ok());
  EXPECT_FALSE(TokenSigner::FromFile(directory_ + "/trusted.pub").ok());
  EXPECT_FALSE(TokenVerifier::FromDirectory(directory_ + "/absent").ok());
  std::ofstream(directory_ + "/broken.pub") << "not a key";
  EXPECT_FALSE(TokenVerifier::FromDirectory(directory_).ok());
}

}  // namespace
}  // namespace yaoshi::auth

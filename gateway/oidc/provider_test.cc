#include "gateway/oidc/provider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/synchronization/notification.h"
#include "common/status/status.h"
#include "gateway/oidc/errors.h"
#include "gateway/testing/fake_provider.h"

namespace yaoshi::gateway::oidc {
namespace {

using Json = nlohmann::json;
using testing::FakeProvider;
using ::testing::HasSubstr;
using testing::kDiscoveryPath;
using testing::KeySetJson;
using testing::kKeysPath;
using testing::kTokenPath;
using testing::SigningKey;
using ::testing::StartsWith;

constexpr Timestamp kNow{1'650'412'800'000'000};

TEST(ProviderMetadata, IsRefusedUnlessItHoldsInEverything) {
  const Json good = {{"issuer", "https://id.gov.cn"},
                     {"authorization_endpoint", "https://id.gov.cn/auth"},
                     {"token_endpoint", "https://id.gov.cn/token"},
                     {"jwks_uri", "https://id.gov.cn/jwks"}};
  const auto check_of = [&](const Json& more) {
    Json json = good;
    json.merge_patch(more);
    return FailedCheck(ParseMetadata(json.dump(), "https://id.gov.cn").status());
  };
  EXPECT_EQ(check_of(Json::object()), "");
  const std::vector<std::pair<std::string, Json>> cases = {
      {"issuer", {{"issuer", "https://id.gov.cn/"}}},
      {"issuer", {{"issuer", "https://evil.cn"}}},
      {"issuer", {{"issuer", nullptr}}},
      {"authorization_endpoint", {{"authorization_endpoint", "http://id.gov.cn/auth"}}},
      {"authorization_endpoint", {{"authorization_endpoint", "javascript:alert(1)"}}},
      {"token_endpoint", {{"token_endpoint", nullptr}}},
      {"token_endpoint", {{"token_endpoint", "http://169.254.169.254/"}}},
      {"jwks_uri", {{"jwks_uri", "file:///etc/passwd"}}},
      {"end_session_endpoint", {{"end_session_endpoint", "http://id.gov.cn/end"}}},
      {"response_types_supported", {{"response_types_supported", Json::array({"id_token"})}}},
      {"code_challenge_methods_supported", {{"code_challenge_methods_supported", Json::array({"plain"})}}},
      {"id_token_signing_alg_values_supported",
       {{"id_token_signing_alg_values_supported", Json::array({"HS256", "none"})}}},
  };
  for (const auto& [check, more] : cases) EXPECT_EQ(check_of(more), check) << more;
  for (const char* text : {"", "[]", "null", "{", "<html>"}) {
    EXPECT_EQ(FailedCheck(ParseMetadata(text, "https://id.gov.cn").status()), "discovery") << text;
  }
}

class ProviderTest : public ::testing::Test {
 protected:
  void Open(const std::string& secret = "s e:cret") {
    Options options;
    options.issuer = fake_.issuer();
    options.client_id = "yao shi";
    options.client_secret = secret;
    options.public_url = "http://127.0.0.1:1";
    provider_ = Provider::Create(std::move(options), clock_).value();
  }
  absl::StatusOr<std::shared_ptr<const Metadata>> Describe() {
    return Wait<std::shared_ptr<const Metadata>>([&](auto done) { provider_->Describe(std::move(done)); });
  }
  absl::StatusOr<std::string> Redeem() {
    const Metadata metadata = *Describe().value();
    return Wait<std::string>([&](auto done) { provider_->Redeem(metadata, "c&1", "v", std::move(done)); });
  }
  // The check that failed, the reason, or "".
  std::string Verify(const std::string& token) {
    const auto claims = Wait<Json>([&](auto done) { provider_->Verify(token, "n", std::move(done)); });
    const std::string check = FailedCheck(claims.status());
    return check.empty() ? ReasonOf(claims.status()) : check;
  }
  std::string TokenOf(const SigningKey& key, const std::string& kid) const {
    const int64_t now = clock_.Now().micros / 1'000'000;
    return key.Sign(
        {{"alg", "RS256"}, {"kid", kid}},
        {{"iss", fake_.issuer()}, {"sub", "p"}, {"aud", "yao shi"}, {"nonce", "n"}, {"iat", now}, {"exp", now + 60}});
  }
  template <class T>
  static absl::StatusOr<T> Wait(const std::function<void(std::function<void(absl::StatusOr<T>)>)>& begin) {
    absl::StatusOr<T> result;
    absl::Notification ready;
    begin([&](absl::StatusOr<T> value) {
      result = std::move(value);
      ready.Notify();
    });
    ready.WaitForNotification();
    return result;
  }

  FakeClock clock_{kNow};
  FakeProvider fake_;
  const SigningKey first_ = SigningKey::Rsa("r1");
  const SigningKey second_ = SigningKey::Rsa("r2");
  std::unique_ptr<Provider> provider_;
};

TEST_F(ProviderTest, IsAskedForItsDescriptionOnceInAWhile) {
  Open();
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(Describe().ok());
  EXPECT_EQ(fake_.Asked(kDiscoveryPath), 1);
  clock_.Advance(std::chrono::minutes(11));
  EXPECT_TRUE(Describe().ok());
  EXPECT_EQ(fake_.Asked(kDiscoveryPath), 2);
}

TEST_F(ProviderTest, StaysKnownWhileItIsBrieflyAway) {
  Open();
  ASSERT_TRUE(Describe().ok());
  fake_.Answer(kDiscoveryPath, 503, "");
  clock_.Advance(std::chrono::hours(1));
  EXPECT_TRUE(Describe().ok());
  clock_.Advance(std::chrono::hours(24));
  EXPECT_EQ(ReasonOf(Describe().status()), "OIDC_PROVIDER_UNAVAILABLE");
}

TEST_F(ProviderTest, IsNotAskedWithoutEndWhenItIsNotThere) {
  fake_.Answer(kDiscoveryPath, 500, "");
  Open();
  for (int i = 0; i < 50; ++i) EXPECT_EQ(ReasonOf(Describe().status()), "OIDC_PROVIDER_UNAVAILABLE");
  EXPECT_LE(fake_.Asked(kDiscoveryPath), 6);
  fake_.Answer(kDiscoveryPath, 200, fake_.Metadata().dump());
  clock_.Advance(std::chrono::minutes(1));
  EXPECT_TRUE(Describe().ok());
}

TEST_F(ProviderTest, FollowsNoRedirect) {
  fake_.Answer(kDiscoveryPath, 302, "");
  Open();
  EXPECT_EQ(FailedCheck(Describe().status()), "discovery");
}

TEST_F(ProviderTest, TakesACodeWithItsSecretAsTheStandardHasIt) {
  fake_.Answer(kTokenPath, 200, R"({"id_token": "t.t.t", "access_token": "a"})");
  Open();
  EXPECT_EQ(Redeem().value(), "t.t.t");
  EXPECT_EQ(fake_.LastAuthorization(kTokenPath), "Basic eWFvJTIwc2hpOnMlMjBlJTNBY3JldA==");  // yao%20shi:s%20e%3Acret
  EXPECT_EQ(fake_.LastBody(kTokenPath),
            "grant_type=authorization_code&code=c%261&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fv1%2Fsessions%2Foidc%"
            "2Fcallback&code_verifier=v");
  Json metadata = fake_.Metadata();
  metadata["token_endpoint_auth_methods_supported"] = {"client_secret_post"};
  fake_.Answer(kDiscoveryPath, 200, metadata.dump());
  Open();
  EXPECT_TRUE(Redeem().ok());
  EXPECT_EQ(fake_.LastAuthorization(kTokenPath), "");
  EXPECT_THAT(fake_.LastBody(kTokenPath), HasSubstr("&client_id=yao%20shi&client_secret=s%20e%3Acret"));
  Open("");
  EXPECT_TRUE(Redeem().ok());
  EXPECT_THAT(fake_.LastBody(kTokenPath), ::testing::EndsWith("&client_id=yao%20shi"));
}

TEST_F(ProviderTest, TellsAUsedCodeFromAProviderThatIsAwayOrWrong) {
  Open();
  fake_.Answer(kTokenPath, 400, R"({"error": "invalid_grant"})");
  EXPECT_EQ(ReasonOf(Redeem().status()), "OIDC_CODE_REFUSED");
  fake_.Answer(kTokenPath, 400, R"({"error": "invalid_client"})");
  EXPECT_EQ(FailedCheck(Redeem().status()), "token_endpoint");
  fake_.Answer(kTokenPath, 200, R"({"access_token": "a"})");
  EXPECT_EQ(FailedCheck(Redeem().status()), "id_token");
  fake_.Answer(kTokenPath, 200, "<html>");
  EXPECT_EQ(FailedCheck(Redeem().status()), "id_token");
  fake_.Answer(kTokenPath, 503, "");
  EXPECT_EQ(ReasonOf(Redeem().status()), "OIDC_PROVIDER_UNAVAILABLE");
  fake_.Answer(kTokenPath, 200, std::string(1 << 20, 'x'));
  EXPECT_EQ(FailedCheck(Redeem().status()), "token_endpoint") << "too large";
}

TEST_F(ProviderTest, LearnsANewKeyWhenItSignsWithOne) {
  fake_.Answer(kKeysPath, 200, KeySetJson({first_.Public()}));
  Open();
  ASSERT_TRUE(Describe().ok());
  EXPECT_EQ(Verify(TokenOf(first_, "r1")), "");
  EXPECT_EQ(Verify(TokenOf(first_, "r1")), "");
  EXPECT_EQ(fake_.Asked(kKeysPath), 1);
  fake_.Answer(kKeysPath, 200, KeySetJson({second_.Public()}));
  EXPECT_EQ(Verify(TokenOf(second_, "r2")), "");
  EXPECT_EQ(fake_.Asked(kKeysPath), 2);
  EXPECT_EQ(Verify(TokenOf(first_, "r1")), "kid") << "the old key is withdrawn";
}

TEST_F(ProviderTest, KeepsItsKeysWhileTheyCannotBeFetched) {
  fake_.Answer(kKeysPath, 200, KeySetJson({first_.Public()}));
  Open();
  ASSERT_TRUE(Describe().ok());
  EXPECT_EQ(Verify(TokenOf(first_, "r1")), "");
  fake_.Answer(kKeysPath, 503, "");
  EXPECT_EQ(Verify(TokenOf(second_, "r2")), "kid");
  clock_.Advance(std::chrono::hours(1));
  EXPECT_EQ(Verify(TokenOf(first_, "r1")), "");
  clock_.Advance(std::chrono::hours(25));
  EXPECT_EQ(Verify(TokenOf(first_, "r1")), "OIDC_PROVIDER_UNAVAILABLE");
}

TEST_F(ProviderTest, IsNotAskedForKeysByEveryInventedKid) {
  fake_.Answer(kKeysPath, 200, KeySetJson({first_.Public()}));
  Open();
  ASSERT_TRUE(Describe().ok());
  for (int i = 0; i < 40; ++i) EXPECT_EQ(Verify(TokenOf(first_, "invented")), "kid");
  EXPECT_LE(fake_.Asked(kKeysPath), 5);
  EXPECT_EQ(Verify(TokenOf(first_, "r1")), "") << "who comes with a known key is not held up";
}

TEST_F(ProviderTest, SaysWherePeopleSignOut) {
  Open();
  ASSERT_TRUE(Describe().ok());
  EXPECT_EQ(provider_->SignOutUri(),
            fake_.issuer() + "/end?client_id=yao%20shi&post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2F");
  Json metadata = fake_.Metadata();
  metadata.erase("end_session_endpoint");
  fake_.Answer(kDiscoveryPath, 200, metadata.dump());
  Open();
  ASSERT_TRUE(Describe().ok());
  EXPECT_EQ(provider_->SignOutUri(), "");
}

}  // namespace
}  // namespace yaoshi::gateway::oidc

#include "gateway/oidc/sign_in.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fmt/format.h"
#include "gateway/testing/fake_backend.h"
#include "gateway/testing/fake_provider.h"
#include "gateway/testing/http_client.h"
#include "gateway/transcode/request.h"

namespace yaoshi::gateway::oidc {
namespace {

using Json = nlohmann::json;
using testing::FakeProvider;
using testing::Fetch;
using ::testing::HasSubstr;
using testing::HttpAnswer;
using testing::kDiscoveryPath;
using testing::KeySetJson;
using testing::kKeysPath;
using testing::kTokenPath;
using ::testing::Not;
using testing::SigningKey;
using ::testing::StartsWith;

class SignInTest : public ::testing::Test {
 protected:
  SignInTest() {
    fake_.Answer(kKeysPath, 200, KeySetJson({key_.Public()}));
    gateway_.AwaitReady();
  }

  Options Provided() const {
    Options options;
    options.issuer = fake_.issuer();
    options.client_id = "yaoshi";
    options.public_url = "http://127.0.0.1:1";
    return options;
  }
  // What a browser has after the first step.
  struct Begun {
    std::string cookie;  // A Cookie header.
    std::map<std::string, std::string> asked;
  };
  Begun Begin(const std::string& return_to = "%2Flists%3Fa%3D1") {
    const HttpAnswer answer = Fetch(gateway_.port(), "GET", "/v1/sessions/oidc/start?return_to=" + return_to);
    EXPECT_EQ(answer.status, 302) << answer.body;
    const std::string& set = answer.headers.at("set-cookie");
    EXPECT_THAT(set, StartsWith("yaoshi-oidc="));
    EXPECT_THAT(set, HasSubstr("; Path=/; HttpOnly; SameSite=Lax"));
    Begun begun{fmt::format("Cookie: {}\r\n", set.substr(0, set.find(';'))), {}};
    const std::string& to = answer.headers.at("location");
    EXPECT_THAT(to, StartsWith(fake_.issuer() + "/authorize?"));
    const auto asked = ParseQuery(std::string_view(to).substr(to.find('?') + 1)).value();
    begun.asked.insert(asked.begin(), asked.end());
    return begun;
  }
  // Lets the provider give a token that says this, besides what holds.
  void Give(const Begun& begun, const Json& more = {{"preferred_username", "county-longxi"}}) {
    const int64_t now = gateway_.clock().Now().micros / 1'000'000;
    Json claims = {
        {"iss", fake_.issuer()}, {"sub", "p"}, {"aud", "yaoshi"}, {"nonce", begun.asked.at("nonce")}, {"iat", now},
        {"exp", now + 60}};
    claims.update(more);
    fake_.Answer(kTokenPath, 200, Json{{"id_token", key_.Sign({{"alg", "RS256"}, {"kid", "r1"}}, claims)}}.dump());
  }
  HttpAnswer Return(const Begun& begun, const std::string& more = "&code=c") {
    return Fetch(gateway_.port(), "GET", "/v1/sessions/oidc/callback?state=" + begun.asked.at("state") + more,
                 begun.cookie);
  }
  static void ExpectRefused(const HttpAnswer& answer, int status, const std::string& reason) {
    EXPECT_EQ(answer.status, status) << answer.body;
    EXPECT_THAT(answer.body, HasSubstr("<code>" + reason + "</code>"));
    EXPECT_THAT(answer.body, Not(HasSubstr("http-equiv")));
    EXPECT_THAT(answer.headers.at("set-cookie"), StartsWith("yaoshi-oidc=;")) << "no session; the attempt is over";
    EXPECT_THAT(answer.headers.at("content-security-policy"), HasSubstr("default-src 'none'"));
  }

  const SigningKey key_ = SigningKey::Rsa("r1");
  FakeProvider fake_;
  testing::TestGateway gateway_{{}, {}, {}, Provided()};
};

TEST_F(SignInTest, RefusesToComeBackToAnotherSite) {
  for (const char* path :
       {"%2F%2Fevil.cn", "https%3A%2F%2Fevil.cn", "%2F%5Cevil.cn", "evil.cn", "", "%2Fa%0d%0aX%3A1"}) {
    const HttpAnswer answer = Fetch(gateway_.port(), "GET", fmt::format("/v1/sessions/oidc/start?return_to={}", path));
    ExpectRefused(answer, 400, "INVALID_FIELDS");
    EXPECT_THAT(answer.body, Not(HasSubstr("evil"))) << path;
  }
  ExpectRefused(Fetch(gateway_.port(), "GET", "/v1/sessions/oidc/start?return_to=/a&return_to=/b"), 400,
                "INVALID_FIELDS");
}

TEST_F(SignInTest, KnowsNoWayBackWithoutTheBrowserThatBeganIt) {
  const Begun mine = Begin();
  const Begun other = Begin();
  Give(mine);
  for (const std::string& cookie : {std::string(), std::string("Cookie: yaoshi-oidc=abc\r\n"), other.cookie,
                                    mine.cookie.substr(0, mine.cookie.size() - 6) + "AAAA\r\n"}) {
    ExpectRefused(Return({cookie, mine.asked}), 400, "OIDC_SIGN_IN_LOST");
  }
  ExpectRefused(Fetch(gateway_.port(), "GET", "/v1/sessions/oidc/callback?code=c&state=", mine.cookie), 400,
                "OIDC_SIGN_IN_LOST");
  ExpectRefused(Fetch(gateway_.port(), "GET", "/v1/sessions/oidc/callback", mine.cookie), 400, "OIDC_SIGN_IN_LOST");
  gateway_.clock().Advance(std::chrono::minutes(11));
  ExpectRefused(Return(mine), 400, "OIDC_SIGN_IN_LOST");
  EXPECT_EQ(fake_.Asked(kTokenPath), 0) << "the provider is not asked";
}

TEST_F(SignInTest, SaysWhyNobodyCame) {
  ExpectRefused(Return(Begin(), "&error=access_denied&error_description=%3Cscript%3E"), 403, "OIDC_DENIED");
  ExpectRefused(Return(Begin(), "&error=temporarily_unavailable"), 503, "OIDC_PROVIDER_UNAVAILABLE");
  ExpectRefused(Return(Begin(), ""), 403, "OIDC_ANSWER_INVALID");
  ExpectRefused(Return(Begin(), "&code=c&iss=https%3A%2F%2Fevil.cn"), 403, "OIDC_ANSWER_INVALID");
  EXPECT_EQ(fake_.Asked(kTokenPath), 0);
  fake_.Answer(kTokenPath, 400, R"({"error": "invalid_grant"})");
  ExpectRefused(Return(Begin()), 400, "OIDC_CODE_REFUSED");
  fake_.Answer(kTokenPath, 500, "");
  ExpectRefused(Return(Begin()), 503, "OIDC_PROVIDER_UNAVAILABLE");
}

TEST_F(SignInTest, RefusesATokenOfAnotherSignIn) {
  const Begun begun = Begin();
  Give(Begin());
  ExpectRefused(Return(begun), 403, "OIDC_ANSWER_INVALID");
}

TEST_F(SignInTest, LetsOnlyAccountsInThatTheRegistryLetsIn) {
  for (const Json& claims : {Json::object(), Json{{"preferred_username", "张三"}}, Json{{"preferred_username", "../x"}},
                             Json{{"preferred_username", ""}}, Json{{"preferred_username", 7}},
                             Json{{"preferred_username", "County-Longxi"}}, Json{{"email", "county-longxi"}}}) {
    const Begun begun = Begin();
    Give(begun, claims);
    ExpectRefused(Return(begun), 403, "OIDC_ACCOUNT_REFUSED");
  }
  gateway_.backend().DisableAccount();
  const Begun begun = Begin();
  Give(begun);
  ExpectRefused(Return(begun), 403, "OIDC_ACCOUNT_REFUSED");
}

TEST_F(SignInTest, SaysThatTheRegistryIsAwayAndUsesNoTryUp) {
  gateway_.backend().SetAccountFailure(absl::UnavailableError("The registry is away. Try again."));
  for (int i = 0; i < 55; ++i) {
    const Begun begun = Begin();
    Give(begun);
    ExpectRefused(Return(begun), 503, "UNAVAILABLE");
  }
  gateway_.backend().SetAccountFailure(absl::OkStatus());
  const Begun begun = Begin();
  Give(begun);
  EXPECT_EQ(Return(begun).status, 200);
}

TEST_F(SignInTest, BoundsFailedSignInsOfAnAddress) {
  int limited = 0;
  for (int i = 0; i < 55; ++i) {
    const Begun begun = Begin();
    Give(begun, {{"preferred_username", "!"}});
    const HttpAnswer answer = Return(begun);
    limited += answer.status == 429 && answer.headers.contains("retry-after");
  }
  EXPECT_EQ(limited, 5);
  EXPECT_EQ(fake_.Asked(kTokenPath), 50);
}

TEST_F(SignInTest, AsksForACodeWithAChallenge) {
  const Begun begun = Begin();
  EXPECT_EQ(begun.asked.at("response_type"), "code");
  EXPECT_EQ(begun.asked.at("client_id"), "yaoshi");
  EXPECT_EQ(begun.asked.at("redirect_uri"), "http://127.0.0.1:1/v1/sessions/oidc/callback");
  EXPECT_EQ(begun.asked.at("scope"), "openid profile");
  EXPECT_EQ(begun.asked.at("code_challenge_method"), "S256");
  EXPECT_EQ(begun.asked.at("code_challenge").size(), 43u);
  Give(begun);
  Return(begun);
  EXPECT_THAT(fake_.LastBody(kTokenPath), HasSubstr("&code_verifier="));
}

TEST_F(SignInTest, AsksAgainWhoComesWhenOneIsNotKnownHere) {
  const Begun begun = Begin();
  Give(begun, Json::object());
  EXPECT_THAT(Return(begun).body, HasSubstr("/start?return_to=%2Flists%3Fa%3D1&amp;prompt=login\""));
  EXPECT_EQ(Begin("%2F&prompt=login").asked.at("prompt"), "login");
  EXPECT_FALSE(Begin().asked.contains("prompt"));
  ExpectRefused(Fetch(gateway_.port(), "GET", "/v1/sessions/oidc/start?prompt=none"), 400, "INVALID_FIELDS");
}

TEST_F(SignInTest, EndsInTheSameSessionAsAPassword) {
  const Begun begun = Begin();
  Give(begun);
  const auto raw = Return(begun, "&code=c&iss=" + fake_.issuer());
  ASSERT_EQ(raw.status, 200) << raw.body;
  EXPECT_THAT(raw.body, HasSubstr(R"(content="0; url=http://127.0.0.1:1/lists?a=1")"));
  const std::string& set = raw.headers.at("set-cookie");
  EXPECT_THAT(set, HasSubstr("yaoshi-session="));
  EXPECT_THAT(set, HasSubstr("HttpOnly; SameSite=Strict"));
  const size_t begin = set.find("yaoshi-session=");
  const std::string cookie = fmt::format("Cookie: {}\r\n", set.substr(begin, set.find(';', begin) - begin));
  EXPECT_EQ(Fetch(gateway_.port(), "GET", "/v1/books", cookie).status, 200);
  const Json current = Fetch(gateway_.port(), "GET", "/v1/sessions/current", cookie).Json();
  EXPECT_EQ(current["account"], "county-longxi");
  EXPECT_EQ(current["sign_out_uri"],
            fake_.issuer() + "/end?client_id=yaoshi&post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2F");
  EXPECT_EQ(Fetch(gateway_.port(), "DELETE", "/v1/sessions/current", cookie).Reason(), "CSRF");
  EXPECT_EQ(Fetch(gateway_.port(), "DELETE", "/v1/sessions/current", cookie + "yaoshi-csrf: 1\r\n").status, 200);
  EXPECT_EQ(Fetch(gateway_.port(), "GET", "/v1/books", cookie).status, 401);
}

TEST_F(SignInTest, IsOfferedOnlyWhereThereIsAProvider) {
  EXPECT_EQ(Fetch(gateway_.port(), "GET", "/v1/sessions/options").Json()["oidc_path"], "/v1/sessions/oidc/start");
  EXPECT_EQ(Fetch(gateway_.port(), "POST", "/v1/sessions/oidc/start").status, 404);
  testing::TestGateway plain;
  plain.AwaitReady();
  EXPECT_EQ(Fetch(plain.port(), "GET", "/v1/sessions/options").Json()["oidc_path"], "");
  for (const char* path : {"/v1/sessions/oidc/start", "/v1/sessions/oidc/callback?code=c&state=s"}) {
    EXPECT_EQ(Fetch(plain.port(), "GET", path).status, 404);
    EXPECT_EQ(Fetch(plain.port(), "GET", path).Reason(), "ROUTE_NOT_FOUND");
  }
}

TEST_F(SignInTest, SaysThatTheProviderIsAwayBeforeItSendsAnybodyThere) {
  FakeProvider away;
  away.Answer(kDiscoveryPath, 500, "");
  Options options = Provided();
  options.issuer = away.issuer();
  testing::TestGateway gateway({}, {}, {}, options);
  const HttpAnswer answer = Fetch(gateway.port(), "GET", "/v1/sessions/oidc/start");
  ExpectRefused(answer, 503, "OIDC_PROVIDER_UNAVAILABLE");
  EXPECT_EQ(answer.headers.at("retry-after"), "10");
}

}  // namespace
}  // namespace yaoshi::gateway::oidc

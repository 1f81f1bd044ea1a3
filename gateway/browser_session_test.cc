// Sessions of browsers: the cookie from the sign-in to its end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "fmt/format.h"
#include "gateway/testing/fake_backend.h"
#include "gateway/testing/http_client.h"

namespace yaoshi::gateway {
namespace {

using ::testing::Contains;
using testing::FetchJson;
using ::testing::HasSubstr;
using testing::HttpAnswer;
using ::testing::Key;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kCsrf = "yaoshi-csrf: 1\r\n";

HttpServerOptions BehindProxy() {
  HttpServerOptions options;
  options.proxies = TrustedProxies::Parse("127.0.0.1").value();
  return options;
}

class BrowserSessionTest : public ::testing::Test {
 protected:
  BrowserSessionTest() { gateway_.AwaitReady(); }

  HttpAnswer SignIn(const std::string& headers = "") {
    return FetchJson(gateway_.port(), "POST", "/v1/sessions", headers,
                     R"({"account": "county-longxi", "password": "right password"})");
  }
  // A Cookie header with the cookie that an answer set.
  static std::string CookieOf(const HttpAnswer& answer) {
    const std::string& set = answer.headers.at("set-cookie");
    return fmt::format("Cookie: other=1; {}\r\n", set.substr(0, set.find(';')));
  }
  HttpAnswer Ask(std::string_view method, std::string_view target, const std::string& headers,
                 std::string_view body = "") {
    return body.empty() ? testing::Fetch(gateway_.port(), method, target, headers)
                        : FetchJson(gateway_.port(), method, target, headers, body);
  }
  // True when the answer comes to be `status` within the test's patience.
  bool Becomes(int status, const std::string& headers) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (Ask("GET", "/v1/books", headers).status != status) {
      if (std::chrono::steady_clock::now() > deadline) return false;
    }
    return true;
  }
  testing::TestGateway gateway_{BehindProxy()};
};

TEST_F(BrowserSessionTest, ACookieThatIsNotOursIsNobody) {
  const std::string good = CookieOf(SignIn());
  for (const std::string& header :
       {std::string("Cookie: yaoshi-session=\r\n"), std::string("Cookie: yaoshi-session=abc\r\n"),
        "Cookie: yaoshi-session=" + std::string(2000, 'A') + "\r\n", good.substr(0, good.size() - 6) + "AAAA\r\n",
        good.substr(0, good.size() - 2) + "; yaoshi-session=x\r\n"}) {
    const HttpAnswer answer = Ask("GET", "/v1/books", header);
    EXPECT_EQ(answer.status, 401) << header;
    EXPECT_EQ(answer.Reason(), "UNAUTHENTICATED");
  }
}

TEST_F(BrowserSessionTest, TheCookieIsForThisSiteAlone) {
  const std::string plain = SignIn().headers.at("set-cookie");
  EXPECT_THAT(plain, StartsWith("yaoshi-session="));
  EXPECT_THAT(plain, HasSubstr("; Path=/; HttpOnly; SameSite=Strict"));
  EXPECT_THAT(plain, Not(HasSubstr("Secure")));
  const HttpAnswer secure = SignIn("X-Forwarded-Proto: https\r\n");
  EXPECT_THAT(secure.headers.at("set-cookie"), StartsWith("__Host-yaoshi-session="));
  EXPECT_THAT(secure.headers.at("set-cookie"), HasSubstr("; Secure"));
  EXPECT_EQ(Ask("GET", "/v1/books", CookieOf(secure)).status, 401) << "a cookie of https is none without";
  EXPECT_EQ(Ask("GET", "/v1/books", CookieOf(secure) + "X-Forwarded-Proto: https\r\n").status, 200);
}

TEST_F(BrowserSessionTest, WhoComesByHttpsIsToldToComeByNothingElse) {
  const char* name = "strict-transport-security";
  EXPECT_EQ(SignIn("X-Forwarded-Proto: https\r\n").headers.at(name), "max-age=31536000");
  EXPECT_EQ(Ask("GET", "/v1/books", "X-Forwarded-Proto: https\r\n").headers.at(name), "max-age=31536000")
      << "a refusal, too";
  EXPECT_FALSE(SignIn().headers.contains(name)) << "who came by http may have no other way";
}

TEST_F(BrowserSessionTest, WhatChangesSomethingNeedsTheHeaderThatNoOtherSiteCanSend) {
  const std::string cookie = CookieOf(SignIn());
  EXPECT_EQ(Ask("GET", "/v1/books", cookie).status, 200);
  for (const std::string header : {"", "yaoshi-csrf: 0\r\n", "x-csrf: 1\r\n"}) {
    const HttpAnswer forged = Ask("POST", "/v1/shelves/a/books?book_id=b", cookie + header, "{}");
    EXPECT_EQ(forged.status, 403) << header;
    EXPECT_EQ(forged.Reason(), "CSRF");
  }
  EXPECT_EQ(Ask("DELETE", "/v1/sessions/current", cookie).Reason(), "CSRF");
  EXPECT_EQ(Ask("POST", "/v1/shelves/a/books?book_id=b", cookie + std::string(kCsrf), "{}").status, 200);
  EXPECT_THAT(gateway_.backend().last_request(), HasSubstr("book_id: \"b\""));
}

TEST_F(BrowserSessionTest, SaysWhoIsSignedInAndWhatTheyMay) {
  const HttpAnswer by_cookie = Ask("GET", "/v1/sessions/current", CookieOf(SignIn()));
  ASSERT_EQ(by_cookie.status, 200) << by_cookie.body;
  const nlohmann::json current = by_cookie.Json();
  EXPECT_EQ(current["account"], "county-longxi");
  EXPECT_EQ(current["title"], "陇西县");
  EXPECT_EQ(current["role"], "COUNTY");
  EXPECT_EQ(current["region"], "621122");
  EXPECT_EQ(current["organization"], "organizations/longxi");
  EXPECT_THAT(current["permissions"], Contains("projects.write"));
  EXPECT_THAT(current["permissions"], Not(Contains("accounts.write")));
  EXPECT_EQ(current["expire_time"], "2022-04-20T02:00:00.000000Z");
  EXPECT_EQ(current["end_time"], "2022-04-20T12:00:00.000000Z");
  const std::string token = SignIn().Json()["access_token"];
  const HttpAnswer by_token = Ask("GET", "/v1/sessions/current", fmt::format("Authorization: Bearer {}\r\n", token));
  EXPECT_EQ(by_token.Json()["title"], "陇西县");
  EXPECT_EQ(by_token.Json()["expire_time"], "2022-04-20T01:00:00.000000Z");
  EXPECT_EQ(Ask("GET", "/v1/sessions/current", "").status, 401);
}

TEST_F(BrowserSessionTest, SigningOutEndsCookieAndTokenAtOnce) {
  const HttpAnswer signed_in = SignIn();
  const std::string cookie = CookieOf(signed_in);
  const std::string bearer =
      fmt::format("Authorization: Bearer {}\r\n", signed_in.Json()["access_token"].get<std::string>());
  EXPECT_EQ(Ask("GET", "/v1/books", bearer).status, 200);
  const HttpAnswer out = Ask("DELETE", "/v1/sessions/current", cookie + std::string(kCsrf));
  EXPECT_EQ(out.status, 200) << out.body;
  EXPECT_THAT(out.headers.at("set-cookie"), HasSubstr("Max-Age=0"));
  EXPECT_EQ(gateway_.backend().ended_sessions().size(), 1u);
  EXPECT_EQ(Ask("GET", "/v1/books", cookie).status, 401);
  EXPECT_EQ(Ask("GET", "/v1/books", bearer).status, 401);
  EXPECT_EQ(Ask("GET", "/v1/books", CookieOf(SignIn())).status, 200) << "another session of the same person goes on";
}

TEST_F(BrowserSessionTest, ASessionThatEndsElsewhereEndsHere) {
  const HttpAnswer signed_in = SignIn();
  EXPECT_TRUE(Becomes(200, CookieOf(signed_in)));
  const std::string token = signed_in.Json()["access_token"];
  const std::string payload = token.substr(token.find('.') + 1);
  std::string claims;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(payload.substr(0, payload.find('.')), &claims));
  common::v1::Change ended;
  ended.set_type("session");
  ended.set_name("sessions/" + nlohmann::json::parse(claims)["sid"].get<std::string>());
  gateway_.backend().BreakFeed(false);  // Also when the feed is lost meanwhile.
  gateway_.backend().Publish(ended);
  EXPECT_TRUE(Becomes(401, CookieOf(signed_in)));
}

TEST_F(BrowserSessionTest, ADisabledAccountIsOutAsSoonAsTheFeedSaysSo) {
  const std::string cookie = CookieOf(SignIn());
  EXPECT_TRUE(Becomes(200, cookie));
  gateway_.backend().DisableAccount();
  EXPECT_EQ(Ask("GET", "/v1/books", cookie).status, 200) << "nobody has heard of it";
  common::v1::Change change;
  change.set_type("account");
  change.set_name("accounts/county-longxi");
  gateway_.backend().Publish(change);
  EXPECT_TRUE(Becomes(401, cookie));
}

TEST_F(BrowserSessionTest, GoesOnWhileItIsUsedButNotForEver) {
  std::string cookie = CookieOf(SignIn());
  int renewals = 0;
  for (int minutes = 0; minutes < 13 * 60; minutes += 30) {
    gateway_.clock().Advance(std::chrono::minutes(30));
    const HttpAnswer answer = Ask("GET", "/v1/books", cookie);
    if (answer.status != 200) {
      EXPECT_EQ(answer.status, 401);
      EXPECT_GE(minutes + 30, 12 * 60);
      EXPECT_GT(renewals, 20);
      return;
    }
    ASSERT_THAT(answer.headers, Contains(Key("set-cookie")));
    cookie = CookieOf(answer);
    ++renewals;
  }
  FAIL() << "a session lasted for ever";
}

TEST_F(BrowserSessionTest, EndsWhenItIsNotUsed) {
  const std::string cookie = CookieOf(SignIn());
  gateway_.clock().Advance(std::chrono::minutes(119));
  EXPECT_EQ(Ask("GET", "/v1/books", cookie).status, 200);
  gateway_.clock().Advance(std::chrono::minutes(2));
  EXPECT_EQ(Ask("GET", "/v1/books", cookie).status, 401);
}

TEST_F(BrowserSessionTest, WhatAPageLoadsByItselfKeepsNoSessionAlive) {
  const std::string cookie = CookieOf(SignIn());
  for (int minutes = 0; minutes < 120; minutes += 30) {
    const HttpAnswer answer = Ask("GET", "/v1/books", cookie + "yaoshi-background: 1\r\n");
    EXPECT_EQ(answer.status, 200) << minutes;
    EXPECT_THAT(answer.headers, Not(Contains(Key("set-cookie")))) << minutes;
    gateway_.clock().Advance(std::chrono::minutes(30));
  }
  EXPECT_EQ(Ask("GET", "/v1/books", cookie + "yaoshi-background: 1\r\n").status, 401);
}

TEST_F(BrowserSessionTest, GoesOnForAWhileWithoutTheRegistry) {
  const std::string cookie = CookieOf(SignIn());
  const std::string other = CookieOf(SignIn());
  EXPECT_EQ(Ask("GET", "/v1/books", cookie).status, 200);
  gateway_.backend().SetAccountFailure(absl::UnavailableError("killed"));
  gateway_.clock().Advance(std::chrono::minutes(10));
  EXPECT_EQ(Ask("GET", "/v1/books", cookie).status, 200) << "its holder was known lately";
  EXPECT_EQ(Ask("GET", "/v1/books", other).status, 503) << "nobody can say whose this is";
  gateway_.clock().Advance(std::chrono::minutes(61));
  EXPECT_EQ(Ask("GET", "/v1/books", cookie).status, 503);
  gateway_.backend().SetAccountFailure(absl::OkStatus());
  EXPECT_EQ(Ask("GET", "/v1/books", cookie).status, 200);
}

}  // namespace
}  // namespace yaoshi::gateway

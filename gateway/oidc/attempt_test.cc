#include "gateway/oidc/attempt.h"

#include <gtest/gtest.h>

#include "common/status/status.h"
#include "gateway/session_cookie.h"

namespace yaoshi::gateway::oidc {
namespace {

constexpr Timestamp kNow{1'650'412'800'000'000};
const std::string kKey(32, 'k');

TEST(ReturnPath, IsOfThisSiteAlone) {
  for (const std::string& path :
       {std::string(), std::string("lists"), std::string("//evil.cn"), std::string("///evil.cn"),
        std::string("/\\evil.cn"), std::string("\\\\evil.cn"), std::string("https://evil.cn"),
        std::string("javascript:alert(1)"), std::string("/a\\b"), std::string("/a\tb"), std::string("\t//evil.cn"),
        std::string("/\t/evil.cn"), std::string(" /lists"), std::string("/a\r\nSet-Cookie: x"), std::string("/清单"),
        std::string("/a\0b", 4), "/" + std::string(1024, 'a')}) {
    EXPECT_EQ(ReasonOf(CheckReturnPath(path)), "INVALID_FIELDS") << path;
  }
  for (const char* path : {"/", "/lists/invest-2022?filter=stage%3D%22PREPARING%22&as_of=2022-04-20#top", "/a//b"}) {
    EXPECT_TRUE(CheckReturnPath(path).ok()) << path;
  }
}

TEST(Attempt, ComesBackAsItWasForTenMinutes) {
  const AttemptSeal seal(kKey);
  const Attempt attempt = Attempt::Begin("/lists", kNow);
  const std::string sealed = seal.Close(attempt);
  const auto opened = seal.Open(sealed, kNow + std::chrono::minutes(10));
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->state, attempt.state);
  EXPECT_EQ(opened->nonce, attempt.nonce);
  EXPECT_EQ(opened->verifier, attempt.verifier);
  EXPECT_EQ(opened->return_to, "/lists");
  EXPECT_FALSE(seal.Open(sealed, kNow + std::chrono::minutes(10) + std::chrono::microseconds(1)).has_value());
  EXPECT_LT(seal.Close(Attempt::Begin("/" + std::string(1023, 'a'), kNow)).size(), 2500u) << "a cookie has 4096 bytes";
}

TEST(Attempt, IsNothingWhenItWasSealedForSomethingElse) {
  const AttemptSeal seal(kKey);
  const std::string sealed = seal.Close(Attempt::Begin("/", kNow));
  EXPECT_FALSE(AttemptSeal(std::string(32, 'x')).Open(sealed, kNow).has_value());
  EXPECT_FALSE(seal.Open(sealed.substr(1), kNow).has_value());
  EXPECT_FALSE(seal.Open("", kNow).has_value());
  EXPECT_FALSE(seal.Open(CookieSeal(kKey).Seal({"s", "a", kNow, kNow, true}), kNow).has_value());
  EXPECT_FALSE(CookieSeal(kKey).Open(sealed).has_value());
}

TEST(Attempt, IsOfRandomBitsOfItsOwn) {
  const Attempt one = Attempt::Begin("/", kNow);
  const Attempt two = Attempt::Begin("/", kNow);
  for (const std::string& text : {one.state, one.nonce, one.verifier}) EXPECT_EQ(text.size(), 43u);
  EXPECT_NE(one.state, two.state);
  EXPECT_NE(one.nonce, two.nonce);
  EXPECT_NE(one.verifier, two.verifier);
  EXPECT_NE(one.state, one.nonce);
}

TEST(Attempt, ChallengesAsTheStandardHasIt) {
  Attempt attempt;
  attempt.verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";  // RFC 7636, appendix B.
  EXPECT_EQ(attempt.Challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

}  // namespace
}  // namespace yaoshi::gateway::oidc

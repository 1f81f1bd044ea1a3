#include "gateway/sessions.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"

namespace yaoshi::gateway {
namespace {

std::string Token(const std::string& payload) {
  return "header." + std::string(absl::WebSafeBase64Escape(payload)) + ".sig";
}

TEST(TimeClaim, ReadsTheClaimAndNothingElse) {
  EXPECT_EQ(TimeClaim(Token(R"({"sub":"a","auth_time":1650412800})"), "auth_time")->micros, 1'650'412'800'000'000);
  for (const std::string& token :
       {std::string(), std::string("a"), std::string("a.b"), std::string("a.!.c"), Token("[]"), Token("{}"),
        Token(R"({"auth_time":"x"})"), Token(R"({"auth_time":1.5})")}) {
    EXPECT_FALSE(TimeClaim(token, "auth_time").has_value()) << token;
  }
}

}  // namespace
}  // namespace yaoshi::gateway

#include "common/page/page_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "common/status/status.h"

namespace yaoshi {
namespace {

using ::testing::HasSubstr;

PageTokens Tokens(char fill = 'k') {
  return PageTokens::FromKey(std::string(PageTokens::kKeyBytes, fill)).value();
}

PageScope Scope() {
  return {"/yaoshi.registry.v1.ProjectService/ListProjects",
          "lists/1",
          "stage = DONE",
          "title desc",
          "2022-04-20",
          "",
          "COUNTY/621122"};
}

PagePosition Position() {
  return {
      {std::string("G310 线\0尾", 13), std::int64_t{-5}, std::monostate(), std::numeric_limits<std::int64_t>::min()},
      Uuid::Parse("018f3c5e-7b1a-7c3d-8e9f-0123456789ab").value()};
}

TEST(PageTokens, RefusesAnyChangeOfTheToken) {
  const PageTokens tokens = Tokens();
  const std::string token = tokens.Encode(Scope(), Position());
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(ReasonOf(tokens.Decode(Scope(), changed).status()), "INVALID_PAGE_TOKEN") << i;
    EXPECT_FALSE(tokens.Decode(Scope(), token.substr(0, i)).ok()) << i;
  }
  for (const std::string& text : {token + "A", token + "=", " " + token, token + "\n", std::string(20'000, 'A')}) {
    EXPECT_FALSE(tokens.Decode(Scope(), text).ok());
  }
}

TEST(PageTokens, RefusesTokensOfAnotherRequestCallerOrKey) {
  const PageTokens tokens = Tokens();
  const std::string token = tokens.Encode(Scope(), Position());
  for (std::string PageScope::*part : {&PageScope::method, &PageScope::parent, &PageScope::filter, &PageScope::order_by,
                                       &PageScope::as_of, &PageScope::known_at, &PageScope::principal}) {
    PageScope scope = Scope();
    scope.*part += "x";
    EXPECT_FALSE(tokens.Decode(scope, token).ok());
  }
  PageScope moved = Scope();  // The same characters, cut at another place.
  moved.parent = "lists/1s";
  moved.filter = "tage = DONE";
  EXPECT_FALSE(tokens.Decode(moved, token).ok());
  EXPECT_FALSE(Tokens('z').Decode(Scope(), token).ok());
  EXPECT_EQ(ReasonOf(PageTokens::FromKey("short").status()), "INVALID_KEY");
}

TEST(PageTokens, SaysWhatToDoNext) {
  const auto position = Tokens().Decode(Scope(), "forged");
  EXPECT_EQ(position.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ViolationsOf(position.status()).at(0).field, "page_token");
  EXPECT_THAT(std::string(position.status().message()), HasSubstr("start again without a page_token"));
}

TEST(PageTokens, RoundTrips) {
  const PageTokens tokens = Tokens();
  EXPECT_EQ(tokens.Decode(Scope(), tokens.Encode(Scope(), Position())).value(), Position());
  EXPECT_EQ(tokens.Decode(Scope(), tokens.Encode(Scope(), {})).value(), PagePosition());
  EXPECT_EQ(tokens.Encode(Scope(), Position()).find_first_of("+/="), std::string::npos);
}

TEST(PageTokens, RandomTextNeverCrashes) {
  std::mt19937_64 random(158);
  const PageTokens tokens = Tokens();
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+\xFF";
  for (int i = 0; i < 20'000; ++i) {
    std::string text(random() % 200, ' ');
    for (char& c : text) c = kAlphabet[random() % (i % 2 == 0 ? 64 : kAlphabet.size())];
    EXPECT_FALSE(tokens.Decode(Scope(), text).ok());
  }
}

}  // namespace
}  // namespace yaoshi

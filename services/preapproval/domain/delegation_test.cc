#include "services/preapproval/domain/delegation.h"

#include <gtest/gtest.h>

#include "common/status/status.h"

namespace yaoshi::preapproval {
namespace {

Date On(const char* text) {
  return *Date::Parse(text);
}

Delegation From(const std::string& from, const std::string& to, std::vector<std::string> codes = {},
                const char* from_on = "2022-01-01", const char* to_on = "2022-12-31") {
  return {from + ">" + to, from, to, std::move(codes), On(from_on), On(to_on)};
}

TEST(DelegationTest, OnlyForItsPeriodAndCodes) {
  const std::vector<Delegation> one = {From("a", "b", {"P10"}, "2022-03-01", "2022-03-31")};
  EXPECT_FALSE(ActsFor(one, "b", "a", "P10", On("2022-02-28")));
  EXPECT_FALSE(ActsFor(one, "b", "a", "P10", On("2022-04-01")));
  EXPECT_FALSE(ActsFor(one, "b", "a", "P11", On("2022-03-15")));
  EXPECT_FALSE(ActsFor(one, "a", "b", "P10", On("2022-03-15"))) << "not the other way round";
  std::vector<std::string> trail;
  EXPECT_TRUE(ActsFor(one, "b", "a", "P10", On("2022-03-31"), &trail));
  EXPECT_EQ(trail, std::vector<std::string>{"a>b"});
  EXPECT_TRUE(ActsFor(one, "a", "a", "P11", On("2022-03-15"), &trail)) << "one acts for oneself";
  EXPECT_TRUE(trail.empty());
}

TEST(DelegationTest, ThreeLinksActAndAFourthDoesNot) {
  const std::vector<Delegation> chain = {From("d", "e"), From("c", "d"), From("b", "c"), From("a", "b")};
  std::vector<std::string> trail;
  EXPECT_TRUE(ActsFor(chain, "d", "a", "P10", On("2022-03-15"), &trail));
  EXPECT_EQ(trail, (std::vector<std::string>{"a>b", "b>c", "c>d"}));
  EXPECT_FALSE(ActsFor(chain, "e", "a", "P10", On("2022-03-15")));
}

struct Case {
  const char* what;
  std::vector<Delegation> others;
  Delegation added;
  std::string reason;
};

TEST(DelegationTest, ChainsThatMayNotBe) {
  const std::vector<Case> cases = {
      {"to oneself", {}, From("a", "a"), "DELEGATION_CYCLE"},
      {"back at once", {From("a", "b")}, From("b", "a"), "DELEGATION_CYCLE"},
      {"back through a third", {From("a", "b"), From("b", "c")}, From("c", "a"), "DELEGATION_CYCLE"},
      {"closed in the middle", {From("c", "a"), From("a", "b")}, From("b", "c"), "DELEGATION_CYCLE"},
      {"a fourth at the end",
       {From("a", "b"), From("b", "c"), From("c", "d")},
       From("d", "e"),
       "DELEGATION_CHAIN_TOO_LONG"},
      {"a fourth at the beginning",
       {From("b", "c"), From("c", "d"), From("d", "e")},
       From("a", "b"),
       "DELEGATION_CHAIN_TOO_LONG"},
      {"a fourth in the middle",
       {From("a", "b"), From("c", "d"), From("d", "e")},
       From("b", "c"),
       "DELEGATION_CHAIN_TOO_LONG"},
      {"three", {From("a", "b"), From("b", "c")}, From("c", "d"), ""},
      {"back for another code", {From("a", "b", {"P10"})}, From("b", "a", {"P11"}), ""},
      {"back for all codes", {From("a", "b", {"P10"})}, From("b", "a"), "DELEGATION_CYCLE"},
      {"back at another time",
       {From("a", "b", {}, "2022-01-01", "2022-01-31")},
       From("b", "a", {}, "2022-02-01", "2022-02-28"),
       ""},
      {"links that never meet", {From("a", "b", {"P10"}), From("b", "c", {"P11"})}, From("c", "a"), ""},
      {"two to the same", {From("a", "c")}, From("b", "c"), ""},
  };
  for (const Case& one : cases) EXPECT_EQ(ReasonOf(CheckChain(one.others, one.added)), one.reason) << one.what;
}

}  // namespace
}  // namespace yaoshi::preapproval

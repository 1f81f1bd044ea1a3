#include "gateway/views/view_cache.h"

#include <gtest/gtest.h>

namespace yaoshi::gateway {
namespace {

const Basis kApril = {Date::Parse("2022-04-20").value(), ""};

class ViewCacheTest : public ::testing::Test {
 protected:
  uint64_t Join(const std::string& key, bool alone = false) {
    return cache_.Join(key, kApril, alone, [this](const ViewCache::Answer& answer) {
      got_.push_back(answer.ok() ? (*answer)->message : std::string(answer.status().message()));
    });
  }
  void Finish(uint64_t flight, const std::string& message, bool complete = true) {
    auto rendered = std::make_shared<Rendered>();
    rendered->message = message;
    rendered->complete = complete;
    cache_.Finish(flight, std::shared_ptr<const Rendered>(rendered));
  }
  void Change(const std::string& effective_on) {
    yaoshi::common::v1::Change change;
    change.set_type("project");
    change.set_effective_on(effective_on);
    cache_.Apply(change);
  }
  std::vector<std::string> Got() { return std::exchange(got_, {}); }
  using Texts = std::vector<std::string>;
  ViewCache cache_;
  std::vector<std::string> got_;
};

TEST_F(ViewCacheTest, OneMakesItAndAllWhoWaitGetIt) {
  const uint64_t flight = Join("a");
  EXPECT_NE(flight, 0u);
  EXPECT_EQ(Join("a"), 0u);
  EXPECT_NE(Join("b"), 0u) << "another view, or other rights";
  EXPECT_EQ(Got(), Texts());
  Finish(flight, "1");
  EXPECT_EQ(Got(), (Texts{"1", "1"}));
  EXPECT_EQ(Join("a"), 0u);
  EXPECT_EQ(Got(), Texts{"1"});
}

TEST_F(ViewCacheTest, AChangeOfItsTimeEndsIt) {
  Finish(Join("a"), "1");
  Change("2022-04-21");
  EXPECT_EQ(Join("a"), 0u) << "the change is of later";
  Change("2022-04-20");
  EXPECT_NE(Join("a"), 0u);
}

TEST_F(ViewCacheTest, WhatAChangeOvertookIsNeitherJoinedNorKept) {
  const uint64_t old = Join("a");
  Change("2022-04-01");
  const uint64_t fresh = Join("a");
  EXPECT_NE(fresh, 0u) << "who asks after the change does not wait for what was asked before it";
  Finish(fresh, "new");
  Finish(old, "old");
  EXPECT_EQ(Got(), (Texts{"new", "old"}));
  EXPECT_EQ(Join("a"), 0u);
  EXPECT_EQ(Got(), Texts{"new"});
}

TEST_F(ViewCacheTest, NeitherErrorsNorPartsAreKept) {
  cache_.Finish(Join("a"), absl::UnavailableError("down"));
  EXPECT_EQ(Got(), Texts{"down"});
  Finish(Join("a"), "half", /*complete=*/false);
  EXPECT_NE(Join("a"), 0u);
}

TEST_F(ViewCacheTest, AWriterGoesAlone) {
  Finish(Join("a"), "before the write");
  Got();
  const uint64_t own = Join("a", /*alone=*/true);
  EXPECT_NE(own, 0u);
  Finish(own, "after the write");
  EXPECT_EQ(Got(), Texts{"after the write"});
}

}  // namespace
}  // namespace yaoshi::gateway

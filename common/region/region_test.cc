#include "common/region/region.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yaoshi {
namespace {

using ::testing::ElementsAre;

TEST(RegionTest, ACodeCoversWhatBeginsAsItDoes) {
  struct Case {
    const char* region;
    const char* other;
    bool covers;
  };
  const Case cases[] = {
      {"621122", "621100", false},  {"621122", "621121", false}, {"621100", "621200", false},
      {"621100", "620000", false},  {"", "621122", false},       {"621100", "", false},
      {"6211", "621122", false},    {"62110a", "62110a", false}, {"000000", "621122", false},
      {"621122", "6211220", false}, {"621100", "621122", true},  {"621100", "621171", true},
      {"621100", "621100", true},   {"620000", "621122", true},  {"620000", "620000", true},
      {"621122", "621122", true},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(RegionCovers(c.region, c.other), c.covers) << c.region << " " << c.other;
    if (!IsRegionCode(c.region) || !IsRegionCode(c.other) || RegionNumber(c.region) == 0) continue;
    EXPECT_EQ(RegionCovers(RegionNumber(c.region), RegionNumber(c.other)), c.covers)
        << "as numbers " << c.region << " " << c.other;
  }
}

TEST(RegionTest, ZeroIsEverything) {
  EXPECT_EQ(RegionNumber(""), 0U);
  EXPECT_TRUE(RegionCovers(0, 621122));
  EXPECT_TRUE(RegionCovers(0, 0));
  EXPECT_FALSE(RegionCovers(621100, 0));
}

TEST(RegionTest, ANumberIsACodeAgain) {
  EXPECT_EQ(RegionCode(RegionNumber("621122")), "621122");
  EXPECT_EQ(RegionCode(RegionNumber("010000")), "010000");
}

TEST(RegionTest, TheRegionsCoveringOneAreThoseWhoseRangeHoldsIt) {
  EXPECT_THAT(RegionsCovering(621122), ElementsAre(621122, 621100, 620000, 0));
  EXPECT_THAT(RegionsCovering(621100), ElementsAre(621100, 620000, 0));
  EXPECT_THAT(RegionsCovering(620000), ElementsAre(620000, 0));
  for (const uint32_t region : RegionsCovering(621122)) EXPECT_TRUE(RegionCovers(region, 621122)) << region;
}

}  // namespace
}  // namespace yaoshi

#include "services/registry/importer/likeness_index.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

namespace yaoshi::registry {
namespace {

// Projects of a small world, so that many are alike: few owners, places and words.
struct World {
  std::mt19937 random{20220420};

  size_t Below(size_t bound) { return std::uniform_int_distribution<size_t>(0, bound - 1)(random); }

  Likeness Project() {
    const char* const kPlaces[] = {"", "首阳镇", "文峰镇", "云田镇"};
    const char* const kThings[] = {"高标准农田", "高标准农田配套", "污水处理厂", "污水处理厂提标改造", "敬老院"};
    const char* const kPhases[] = {"", "", "一期", "二期", "3号"};
    const std::string title = fmt::format("{}{}{}", kPlaces[1 + Below(3)], kThings[Below(5)], kPhases[Below(5)]);
    const size_t owner = Below(40);
    return LikenessOf(title, kPlaces[Below(4)], owner == 0 ? "" : fmt::format("第{}公司", owner),
                      Below(20) == 0 ? "11621122013950001X" : "");
  }
};

TEST(LikenessIndexTest, AnEmptyIndexHasNothingAlike) {
  EXPECT_FALSE(LikenessIndex().MostAlike(LikenessOf("引水渠", "首阳镇", "水务局", "")).has_value());
}

TEST(LikenessIndexTest, FindsWhatAComparisonWithEveryOneFinds) {
  World world;
  LikenessIndex index;
  std::vector<Likeness> all;
  int alike = 0;
  for (uint32_t i = 0; i < 400; ++i) {
    const Likeness project = world.Project();
    int best = 0;
    for (const Likeness& other : all) best = std::max(best, Similarity(project, other));
    const auto found = index.MostAlike(project);
    ASSERT_EQ(found.has_value(), best >= kSuspicious) << "project " << i;
    if (found) {
      ++alike;
      EXPECT_EQ(found->similarity, best) << "project " << i;
      EXPECT_EQ(Similarity(project, all[found->item]), best) << "project " << i;
    }
    index.Add(project, i);
    all.push_back(project);
  }
  EXPECT_GT(alike, 40) << "the world has too few that are alike";
  EXPECT_LT(alike, 360) << "the world has too many";
}

}  // namespace
}  // namespace yaoshi::registry

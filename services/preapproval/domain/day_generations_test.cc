#include "services/preapproval/domain/day_generations.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace yaoshi::preapproval {
namespace {

Date Day(int32_t days) {
  return Date::FromDays(19000 + days);
}

TEST(DayGenerations, AChangeAltersItsDayAndLaterOnesAndNoneBefore) {
  DayGenerations generations;
  const auto before = generations.Of(Day(4));
  const auto on = generations.Of(Day(5));
  const auto after = generations.Of(Day(9));
  generations.Changed(Day(5));
  EXPECT_EQ(generations.Of(Day(4)), before);
  EXPECT_NE(generations.Of(Day(5)), on);
  EXPECT_NE(generations.Of(Day(9)), after);
}

TEST(DayGenerations, ADayIsOfTheLastChangeThatMayAlterIt) {
  std::mt19937 random(7);
  DayGenerations generations;
  std::vector<int32_t> changes;
  for (int i = 0; i < 150; ++i) {
    changes.push_back(static_cast<int32_t>(random() % 40));
    generations.Changed(Day(changes.back()));
    for (int32_t day = 0; day < 40; ++day) {
      uint64_t last = 0;
      for (size_t n = 0; n < changes.size(); ++n) {
        if (changes[n] <= day) last = n + 1;
      }
      ASSERT_EQ(generations.Of(Day(day)), last) << i << " " << day;
    }
  }
}

}  // namespace
}  // namespace yaoshi::preapproval

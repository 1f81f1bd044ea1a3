#include "services/preapproval/domain/efficiency.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yaoshi::preapproval {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Efficiency, OfNothingIsNothing) {
  EXPECT_THAT(CountEfficiency({}), IsEmpty());
}

TEST(Efficiency, WithoutPromiseOnlyDaysAndLawAreCounted) {
  EXPECT_THAT(CountEfficiency({{"organizations/a", "P05", 31, {}, false}}),
              ElementsAre(EfficiencyRow{"organizations/a", "", 1, 31, 31, 0, 0, 0, 0},
                          EfficiencyRow{"organizations/a", "P05", 1, 31, 31, 0, 0, 0, 0}));
}

TEST(Efficiency, MedianAndP90AreOfTheNearestRank) {
  std::vector<Decision> decisions;
  for (int used = 10; used >= 1; --used) decisions.push_back({"organizations/a", "P10", used, 5, used < 10});
  EXPECT_THAT(CountEfficiency(decisions), ElementsAre(EfficiencyRow{"organizations/a", "", 10, 5, 9, 0, 5, 9, 100},
                                                      EfficiencyRow{"organizations/a", "P10", 10, 5, 9, 5, 5, 9, 100}));
}

TEST(Efficiency, ADepartmentsTotalComesFirst) {
  const auto rows = CountEfficiency({{"organizations/b", "P02", 4, 3, true},
                                     {"organizations/a", "P10", 2, 5, true},
                                     {"organizations/a", "P01", 3, 0, true}});
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_EQ(rows[0], (EfficiencyRow{"organizations/a", "", 2, 2, 3, 0, 1, 2, 40}));
  EXPECT_EQ(rows[1], (EfficiencyRow{"organizations/a", "P01", 1, 3, 3, 0, 0, 1, 0}));
  EXPECT_EQ(rows[2], (EfficiencyRow{"organizations/a", "P10", 1, 2, 2, 5, 1, 1, 40}));
  EXPECT_EQ(rows[4], (EfficiencyRow{"organizations/b", "P02", 1, 4, 4, 3, 0, 1, 134}));
}

}  // namespace
}  // namespace yaoshi::preapproval

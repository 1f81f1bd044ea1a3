#include "common/page/page_size.h"

#include <gtest/gtest.h>

#include <limits>

#include "common/status/status.h"

namespace yaoshi {
namespace {

TEST(PageSize, RefusesNegativeSizes) {
  for (const std::int32_t size : {-1, std::numeric_limits<std::int32_t>::min()}) {
    EXPECT_EQ(ViolationsOf(PageSize(size).status()).at(0).field, "page_size");
  }
}

TEST(PageSize, HasADefaultAndALimit) {
  EXPECT_EQ(PageSize(0).value(), 50);
  EXPECT_EQ(PageSize(1).value(), 1);
  EXPECT_EQ(PageSize(1000).value(), 1000);
  EXPECT_EQ(PageSize(1001).value(), 1000);
  EXPECT_EQ(PageSize(std::numeric_limits<std::int32_t>::max()).value(), 1000);
}

}  // namespace
}  // namespace yaoshi

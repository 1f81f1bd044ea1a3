#include "gateway/http/shared_bytes.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <vector>

namespace yaoshi::gateway {
namespace {

TEST(SharedBytesTest, LargeOnesLieInAFileThatNobodyChanges) {
  std::string bytes(SharedBytes::kFileBytes, 'x');
  bytes.append("end");
  const auto shared = SharedBytes::Of(bytes);
  EXPECT_EQ(shared->view(), bytes);
  ASSERT_GE(shared->file(), 0);
  EXPECT_LT(pwrite(shared->file(), "y", 1, 0), 0);
  EXPECT_NE(ftruncate(shared->file(), 0), 0);
  EXPECT_EQ(shared->view(), bytes);
}

TEST(SharedBytesTest, SmallOnesAndNoneTakeNoDescriptor) {
  EXPECT_EQ(SharedBytes::Of("small")->view(), "small");
  EXPECT_LT(SharedBytes::Of("small")->file(), 0);
  EXPECT_EQ(SharedBytes::Of("")->view(), "");
}

TEST(SharedBytesTest, DescriptorsAreFewAndGivenBack) {
  const std::string bytes(SharedBytes::kFileBytes, 'x');
  {
    std::vector<std::shared_ptr<const SharedBytes>> many;
    for (int i = 0; i < SharedBytes::kMostFiles; ++i) many.push_back(SharedBytes::Of(bytes));
    EXPECT_GE(many.back()->file(), 0);
    const auto more = SharedBytes::Of(bytes);
    EXPECT_LT(more->file(), 0);
    EXPECT_EQ(more->view(), bytes);
  }
  EXPECT_GE(SharedBytes::Of(bytes)->file(), 0);
}

}  // namespace
}  // namespace yaoshi::gateway

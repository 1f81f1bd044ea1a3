#include "gateway/memory.h"

#include <gtest/gtest.h>

namespace yaoshi::gateway {
namespace {

TEST(ConsistencyMemory, RemembersTheLastWritePerAccountAndBackend) {
  ConsistencyMemory memory;
  EXPECT_EQ(memory.Recall("a", "registry"), "");
  memory.Remember("a", "registry", "1");
  memory.Remember("a", "registry", "2");
  memory.Remember("a", "funding", "9");
  EXPECT_EQ(memory.Recall("a", "registry"), "2");
  EXPECT_EQ(memory.Recall("a", "funding"), "9");
  EXPECT_EQ(memory.Recall("b", "registry"), "");
}

TEST(ConsistencyMemory, IsBounded) {
  ConsistencyMemory memory(10);
  for (int i = 0; i < 100; ++i) memory.Remember(std::to_string(i), "registry", "t");
  EXPECT_EQ(memory.Recall("0", "registry"), "");
  EXPECT_EQ(memory.Recall("99", "registry"), "t");
}

}  // namespace
}  // namespace yaoshi::gateway

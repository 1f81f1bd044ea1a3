#include "common/resource/memory.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace yaoshi::resource {
namespace {

feed::Change Change(const std::string& type, const std::string& name, int64_t version, const std::string& body) {
  feed::Change change;
  change.type = type;
  change.name = name;
  change.version = version;
  change.region = "621100";
  change.body = body;
  return change;
}

std::string Names(const ResourceMemory& memory, const std::string& after, size_t most) {
  std::string names;
  size_t count = 0;
  memory.Scan("unit", after, [&](const std::string& name, const Row&) {
    names += name + " ";
    return ++count < most;
  });
  return names;
}

TEST(ResourceMemoryTest, KnowsOnlyItsTypes) {
  ResourceMemory memory({"unit"});
  memory.Apply({Change("project", "projects/a", 1, "a")});
  EXPECT_FALSE(memory.Find("project", "projects/a").has_value());
  EXPECT_FALSE(memory.Find("unit", "units/a").has_value());
  EXPECT_EQ(memory.Generation("project"), 0u);
  EXPECT_EQ(Names(memory, "", 10), "");
}

TEST(ResourceMemoryTest, KeepsTheNewestVersion) {
  ResourceMemory memory({"unit"});
  memory.Apply({Change("unit", "units/a", 2, "second")});
  const uint64_t generation = memory.Generation("unit");
  memory.Apply({Change("unit", "units/a", 1, "first"), Change("unit", "units/a", 2, "again")});
  EXPECT_EQ(*memory.Find("unit", "units/a")->body, "second");
  EXPECT_EQ(memory.Generation("unit"), generation);
  memory.Apply({Change("unit", "units/a", 3, "third")});
  EXPECT_EQ(*memory.Find("unit", "units/a")->body, "third");
  EXPECT_EQ(memory.Find("unit", "units/a")->version, 3);
  EXPECT_GT(memory.Generation("unit"), generation);
}

TEST(ResourceMemoryTest, WalksInOrderOfName) {
  ResourceMemory memory({"unit"});
  memory.Apply({Change("unit", "c", 1, ""), Change("unit", "a", 1, ""), Change("unit", "b", 1, "")});
  EXPECT_EQ(Names(memory, "", 10), "a b c ");
  EXPECT_EQ(Names(memory, "", 2), "a b ");
  EXPECT_EQ(Names(memory, "a", 10), "b c ");
  EXPECT_EQ(Names(memory, "aa", 1), "b ");
  EXPECT_EQ(Names(memory, "c", 10), "");
}

// More than are copied under the lock at a time; the walk may change memory meanwhile.
TEST(ResourceMemoryTest, WalksOverManyWhileTheyChange) {
  ResourceMemory memory({"unit"});
  std::vector<feed::Change> changes;
  for (int i = 0; i < 1000; ++i) changes.push_back(Change("unit", fmt::format("{:04}", i), 1, ""));
  memory.Apply(changes);
  int count = 0;
  memory.Scan("unit", "", [&](const std::string& name, const Row&) {
    EXPECT_EQ(name, fmt::format("{:04}", count));
    memory.Apply({Change("unit", name, 2, "seen")});
    return ++count < 2000;
  });
  EXPECT_EQ(count, 1000);
}

}  // namespace
}  // namespace yaoshi::resource

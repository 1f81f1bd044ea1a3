#include "common/ids/uuid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <thread>
#include <vector>

#include "absl/hash/hash_testing.h"
#include "common/status/status.h"

namespace yaoshi {
namespace {

TEST(UuidParse, RefusesOtherForms) {
  for (std::string_view text : {"", "018f3c5e7b1a7c3d8e9f0123456789ab", "018f3c5e-7b1a-7c3d-8e9f-0123456789a",
                                "018f3c5e-7b1a-7c3d-8e9f-0123456789abc", "{18f3c5e-7b1a-7c3d-8e9f-0123456789a}",
                                "018f3c5e-7b1a-7c3d-8e9f-0123456789ag", "018f3c5e07b1a-7c3d-8e9f-0123456789ab",
                                "018f3c5e-7b1a-7c3d-8e9f-01234567 9ab"}) {
    EXPECT_EQ(ReasonOf(Uuid::Parse(text).status()), "INVALID_UUID") << text;
  }
  EXPECT_EQ(ReasonOf(Uuid::FromBytes("short").status()), "INVALID_UUID");
  EXPECT_EQ(ReasonOf(Uuid::FromBytes(std::string(17, 'x')).status()), "INVALID_UUID");
}

TEST(UuidParse, KnowsOneCanonicalForm) {
  const Uuid uuid = Uuid::Parse("018F3C5E-7b1a-7c3d-8e9f-0123456789aB").value();
  EXPECT_EQ(uuid.ToString(), "018f3c5e-7b1a-7c3d-8e9f-0123456789ab");
  EXPECT_EQ(Uuid::FromBytes(uuid.ToBytes()).value(), uuid);
  EXPECT_EQ(uuid.ToBytes().substr(0, 2), "\x01\x8f");
  EXPECT_FALSE(uuid.nil());
  EXPECT_TRUE(Uuid::Parse("00000000-0000-0000-0000-000000000000").value().nil());
}

TEST(UuidNew, CarriesVersionVariantAndTime) {
  FakeClock clock(Timestamp::Parse("2200-01-01T00:00:00Z").value());  // Later than any clock used before it.
  const Uuid uuid = Uuid::New(clock);
  std::uint64_t millisecond = 0;
  for (std::size_t i = 0; i < 6; ++i) millisecond = millisecond << 8 | uuid.bytes()[i];
  EXPECT_EQ(millisecond, static_cast<std::uint64_t>(clock.Now().micros / 1000));
  EXPECT_EQ(uuid.bytes()[6] >> 4, 7);
  EXPECT_EQ(uuid.bytes()[8] >> 6, 2);
}

TEST(UuidNew, GrowsWhenTheClockStandsOrJumpsBack) {
  FakeClock clock(Timestamp::Parse("2200-01-02T00:00:00Z").value());
  Uuid last = Uuid::New(clock);
  for (int i = 0; i < 10'000; ++i) {
    if (i == 5000) clock.Advance(-std::chrono::hours(25));
    const Uuid next = Uuid::New(clock);
    ASSERT_LT(last, next);
    last = next;
  }
}

TEST(UuidNew, IsUniqueAcrossThreads) {
  const FakeClock clock;
  std::vector<std::vector<Uuid>> made(4);
  std::vector<std::thread> threads;
  for (auto& mine : made) {
    threads.emplace_back([&mine, &clock] {
      for (int i = 0; i < 2000; ++i) mine.push_back(Uuid::New(clock));
    });
  }
  for (auto& thread : threads) thread.join();
  std::vector<Uuid> all;
  for (const auto& mine : made) {
    EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
    all.insert(all.end(), mine.begin(), mine.end());
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::unique(all.begin(), all.end()), all.end());
}

TEST(Uuid, HashesByValue) {
  EXPECT_TRUE(
      absl::VerifyTypeImplementsAbslHashCorrectly({Uuid(), Uuid::Parse("018f3c5e-7b1a-7c3d-8e9f-0123456789ab").value(),
                                                   Uuid::Parse("018f3c5e-7b1a-7c3d-8e9f-0123456789ac").value()}));
}

TEST(Uuid, RandomTextNeverCrashes) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string text(30 + random() % 10, ' ');
    for (char& c : text) c = static_cast<char>(random());
    EXPECT_FALSE(Uuid::Parse(text).ok());
  }
}

}  // namespace
}  // namespace yaoshi

#include "gateway/throttle.h"

#include <gtest/gtest.h>

namespace yaoshi::gateway {
namespace {

using std::chrono::milliseconds;

constexpr int64_t kSecond = 1'000'000;
const Timestamp kNow{1'650'412'800 * kSecond};

Timestamp After(int64_t seconds) {
  return Timestamp{kNow.micros + seconds * kSecond};
}

TEST(TokenBuckets, GrantsABurstThenSaysHowLongToWait) {
  TokenBuckets buckets({.burst = 3, .refill = milliseconds(10000)});
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(buckets.Take("a", kNow).has_value());
  EXPECT_EQ(buckets.Take("a", kNow), milliseconds(10000));
  EXPECT_EQ(buckets.Take("a", After(4)), milliseconds(6000));
  EXPECT_FALSE(buckets.Take("b", kNow).has_value());
}

TEST(TokenBuckets, RefillsUpToItsBurst) {
  TokenBuckets buckets({.burst = 2, .refill = milliseconds(1000)});
  EXPECT_FALSE(buckets.Take("a", kNow).has_value());
  EXPECT_FALSE(buckets.Take("a", After(1000)).has_value());
  EXPECT_FALSE(buckets.Take("a", After(1000)).has_value());
  EXPECT_TRUE(buckets.Take("a", After(1000)).has_value());
}

TEST(TokenBuckets, AClockThatJumpsBackGrantsNothing) {
  TokenBuckets buckets({.burst = 1, .refill = milliseconds(1000)});
  EXPECT_FALSE(buckets.Take("a", kNow).has_value());
  EXPECT_TRUE(buckets.Take("a", After(-3600)).has_value());
}

TEST(TokenBuckets, GivesATryBack) {
  TokenBuckets buckets({.burst = 1, .refill = milliseconds(1000)});
  EXPECT_FALSE(buckets.Take("a", kNow).has_value());
  buckets.Return("a");
  EXPECT_FALSE(buckets.Take("a", kNow).has_value());
}

TEST(TokenBuckets, ForgetsTheUnusedFirst) {
  TokenBuckets buckets({.burst = 1, .refill = milliseconds(1'000'000), .keys = 20});
  EXPECT_FALSE(buckets.Take("victim", kNow).has_value());
  for (int i = 0; i < 100; ++i) {
    buckets.Take("stranger-" + std::to_string(i), kNow);
    EXPECT_TRUE(buckets.Take("victim", kNow).has_value()) << "still remembered while it is used";
  }
}

TEST(AddressKey, TakesANetworkOfIpv6ForOneAddress) {
  EXPECT_EQ(AddressKey("2001:db8:1:2::3"), AddressKey("2001:db8:1:2:ffff::9"));
  EXPECT_NE(AddressKey("2001:db8:1:2::3"), AddressKey("2001:db8:1:3::3"));
  EXPECT_NE(AddressKey("::ffff:192.0.2.7"), AddressKey("::ffff:192.0.2.8"));
  EXPECT_EQ(AddressKey("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(AddressKey("fe80::1%eth0"), AddressKey("fe80::2"));
}

}  // namespace
}  // namespace yaoshi::gateway

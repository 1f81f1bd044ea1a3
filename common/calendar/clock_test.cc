#include "common/calendar/clock.h"

#include <gtest/gtest.h>

#include <random>

#include "common/status/status.h"

namespace yaoshi {
namespace {

TEST(TimestampParse, RefusesOtherForms) {
  for (std::string_view text :
       {"", "Z", "2022-04-20", "2022-04-20T08:00:00", "2022-04-20T08:00:00+08:00", "2022-04-20 08:00:00Z",
        "2022-04-20t08:00:00z", "2022-04-20T24:00:00Z", "2022-04-20T08:60:00Z", "2022-04-20T08:00:60Z",
        "2022-04-31T08:00:00Z", "2022-04-20T08:00:00.Z", "2022-04-20T08:00:00.1234567Z", "2022-04-20T8:00:00Z",
        "2022-04-20T08:00:00,5Z", "2022-04-20T-1:00:00Z", "2022-04-20T0::00:00Z"}) {
    const auto time = Timestamp::Parse(text);
    ASSERT_FALSE(time.ok()) << text;
    EXPECT_EQ(time.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(ReasonOf(time.status()), "INVALID_TIME") << text;
  }
  EXPECT_FALSE(Timestamp::FromSql("2022-04-20T08:00:00").ok());
  EXPECT_FALSE(Timestamp::FromSql("0000-00-00 00:00:00").ok());
}

TEST(Timestamp, WritesOneForm) {
  const Timestamp time = Timestamp::Parse("2022-04-20T08:00:00.5Z").value();
  EXPECT_EQ(time.ToString(), "2022-04-20T08:00:00.500000Z");
  EXPECT_EQ(time.ToSql(), "2022-04-20 08:00:00.500000");
  EXPECT_EQ(Timestamp::FromSql("2022-04-20 08:00:00.5").value(), time);
  EXPECT_EQ(Timestamp::FromSql("2022-04-20 08:00:00").value().ToString(), "2022-04-20T08:00:00.000000Z");
  EXPECT_EQ(Timestamp{-1}.ToString(), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(Timestamp{INT64_MAX}.ToString().substr(0, 10), "9999-12-31");
  EXPECT_EQ(Timestamp{INT64_MIN}.ToString().substr(0, 10), "1000-01-01");
}

TEST(Timestamp, ItsDayIsChinas) {
  EXPECT_EQ(Timestamp::Parse("2022-04-20T15:59:59.999999Z").value().ToDate().ToString(), "2022-04-20");
  EXPECT_EQ(Timestamp::Parse("2022-04-20T16:00:00Z").value().ToDate().ToString(), "2022-04-21");
  EXPECT_EQ(Timestamp{-1}.ToDate().ToString(), "1970-01-01");
  EXPECT_EQ(Timestamp{INT64_MAX}.ToDate().ToString(), "9999-12-31");
}

TEST(Timestamp, RandomTimesRoundTripAndRandomTextNeverCrashes) {
  std::mt19937_64 random(5);
  constexpr std::string_view kAlphabet = "0123456789-:.TZ ";
  for (int i = 0; i < 20'000; ++i) {
    const Timestamp time{static_cast<std::int64_t>(random() % 4'000'000'000'000'000)};
    ASSERT_EQ(Timestamp::Parse(time.ToString()).value(), time);
    ASSERT_EQ(Timestamp::FromSql(time.ToSql()).value(), time);
    std::string text = time.ToString();
    text[random() % text.size()] = kAlphabet[random() % kAlphabet.size()];
    (void)Timestamp::Parse(text);
    (void)Timestamp::FromSql(text.substr(0, random() % text.size()));
  }
}

TEST(FakeClock, StandsUntilMoved) {
  FakeClock clock;
  EXPECT_EQ(clock.Now().ToString(), "2022-04-20T00:00:00.000000Z");
  EXPECT_EQ(clock.Now(), clock.Now());
  clock.Advance(std::chrono::hours(16));
  EXPECT_EQ(clock.Today().ToString(), "2022-04-21");
  clock.Set(Timestamp::Parse("2022-12-31T00:00:00Z").value());
  EXPECT_EQ(clock.Today().ToString(), "2022-12-31");
}

TEST(SystemClock, DoesNotStand) {
  EXPECT_GT(SystemClock().Now(), FakeClock().Now());
}

}  // namespace
}  // namespace yaoshi

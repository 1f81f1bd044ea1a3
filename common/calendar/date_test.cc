#include "common/calendar/date.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "absl/hash/hash_testing.h"
#include "common/status/status.h"

namespace yaoshi {
namespace {

TEST(DateParse, RefusesImpossibleDaysAndOtherForms) {
  for (std::string_view text :
       {"", "2022-02-29", "2100-02-29", "2022-13-01", "2022-00-10", "2022-04-31", "2022-04-00", "2022-4-20", "20220420",
        "2022/04/20", "2022-04-20 ", " 2022-04-2", "-022-04-20", "2022-04-2x", "+022-04-20", "0999-12-31", "0000-00-00",
        "2022-04-20T00:00:00Z", "昨天"}) {
    const auto date = Date::Parse(text);
    ASSERT_FALSE(date.ok()) << text;
    EXPECT_EQ(date.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(ReasonOf(date.status()), "INVALID_DATE") << text;
  }
}

TEST(DateFromCivil, RefusesNumbersFarOut) {
  constexpr int kMax = std::numeric_limits<int>::max();
  constexpr int kMin = std::numeric_limits<int>::min();
  for (auto [y, m, d] : std::vector<std::array<int, 3>>{{kMax, 1, 1},
                                                        {kMin, 1, 1},
                                                        {2022, kMax, 1},
                                                        {2022, -3, 1},
                                                        {2022, 257, 1},
                                                        {2022, 1, 257},
                                                        {2022, 1, kMin}}) {
    EXPECT_FALSE(Date::FromCivil(y, m, d).ok()) << y << ' ' << m << ' ' << d;
  }
}

TEST(Date, KnowsLeapYears) {
  EXPECT_EQ(Date::Parse("2024-02-29").value().AddDays(1).ToString(), "2024-03-01");
  EXPECT_EQ(Date::Parse("2000-02-28").value().AddDays(1).ToString(), "2000-02-29");
  EXPECT_EQ(Date::Parse("1900-02-28").value().AddDays(1).ToString(), "1900-03-01");
}

TEST(Date, HasItsParts) {
  const Date date = Date::Parse("2022-04-20").value();
  EXPECT_EQ(date.year(), 2022);
  EXPECT_EQ(date.month(), 4);
  EXPECT_EQ(date.day(), 20);
  EXPECT_EQ(date.days(), 19102);
  EXPECT_FALSE(date.IsWeekend());
  EXPECT_TRUE(Date::Parse("2022-04-24").value().IsWeekend());
  EXPECT_EQ(Date().ToString(), "1970-01-01");
  EXPECT_LT(date, Date::FromCivil(2022, 4, 21).value());
}

TEST(Date, StopsAtTheEndsOfItsRange) {
  constexpr int kMax = std::numeric_limits<int>::max();
  constexpr int kMin = std::numeric_limits<int>::min();
  EXPECT_EQ(Date::FromDays(kMax).ToString(), "9999-12-31");
  EXPECT_EQ(Date::FromDays(kMin).ToString(), "1000-01-01");
  EXPECT_EQ(Date::Parse("9999-12-31").value().AddDays(kMax).ToString(), "9999-12-31");
  EXPECT_EQ(Date::Parse("1000-01-01").value().AddDays(-1).ToString(), "1000-01-01");
}

TEST(Date, EveryDayRoundTrips) {
  Date last = Date::Parse("1899-12-31").value();
  for (Date date = last.AddDays(1); date.year() < 2101; date = date.AddDays(1)) {
    ASSERT_EQ(Date::Parse(date.ToString()).value(), date);
    ASSERT_EQ(Date::FromCivil(date.year(), date.month(), date.day()).value(), date);
    ASSERT_GT(date.ToString(), last.ToString());
    last = date;
  }
}

TEST(Date, HashesByValue) {
  EXPECT_TRUE(absl::VerifyTypeImplementsAbslHashCorrectly({Date(), Date::FromDays(1), Date::FromDays(-1)}));
}

TEST(Date, RandomTextNeverCrashes) {
  std::mt19937_64 random(1);
  constexpr std::string_view kAlphabet = "0123456789--/T\xE5";
  for (int i = 0; i < 50'000; ++i) {
    std::string text(random() % 3 + 8, ' ');
    for (char& c : text) c = kAlphabet[random() % kAlphabet.size()];
    const auto date = Date::Parse(text);
    EXPECT_TRUE(!date.ok() || date->ToString() == text) << text;
  }
}

}  // namespace
}  // namespace yaoshi

#include "common/sheet/decimal.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace yaoshi::sheet {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

TEST(Decimal, RefusesWhatIsNoNumber) {
  for (const std::string text : {"", "-", "+", ".", "e5", "1e", "1e+", "1e5x", "1,000", " 1", "0x1", "1e401", "1.2.3",
                                 "--1", "nan", "inf", "1e+-5", "１"}) {
    EXPECT_FALSE(Decimal::Parse(text)) << text;
  }
  EXPECT_FALSE(Decimal::Parse(std::string(500, '1')));
}

TEST(Decimal, IsExact) {
  const struct {
    std::string text;
    std::string shown;
  } cases[] = {{"352.70", "352.7"}, {"0", "0"},           {"-0.0", "-0"},     {"00012", "12"},
               {"1E+3", "1000"},    {"1.5e-3", "0.0015"}, {"-12.5", "-12.5"}, {"+7", "7"},
               {".5", "0.5"},       {"5.", "5"},          {"1e-2", "0.01"},   {"100", "100"}};
  for (const auto& c : cases) {
    ASSERT_TRUE(Decimal::Parse(c.text)) << c.text;
    EXPECT_EQ(Decimal::Parse(c.text)->ToString(), c.shown) << c.text;
  }
}

TEST(Decimal, RoundsHalfAwayFromZero) {
  const auto significant = [](const char* text, int digits) {
    return Decimal::Parse(text)->RoundedToSignificant(digits).ToString();
  };
  EXPECT_EQ(significant("352.69999999999999", 15), "352.7");
  EXPECT_EQ(significant("3527000.0000000005", 15), "3527000");
  EXPECT_EQ(significant("999999999999999.9", 15), "1000000000000000");
  EXPECT_EQ(significant("-1.25", 2), "-1.3");
  EXPECT_EQ(significant("1.24", 5), "1.24");
  const auto to = [](const char* text, int exponent) {
    return Decimal::Parse(text)->RoundedToExponent(exponent).ToString();
  };
  EXPECT_EQ(to("0.005", -2), "0.01");
  EXPECT_EQ(to("0.004", -2), "0");
  EXPECT_EQ(to("0.0004", -2), "0");
  EXPECT_EQ(to("9.999", -2), "10");
  EXPECT_EQ(to("1250", 2), "1300");
}

TEST(Decimal, ScalesWithinBounds) {
  const auto scaled = [](const char* text, int power, std::int64_t max) {
    return Decimal::Parse(text)->Scaled(power, max);
  };
  EXPECT_EQ(scaled("352.7", 6, kMax), 352'700'000);
  EXPECT_EQ(scaled("-0.01", 2, kMax), -1);
  EXPECT_EQ(scaled("0.001", 2, kMax), std::nullopt);
  EXPECT_EQ(scaled("0", -5, kMax), 0);
  EXPECT_EQ(scaled("9223372036854775807", 0, kMax), kMax);
  EXPECT_EQ(scaled("9223372036854775808", 0, kMax), std::nullopt);
  EXPECT_EQ(scaled("1e30", 0, kMax), std::nullopt);
  EXPECT_EQ(scaled("500", 0, 500), 500);
  EXPECT_EQ(scaled("501", 0, 500), std::nullopt);
  EXPECT_TRUE(Decimal::Parse("500.01")->Exceeds(0, 500));
  EXPECT_FALSE(Decimal::Parse("499.99")->Exceeds(0, 500));
  EXPECT_FALSE(Decimal::Parse("5e2")->Exceeds(0, 500));
  EXPECT_EQ(Decimal::Parse("0.1")->ToDouble(), 0.1);
  EXPECT_EQ(Decimal::Parse("1e-390")->ToDouble(), 0.0);
}

}  // namespace
}  // namespace yaoshi::sheet

#include "common/money/money.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "common/status/status.h"

namespace yaoshi {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kMin64 = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax64 = std::numeric_limits<std::int64_t>::max();

TEST(ParseMoney, RefusesWhatIsNoExactAmount) {
  for (std::string_view text : {"",
                                ".",
                                "1.",
                                ".5",
                                "-1",
                                "-0",
                                "+1",
                                " 1",
                                "1 ",
                                "1,000",
                                "1e3",
                                "1.2.3",
                                "0x10",
                                "１２",
                                "12元",
                                "¥12",
                                "NaN",
                                "1.001",
                                "90000000000000.01",
                                "92233720368547758.07",
                                "1000000000000000000000000000000"}) {
    const auto fen = ParseYuan(text);
    ASSERT_FALSE(fen.ok()) << text;
    EXPECT_EQ(fen.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(ReasonOf(fen.status()), "INVALID_AMOUNT") << text;
  }
  EXPECT_FALSE(ParseWan("0.0000001").ok());
  EXPECT_FALSE(ParseYi("0.00000000001").ok());
  EXPECT_FALSE(ParseYi("900000.0000000001").ok());
}

TEST(ParseMoney, SaysWhatIsWrong) {
  EXPECT_THAT(std::string(ParseWan("-3").status().message()),
              HasSubstr("\"-3\" is not an amount in 万元: it must not"));
  EXPECT_THAT(std::string(ParseYuan("1.005").status().message()), HasSubstr("not a whole number of fen"));
  EXPECT_THAT(std::string(ParseYi("900001").status().message()), HasSubstr("largest amount is 90000000000000.00 yuan"));
}

TEST(ParseMoney, IsExact) {
  EXPECT_EQ(ParseYuan("12.34").value(), 1234);
  EXPECT_EQ(ParseYuan("007.500").value(), 750);
  EXPECT_EQ(ParseYuan("90000000000000").value(), kMaxFen);
  EXPECT_EQ(ParseWan("352.7").value(), 352'700'000);
  EXPECT_EQ(ParseWan("0.000001").value(), 1);
  EXPECT_EQ(ParseYi("1.5").value(), 15'000'000'000);
  EXPECT_EQ(ParseYi("411.7184").value(), 4'117'184'000'000);
  EXPECT_EQ(ParseYi("0").value(), 0);
}

TEST(FormatMoney, CutsZerosExceptInYuan) {
  EXPECT_EQ(FormatYuan(0), "0.00");
  EXPECT_EQ(FormatYuan(1234), "12.34");
  EXPECT_EQ(FormatYuan(-5), "-0.05");
  EXPECT_EQ(FormatYuan(kMin64), "-92233720368547758.08");
  EXPECT_EQ(FormatWan(352'700'000), "352.7");
  EXPECT_EQ(FormatWan(0), "0");
  EXPECT_EQ(FormatWan(1'000'000'000), "1000");
  EXPECT_EQ(FormatYi(-1), "-0.0000000001");
  EXPECT_EQ(FormatYi(15'000'000'000), "1.5");
}

TEST(FormatYiRounded, RoundsHalfToEven) {
  EXPECT_EQ(FormatYiRounded(12'500'000'000, 0), "1");
  EXPECT_EQ(FormatYiRounded(15'000'000'000, 0), "2");
  EXPECT_EQ(FormatYiRounded(25'000'000'000, 0), "2");
  EXPECT_EQ(FormatYiRounded(25'000'000'001, 0), "3");
  EXPECT_EQ(FormatYiRounded(4'117'184'000'000, 2), "411.72");
  EXPECT_EQ(FormatYiRounded(-4'117'150'000'000, 2), "-411.72");
  EXPECT_EQ(FormatYiRounded(-1, 2), "0.00");
  EXPECT_EQ(FormatYiRounded(1, 10), "0.0000000001");
}

TEST(FormatPercent, RoundsHalfAwayFromZero) {
  EXPECT_EQ(FormatPercent(1, 0, 2), "");
  EXPECT_EQ(FormatPercent(0, 7, 2), "0.00");
  EXPECT_EQ(FormatPercent(54, 79, 2), "68.35");
  EXPECT_EQ(FormatPercent(2, 3, 0), "67");
  EXPECT_EQ(FormatPercent(1, 8, 0), "13");
  EXPECT_EQ(FormatPercent(-1, 8, 1), "-12.5");
  EXPECT_EQ(FormatPercent(-1, 1000000, 2), "0.00");
  EXPECT_EQ(FormatPercent(kMax64, 1, 8), "922337203685477580700.00000000");
  EXPECT_EQ(FormatPercent(kMin64, kMin64, 2), "100.00");
}

TEST(CheckedAdd, RefusesSumsOutOfRange) {
  for (auto [a, b] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {kMaxFen, 1}, {-kMaxFen, -1}, {kMax64, kMax64}, {kMin64, -1}, {kMin64, kMin64}}) {
    EXPECT_EQ(ReasonOf(CheckedAdd(a, b).status()), "AMOUNT_OUT_OF_RANGE");
  }
  EXPECT_EQ(CheckedAdd(kMaxFen, 0).value(), kMaxFen);
  EXPECT_EQ(CheckedAdd(5, -7).value(), -2);
}

TEST(Money, EveryAmountRoundTripsInEveryUnit) {
  std::mt19937_64 random(20220420);
  for (int i = 0; i < 20'000; ++i) {
    const auto fen = static_cast<std::int64_t>((random() % (kMaxFen + 1)) >> (random() % 54));
    EXPECT_EQ(ParseYuan(FormatYuan(fen)).value(), fen);
    EXPECT_EQ(ParseWan(FormatWan(fen)).value(), fen);
    EXPECT_EQ(ParseYi(FormatYi(fen)).value(), fen);
    EXPECT_EQ(ParseYi(FormatYiRounded(fen, 10)).value(), fen);
  }
}

TEST(Money, RandomTextNeverCrashes) {
  std::mt19937_64 random(7);
  constexpr std::string_view kAlphabet = "0123456789....-+eE, 元\xFF";
  for (int i = 0; i < 50'000; ++i) {
    std::string text(random() % 30, ' ');
    for (char& c : text) c = kAlphabet[random() % kAlphabet.size()];
    for (const auto& fen : {ParseYuan(text), ParseWan(text), ParseYi(text)}) {
      EXPECT_TRUE(!fen.ok() || *fen <= kMaxFen) << text;
    }
  }
}

}  // namespace
}  // namespace yaoshi

#include "common/sheet/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "common/money/money.h"
#include "common/sheet/normal_text.h"
#include "common/sheet/number_format.h"
#include "common/sheet/test_files.h"
#include "fmt/format.h"

namespace yaoshi::sheet {
namespace {

using testing::DateCell;
using testing::NumberCell;
using testing::TextCell;

constexpr Cell::Kind kError = Cell::Kind::kError;

// The value's text, or the reason why there is none.
std::string Outcome(const Parsed<std::int64_t>& parsed) {
  const auto* fault = std::get_if<Fault>(&parsed);
  return fault != nullptr ? fault->reason : std::to_string(std::get<std::int64_t>(parsed));
}
std::string Outcome(const Parsed<Date>& parsed) {
  const auto* fault = std::get_if<Fault>(&parsed);
  return fault != nullptr ? fault->reason : std::get<Date>(parsed).ToString();
}
std::string Outcome(const Parsed<std::string>& parsed) {
  const auto* fault = std::get_if<Fault>(&parsed);
  return fault != nullptr ? fault->reason : std::get<std::string>(parsed);
}
std::string Outcome(const Parsed<bool>& parsed) {
  const auto* fault = std::get_if<Fault>(&parsed);
  return fault != nullptr ? fault->reason : (std::get<bool>(parsed) ? "yes" : "no");
}

TEST(Amount, IsRefused) {
  const struct {
    Cell cell;
    AmountUnit unit;
    std::string reason;
  } cases[] = {
      {NumberCell("-5"), AmountUnit::kWan, "AMOUNT_NEGATIVE"},
      {TextCell("－５"), AmountUnit::kWan, "AMOUNT_NEGATIVE"},
      {TextCell("\u22125"), AmountUnit::kWan, "AMOUNT_NEGATIVE"},
      {TextCell("-0"), AmountUnit::kWan, "AMOUNT_NEGATIVE"},
      {NumberCell("12.345"), AmountUnit::kYuan, "AMOUNT_TOO_PRECISE"},
      {TextCell("0.0000001"), AmountUnit::kWan, "AMOUNT_TOO_PRECISE"},
      {NumberCell("33.333333333333336"), AmountUnit::kWan, "AMOUNT_TOO_PRECISE"},
      {TextCell("12345678901234.567"), AmountUnit::kYuan, "AMOUNT_TOO_PRECISE"},
      {TextCell("9223372036854775807"), AmountUnit::kYuan, "AMOUNT_TOO_LARGE"},
      {NumberCell("1E+30"), AmountUnit::kYuan, "AMOUNT_TOO_LARGE"},
      {NumberCell("900001"), AmountUnit::kYi, "AMOUNT_TOO_LARGE"},
      {TextCell("90000000000000.01"), AmountUnit::kYuan, "AMOUNT_TOO_LARGE"},
      {TextCell("1,23.4"), AmountUnit::kYuan, "AMOUNT_NOT_A_NUMBER"},
      {TextCell("1234,567"), AmountUnit::kYuan, "AMOUNT_NOT_A_NUMBER"},
      {TextCell("1,234,56"), AmountUnit::kYuan, "AMOUNT_NOT_A_NUMBER"},
      {TextCell(",123"), AmountUnit::kYuan, "AMOUNT_NOT_A_NUMBER"},
      {TextCell("约300万元"), AmountUnit::kYuan, "AMOUNT_NOT_A_NUMBER"},
      {TextCell("$100"), AmountUnit::kYuan, "AMOUNT_NOT_A_NUMBER"},
      {TextCell("100美元"), AmountUnit::kYuan, "AMOUNT_NOT_A_NUMBER"},
      {TextCell("万元"), AmountUnit::kYuan, "AMOUNT_NOT_A_NUMBER"},
      {TextCell("—"), AmountUnit::kYuan, "AMOUNT_NOT_A_NUMBER"},
      {TextCell("(500)"), AmountUnit::kYuan, "AMOUNT_NOT_A_NUMBER"},
      {TextCell("=1+1"), AmountUnit::kYuan, "AMOUNT_NOT_A_NUMBER"},
      {DateCell("44671"), AmountUnit::kWan, "AMOUNT_NOT_A_NUMBER"},
      {{Cell::Kind::kBoolean, "TRUE"}, AmountUnit::kWan, "AMOUNT_NOT_A_NUMBER"},
      {{kError, "#DIV/0!"}, AmountUnit::kWan, "CELL_HAS_ERROR"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Outcome(ParseAmount(c.cell, c.unit, false)), c.reason) << c.cell.text;
  }
}

TEST(Amount, IsFen) {
  const struct {
    Cell cell;
    AmountUnit unit;
    std::int64_t fen;
  } cases[] = {
      {NumberCell("352.7"), AmountUnit::kWan, 352'700'000},
      {NumberCell("352.69999999999999"), AmountUnit::kWan, 352'700'000},
      {NumberCell("3527000.0000000005"), AmountUnit::kYuan, 352'700'000},
      {NumberCell("0.10000000000000001"), AmountUnit::kYuan, 10},
      {NumberCell("3.5270000000000001E2"), AmountUnit::kYi, 3'527'000'000'000},
      {NumberCell("0.30000000000000004"), AmountUnit::kYuan, 30},
      {NumberCell("12345678901234.561"), AmountUnit::kYuan, 1'234'567'890'123'456},
      {NumberCell("0"), AmountUnit::kWan, 0},
      {NumberCell("900000"), AmountUnit::kYi, kMaxFen},
      {TextCell("3527000.0000000005"), AmountUnit::kYuan, 352'700'000},
      {TextCell("90000000000000.00"), AmountUnit::kYuan, kMaxFen},
      {TextCell("1,234,567.89"), AmountUnit::kYuan, 123'456'789},
      {TextCell("１，２３４．５"), AmountUnit::kYuan, 123'450},
      {TextCell("3.5亿元"), AmountUnit::kWan, 35'000'000'000},
      {TextCell(" 350 万 "), AmountUnit::kYi, 350'000'000},
      {TextCell("￥1,200.50元"), AmountUnit::kWan, 120'050},
      {TextCell("12千元"), AmountUnit::kWan, 1'200'000},
      {TextCell("人民币5万元"), AmountUnit::kYuan, 5'000'000},
      {NumberCell("0.000001"), AmountUnit::kWan, 1},
      {NumberCell("1E-4"), AmountUnit::kYi, 1'000'000},
      {TextCell("+5"), AmountUnit::kThousand, 500'000},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Outcome(ParseAmount(c.cell, c.unit, false)), std::to_string(c.fen)) << c.cell.text;
  }
  EXPECT_EQ(Outcome(ParseAmount(NumberCell("-5.5"), AmountUnit::kYuan, true)), "-550");
}

// Whatever fen amount is shown in whatever unit, as text or as the double that Excel stores, comes back.
TEST(Amount, PropertyOfRandomAmounts) {
  std::mt19937_64 random(20220420);
  for (int round = 0; round < 4'000; ++round) {
    const int bits = static_cast<int>(random() % 53);
    const auto fen = static_cast<std::int64_t>((random() >> (63 - bits)) % static_cast<std::uint64_t>(kMaxFen + 1));
    for (const AmountUnit unit : {AmountUnit::kYuan, AmountUnit::kThousand, AmountUnit::kWan, AmountUnit::kYi}) {
      const int power = FenPower(unit);
      const std::string digits = fmt::format("{:0>{}}", fen, power + 1);
      const std::string text = digits.substr(0, digits.size() - static_cast<std::size_t>(power)) + "." +
                               digits.substr(digits.size() - static_cast<std::size_t>(power));
      ASSERT_EQ(Outcome(ParseAmount(TextCell(text), unit, false)), std::to_string(fen)) << text;
      // Above 15 digits a double does not hold every amount.
      if (fen <= 999'999'999'999'999) {
        const std::string stored = fmt::format("{:.17g}", std::stod(text));
        ASSERT_EQ(Outcome(ParseAmount(NumberCell(stored), unit, false)), std::to_string(fen)) << stored;
      }
    }
  }
}

TEST(Number, HasAScaleAndARange) {
  const auto integer = [](Cell cell) { return Outcome(ParseDecimal(cell, 0, 0, 1000)); };
  EXPECT_EQ(integer(NumberCell("12")), "12");
  EXPECT_EQ(integer(NumberCell("12.0")), "12");
  EXPECT_EQ(integer(NumberCell("11.999999999999999999")), "12");
  EXPECT_EQ(integer(TextCell("１，０００")), "1000");
  EXPECT_EQ(integer(NumberCell("12.5")), "NUMBER_TOO_PRECISE");
  EXPECT_EQ(integer(NumberCell("1001")), "NUMBER_OUT_OF_RANGE");
  EXPECT_EQ(integer(NumberCell("-1")), "NUMBER_OUT_OF_RANGE");
  EXPECT_EQ(integer(NumberCell("1e300")), "NUMBER_OUT_OF_RANGE");
  EXPECT_EQ(integer(TextCell("一百")), "NUMBER_NOT_UNDERSTOOD");
  EXPECT_EQ(integer(DateCell("12")), "NUMBER_NOT_UNDERSTOOD");
  EXPECT_EQ(integer({kError, "#N/A"}), "CELL_HAS_ERROR");
  const Parsed<std::int64_t> far = ParseDecimal(NumberCell("100.01"), 2, -500, 10'000);
  EXPECT_EQ(std::get<Fault>(far).text, "is out of range; -5 to 100 is allowed");
  EXPECT_EQ(Outcome(ParseDecimal(NumberCell("-4.99"), 2, -500, 10'000)), "-499");
  EXPECT_EQ(Outcome(ParseDecimal(NumberCell("0.1"), 2, INT64_MIN, INT64_MAX)), "10");
}

TEST(Day, IsRefused) {
  const struct {
    Cell cell;
    std::string reason;
  } cases[] = {
      {TextCell("2022-02-30"), "DATE_IMPOSSIBLE"},
      {TextCell("2021-02-29"), "DATE_IMPOSSIBLE"},
      {TextCell("2022年13月1日"), "DATE_IMPOSSIBLE"},
      {TextCell("2022-00-10"), "DATE_IMPOSSIBLE"},
      {TextCell("2022-04-00"), "DATE_IMPOSSIBLE"},
      {TextCell("20220431"), "DATE_IMPOSSIBLE"},
      {TextCell("0222-04-20"), "DATE_IMPOSSIBLE"},
      {TextCell("3022-04-20"), "DATE_IMPOSSIBLE"},
      {DateCell("60"), "DATE_IMPOSSIBLE"},
      {DateCell("0.5"), "DATE_IMPOSSIBLE"},
      {DateCell("2958465"), "DATE_IMPOSSIBLE"},
      {NumberCell("20221301"), "DATE_IMPOSSIBLE"},
      {DateCell("-5"), "DATE_NOT_UNDERSTOOD"},
      {NumberCell("2022"), "DATE_NOT_UNDERSTOOD"},
      {NumberCell("2022.4"), "DATE_NOT_UNDERSTOOD"},
      {NumberCell("1e300"), "DATE_NOT_UNDERSTOOD"},
      {TextCell("22-4-20"), "DATE_NOT_UNDERSTOOD"},
      {TextCell("4月20日"), "DATE_NOT_UNDERSTOOD"},
      {TextCell("2022-4-20-1"), "DATE_NOT_UNDERSTOOD"},
      {TextCell("2022--4"), "DATE_NOT_UNDERSTOOD"},
      {TextCell("2022-044-20"), "DATE_NOT_UNDERSTOOD"},
      {TextCell("明年"), "DATE_NOT_UNDERSTOOD"},
      {TextCell("2022年"), "DATE_NOT_UNDERSTOOD"},
      {TextCell("44671"), "DATE_NOT_UNDERSTOOD"},
      {TextCell("2022-04-20 x:1"), "DATE_NOT_UNDERSTOOD"},
      {{Cell::Kind::kBoolean, "TRUE"}, "DATE_NOT_UNDERSTOOD"},
      {TextCell("2022年4月"), "DATE_NEEDS_DAY"},
      {TextCell("202204"), "DATE_NEEDS_DAY"},
      {TextCell("2022.4"), "DATE_NEEDS_DAY"},
      {{kError, "#VALUE!"}, "CELL_HAS_ERROR"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Outcome(ParseDate(c.cell, DateSystem::k1900, false)), c.reason) << c.cell.text;
  }
}

TEST(Day, IsUnderstood) {
  for (const std::string text :
       {"2022-04-20", "2022/4/20", "2022.4.20", "2022年4月20日", "2022年04月20号", "20220420", " ２０２２－０４－２０ ",
        "2022 年 4 月 20 日", "2022-04-20 00:00:00", "2022/4/20 8:30", "2022-04-20T08:30:00Z"}) {
    EXPECT_EQ(Outcome(ParseDate(TextCell(text), DateSystem::k1900, false)), "2022-04-20") << text;
  }
  const auto serial = [](Cell cell, DateSystem system) { return Outcome(ParseDate(cell, system, false)); };
  EXPECT_EQ(serial(DateCell("44671"), DateSystem::k1900), "2022-04-20");
  EXPECT_EQ(serial(DateCell("44671.354166666664"), DateSystem::k1900), "2022-04-20");
  EXPECT_EQ(serial(DateCell("43209"), DateSystem::k1904), "2022-04-20");
  EXPECT_EQ(serial(NumberCell("44671"), DateSystem::k1900), "2022-04-20");
  EXPECT_EQ(serial(NumberCell("20220420"), DateSystem::k1900), "2022-04-20");
  EXPECT_EQ(serial(DateCell("1"), DateSystem::k1900), "1900-01-01");
  EXPECT_EQ(serial(DateCell("59"), DateSystem::k1900), "1900-02-28");
  EXPECT_EQ(serial(DateCell("61"), DateSystem::k1900), "1900-03-01");
  EXPECT_EQ(serial(DateCell("0"), DateSystem::k1904), "1904-01-01");
}

TEST(Day, OfAMonthIsItsFirst) {
  for (const Cell& cell : {TextCell("2022年4月"), TextCell("2022-04"), TextCell("2022.4"), TextCell("2022/04"),
                           TextCell("202204"), NumberCell("202204")}) {
    EXPECT_EQ(Outcome(ParseDate(cell, DateSystem::k1900, true)), "2022-04-01") << cell.text;
  }
  EXPECT_EQ(Outcome(ParseDate(NumberCell("202213"), DateSystem::k1900, true)), "DATE_IMPOSSIBLE");
  EXPECT_EQ(Outcome(ParseDate(TextCell("2022-04-20"), DateSystem::k1900, true)), "2022-04-20");
}

TEST(Text, IsRefused) {
  const struct {
    Cell cell;
    std::string reason;
  } cases[] = {
      {TextCell("定西\u200B市"), "CHARACTER_NOT_ALLOWED"},
      {TextCell("\u202Egnp.exe"), "CHARACTER_NOT_ALLOWED"},
      {TextCell("a\u2066b"), "CHARACTER_NOT_ALLOWED"},
      {TextCell(std::string("a\0b", 3)), "CHARACTER_NOT_ALLOWED"},
      {TextCell("a\x07"), "CHARACTER_NOT_ALLOWED"},
      {TextCell("定\uFFFD市"), "CHARACTER_NOT_ALLOWED"},
      {TextCell("\uFEFF项目"), "CHARACTER_NOT_ALLOWED"},
      {TextCell("一二三四五六"), "TEXT_TOO_LONG"},
      {NumberCell("6.2000020220420123E+17"), "NUMBER_LOST_DIGITS"},
      {{kError, "#REF!"}, "CELL_HAS_ERROR"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Outcome(ParseText(c.cell, {.max_characters = 5})), c.reason) << c.cell.text;
  }
}

TEST(Text, IsBroughtIntoOneForm) {
  const auto text = [](Cell cell, bool multiline = false) {
    return Outcome(ParseText(cell, {.multiline = multiline}));
  };
  EXPECT_EQ(text(TextCell("　 定西市Ｇ３１０（二期） \n")), "定西市G310（二期）");
  EXPECT_EQ(text(TextCell("陇西县\r\n污水处理厂")), "陇西县污水处理厂");
  EXPECT_EQ(text(TextCell("G310\nS209")), "G310 S209");
  EXPECT_EQ(text(TextCell("一\n二"), true), "一\n二");
  EXPECT_EQ(text(TextCell("cafe\u0301")), "caf\u00E9");
  EXPECT_EQ(text(TextCell("=HYPERLINK(\"x\")")), "=HYPERLINK(\"x\")");
  EXPECT_EQ(text(TextCell("'; DROP TABLE project; --")), "'; DROP TABLE project; --");
  EXPECT_EQ(text(TextCell("😀𠀀")), "😀𠀀");
  EXPECT_EQ(text(NumberCell("621122")), "621122");
  EXPECT_EQ(text(NumberCell("1E+3")), "1000");
  EXPECT_EQ(text(NumberCell("0.10000000000000001")), "0.1");
  EXPECT_EQ(text(DateCell("44671")), "2022-04-20");
}

TEST(YesOrNo, HasManySpellings) {
  for (const std::string yes : {"是", " √ ", "Ｙ", "TRUE", "有", "1"}) {
    EXPECT_EQ(Outcome(ParseBoolean(TextCell(yes))), "yes") << yes;
  }
  for (const std::string no : {"否", "×", "no", "无", "０", "FALSE"}) {
    EXPECT_EQ(Outcome(ParseBoolean(TextCell(no))), "no") << no;
  }
  EXPECT_EQ(Outcome(ParseBoolean(TextCell("也许"))), "NOT_YES_OR_NO");
  EXPECT_EQ(Outcome(ParseBoolean({kError, "#N/A"})), "CELL_HAS_ERROR");
}

TEST(Label, IsLookedUp) {
  const EnumLabel labels[] = {{"新建", "NEW"}, {"续建", "CONTINUED"}, {"改（扩）建", "EXTENDED"}};
  EXPECT_EQ(Outcome(ParseEnum(TextCell(" 新 建"), labels)), "NEW");
  EXPECT_EQ(Outcome(ParseEnum(TextCell("改(扩)建"), labels)), "EXTENDED");
  const Parsed<std::string> unknown = ParseEnum(TextCell("在建"), labels);
  EXPECT_EQ(std::get<Fault>(unknown).reason, "LABEL_UNKNOWN");
  EXPECT_EQ(std::get<Fault>(unknown).text, "is unknown; one of 新建、续建、改（扩）建 is allowed");
}

TEST(NumberFormat, OfDates) {
  for (const std::string code : {"yyyy-mm-dd", "yyyy\"年\"m\"月\"d\"日\"", "[$-804]yyyy/m/d;@", "[h]:mm", "m/d",
                                 "[DBNum1][$-804]yyyy年m月", "h:mm AM/PM", "e\"年\"m\"月\"", "aaaa yyyy"}) {
    EXPECT_TRUE(IsDateFormat(code)) << code;
  }
  for (const std::string code : {"General", "0.00", "#,##0\"元(day)\"", "[Red]0.00", "0.00E+00", "_ * #,##0.00_d",
                                 "\\d0", "@", "[>100]0;yyyy", "", "\"open", "[$¥-804]0.00"}) {
    EXPECT_FALSE(IsDateFormat(code)) << code;
  }
  for (const int id : {14, 22, 27, 36, 45, 47, 50, 58}) {
    EXPECT_TRUE(IsBuiltInDateFormat(id)) << id;
  }
  for (const int id : {0, 1, 13, 23, 26, 37, 44, 48, 49, 59}) {
    EXPECT_FALSE(IsBuiltInDateFormat(id)) << id;
  }
}

TEST(NormalText, Shortens) {
  EXPECT_EQ(Shorten("一二三四", 4), "一二三四");
  EXPECT_EQ(Shorten("一二三四五", 4), "一二三…");
  EXPECT_EQ(Trim(""), "");
  EXPECT_EQ(Trim("\u3000 \u00A0"), "");
}

}  // namespace
}  // namespace yaoshi::sheet

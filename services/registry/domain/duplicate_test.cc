#include "services/registry/domain/duplicate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace yaoshi::registry {
namespace {

constexpr std::string_view kPlace = "陇西县文峰镇";
constexpr std::string_view kOwner = "陇西县水务局";
constexpr std::string_view kCode = "116211220132200884";

Likeness Titled(std::string_view title) {
  return LikenessOf(title, kPlace, kOwner, kCode);
}

// Similarity of titles with the same owner in the same place: the hardest case to keep apart.
int AtOnePlace(std::string_view a, std::string_view b) {
  return Similarity(Titled(a), Titled(b));
}

struct Titles {
  std::string_view a;
  std::string_view b;
};

TEST(Duplicate, PhasesNumbersAndSectionsAreOtherProjects) {
  const std::vector<Titles> cases = {
      {"陇西县城区供热管网改造一期工程", "陇西县城区供热管网改造二期工程"},
      {"陇西县城区供热管网改造工程（一期）", "陇西县城区供热管网改造工程（二期）"},
      {"陇西县城区供热管网改造工程", "陇西县城区供热管网改造工程（二期）"},
      {"陇西县城区供热管网改造工程（Ⅱ期）", "陇西县城区供热管网改造工程（Ⅲ期）"},
      {"陇西县城区供热管网改造工程（II期）", "陇西县城区供热管网改造工程（III期）"},
      {"陇西县城区供热管网改造第二期", "陇西县城区供热管网改造第十二期"},
      {"引洮供水配套工程第一标段", "引洮供水配套工程第二标段"},
      {"引洮供水配套工程A标段", "引洮供水配套工程B标段"},
      {"通渭县马营镇1#养殖场", "通渭县马营镇2#养殖场"},
      {"通渭县马营镇#1养殖场", "通渭县马营镇#2养殖场"},
      {"通渭县马营镇1号养殖场", "通渭县马营镇２号养殖场"},
      {"通渭县马营镇①号养殖场", "通渭县马营镇②号养殖场"},
      {"定西市第一中学教学楼", "定西市第二中学教学楼"},
      {"2022年农村公路养护工程", "2023年农村公路养护工程"},
      {"二〇二二年农村公路养护工程", "二〇二三年农村公路养护工程"},
      {"临洮330千伏输变电工程", "临洮110千伏输变电工程"},
      {"G310线渭源段改建工程", "G316线渭源段改建工程"},
      {"G310线渭源段改建工程", "S310线渭源段改建工程"},
      {"安定区1.5万亩高标准农田", "安定区15万亩高标准农田"},
      {"2022年供热管网改造二期", "2022年供热管网改造三期"},
  };
  for (const auto& [a, b] : cases) {
    EXPECT_LT(AtOnePlace(a, b), kSuspicious) << a << " / " << b;
    EXPECT_EQ(AtOnePlace(a, b), AtOnePlace(b, a)) << a << " / " << b;
    EXPECT_THAT(ExplainSimilarity(Titled(a), Titled(b)), testing::HasSubstr("but another phase or number")) << a;
  }
}

TEST(Duplicate, OtherTitlesAreOtherProjects) {
  const std::vector<Titles> cases = {
      {"陇西县城区供热管网改造工程", "陇西县文峰镇污水处理厂建设项目"},
      {"漳县盐井镇卫生院", "漳县盐井镇中学"},
      {"马铃薯淀粉加工", "中药材仓储物流"},
      {"", ""},
      {"", "陇西县城区供热管网改造工程"},
      {"渭", "洮"},
  };
  for (const auto& [a, b] : cases) EXPECT_LT(AtOnePlace(a, b), kSuspicious) << a << " / " << b;
}

TEST(Duplicate, TheSameWorksInTheNextTownshipAreAnotherProject) {
  EXPECT_LT(Similarity(LikenessOf("岷县梅川镇农村饮水安全工程", "岷县梅川镇", "岷县水务局", ""),
                       LikenessOf("岷县西寨镇农村饮水安全工程", "岷县西寨镇", "岷县水务局", "")),
            kSuspicious);
}

TEST(Duplicate, TheSameUnderAnotherCoatIsSuspicious) {
  const std::vector<Titles> cases = {
      {"陇西县城区供热管网改造", "陇西县城区供热管网改造项目"},
      {"陇西县城区供热管网改造项目", "陇西县城区供热管网改造工程"},
      {"陇西县城区供热管网改造", "甘肃省定西市陇西县城区供热管网改造建设工程项目"},
      {"陇西县城区供热管网改造", "城区供热管网改造"},
      {"陇西县城区供热管网改造", "陇西县 城区供热管网（改造）。"},
      {"陇西县城区供热管网改造工程（一期）", "陇西县城区供热管网改造工程"},
      {"陇西县城区供热管网改造工程（二期）", "陇西县城区供热管网改造2期工程"},
      {"陇西县城区供热管网改造工程（Ⅱ期）", "陇西县城区供热管网改造第二期工程"},
      {"Ｇ３１０线渭源段改建工程", "g310线渭源段改建"},
      {"陇西县2022年农村公路安全生命防护及养护工程", "陇西县农村公路安全生命防护及养护工程"},
      // One character changed, left out, put in.
      {"陇西县城区供热管网改造工程", "陇西县城区供热管线改造工程"},
      {"陇西县城区供热管网改造工程", "陇西县城区供热管道网改造工程"},
      {"陇西县首阳镇中药材仓储物流园", "陇西县首阳镇中药材仓储物流"},
      {"通渭县马铃薯良种繁育基地", "通渭县马铃薯良种繁殖基地"},
  };
  for (const auto& [a, b] : cases) {
    EXPECT_GE(AtOnePlace(a, b), kSuspicious) << a << " / " << b;
    EXPECT_EQ(AtOnePlace(a, b), AtOnePlace(b, a)) << a << " / " << b;
  }
}

TEST(Duplicate, WordsOfAClassAreNoNumbers) {
  // 一体化, 三岔 and 十四五 count nothing.
  EXPECT_GE(AtOnePlace("陇西县城乡供水一体化工程", "陇西县城乡供水一体化建设项目"), kSuspicious);
  EXPECT_EQ(Titled("陇西县城乡供水一体化工程").title_marks, Titled("漳县三岔镇“十四五”农村饮水").title_marks);
  EXPECT_NE(Titled("十四五重大项目第三批").title_marks, Titled("十四五重大项目第四批").title_marks);
}

TEST(Normalise, LeavesWhatATitleSays) {
  const std::vector<Titles> cases = {
      {"", ""},
      {" 　", ""},
      {"建设工程项目", "建设工程项目"},
      {"陇西县城区供热管网改造工程", "城区供热管网改造"},
      {"甘肃省定西市漳县盐井镇污水处理厂建设项目", "盐井镇污水处理厂"},
      {"定西市生态环境监测项目", "生态环境监测"},
      {"ＡＢＣ（１２３）工程", "abc123"},
      {"G310线 渭源段，改建工程。", "g310线渭源段改建"},
      {"二期", "2期"},
      {"第十一批", "第11批"},
      {"第二十批", "第20批"},
      {"二十三标段", "23标段"},
      {"1.5万亩", "1.5万亩"},
      {"Ⅻ期", "12期"},
      // Words that end like regions.
      {"城市管网", "城市管网"},
      {"农贸市场改造", "农贸市场改造"},
      {"景区道路", "景区道路"},
      {"开发区道路", "开发区道路"},
      {"县城道路", "县城道路"},
      {"安定区", "安定区"},
      // A character beyond the basic plane, and bytes that are no UTF-8.
      {"𠮷祥小区", "𠮷祥小区"},
      {"陇\xFF西\xE9\x99", "陇西"},
      {"\xC0\x80农田", "农田"},
  };
  for (const auto& [title, expected] : cases) EXPECT_EQ(NormaliseTitle(title), expected) << title;
}

TEST(Normalise, IsStable) {
  for (const std::string_view title :
       {"陇西县城区供热管网改造第二期工程", "2022年农村公路", "Ⅱ标段", "1.5万亩高标准农田"}) {
    const std::string once = NormaliseTitle(title);
    EXPECT_EQ(NormaliseTitle(once), once) << title;
  }
}

TEST(Similarity, WeighsOwnerAndPlace) {
  const std::string_view title = "陇西县城区供热管网改造";
  const Likeness one = LikenessOf(title, kPlace, kOwner, kCode);
  EXPECT_EQ(Similarity(one, one), 10000);
  EXPECT_EQ(Similarity(one, LikenessOf(title, "陇西县首阳镇", kOwner, kCode)), 9000);
  EXPECT_EQ(Similarity(one, LikenessOf(title, "", kOwner, kCode)), 9500);
  EXPECT_EQ(Similarity(one, LikenessOf(title, kPlace, "", "")), 9000);
  EXPECT_EQ(Similarity(one, LikenessOf(title, kPlace, "渭源县水务局", "")), 8000);
  EXPECT_EQ(Similarity(one, LikenessOf(title, "", "", "")), 8500);
  EXPECT_EQ(Similarity(one, LikenessOf("漳县盐井中学", kPlace, kOwner, kCode)), 3000);
  EXPECT_EQ(Similarity(Likeness{}, Likeness{}), 1500);
}

TEST(Similarity, KnowsAnOwnerByCodeOrByTitle) {
  const std::string_view title = "陇西县城区供热管网改造";
  const Likeness coded = LikenessOf(title, kPlace, kOwner, kCode);
  EXPECT_EQ(Similarity(coded, LikenessOf(title, kPlace, "水务局", kCode)), 10000) << "the code decides";
  EXPECT_EQ(Similarity(coded, LikenessOf(title, kPlace, kOwner, "12621100438211072H")), 8000) << "the code decides";
  EXPECT_EQ(Similarity(coded, LikenessOf(title, kPlace, "陇西县水务局 ", "")), 10000) << "one has no code";
  EXPECT_EQ(Similarity(LikenessOf(title, kPlace, "陇西县教育局", ""), LikenessOf(title, kPlace, "渭源县教育局", "")),
            8000)
      << "counties' offices are not one";
}

TEST(Similarity, ExplainsItself) {
  const Likeness one = LikenessOf("陇西县城区供热管网改造", kPlace, kOwner, kCode);
  EXPECT_EQ(ExplainSimilarity(one, one), "title 100 %, same owner, same place");
  EXPECT_EQ(ExplainSimilarity(one, LikenessOf("城区供热管线改造", "首阳镇", "", "")),
            "title 71 %, unknown owner, other place");
  EXPECT_EQ(ExplainSimilarity(one, LikenessOf("城区供热管网改造二期", "", kOwner, kCode)),
            "title 87 % but another phase or number, same owner, unknown place");
}

TEST(Similarity, IsSymmetricAndInRangeForAnyBytes) {
  std::mt19937 random(20220420);
  const auto text = [&] {
    std::string bytes(random() % 40, ' ');
    for (char& c : bytes) c = static_cast<char>(random() % 256);
    return bytes;
  };
  for (int i = 0; i < 4'000; ++i) {
    const Likeness a = LikenessOf(text(), text(), text(), text());
    const Likeness b = LikenessOf(text(), text(), text(), text());
    ASSERT_EQ(Similarity(a, b), Similarity(b, a));
    ASSERT_GE(Similarity(a, b), 0);
    ASSERT_LE(Similarity(a, b), 10000);
    ASSERT_TRUE(std::is_sorted(a.title_pairs.begin(), a.title_pairs.end()));
    if (a.title_hash != 0) {
      ASSERT_GE(Similarity(a, a), 8500);
    }
  }
}

}  // namespace
}  // namespace yaoshi::registry

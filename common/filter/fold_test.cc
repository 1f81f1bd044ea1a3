#include "common/filter/fold.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace yaoshi::filter {
namespace {

TEST(Fold, KnowsTheCapitalsOfChineseTexts) {
  EXPECT_EQ(Fold("G310 线 Ⅱ期 ＡＢ Ⓐ ÀÉ×ÞŸ ĀǍǛŽ ΑΣΩΆΏ ЁАЯ 定西市"), "g310 线 ⅱ期 ａｂ ⓐ àé×þÿ āǎǜž ασωάώ ёая 定西市");
  EXPECT_EQ(Fold("已经小写 ß ÿ ā ǎ İ ≥ ℃ ①"), "已经小写 ß ÿ ā ǎ İ ≥ ℃ ①");
  EXPECT_EQ(Fold("\xFF\xC3"), "\xFF\xC3");
  EXPECT_EQ(Fold(""), "");
}

TEST(Folded, ComparesWithoutCase) {
  EXPECT_TRUE(FoldedContains("陇西至渭源 G310 线", "g310"));
  EXPECT_TRUE(FoldedContains("任何", ""));
  EXPECT_TRUE(FoldedContains("", ""));
  EXPECT_FALSE(FoldedContains("", "a"));
  EXPECT_FALSE(FoldedContains("G31", "g310"));
  EXPECT_TRUE(FoldedStartsWith("Ⅱ期工程", "ⅱ期"));
  EXPECT_FALSE(FoldedStartsWith("工程Ⅱ期", "ⅱ期"));
  EXPECT_TRUE(FoldedEndsWith("工程Ⅱ期", "ⅱ期"));
  EXPECT_FALSE(FoldedEndsWith("期", "ⅱ期"));
  EXPECT_TRUE(FoldedEquals("ABC", "abc"));
  EXPECT_FALSE(FoldedEquals("ABCD", "abc"));
}

TEST(Folded, AgreesWithFoldOnRandomText) {
  std::mt19937_64 random(9);
  constexpr std::string_view kCharacters[] = {"a", "A", "b", "B", "É", "é", "Ⅱ", "ⅱ", "路", "\xC3", "\xAF"};
  const auto text = [&](std::size_t most) {
    std::string made;
    for (auto n = random() % (most + 1); n > 0; --n) made += kCharacters[random() % std::size(kCharacters)];
    return made;
  };
  for (int i = 0; i < 50'000; ++i) {
    const std::string held = text(8);
    const std::string wanted = Fold(std::array{"é路", "aB", "Ⅱa", "路A"}[random() % 4]);
    const std::string folded = Fold(held);
    ASSERT_EQ(folded.size(), held.size());
    ASSERT_EQ(Fold(folded), folded);
    ASSERT_EQ(FoldedContains(held, wanted), folded.find(wanted) != std::string::npos) << held;
    ASSERT_EQ(FoldedStartsWith(held, wanted), folded.starts_with(wanted)) << held;
    ASSERT_EQ(FoldedEndsWith(held, wanted), folded.ends_with(wanted)) << held;
    ASSERT_EQ(FoldedEquals(held, wanted), folded == wanted) << held;
  }
}

}  // namespace
}  // namespace yaoshi::filter

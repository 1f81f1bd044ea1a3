#include "gateway/search/project_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fmt/format.h"
#include "gateway/search/text.h"

namespace yaoshi::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

IndexedProject Project(std::string name, std::string title, std::string region = "621122", std::string code = "") {
  IndexedProject project;
  project.name = std::move(name);
  project.title = std::move(title);
  project.region = std::move(region);
  project.project_code = std::move(code);
  project.effective_on = Date::Parse("2022-04-20").value();
  project.version = 1;
  return project;
}

class ProjectIndexTest : public ::testing::Test {
 protected:
  std::vector<std::string> Find(const std::string& text, const std::string& within = "", const std::string& region = "",
                                size_t limit = 20) {
    const SearchPage page = index_.Find({WordsOf(Normalized(text)), within, region, limit});
    more_ = page.more;
    std::vector<std::string> names;
    for (const IndexedProject& project : page.found) names.push_back(project.name);
    return names;
  }
  ProjectIndex index_;
  bool more_ = false;
};

TEST(Normalized, MakesSpellingsComparable) {
  EXPECT_EQ(Normalized("Ｇ３１０ Ⅱ期 ABC"), U"g310 ii期 abc");
  EXPECT_EQ(Normalized("\xff"), U"\xfffd");
  EXPECT_EQ(Normalized(""), U"");
}

TEST(InitialsOf, AreTheFirstLettersOfPinyin) {
  EXPECT_EQ(InitialsOf(Normalized("引洮供水二期")), U"ytgseq");
  EXPECT_EQ(InitialsOf(Normalized("陇西县、漳县")), U"lxxzx");
  EXPECT_EQ(InitialsOf(Normalized("G310（定西段）")), U"g310dxd");
  EXPECT_EQ(InitialsOf(U"，。 "), U"");
}

TEST(WordsOf, AreDividedBySpaces) {
  EXPECT_THAT(WordsOf(U"  a  bc "), ElementsAre(U"a", U"bc"));
  EXPECT_THAT(WordsOf(U"   "), IsEmpty());
}

TEST_F(ProjectIndexTest, NothingIsFoundOfNothing) {
  EXPECT_THAT(Find("供水"), IsEmpty());
  index_.Put(Project("a", "供水工程"));
  EXPECT_THAT(Find(""), IsEmpty());
  EXPECT_THAT(Find("供电"), IsEmpty());
  EXPECT_THAT(Find("水供"), IsEmpty());
}

TEST_F(ProjectIndexTest, FindsByWordsByCodeAndByInitials) {
  index_.Put(Project("a", "引洮供水二期工程", "621122", "2203-621122-04-01-123456"));
  index_.Put(Project("b", "陇西县供水管网改造"));
  index_.Put(Project("c", "定西至渭源高速公路"));
  EXPECT_THAT(Find("供水"), UnorderedElementsAre("a", "b"));
  EXPECT_THAT(Find("供水 引洮"), ElementsAre("a"));
  EXPECT_THAT(Find("水"), UnorderedElementsAre("a", "b"));
  EXPECT_THAT(Find("2203-621122-04-01-123456"), ElementsAre("a"));
  EXPECT_THAT(Find("123456"), ElementsAre("a"));
  EXPECT_THAT(Find("ytgs"), ElementsAre("a"));
  EXPECT_THAT(Find("YTGS 二期"), ElementsAre("a"));
  EXPECT_THAT(Find("gsgl"), ElementsAre("c"));
}

TEST_F(ProjectIndexTest, TheBestComesFirst) {
  index_.Put(Project("initials", "刚刚"));
  index_.Put(Project("inside", "城区gg大道"));
  index_.Put(Project("begins", "GG大桥"));
  index_.Put(Project("code", "大桥", "621122", "x-gg-1"));
  EXPECT_THAT(Find("gg"), ElementsAre("begins", "inside", "code", "initials"));
  EXPECT_THAT(Find("gg", "", "", 2), ElementsAre("begins", "inside"));
  EXPECT_TRUE(more_);
}

TEST_F(ProjectIndexTest, WhatACallerMayNotReadIsNeitherFoundNorCounted) {
  for (int i = 0; i < 30; ++i) index_.Put(Project(fmt::format("other{}", i), "供水工程", "621125"));
  index_.Put(Project("own", "供水工程", "621122"));
  EXPECT_THAT(Find("供水", "621122"), ElementsAre("own"));
  EXPECT_FALSE(more_);
  EXPECT_THAT(Find("供水", "621122", "621125"), IsEmpty());
  EXPECT_EQ(Find("供水", "621100").size(), 20u);
  EXPECT_THAT(Find("供水", "621100", "621122"), ElementsAre("own"));
}

TEST_F(ProjectIndexTest, TheLaterFactStaysInWhateverOrderTheyCome) {
  IndexedProject later = Project("a", "供热工程", "621125");
  later.version = 3;
  index_.Put(later);
  index_.Put(Project("a", "供水工程"));
  IndexedProject earlier_day = Project("a", "供电工程");
  earlier_day.version = 9;
  earlier_day.effective_on = Date::Parse("2022-04-19").value();
  index_.Put(earlier_day);
  EXPECT_THAT(Find("供水"), IsEmpty());
  EXPECT_THAT(Find("供电"), IsEmpty());
  EXPECT_THAT(Find("供热"), ElementsAre("a"));
  later.version = 4;
  later.region = "621122";
  index_.Put(later);
  EXPECT_THAT(Find("供热", "621125"), IsEmpty()) << "it has moved";
  EXPECT_THAT(Find("供热", "621122"), ElementsAre("a"));
  EXPECT_EQ(index_.size(), 1u);
}

TEST_F(ProjectIndexTest, AMergedProjectIsNotFound) {
  IndexedProject merged = Project("a", "供水工程");
  index_.Put(merged);
  merged.version = 2;
  merged.gone = true;
  index_.Put(merged);
  EXPECT_THAT(Find("供水"), IsEmpty());
}

TEST_F(ProjectIndexTest, ManyChangesOfOneProjectLeaveOneProject) {
  for (int i = 1; i <= 5000; ++i) {
    IndexedProject project = Project("a", fmt::format("供水工程{}", i));
    project.version = i;
    index_.Put(project);
  }
  index_.Put(Project("b", "供水工程5000"));
  EXPECT_THAT(Find("供水工程5000"), UnorderedElementsAre("a", "b"));
  EXPECT_THAT(Find("供水工程4999"), IsEmpty());
}

}  // namespace
}  // namespace yaoshi::gateway

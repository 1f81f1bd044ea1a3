#include "services/preapproval/domain/rates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "common/region/region.h"

namespace yaoshi::preapproval {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Date kDay = *Date::FromCivil(2022, 4, 20);

RatedProcedure Done(uint32_t code, int32_t valid_until = kNever) {
  return {1, code, ApprovalStage::kPlanningPermission, true, valid_until, kNever};
}
RatedProcedure Open(uint32_t code, int32_t due_on = kNever) {
  return {1, code, ApprovalStage::kPlanningPermission, false, kNever, due_on};
}

TEST(Rated, AnApprovalCountsUntilItsLastDay) {
  const RatedProcedure approval = Done(1, kDay.days());
  EXPECT_TRUE(approval.CompletedOn(kDay));
  EXPECT_FALSE(approval.CompletedOn(kDay.AddDays(1)));
  EXPECT_EQ(approval.NextChange(kDay), kDay.days() + 1);
  EXPECT_EQ(approval.NextChange(kDay.AddDays(1)), kNever);
  EXPECT_EQ(Done(1).NextChange(kDay), kNever);
}

TEST(Rated, OneThatRunsIsLateAfterItsLastDay) {
  const RatedProcedure running = Open(1, kDay.days());
  EXPECT_FALSE(running.OverdueOn(kDay));
  EXPECT_TRUE(running.OverdueOn(kDay.AddDays(1)));
  EXPECT_FALSE(Open(1).OverdueOn(kDay.AddDays(100000)));
  RatedProcedure decided = running;
  decided.done = true;
  EXPECT_FALSE(decided.OverdueOn(kDay.AddDays(1)));
  EXPECT_EQ((RatedProject{621122, {Done(1, kDay.days() + 9), running}}.NextChange(kDay)), kDay.days() + 1);
  EXPECT_EQ((RatedProject{621122, {}}.NextChange(kDay)), kNever);
}

TEST(CountRates, AProjectIsReadyWhenAllItsProceduresAre) {
  const RatedProject half{621122, {Done(1), Open(2)}}, ready{621122, {Done(1), Done(2)}}, none{621122, {}};
  const RatedProject lapsed{621122, {Done(1, kDay.days() - 1), Done(2)}};
  EXPECT_EQ(CountTotal(std::vector<RatedProject>{}, kDay), Rates());
  EXPECT_EQ(CountTotal(std::vector{none}, kDay), Rates());
  EXPECT_EQ(CountTotal(std::vector{half, ready, none}, kDay), (Rates{4, 3, 2, 1, 0}));
  EXPECT_EQ(CountTotal(std::vector{lapsed}, kDay), (Rates{2, 1, 1, 0, 0}));
  EXPECT_EQ(CountTotal(std::vector{lapsed}, kDay.AddDays(-1)), (Rates{2, 2, 1, 1, 0}));
}

TEST(CountRates, AProjectIsCountedOncePerGroup) {
  RatedProcedure other = Open(3, kDay.days() - 1);
  other.department = 2;
  const std::vector<RatedProject> projects = {{621122, {Done(1), Done(2), other}}, {621121, {Done(1)}}};
  EXPECT_THAT(CountRates(projects, kDay, {.department = true}),
              ElementsAre(RateRow{0, 1, ApprovalStage::kUnspecified, 0, {3, 3, 2, 2, 0}},
                          RateRow{0, 2, ApprovalStage::kUnspecified, 0, {1, 0, 1, 0, 1}}));
  EXPECT_THAT(CountRates(projects, kDay, {.region = true, .stage = true}),
              ElementsAre(RateRow{621121, 0, ApprovalStage::kPlanningPermission, 0, {1, 1, 1, 1, 0}},
                          RateRow{621122, 0, ApprovalStage::kPlanningPermission, 0, {3, 2, 1, 0, 1}}));
}

TEST(RateCube, AnEmptyOneHasNoRows) {
  RateCube cube;
  EXPECT_EQ(cube.Total(0), Rates());
  EXPECT_THAT(cube.By(0, {.region = true}), IsEmpty());
  const RatedProject project{621122, {Done(1), Open(2)}};
  cube.Add(project, kDay);
  cube.Remove(project, kDay);
  EXPECT_EQ(cube.Total(0), Rates());
  EXPECT_THAT(cube.By(0, {.code = true}), IsEmpty());
}

constexpr std::array<uint32_t, 5> kRegions = {621100, 621121, 621122, 625101, 621171};

RatedProject Anything(std::mt19937& random) {
  const auto upto = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  RatedProject project{kRegions[upto(kRegions.size())], {}};
  for (uint32_t code = 1; code <= 6; ++code) {
    if (upto(3) == 0) continue;
    RatedProcedure p{1 + upto(3), code, static_cast<ApprovalStage>(1 + code % 4), upto(2) == 0, kNever, kNever};
    if (upto(2) == 0) p.valid_until = kDay.days() + static_cast<int>(upto(9)) - 4;
    if (upto(2) == 0) p.due_on = kDay.days() + static_cast<int>(upto(9)) - 4;
    project.procedures.push_back(p);
  }
  return project;
}

void ExpectSame(const RateCube& cube, const std::vector<RatedProject>& projects, Date day) {
  for (const uint32_t region : {0U, 620000U, 621100U, 621122U, 625101U, 630000U}) {
    std::vector<RatedProject> within;
    for (const RatedProject& p : projects) {
      if (RegionCovers(region, p.region)) within.push_back(p);
    }
    ASSERT_EQ(cube.Total(region), CountTotal(within, day)) << region;
    for (int bits = 0; bits < 16; ++bits) {
      const RateDimensions dimensions{(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0};
      ASSERT_EQ(cube.By(region, dimensions), CountRates(within, day, dimensions)) << region << " " << bits;
    }
  }
}

// Projects come, change, go, and days pass in any order; the sums at hand are those of the rows.
TEST(RateCube, IsAlwaysTheSumOfItsProjects) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    RateCube cube;
    std::vector<RatedProject> projects;
    Date day = kDay.AddDays(-6);
    for (int step = 0; step < 120; ++step) {
      const size_t at = projects.empty() ? 0 : random() % projects.size();
      switch (projects.empty() ? 0 : random() % 4) {
        case 0:
          projects.push_back(Anything(random));
          cube.Add(projects.back(), day);
          break;
        case 1:
          cube.Remove(projects[at], day);
          projects[at] = Anything(random);
          cube.Add(projects[at], day);
          break;
        case 2:
          cube.Remove(projects[at], day);
          projects.erase(projects.begin() + static_cast<std::ptrdiff_t>(at));
          break;
        default:  // A day passes: only those that say so count differently.
          for (const RatedProject& p : projects) {
            if (p.NextChange(day) != day.days() + 1) continue;
            cube.Remove(p, day);
            cube.Add(p, day.AddDays(1));
          }
          day = day.AddDays(1);
      }
      if (step % 10 == 0) ExpectSame(cube, projects, day);
    }
    ExpectSame(cube, projects, day);
  }
}

}  // namespace
}  // namespace yaoshi::preapproval

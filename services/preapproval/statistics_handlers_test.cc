// Rates: what counts and what does not, and that memory, SQL and figures always say the same.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "services/preapproval/testing/rates_world.h"
#include "yaoshi/common/v1/figure.pb.h"
#include "yaoshi/preapproval/v1/case.pb.h"
#include "yaoshi/preapproval/v1/procedure.pb.h"
#include "yaoshi/preapproval/v1/statistics.pb.h"

namespace yaoshi::preapproval::testing {
namespace {

using rpc::testing::CityOffice;
using rpc::testing::County;
using ::testing::ElementsAre;

constexpr std::chrono::hours kDay{24};

v1::GetCompletionRatesRequest Question(const std::string& list, const std::string& more = "") {
  return Parse<v1::GetCompletionRatesRequest>("list: '" + list + "' " + more);
}

// What was written at random, and what was answered then.
struct History {
  std::vector<Case> cases;
  std::map<std::pair<Uuid, std::string>, Date> moved;            // When each procedure moved last.
  std::map<std::array<std::string, 4>, std::string> remembered;  // By list, region, day and known_at.
};

class StatisticsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { world_ = new RatesWorld; }
  static void TearDownTestSuite() {
    delete world_;
    world_ = nullptr;
  }
  void SetUp() override { world().NewLists(); }
  absl::StatusOr<v1::CompletionRates> Ask(const v1::GetCompletionRatesRequest& request,
                                          const auth::Principal& who = CityOffice()) {
    return world().server().Call<v1::CompletionRates>(who, "StatisticsService/GetCompletionRates", request);
  }
  // "required/completed/projects/ready/overdue".
  static std::string Text(const v1::CompletionRates::Row& row) {
    return fmt::format("{}/{}/{}/{}/{}", row.required(), row.completed(), row.projects(), row.ready_projects(),
                       row.overdue());
  }
  std::string Total(const std::string& list, const std::string& more = "") {
    return Text(Must(Ask(Question(list, more))).total());
  }
  Date today() {
    return *Date::Parse(Timestamp{world().server().now().micros + 8LL * 3600 * 1000000}.ToString().substr(0, 10));
  }

  Procedure Moved(const Uuid& project, const std::string& code, ProcedureState state, Date on) {
    Procedure p;
    p.project = project;
    p.code = code;
    p.department = code == "P20" ? "organizations/dept-02" : "organizations/dept-01";
    p.region = "621122";
    p.state = state;
    p.effective_on = p.state_since = on;
    if (state == ProcedureState::kAccepted || state == ProcedureState::kApproved) {
      p.accepted_on = on.AddDays(-10);
      p.rounds = 1;
    }
    if (state == ProcedureState::kApproved) {
      p.approval = Approval{"定发改〔2022〕1号", "发改委", on, std::nullopt, ""};
      p.decided_on = on;
      p.last_move = ProcedureMove::kApprove;
    }
    return p;
  }
  // A project of 2022 on the list, with a case.
  Uuid Rated(const std::string& region = "621122", const std::string& list = world().list(),
             const std::string& start = "2022-05-01") {
    const Uuid project = world().NewProjectOf(fmt::format("工程{}", ++projects_), region, start);
    world().PutOn(list, project);
    world().Write(world().NewCase(project, region, *Date::Parse("2021-02-01")));
    return project;
  }

  // How many rows the links of the figures lead to: "required/completed/ready".
  std::string Rows(const std::string& list, const std::string& region, const std::string& as_of) {
    const std::string more = fmt::format(
        "list: '{}' region: '{}' as_of: '{}' rated: true include_total_size: true page_size: 1 ", list, region, as_of);
    const auto procedures = [&](const std::string& filter) {
      return Must(world().server().Call<v1::ListProceduresResponse>(CityOffice(), "ProcedureService/ListProcedures",
                                                                    Parse<v1::ListProceduresRequest>(more + filter)))
          .total_size();
    };
    const auto cases = Must(world().server().Call<v1::ListCasesResponse>(
        CityOffice(), "CaseService/ListCases", Parse<v1::ListCasesRequest>(more + "filter: 'ready = true'")));
    return fmt::format("{}/{}/{}", procedures(""), procedures("filter: 'completed = true'"), cases.total_size());
  }

  // One thing that happens, most often a move; some are told of a day or two later.
  void Step(std::mt19937& random, History& history);

  static RatesWorld& world() { return *world_; }
  int projects_ = 0;

 private:
  static inline RatesWorld* world_ = nullptr;
};

TEST_F(StatisticsTest, WhatCannotBeAskedIsNamed) {
  EXPECT_EQ(ReasonOr(Ask(Question("lists/none"))), "LIST_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Ask(Question(world().list(), "region: '999999x'"))), "INVALID_FIELDS");
  EXPECT_EQ(ReasonOr(Ask(Question(world().list(), "as_of: '2099-01-01'"))), "INVALID_FIELDS");
  EXPECT_EQ(ReasonOr(Ask(Question(world().list(), "group_by: RATE_DIMENSION_UNSPECIFIED"))), "INVALID_FIELDS");
  EXPECT_EQ(ReasonOr(Ask(Question(world().list(), "region: '621121'"), County("621122"))), "REGION_NOT_FOUND");
  const auto efficiency = [&](const std::string& text) {
    return ReasonOr(world().server().Call<v1::Efficiency>(CityOffice(), "StatisticsService/GetEfficiency",
                                                          Parse<v1::GetEfficiencyRequest>(text)));
  };
  EXPECT_EQ(efficiency("to_on: '2099-01-01'"), "INVALID_FIELDS");
  EXPECT_EQ(efficiency("from_on: '2022-03-02' to_on: '2022-03-01'"), "INVALID_FIELDS");
}

TEST_F(StatisticsTest, OnlyListedOpenCasesThatStartInTheYearsCount) {
  EXPECT_EQ(Total(world().list()), "0/0/0/0/0");
  const Uuid one = Rated();
  Rated("621122", world().list(), "2023-01-01");
  const Uuid unlisted = Rated();
  world().PutOn(world().list(), unlisted, false, "2022-04-01");
  Case closed = world().NewCase(Rated(), "621122", *Date::Parse("2021-02-01"));
  closed.closed_on = closed.effective_on = *Date::Parse("2022-04-02");
  world().Write(closed);
  Case spared = world().NewCase(Rated(), "621122", *Date::Parse("2021-02-01"));
  spared.procedures[0].requirement = Requirement::kNotRequired;
  world().Write(spared);
  EXPECT_EQ(Total(world().list()), "5/0/2/0/0");
  EXPECT_EQ(Total(world().master()), "5/0/2/0/0");
  EXPECT_EQ(Total(world().list(), "as_of: '2022-04-01'"), "8/0/3/0/0");
  EXPECT_EQ(Total(world().list(), "as_of: '2022-03-31'"), "11/0/4/0/0");
  world().Write(Moved(one, "P01", ProcedureState::kApproved, *Date::Parse("2022-04-10")));
  EXPECT_EQ(Total(world().list()), "5/1/2/0/0");
  EXPECT_EQ(Total(world().list(), "as_of: '2022-04-10'"), "5/1/2/0/0");
  EXPECT_EQ(Total(world().list(), "as_of: '2022-04-09'"), "5/0/2/0/0");
}

TEST_F(StatisticsTest, AnApprovalLapsesAndALimitPassesWithoutAnybodyMoving) {
  while (today().days() % 7 == 2 || today().days() % 7 == 3) world().server().Advance(kDay);  // Not on a weekend.
  const Uuid project = Rated();
  Procedure approval = Moved(project, "P01", ProcedureState::kApproved, today().AddDays(-3));
  approval.approval->valid_until = today();
  world().Write(approval);
  Procedure running = Moved(project, "P10", ProcedureState::kAccepted, today().AddDays(-7));
  running.accepted_on = today().AddDays(-7);
  world().Write(running);  // Five working days: due today.
  const std::string day = today().ToString();
  EXPECT_EQ(Total(world().list()), "3/1/1/0/0");
  world().server().Advance(kDay);
  EXPECT_EQ(Total(world().list()), "3/0/1/0/1");
  EXPECT_EQ(Total(world().list(), "as_of: '" + day + "'"), "3/1/1/0/0");
}

TEST_F(StatisticsTest, RowsAreSplitAsAskedAndAddUp) {
  const Uuid ready = Rated("621121");
  for (const std::string& code : kGatingCodes) {
    world().Write(Moved(ready, code, ProcedureState::kApproved, *Date::Parse("2022-04-10")));
  }
  Rated("621122");
  const auto rows = [&](const std::string& dimensions) {
    const v1::CompletionRates rates = Must(Ask(Question(world().list(), dimensions)));
    EXPECT_EQ(Text(rates.total()), "6/3/2/1/0");
    std::vector<std::string> texts;
    for (const auto& row : rates.rows()) {
      texts.push_back(fmt::format("{} {} {} {} {}", row.region(), row.department(), static_cast<int>(row.stage()),
                                  row.code(), Text(row)));
    }
    return texts;
  };
  EXPECT_THAT(rows("group_by: RATE_BY_REGION"), ElementsAre("621121  0  3/3/1/1/0", "621122  0  3/0/1/0/0"));
  EXPECT_THAT(rows("group_by: RATE_BY_DEPARTMENT"),
              ElementsAre(" organizations/dept-01 0  4/2/2/1/0", " organizations/dept-02 0  2/1/2/1/0"));
  EXPECT_THAT(rows("group_by: RATE_BY_STAGE group_by: RATE_BY_CODE"),
              ElementsAre("  1 P01 2/1/2/1/0", "  1 P10 2/1/2/1/0", "  2 P20 2/1/2/1/0"));
  EXPECT_EQ(Text(Must(Ask(Question(world().list()), County("621121"))).total()), "3/3/1/1/0");
}

TEST_F(StatisticsTest, TheYearBeforeIsThatOfThePredecessorOnTheSameDay) {
  const Uuid before = Rated("621122", world().list_before(), "2021-05-01");
  world().Write(Moved(before, "P01", ProcedureState::kApproved, *Date::Parse("2021-04-20")));
  world().Write(Moved(before, "P10", ProcedureState::kApproved, *Date::Parse("2021-04-21")));
  Rated();
  const v1::CompletionRates rates =
      Must(Ask(Question(world().list(), "as_of: '2022-04-20' include_year_before: true")));
  EXPECT_EQ(rates.year_before_list(), world().list_before());
  EXPECT_EQ(Text(rates.year_before()), "3/1/1/0/0");
  EXPECT_FALSE(
      Must(Ask(Question(world().list_before(), "as_of: '2022-04-20' include_year_before: true"))).has_year_before());
  // What is kept of the year before does not outlive a change.
  world().Write(Moved(before, "P20", ProcedureState::kWaived, *Date::Parse("2021-04-19")));
  EXPECT_EQ(Text(Must(Ask(Question(world().list(), "as_of: '2022-04-20' include_year_before: true"))).year_before()),
            "3/2/1/0/0");
}

TEST_F(StatisticsTest, FiguresSayWhatTheRatesSay) {
  const Uuid before = Rated("621122", world().list_before(), "2021-05-01");
  world().Write(Moved(before, "P01", ProcedureState::kApproved, *Date::Parse("2021-04-20")));
  const Uuid ready = Rated();
  for (const std::string& code : kGatingCodes) {
    world().Write(Moved(ready, code, ProcedureState::kApproved, *Date::Parse("2022-04-10")));
  }
  const std::string now = "procedures." + world().list().substr(6);
  for (const char* as_of : {"", "2022-04-20", "2022-04-19"}) {
    const auto figures = Must(world().server().Call<common::v1::ListFiguresResponse>(
        CityOffice(), "/yaoshi.common.v1.FigureService/ListFigures",
        Parse<common::v1::ListFiguresRequest>(fmt::format("as_of: '{}'", as_of))));
    std::map<std::string, common::v1::Figure> by_key;
    for (const auto& figure : figures.figures()) by_key[figure.key()] = figure;
    EXPECT_EQ(by_key[now + ".completion_rate"].value(), "100.00");
    EXPECT_EQ(by_key[now + ".completed"].value(), "3");
    EXPECT_EQ(by_key["procedures." + world().master().substr(6) + ".completed"].value(), "3");
    EXPECT_EQ(by_key[now + ".completion_rate_change_yoy"].value(),
              std::string(as_of) == "2022-04-19" ? "100.00" : "66.67");
    EXPECT_NE(by_key["procedures." + world().list_before().substr(6) + ".completion_rate_change_yoy"].missing_reason(),
              "");
    EXPECT_THAT(by_key[now + ".completed"].rows(), ::testing::StartsWith("/v1/procedures?list="));
  }
}

TEST_F(StatisticsTest, PagesThatEndWithinACaseHoldNoMoreThanTheRateCounts) {
  Rated();
  Rated();
  for (const std::string& as_of : {std::string(), today().AddDays(-1).ToString()}) {
    std::vector<std::string> codes;
    std::string token;
    do {
      const auto page = Must(world().server().Call<v1::ListProceduresResponse>(
          CityOffice(), "ProcedureService/ListProcedures",
          Parse<v1::ListProceduresRequest>(fmt::format(
              "list: '{}' rated: true as_of: '{}' page_size: 1 page_token: '{}'", world().list(), as_of, token))));
      for (const v1::Procedure& procedure : page.procedures()) codes.push_back(procedure.code());
      token = page.next_page_token();
    } while (!token.empty());
    EXPECT_THAT(codes, ElementsAre("P01", "P10", "P20", "P01", "P10", "P20")) << as_of;
  }
}

TEST_F(StatisticsTest, EfficiencyCountsTheDaysOfTheClock) {
  const Uuid project = Rated();
  Procedure quick = Moved(project, "P01", ProcedureState::kApproved, *Date::Parse("2022-04-08"));
  quick.accepted_on = *Date::Parse("2022-04-01");
  quick.department = "organizations/quick";
  world().Write(quick);  // Friday to Friday: five working days.
  Procedure slow = Moved(project, "P20", ProcedureState::kApproved, *Date::Parse("2022-04-11"));
  slow.accepted_on = *Date::Parse("2022-04-01");
  slow.department = "organizations/slow";
  world().Write(slow);
  const auto rows = [&](const std::string& text) {
    std::vector<std::string> texts;
    const auto efficiency = Must(world().server().Call<v1::Efficiency>(CityOffice(), "StatisticsService/GetEfficiency",
                                                                       Parse<v1::GetEfficiencyRequest>(text)));
    for (const auto& row : efficiency.rows()) {
      texts.push_back(fmt::format("{} {} {} {} of {}: {}", row.department(), row.code(), row.decisions(),
                                  row.median_days(), row.promised_days(), row.within_promise()));
    }
    return texts;
  };
  const std::string quickly = "department: 'organizations/quick' ", slowly = "department: 'organizations/slow' ";
  EXPECT_THAT(rows(quickly), ElementsAre("organizations/quick  1 5 of 0: 1", "organizations/quick P01 1 5 of 5: 1"));
  EXPECT_THAT(rows(slowly + "from_on: '2022-04-11'"),
              ElementsAre("organizations/slow  1 6 of 0: 0", "organizations/slow P20 1 6 of 5: 0"));
  EXPECT_THAT(rows(quickly + "to_on: '2022-04-07'"), ElementsAre());
  EXPECT_THAT(rows(slowly + "from_on: '2022-04-12'"), ElementsAre());
  EXPECT_THAT(rows(quickly + "region: '621121'"), ElementsAre());
}

TEST_F(StatisticsTest, AChangeThatIsNumberedWhileACallComesInIsNotMissingFromWhatIsKeptOfTheYearBefore) {
  const Uuid before = Rated("621122", world().list_before(), "2021-05-01");
  const auto year_before = [&] {
    return Text(Must(Ask(Question(world().list(), "include_year_before: true"))).year_before());
  };
  EXPECT_EQ(year_before(), "3/0/1/0/0");
  // The call's own time lies before the change's record time, but memory has the change.
  world().server().rpc().clock().Advance(-std::chrono::seconds(5));
  world().Write(Moved(before, "P01", ProcedureState::kApproved, *Date::Parse("2021-04-20")));
  EXPECT_EQ(year_before(), "3/1/1/0/0");
  world().server().rpc().clock().Advance(std::chrono::seconds(5));
  EXPECT_EQ(year_before(), "3/1/1/0/0");
}

void StatisticsTest::Step(std::mt19937& random, History& history) {
  const auto pick = [&](const auto& items) { return items[random() % std::size(items)]; };
  constexpr std::array kRegions = {"621121", "621122", "621100"};
  constexpr std::array kStarts = {"2022-05-01", "2021-05-01", "2023-05-01", "2022-12-31"};
  constexpr std::array kStates = {ProcedureState::kAccepted, ProcedureState::kApproved, ProcedureState::kReturned,
                                  ProcedureState::kWaived,   ProcedureState::kApproved, ProcedureState::kExpired};
  const int what = history.cases.size() < 4 ? 0 : static_cast<int>(random() % 8);
  if (what == 0) {
    const std::string region = pick(kRegions);
    const Uuid project = world().NewProjectOf(fmt::format("工程{}", ++projects_), region, pick(kStarts));
    history.cases.push_back(world().NewCase(project, region, today()));
    world().Write(history.cases.back());
    world().PutOn(pick(std::array{world().list(), world().list_before()}), project, true, today().ToString());
    return;
  }
  Case& subject = history.cases[random() % history.cases.size()];
  subject.effective_on = today();
  if (what == 1) {
    world().PutOn(world().list(), subject.project, random() % 2 == 0, today().ToString());
  } else if (what == 2) {
    subject.closed_on = random() % 2 == 0 ? std::optional<Date>(today()) : std::nullopt;
    world().Write(subject);
  } else if (what == 3) {
    subject.procedures[random() % 3].requirement =
        random() % 2 == 0 ? Requirement::kNotRequired : Requirement::kRequired;
    world().Write(subject);
  } else {
    const std::string code = pick(kGatingCodes);
    Date& last = history.moved[{subject.project, code}];
    last = std::max(last, today().AddDays(-static_cast<int>(random() % 3)));
    std::erase_if(history.remembered,
                  [&](const auto& one) { return one.first[3].empty() && one.first[2] >= last.ToString(); });
    Procedure procedure = Moved(subject.project, code, pick(kStates), last);
    if (procedure.approval && random() % 2 == 0) {
      procedure.approval->valid_until = today().AddDays(static_cast<int>(random() % 4));
    }
    if (random() % 3 == 0) procedure.department = "organizations/dept-03";
    world().Write(procedure);
  }
}

// Projects are replanned, come onto lists and go, cases are closed and assessed anew, procedures move, some told of a
// day later, days pass, and the process starts again: what memory said on a day is what SQL says of it later, of what
// was known then and, as long as nothing was told belatedly, of what is known now.
TEST_F(StatisticsTest, MemoryAndSqlAgreeAboutEveryDay) {
  std::mt19937 random(20220420);
  const std::vector<std::string> lists = {world().list(), world().list_before(), world().master()};
  History history;
  auto& remembered = history.remembered;
  const auto ask = [&](const std::string& list, const std::string& region, const std::string& as_of,
                       const std::string& known_at) {
    return Must(Ask(Question(list, fmt::format("region: '{}' as_of: '{}' known_at: '{}' group_by: RATE_BY_REGION "
                                               "group_by: RATE_BY_CODE group_by: RATE_BY_DEPARTMENT",
                                               region, as_of, known_at))))
        .ShortDebugString();
  };
  for (int round = 0; round < 8; ++round) {
    SCOPED_TRACE(round);
    for (int step = 0; step < 12; ++step) Step(random, history);
    if (round == 4) world().server().Restart();
    const std::string day = today().ToString();
    for (const std::string& list : lists) {
      for (const char* region : {"", "621122", "621100"}) {
        const std::string answer = ask(list, region, "", "");
        remembered[{list, region, day, ""}] = answer;
        remembered[{list, region, day, world().server().now().ToString()}] = answer;
      }
    }
    for (const std::string& list : lists) {
      for (const std::string& as_of : {std::string(), today().AddDays(-1).ToString()}) {
        const auto total = Must(Ask(Question(list, fmt::format("region: '621100' as_of: '{}'", as_of)))).total();
        ASSERT_EQ(Rows(list, "621100", as_of),
                  fmt::format("{}/{}/{}", total.required(), total.completed(), total.ready_projects()))
            << list << " " << as_of;
      }
    }
    world().server().Advance(kDay);
    for (const auto& [asked, expected] : remembered) {
      ASSERT_EQ(ask(asked[0], asked[1], asked[2], asked[3]), expected)
          << asked[0] << " " << asked[1] << " " << asked[2] << " " << asked[3];
    }
  }
}

}  // namespace
}  // namespace yaoshi::preapproval::testing

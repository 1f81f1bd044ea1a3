#include "services/preapproval/domain/case_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "common/status/status.h"

namespace yaoshi::preapproval {
namespace {

using Move = ProcedureMove;
using State = ProcedureState;

Date On(std::string_view text) {
  return *Date::Parse(text);
}

// P00 → P01 → {P02, P04, P10}; P10 waits for P02 and for one of P04 and P05; P40 waits for P10; P08 is not required,
// P09 is decided with P10.
Template SmallTemplate() {
  Template subject;
  subject.name = "templates/small";
  subject.nodes = {{"P00", {}, {}, {}, false},     {"P01", {"P00"}, {}, {}, true}, {"P02", {"P01"}, {}, {}, true},
                   {"P04", {"P01"}, {}, {}, true}, {"P05", {"P01"}, {}, {}, true}, {"P08", {"P01"}, {}, {}, true},
                   {"P09", {"P08"}, {}, {}, true}, {"P10", {"P02"}, {}, {}, true}, {"P40", {"P10"}, {}, {}, true}};
  subject.joint_groups = {{"energy", "节能环保", {"P04", "P05"}, JointMode::kAny, 0, "organizations/fgw", {"P10"}}};
  return subject;
}

Case SmallCase() {
  Case subject;
  subject.opened_on = On("2021-01-01");
  for (const Node& node : SmallTemplate().nodes) {
    subject.procedures.push_back({node.code, Requirement::kRequired, "", ""});
  }
  subject.procedures[5] = {"P08", Requirement::kNotRequired, "", "不涉及"};
  subject.procedures[6] = {"P09", Requirement::kMerged, "P10", "并入可研"};
  return subject;
}

std::shared_ptr<const CaseGraph> SmallGraph() {
  static const std::shared_ptr<const CaseGraph> graph = [] {
    const Case subject = SmallCase();
    std::vector<ProcedureType> types;
    for (const Applicability& one : subject.procedures) {
      types.emplace_back();
      types.back().code = one.code;
      types.back().terms = {Terms()};
    }
    return std::make_shared<const CaseGraph>(CaseGraph::Create(SmallTemplate(), subject.procedures, types).value());
  }();
  return graph;
}

CaseFile SmallFile() {
  return CaseFile(SmallCase(), SmallGraph());
}

Procedure Fresh(std::string code) {
  Procedure fresh;
  fresh.code = std::move(code);
  fresh.department = "organizations/fgw";
  return fresh;
}

MoveOrder OrderOf(Move move, Date on) {
  MoveOrder order{move, on};
  if (NeedsReason(move)) order.reason = "理由";
  if (move == Move::kApprove || move == Move::kRenew) order.approval = Approval{"1号", "发改局", Date(), {}, ""};
  if (move == Move::kAcceptTolerantly) order.obligations = {{0, "意见", on.AddDays(30), "", std::nullopt}};
  if (move == Move::kBeginSpecialProcedure) order.special_procedure = PauseKind::kHearing;
  return order;
}

std::string Do(CaseFile& file, std::string code, Move move, std::string_view on) {
  const auto moved = file.Move(Fresh(std::move(code)), OrderOf(move, On(on)), 0);
  return moved.ok() ? "OK" : ReasonOf(moved.status());
}

void Approve(CaseFile& file, const std::string& code, std::string_view on) {
  for (const Move move : {Move::kSubmit, Move::kAccept, Move::kApprove})
    EXPECT_EQ(Do(file, code, move, on), "OK") << code;
}

TEST(CaseFile, AcceptsInTheOrderOfTheTemplate) {
  CaseFile file = SmallFile();
  EXPECT_EQ(Do(file, "P01", Move::kSubmit, "2022-01-01"), "OK");  // Preparing and handing in needs nobody.
  EXPECT_EQ(Do(file, "P01", Move::kAccept, "2022-01-01"), "PREREQUISITES_OPEN");
  Approve(file, "P00", "2022-01-05");
  EXPECT_EQ(Do(file, "P01", Move::kAccept, "2022-01-04"), "PREREQUISITES_OPEN");  // On that day it was open.
  EXPECT_EQ(Do(file, "P01", Move::kAccept, "2022-01-05"), "OK");
  EXPECT_EQ(Do(file, "P01", Move::kApprove, "2022-01-06"), "OK");
  EXPECT_EQ(Do(file, "P10", Move::kSubmit, "2022-01-07"), "OK");
  const Surroundings around = file.SurroundingsOf("P10", On("2022-01-07"), 0);
  EXPECT_EQ(around.open_prerequisites, (std::vector<std::string>{"P02", "P04", "P05"}));
  Approve(file, "P02", "2022-01-08");
  EXPECT_EQ(Do(file, "P10", Move::kAccept, "2022-01-08"), "PREREQUISITES_OPEN");
  EXPECT_EQ(Do(file, "P05", Move::kWaive, "2022-01-08"), "OK");  // One of the two is enough.
  EXPECT_EQ(Do(file, "P10", Move::kAccept, "2022-01-08"), "OK");
}

TEST(CaseFile, MovesOnlyWhatTheCaseNeeds) {
  CaseFile file = SmallFile();
  EXPECT_EQ(Do(file, "P08", Move::kPrepare, "2022-01-01"), "PROCEDURE_NOT_REQUIRED");
  EXPECT_EQ(Do(file, "P09", Move::kPrepare, "2022-01-01"), "PROCEDURE_NOT_REQUIRED");
  EXPECT_EQ(Do(file, "P00", Move::kPrepare, "2020-12-31"), "BEFORE_CASE");
}

TEST(CaseFile, DoesNotMoveWhenClosed) {
  Case subject = SmallCase();
  subject.closed_on = On("2022-01-01");
  CaseFile file(subject, SmallGraph());
  EXPECT_EQ(Do(file, "P00", Move::kPrepare, "2022-01-02"), "CASE_CLOSED");
}

TEST(CaseFile, WhatOthersRestOnIsNotTakenAwayBeforeThem) {
  CaseFile file = SmallFile();
  Approve(file, "P00", "2022-01-01");
  EXPECT_EQ(Do(file, "P01", Move::kSubmit, "2022-01-03"), "OK");
  EXPECT_EQ(Do(file, "P01", Move::kAccept, "2022-01-03"), "OK");
  EXPECT_EQ(Do(file, "P00", Move::kRevoke, "2022-01-02"), "LATER_MOVE_EXISTS");
  EXPECT_EQ(Do(file, "P00", Move::kRevoke, "2022-01-03"), "LATER_MOVE_EXISTS");
  EXPECT_EQ(file.VersionsOf("P00"), 3);
  EXPECT_EQ(Do(file, "P00", Move::kRevoke, "2022-01-04"), "OK");  // The acceptance stands; the approval waits.
  EXPECT_EQ(Do(file, "P01", Move::kApprove, "2022-01-05"), "PREREQUISITES_OPEN");
}

TEST(CaseFile, ObligationsBlockWhatTheySay) {
  CaseFile file = SmallFile();
  for (const char* code : {"P00", "P01", "P04"}) Approve(file, code, "2022-01-01");
  EXPECT_EQ(Do(file, "P02", Move::kSubmit, "2022-01-02"), "OK");
  MoveOrder tolerant = OrderOf(Move::kAcceptTolerantly, On("2022-01-02"));
  tolerant.obligations[0].blocks = "P40";
  EXPECT_TRUE(file.Move(Fresh("P02"), tolerant, 0).ok());
  EXPECT_EQ(Do(file, "P02", Move::kApprove, "2022-01-03"), "OK");
  Approve(file, "P10", "2022-01-04");
  EXPECT_EQ(Do(file, "P40", Move::kSubmit, "2022-01-05"), "OK");
  EXPECT_EQ(Do(file, "P40", Move::kAccept, "2022-01-05"), "OBLIGATIONS_OPEN");
  MoveOrder fulfil{Move::kFulfil, On("2022-01-06")};
  fulfil.obligation = 1;
  EXPECT_TRUE(file.Move(Fresh("P02"), fulfil, 0).ok());
  EXPECT_EQ(Do(file, "P40", Move::kAccept, "2022-01-05"), "OBLIGATIONS_OPEN");  // On that day it was open.
  EXPECT_EQ(Do(file, "P40", Move::kAccept, "2022-01-06"), "OK");
}

// Whether a state is one that a procedure may be in at all.
std::string Wrong(const Procedure& p) {
  const bool open_pause = !p.pauses.empty() && !p.pauses.back().to_on;
  const bool stands = p.state == State::kInCorrection || p.state == State::kInSpecialProcedure;
  if (open_pause != stands) return "the clock stands exactly in correction and special procedures";
  if (IsRunning(p.state) && (!p.accepted_on || !p.submitted_on)) return "what runs was handed in and accepted";
  if (p.accepted_on && p.submitted_on && *p.accepted_on < *p.submitted_on) return "accepted before it was handed in";
  if ((p.state == State::kApproved || p.state == State::kExpired) != p.approval.has_value()) return "approval";
  if (p.approval && p.approval->number.empty()) return "an approval has a number";
  if (IsRunning(p.state) && p.decided_on) return "what runs is not decided";
  if (p.state_since > p.effective_on) return "since before it holds";
  for (size_t i = 0; i + 1 < p.pauses.size(); ++i) {
    if (!p.pauses[i].to_on || *p.pauses[i].to_on > p.pauses[i + 1].from_on) return "pauses overlap";
  }
  if (p.state == State::kApproved) {
    for (const Obligation& one : p.obligations) {
      if (one.blocks.empty() && !one.fulfilled_on) return "approved with an open obligation of its own";
    }
    for (const Signature& one : p.signatures) {
      if (!one.agreed) return "approved without all signatures";
    }
  }
  return "";
}

// Nothing was accepted before what it waits for was decided: asked of the whole history.
std::string WrongOrder(const CaseFile& file, const std::vector<Procedure>& history) {
  const auto done = [&](std::string_view code, Date day) {
    const Procedure* one = file.Find(code, day);
    return one != nullptr && DoneOn(*one, day);
  };
  for (const Procedure& p : history) {
    if (p.last_move != Move::kAccept && p.last_move != Move::kAcceptTolerantly && p.last_move != Move::kApprove)
      continue;
    const Date day = p.effective_on;
    const bool in_order =
        p.code == "P00" || (p.code == "P10" ? done("P02", day) && (done("P04", day) || done("P05", day))
                                            : done(p.code == "P40"   ? "P10"
                                                   : p.code == "P01" ? "P00"
                                                                     : "P01",
                                                   day));
    if (!in_order) return p.code + " " + std::string(MoveName(p.last_move)) + " on " + day.ToString();
  }
  return "";
}

// A random order, most of them sensible, some for another day, some without what they need.
MoveOrder RandomOrder(std::mt19937& random, Date day) {
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  MoveOrder order =
      OrderOf(static_cast<Move>(1 + pick(kProcedureMoveCount - 1)), day.AddDays(pick(10) == 0 ? -pick(40) : 0));
  if (pick(20) == 0) order.reason.clear();
  if (order.approval && pick(4) == 0) order.approval->valid_until = order.on.AddDays(pick(60) - 3);
  if (!order.obligations.empty() && pick(2) == 0) order.obligations[0].blocks = pick(2) == 0 ? "P10" : "P40";
  if (order.move == Move::kFulfil) order.obligation = 1;
  static const std::vector<std::string> departments = {"organizations/slj", "organizations/czj"};
  if (order.move == Move::kRequestCountersignature || order.move == Move::kAddSignature) {
    order.departments = {departments[static_cast<size_t>(pick(2))]};
  }
  if (order.move == Move::kSign) {
    order.department = departments[static_cast<size_t>(pick(2))];
    order.agreed = pick(3) != 0;
  }
  return order;
}

struct Walk {
  std::vector<std::tuple<std::string, MoveOrder, int>> taken;
  std::vector<Procedure> history;
};

TEST(CaseFile, RandomWalksNeverReachAnIllegalCombinationAndReplayToTheSame) {
  constexpr int kMoves = 1'000'000, kMovesPerCase = 200;
  const std::vector<std::string> codes = {"P00", "P01", "P02", "P04", "P05", "P08", "P09", "P10", "P40"};
  std::map<std::string, Procedure> fresh;
  for (const std::string& code : codes) fresh.emplace(code, Fresh(code));
  std::mt19937 random(20220420);
  std::set<std::pair<State, Move>> seen;
  int64_t taken = 0;
  for (int i = 0; i < kMoves / kMovesPerCase; ++i) {
    CaseFile file = SmallFile();
    Walk walk;
    Date day = On("2021-02-01");
    for (int step = 0; step < kMovesPerCase; ++step) {
      day = day.AddDays(static_cast<int>(random() % 3));
      const std::string& code = codes[random() % codes.size()];
      const MoveOrder order = RandomOrder(random, day);
      const int months = static_cast<int>(random() % 3);
      const Procedure* newest = file.Newest(code);
      const State before = newest == nullptr ? State::kNotStarted : StateOn(*newest, order.on);
      const auto moved = file.Move(fresh.at(code), order, months);
      if (!moved.ok()) continue;
      ASSERT_EQ(Wrong(*moved), "") << code << " " << MoveName(order.move);
      ASSERT_EQ(moved->state, Next(before, order.move));
      ASSERT_TRUE(code != "P08" && code != "P09");
      seen.insert({before, order.move});
      walk.taken.push_back({code, order, months});
      walk.history.push_back(*moved);
    }
    taken += static_cast<int64_t>(walk.taken.size());
    ASSERT_EQ(WrongOrder(file, walk.history), "");
    CaseFile again = SmallFile();
    for (size_t k = 0; k < walk.taken.size(); ++k) {
      const auto& [code, order, months] = walk.taken[k];
      const auto moved = again.Move(fresh.at(code), order, months);
      ASSERT_TRUE(moved.ok()) << moved.status();
      ASSERT_EQ(*moved, walk.history[k]);
    }
  }
  EXPECT_GT(taken, kMoves / 20);
  int allowed = 0;  // The walks came by every line of the table.
  for (int state = 1; state < kProcedureStateCount; ++state) {
    for (int move = 1; move < kProcedureMoveCount; ++move) {
      const bool legal = Next(static_cast<State>(state), static_cast<Move>(move)).has_value();
      allowed += legal;
      EXPECT_EQ(seen.contains({static_cast<State>(state), static_cast<Move>(move)}), legal) << state << " " << move;
    }
  }
  EXPECT_EQ(static_cast<int>(seen.size()), allowed);
}

}  // namespace
}  // namespace yaoshi::preapproval

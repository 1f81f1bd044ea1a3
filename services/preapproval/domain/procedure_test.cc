#include "services/preapproval/domain/procedure.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <sstream>
#include <string>

#include "common/status/status.h"

namespace yaoshi::preapproval {
namespace {

using State = ProcedureState;
using Move = ProcedureMove;

Date On(std::string_view text) {
  return *Date::Parse(text);
}

// Where each of the 21 moves leads from each of the 12 states: "-" is refused. Rows are states, columns moves.
//  1 PREPARE 2 SUBMIT 3 ACCEPT 4 ACCEPT_TOLERANTLY 5 REQUEST_CORRECTION 6 RESUBMIT 7 BEGIN_SPECIAL 8 END_SPECIAL
//  9 COUNTERSIGN 10 ADD_SIGNATURE 11 SIGN 12 APPROVE 13 RETURN 14 WITHDRAW 15 REJECT 16 WAIVE 17 FULFIL 18 EXPIRE
// 19 RENEW 20 REVOKE 21 MIGRATE
constexpr const char* kExpected[] = {
    "2 3 - - - - - - - - - - - - - 11 - - - - -",   // 1 NOT_STARTED
    "- 3 - - - - - - - - - - - - - 11 - - - - -",   // 2 IN_PREPARATION
    "- - 4 4 - - - - - - - - 8 9 - 11 - - - - -",   // 3 SUBMITTED
    "- - - - 5 - 6 - 4 4 4 7 8 9 10 - 4 - - - -",   // 4 ACCEPTED
    "- - - - - 4 - - - - 5 - 8 9 - - 5 - - - -",    // 5 IN_CORRECTION
    "- - - - - - - 4 - - 6 - - 9 - - 6 - - - -",    // 6 IN_SPECIAL_PROCEDURE
    "- - - - - - - - - - - - - - - - 7 12 7 8 -",   // 7 APPROVED
    "2 3 - - - - - - - - - - - - - 11 - - - - -",   // 8 RETURNED
    "2 3 - - - - - - - - - - - - - 11 - - - - -",   // 9 WITHDRAWN
    "2 3 - - - - - - - - - - - - - 11 - - - 4 -",   // 10 REJECTED
    "- - - - - - - - - - - - - - - - - - - 1 -",    // 11 WAIVED
    "2 3 - - - - - - - - - - - - - 11 12 - 7 - -",  // 12 EXPIRED
};

std::optional<State> Expected(int state, int move) {
  std::istringstream row(kExpected[state - 1]);
  std::string cell;
  for (int i = 0; i < move; ++i) row >> cell;
  return cell == "-" ? std::nullopt : std::optional<State>(static_cast<State>(std::stoi(cell)));
}

TEST(TransitionTable, AllPairsOfStateAndMove) {
  for (int state = 1; state < kProcedureStateCount; ++state) {
    for (int move = 1; move < kProcedureMoveCount; ++move) {
      EXPECT_EQ(Next(static_cast<State>(state), static_cast<Move>(move)), Expected(state, move))
          << StateName(static_cast<State>(state)) << " " << MoveName(static_cast<Move>(move));
    }
  }
}

TEST(TransitionTable, UnknownNumbersAreRefused) {
  EXPECT_EQ(Next(State::kUnspecified, Move::kPrepare), std::nullopt);
  EXPECT_EQ(Next(State::kNotStarted, Move::kUnspecified), std::nullopt);
  EXPECT_EQ(Next(static_cast<State>(99), Move::kPrepare), std::nullopt);
  EXPECT_EQ(Next(State::kNotStarted, static_cast<Move>(99)), std::nullopt);
}

TEST(TransitionTable, EveryStateCanBeReachedAndLeft) {
  for (int state = 1; state < kProcedureStateCount; ++state) {
    bool left = false, reached = state == static_cast<int>(State::kNotStarted);
    for (int move = 1; move < kProcedureMoveCount; ++move) {
      left |= Next(static_cast<State>(state), static_cast<Move>(move)).has_value();
      for (int from = 1; from < kProcedureStateCount; ++from) {
        reached |=
            from != state && Next(static_cast<State>(from), static_cast<Move>(move)) == static_cast<State>(state);
      }
    }
    EXPECT_TRUE(left && reached) << StateName(static_cast<State>(state));
  }
}

// A procedure on which the moves of a short text were made, one a day from 2022-03-01 on.
class Story {
 public:
  Story() {
    procedure.code = "P10";
    procedure.department = "organizations/fgw";
    procedure.region = "621122";
  }
  static MoveOrder OrderOf(Move move, Date on) {
    MoveOrder order{move, on};
    if (NeedsReason(move)) order.reason = "理由";
    if (move == Move::kApprove || move == Move::kRenew) {
      order.approval = Approval{"陇发改审〔2022〕1号", "陇西县发展和改革局", Date(), std::nullopt, ""};
    }
    if (move == Move::kBeginSpecialProcedure) order.special_procedure = PauseKind::kExpertReview;
    if (move == Move::kAcceptTolerantly) order.obligations = {{0, "用地预审意见", on.AddDays(30), "", std::nullopt}};
    if (move == Move::kFulfil) order.obligation = 1;
    if (move == Move::kRequestCountersignature) order.departments = {"organizations/slj"};
    if (move == Move::kAddSignature) order.departments = {"organizations/czj"};
    if (move == Move::kSign) {
      order.department = "organizations/slj";
      order.agreed = true;
    }
    return order;
  }
  absl::Status Do(const MoveOrder& order) {
    auto moved = Apply(procedure, order, surroundings);
    if (moved.ok()) procedure = *moved;
    return moved.status();
  }
  Story& Do(std::initializer_list<Move> moves) {
    for (const Move move : moves) {
      const absl::Status status = Do(OrderOf(move, day));
      EXPECT_TRUE(status.ok()) << status;
      day = day.AddDays(1);
    }
    return *this;
  }
  std::string Fails(const MoveOrder& order) {
    const Procedure before = procedure;
    const absl::Status status = Do(order);
    EXPECT_EQ(procedure, before);
    if (ReasonOf(status) != "INVALID_FIELDS") return ReasonOf(status);
    std::string fields;
    for (const FieldViolation& one : ViolationsOf(status)) fields += (fields.empty() ? "" : " ") + one.field;
    return fields;
  }
  std::string Fails(Move move) { return Fails(OrderOf(move, day)); }

  Procedure procedure;
  Surroundings surroundings;
  Date day = On("2022-03-01");
};

TEST(Apply, NamesWhatIsMissingAndWhatDoesNotBelong) {
  const auto changed = [](MoveOrder order, const std::function<void(MoveOrder&)>& change) {
    change(order);
    return order;
  };
  Story running;
  running.Do({Move::kSubmit, Move::kAccept});
  const Date day = running.day;
  const auto order = [&](Move move) { return Story::OrderOf(move, day); };
  struct {
    MoveOrder order;
    std::string fields;
  } cases[] = {
      {changed(order(Move::kRequestCorrection), [](auto& o) { o.reason = " 　"; }), "reason"},
      {changed(order(Move::kReject), [](auto& o) { o.reason = ""; }), "reason"},
      {changed(order(Move::kApprove), [](auto& o) { o.approval.reset(); }), "approval.number approval.issuer"},
      {changed(order(Move::kApprove), [](auto& o) { o.approval->number = "  "; }), "approval.number"},
      {changed(order(Move::kApprove), [](auto& o) { o.approval->valid_until = o.on.AddDays(-1); }),
       "approval.valid_until"},
      {changed(order(Move::kReject), [](auto& o) { o.approval = Approval(); }), "approval"},
      {changed(order(Move::kBeginSpecialProcedure), [](auto& o) { o.special_procedure = PauseKind::kUnspecified; }),
       "special_procedure"},
      {changed(order(Move::kBeginSpecialProcedure), [](auto& o) { o.special_procedure = PauseKind::kCorrection; }),
       "special_procedure"},
      {changed(order(Move::kReturn), [](auto& o) { o.special_procedure = PauseKind::kHearing; }), "special_procedure"},
      {changed(order(Move::kReturn), [](auto& o) { o.obligation = 1; }), "obligation"},
      {order(Move::kFulfil), "obligation"},
      {changed(order(Move::kRequestCountersignature), [](auto& o) { o.departments.clear(); }), "departments"},
      {changed(order(Move::kRequestCountersignature),
               [](auto& o) {
                 o.departments = {"organizations/fgw", "organizations/slj", "organizations/slj"};
               }),
       "departments[0] departments[2]"},
      {order(Move::kSign), "department"},
      {changed(order(Move::kReturn), [](auto& o) { o.agreed = true; }), "agreed"},
  };
  for (const auto& [wrong, fields] : cases) EXPECT_EQ(running.Fails(wrong), fields) << MoveName(wrong.move);

  Story submitted;
  submitted.Do({Move::kSubmit});
  MoveOrder tolerant = Story::OrderOf(Move::kAcceptTolerantly, submitted.day);
  tolerant.obligations = {{0, "", submitted.day.AddDays(-1), "P10", submitted.day}};
  EXPECT_EQ(submitted.Fails(tolerant),
            "obligations[0].document obligations[0].due_on obligations[0].fulfilled_on obligations[0].blocks");
  tolerant.obligations.clear();
  EXPECT_EQ(submitted.Fails(tolerant), "obligations");
}

TEST(Apply, SaysWhichMovesAreAllowed) {
  Story story;
  const absl::Status status = story.Do(Story::OrderOf(Move::kApprove, story.day));
  EXPECT_EQ(ReasonOf(status), "PROCEDURE_MOVE_NOT_ALLOWED");
  EXPECT_EQ(MetadataOf(status, "state"), "NOT_STARTED");
  EXPECT_EQ(MetadataOf(status, "allowed"), "PREPARE, SUBMIT, WAIVE");
}

TEST(Apply, DoesNotMoveBeforeALaterMove) {
  Story story;
  story.Do({Move::kSubmit, Move::kAccept});
  EXPECT_EQ(story.Fails(Story::OrderOf(Move::kReturn, On("2022-03-01"))), "LATER_MOVE_EXISTS");
  EXPECT_TRUE(story.Do(Story::OrderOf(Move::kReturn, On("2022-03-02"))).ok());
}

TEST(Apply, WaitsForPrerequisites) {
  Story story;
  story.Do({Move::kSubmit});
  story.surroundings.open_prerequisites = {"P02", "P04"};
  const absl::Status status = story.Do(Story::OrderOf(Move::kAccept, story.day));
  EXPECT_EQ(ReasonOf(status), "PREREQUISITES_OPEN");
  EXPECT_EQ(MetadataOf(status, "open"), "P02, P04");
  EXPECT_EQ(story.Fails(Move::kAcceptTolerantly), "PREREQUISITES_OPEN");
  story.surroundings.open_prerequisites.clear();
  story.surroundings.blocking_obligations = {"用地预审意见 of P02"};
  EXPECT_EQ(story.Fails(Move::kAccept), "OBLIGATIONS_OPEN");
  story.surroundings.blocking_obligations.clear();
  story.Do({Move::kAccept});
  story.surroundings.open_prerequisites = {"P02"};  // It was revoked meanwhile.
  EXPECT_EQ(story.Fails(Move::kApprove), "PREREQUISITES_OPEN");
}

TEST(Apply, ApprovalWaitsForSignatures) {
  Story story;
  story.Do({Move::kSubmit, Move::kAccept, Move::kRequestCountersignature, Move::kAddSignature});
  EXPECT_EQ(story.Fails(Move::kApprove), "SIGNATURES_OPEN");
  EXPECT_EQ(story.Fails(Move::kRequestCountersignature), "departments[0]");
  story.Do({Move::kSign});
  EXPECT_EQ(story.Fails(Move::kSign), "department");  // It has agreed already.
  EXPECT_EQ(story.Fails(Move::kApprove), "SIGNATURES_OPEN");
  MoveOrder sign = Story::OrderOf(Move::kSign, story.day);
  sign.department = "organizations/czj";
  sign.agreed = false;
  sign.reason = "概算超出";
  ASSERT_TRUE(story.Do(sign).ok());
  EXPECT_EQ(story.procedure.signatures[1].opinion, "概算超出");
  EXPECT_EQ(story.Fails(Move::kApprove), "SIGNATURES_OPEN");  // It disagreed.
  sign.agreed = true;
  ASSERT_TRUE(story.Do(sign).ok());
  story.Do({Move::kApprove});
}

TEST(Apply, AddedSignaturesAreGivenInOrder) {
  Story story;
  story.Do({Move::kSubmit, Move::kAccept, Move::kAddSignature});
  MoveOrder second = Story::OrderOf(Move::kAddSignature, story.day);
  second.departments = {"organizations/rsj"};
  ASSERT_TRUE(story.Do(second).ok());
  MoveOrder sign = Story::OrderOf(Move::kSign, story.day);
  sign.department = "organizations/rsj";
  EXPECT_EQ(story.Fails(sign), "department");
  sign.department = "organizations/czj";
  ASSERT_TRUE(story.Do(sign).ok());
  sign.department = "organizations/rsj";
  EXPECT_TRUE(story.Do(sign).ok());
}

TEST(Apply, TolerantAcceptanceBlocksItsOwnApproval) {
  Story story;
  story.Do({Move::kSubmit, Move::kAcceptTolerantly});
  EXPECT_EQ(story.procedure.obligations[0].id, 1);
  EXPECT_EQ(story.Fails(Move::kApprove), "OBLIGATIONS_OPEN");
  story.Do({Move::kFulfil});
  EXPECT_EQ(story.procedure.obligations[0].fulfilled_on, On("2022-03-03"));
  EXPECT_EQ(story.Fails(Move::kFulfil), "obligation");
  story.Do({Move::kApprove});
}

TEST(Apply, ObligationsForOthersDoNotBlockTheApproval) {
  Story story;
  story.Do({Move::kSubmit});
  MoveOrder tolerant = Story::OrderOf(Move::kAcceptTolerantly, story.day);
  tolerant.obligations[0].blocks = "P40";
  ASSERT_TRUE(story.Do(tolerant).ok());
  story.day = story.day.AddDays(1);
  story.Do({Move::kApprove, Move::kFulfil});
}

TEST(Apply, KeepsDatesOfTheRound) {
  Story story;
  story.Do({Move::kPrepare, Move::kSubmit, Move::kAccept, Move::kRequestCorrection, Move::kResubmit, Move::kApprove});
  const Procedure& p = story.procedure;
  EXPECT_EQ(p.submitted_on, On("2022-03-02"));
  EXPECT_EQ(p.accepted_on, On("2022-03-03"));
  EXPECT_EQ(p.pauses, (std::vector<Pause>{{PauseKind::kCorrection, On("2022-03-04"), On("2022-03-05"), "理由"}}));
  EXPECT_EQ(p.decided_on, On("2022-03-06"));
  EXPECT_EQ(p.approval->approved_on, On("2022-03-06"));
  EXPECT_EQ(p.state_since, On("2022-03-06"));
  EXPECT_EQ(p.rounds, 1);
}

TEST(Apply, StateSinceStaysWhenTheStateStays) {
  Story story;
  story.Do({Move::kSubmit, Move::kAccept, Move::kRequestCountersignature});
  EXPECT_EQ(story.procedure.state_since, On("2022-03-02"));
  EXPECT_EQ(story.procedure.effective_on, On("2022-03-03"));
}

TEST(Apply, NewRoundBeginsEmpty) {
  Story story;
  story.Do({Move::kSubmit, Move::kAcceptTolerantly, Move::kRequestCountersignature, Move::kRequestCorrection,
            Move::kReturn});
  EXPECT_EQ(story.procedure.basis, "理由");
  EXPECT_TRUE(story.procedure.obligations.empty() && story.procedure.pauses.empty());
  story.Do({Move::kSubmit, Move::kAccept});
  EXPECT_EQ(story.procedure.basis, "");
  EXPECT_EQ(story.procedure.rounds, 2);
  EXPECT_TRUE(story.procedure.signatures.empty());
}

TEST(Apply, ValidityEndsOnTheSameDayOfTheMonth) {
  struct {
    const char* on;
    int months;
    const char* until;
  } cases[] = {{"2022-04-20", 24, "2024-04-20"},
               {"2022-01-31", 1, "2022-02-28"},
               {"2020-02-29", 12, "2021-02-28"},
               {"2022-12-31", 2, "2023-02-28"},
               {"2022-11-30", 1, "2022-12-30"}};
  for (const auto& [on, months, until] : cases) {
    Story story;
    story.day = On(on).AddDays(-2);
    story.surroundings.validity_months = months;
    story.Do({Move::kSubmit, Move::kAccept, Move::kApprove});
    EXPECT_EQ(story.procedure.approval->valid_until, On(until)) << on;
    EXPECT_TRUE(DoneOn(story.procedure, On(until)));
    EXPECT_FALSE(DoneOn(story.procedure, On(until).AddDays(1)));
  }
}

// An approval that its date has ended is EXPIRED for every move, without a version that says so.
TEST(TransitionTable, AllMovesFromAnApprovalBeforeAndAfterItsEnd) {
  for (int move = 1; move < kProcedureMoveCount; ++move) {
    for (const bool lapsed : {false, true}) {
      Story story;
      story.surroundings.validity_months = 1;
      story.Do({Move::kSubmit, Move::kAcceptTolerantly, Move::kFulfil, Move::kApprove});  // Until 2022-04-04.
      story.procedure.obligations.push_back({2, "图纸", On("2022-05-01"), "P40", std::nullopt});
      MoveOrder order = Story::OrderOf(static_cast<Move>(move), On(lapsed ? "2022-04-05" : "2022-04-04"));
      if (order.move == Move::kFulfil) order.obligation = 2;
      const State state = lapsed ? State::kExpired : State::kApproved;
      const absl::Status status = story.Do(order);
      const std::optional<State> expected = Expected(static_cast<int>(state), move);
      EXPECT_EQ(status.ok(), expected.has_value()) << MoveName(order.move) << " " << status;
      if (!expected) {
        EXPECT_EQ(ReasonOf(status), "PROCEDURE_MOVE_NOT_ALLOWED");
        EXPECT_EQ(MetadataOf(status, "state"), StateName(state));
      } else {
        EXPECT_EQ(OnDay(story.procedure, order.on).state, *expected) << MoveName(order.move);
      }
    }
  }
}

TEST(OnDay, AnApprovalLapsesBehindItsLastDayAndNothingElseDoes) {
  for (int state = 1; state < kProcedureStateCount; ++state) {
    Procedure procedure;
    procedure.state = static_cast<State>(state);
    procedure.state_since = On("2022-03-01");
    procedure.approval = Approval{"1", "发改局", On("2022-03-01"), On("2022-04-03"), ""};
    EXPECT_EQ(OnDay(procedure, On("2022-04-03")), procedure);
    const Procedure after = OnDay(procedure, On("2022-04-04"));
    if (procedure.state == State::kApproved) {
      EXPECT_EQ(after.state, State::kExpired);
      EXPECT_EQ(after.state_since, On("2022-04-04"));
    } else {
      EXPECT_EQ(after, procedure) << StateName(procedure.state);
    }
    procedure.approval->valid_until.reset();
    EXPECT_EQ(OnDay(procedure, On("2099-01-01")), procedure) << "as long as the project";
  }
}

TEST(Apply, ExpiresByReasonAndIsRenewed) {
  Story story;
  story.surroundings.validity_months = 1;
  story.Do({Move::kSubmit, Move::kAccept, Move::kApprove});  // Until 2022-04-03.
  MoveOrder expire = Story::OrderOf(Move::kExpire, On("2022-04-01"));
  expire.reason = " ";
  EXPECT_EQ(story.Fails(expire), "reason");
  expire.reason = "未按期开工";
  MoveOrder renew = Story::OrderOf(Move::kRenew, On("2022-03-10"));
  renew.approval->valid_until = On("2022-04-03");
  EXPECT_EQ(story.Fails(renew), "approval.valid_until");  // Not later than before.
  ASSERT_TRUE(story.Do(expire).ok());
  EXPECT_FALSE(DoneOn(story.procedure, On("2022-04-01")));
  renew.on = On("2022-04-10");
  renew.approval->valid_until = On("2023-04-03");
  ASSERT_TRUE(story.Do(renew).ok());
  EXPECT_TRUE(DoneOn(story.procedure, On("2023-04-03")));
  EXPECT_EQ(story.procedure.decided_on, On("2022-03-03"));
  EXPECT_EQ(story.procedure.approval->approved_on, On("2022-04-10"));
}

TEST(Apply, ARenewalAfterTheEndBeginsANewState) {
  Story story;
  story.surroundings.validity_months = 1;
  story.Do({Move::kSubmit, Move::kAccept, Move::kApprove});
  MoveOrder renew = Story::OrderOf(Move::kRenew, On("2022-04-10"));
  renew.approval->valid_until = On("2023-04-03");
  ASSERT_TRUE(story.Do(renew).ok());
  EXPECT_EQ(story.procedure.state, State::kApproved);
  EXPECT_EQ(story.procedure.state_since, On("2022-04-10"));
}

TEST(Apply, RenewsOnlyWhatEnds) {
  Story story;
  story.Do({Move::kSubmit, Move::kAccept, Move::kApprove});
  EXPECT_EQ(story.Fails(Move::kRenew), "move");
}

TEST(Apply, RevocationsTakeTheDecisionBack) {
  Story approved;
  approved.Do({Move::kSubmit, Move::kAccept, Move::kApprove, Move::kRevoke});
  EXPECT_EQ(approved.procedure.state, State::kReturned);
  EXPECT_FALSE(approved.procedure.approval || approved.procedure.decided_on);
  Story rejected;
  rejected.Do({Move::kSubmit, Move::kAccept, Move::kReject, Move::kRevoke});
  EXPECT_EQ(rejected.procedure.state, State::kAccepted);
  EXPECT_EQ(rejected.procedure.accepted_on, On("2022-03-02"));  // The clock goes on.
  EXPECT_FALSE(rejected.procedure.decided_on);
  Story waived;
  waived.Do({Move::kWaive, Move::kRevoke});
  EXPECT_EQ(waived.procedure.state, State::kNotStarted);
}

TEST(AllowedMoves, AreThoseThatWouldBeTaken) {
  Story story;
  story.Do({Move::kSubmit});
  EXPECT_EQ(AllowedMoves(story.procedure, {}),
            (std::vector<Move>{Move::kAccept, Move::kAcceptTolerantly, Move::kReturn, Move::kWithdraw, Move::kWaive}));
  EXPECT_EQ(AllowedMoves(story.procedure, {{"P01"}, {}, 0}),
            (std::vector<Move>{Move::kReturn, Move::kWithdraw, Move::kWaive}));
  story.Do({Move::kAccept, Move::kRequestCountersignature});
  const std::vector<Move> moves = AllowedMoves(story.procedure, {});
  EXPECT_EQ(std::count(moves.begin(), moves.end(), Move::kApprove), 0);
  EXPECT_EQ(std::count(moves.begin(), moves.end(), Move::kSign), 1);
  EXPECT_EQ(std::count(moves.begin(), moves.end(), Move::kFulfil), 0);
}

}  // namespace
}  // namespace yaoshi::preapproval

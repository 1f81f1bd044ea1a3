#include "services/preapproval/domain/procedure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/str_join.h"
#include "common/status/status.h"

namespace yaoshi::preapproval {
namespace {

using State = ProcedureState;
using Move = ProcedureMove;

// One line of the table. `to` kUnspecified: the state stays as it is.
struct Transition {
  Move move;
  uint16_t from;  // A bit per state.
  State to;
};

template <class... States>
constexpr uint16_t From(States... states) {
  return static_cast<uint16_t>((0 | ... | (1 << static_cast<int>(states))));
}

constexpr State kStays = State::kUnspecified;

// The one table of moves. An approval that is revoked has to be applied for anew; a rejection that is revoked has to be
// decided anew, and its clock goes on; a waiver that is revoked leaves nothing.
constexpr Transition kTransitions[] = {
    {Move::kPrepare, From(State::kNotStarted, State::kReturned, State::kWithdrawn, State::kRejected, State::kExpired),
     State::kInPreparation},
    {Move::kSubmit,
     From(State::kNotStarted, State::kInPreparation, State::kReturned, State::kWithdrawn, State::kRejected,
          State::kExpired),
     State::kSubmitted},
    {Move::kAccept, From(State::kSubmitted), State::kAccepted},
    {Move::kAcceptTolerantly, From(State::kSubmitted), State::kAccepted},
    {Move::kRequestCorrection, From(State::kAccepted), State::kInCorrection},
    {Move::kResubmit, From(State::kInCorrection), State::kAccepted},
    {Move::kBeginSpecialProcedure, From(State::kAccepted), State::kInSpecialProcedure},
    {Move::kEndSpecialProcedure, From(State::kInSpecialProcedure), State::kAccepted},
    {Move::kRequestCountersignature, From(State::kAccepted), kStays},
    {Move::kAddSignature, From(State::kAccepted), kStays},
    {Move::kSign, From(State::kAccepted, State::kInCorrection, State::kInSpecialProcedure), kStays},
    {Move::kApprove, From(State::kAccepted), State::kApproved},
    {Move::kReturn, From(State::kSubmitted, State::kAccepted, State::kInCorrection), State::kReturned},
    {Move::kWithdraw, From(State::kSubmitted, State::kAccepted, State::kInCorrection, State::kInSpecialProcedure),
     State::kWithdrawn},
    {Move::kReject, From(State::kAccepted), State::kRejected},
    {Move::kWaive,
     From(State::kNotStarted, State::kInPreparation, State::kSubmitted, State::kReturned, State::kWithdrawn,
          State::kRejected, State::kExpired),
     State::kWaived},
    // Also of an approval that has lapsed: what it owes blocks others until it is handed in.
    {Move::kFulfil,
     From(State::kAccepted, State::kInCorrection, State::kInSpecialProcedure, State::kApproved, State::kExpired),
     kStays},
    {Move::kExpire, From(State::kApproved), State::kExpired},
    {Move::kRenew, From(State::kApproved, State::kExpired), State::kApproved},
    {Move::kRevoke, From(State::kApproved), State::kReturned},
    {Move::kRevoke, From(State::kRejected), State::kAccepted},
    {Move::kRevoke, From(State::kWaived), State::kNotStarted},
};

using Table = std::array<std::array<State, kProcedureMoveCount>, kProcedureStateCount>;
constexpr Table kTable = [] {
  Table table{};
  for (const Transition& line : kTransitions) {
    for (int state = 1; state < kProcedureStateCount; ++state) {
      if ((line.from >> state & 1) == 0) continue;
      table[static_cast<size_t>(state)][static_cast<size_t>(line.move)] =
          line.to == kStays ? static_cast<State>(state) : line.to;
    }
  }
  return table;
}();

struct MoveWords {
  std::string_view name;
  std::string_view title;
  Actor actor = Actor::kDepartment;
  bool needs_reason = false;
};

// In order of ProcedureMove.
constexpr std::array<MoveWords, kProcedureMoveCount> kMoves = {{
    {"PROCEDURE_MOVE_UNSPECIFIED", "未定", Actor::kDepartment, false},
    {"PREPARE", "准备", Actor::kApplicant, false},
    {"SUBMIT", "报送", Actor::kApplicant, false},
    {"ACCEPT", "受理", Actor::kDepartment, false},
    {"ACCEPT_TOLERANTLY", "容缺受理", Actor::kDepartment, false},
    {"REQUEST_CORRECTION", "告知补正", Actor::kDepartment, true},
    {"RESUBMIT", "补正重报", Actor::kApplicant, false},
    {"BEGIN_SPECIAL_PROCEDURE", "进入特别程序", Actor::kDepartment, true},
    {"END_SPECIAL_PROCEDURE", "特别程序结束", Actor::kDepartment, false},
    {"REQUEST_COUNTERSIGNATURE", "会签", Actor::kDepartment, false},
    {"ADD_SIGNATURE", "加签", Actor::kDepartment, false},
    {"SIGN", "签署意见", Actor::kSigner, false},
    {"APPROVE", "批复", Actor::kDepartment, false},
    {"RETURN", "退回", Actor::kDepartment, true},
    {"WITHDRAW", "撤回", Actor::kApplicant, true},
    {"REJECT", "不予许可", Actor::kDepartment, true},
    {"WAIVE", "免办", Actor::kDepartment, true},
    {"FULFIL", "补齐容缺材料", Actor::kApplicant, false},
    {"EXPIRE", "失效", Actor::kDepartment, true},
    {"RENEW", "延续", Actor::kApplicant, false},
    {"REVOKE", "撤销", Actor::kDepartment, true},
    {"MIGRATE", "模板迁移", Actor::kDepartment, false},
}};

struct StateWords {
  std::string_view name;
  std::string_view title;
};

// In order of ProcedureState.
constexpr std::array<StateWords, kProcedureStateCount> kStates = {{
    {"PROCEDURE_STATE_UNSPECIFIED", "未定"},
    {"NOT_STARTED", "待办"},
    {"IN_PREPARATION", "准备材料"},
    {"SUBMITTED", "已报送"},
    {"ACCEPTED", "已受理"},
    {"IN_CORRECTION", "补正"},
    {"IN_SPECIAL_PROCEDURE", "特别程序"},
    {"APPROVED", "已批复"},
    {"RETURNED", "退回"},
    {"WITHDRAWN", "撤回"},
    {"REJECTED", "不予许可"},
    {"WAIVED", "免办"},
    {"EXPIRED", "失效"},
}};

// The value's words; an unknown number of a newer client is the unspecified one.
const MoveWords& WordsOf(Move move) {
  const auto index = static_cast<size_t>(move);
  return index < kMoves.size() ? kMoves[index] : kMoves[0];
}
const StateWords& WordsOf(State state) {
  const auto index = static_cast<size_t>(state);
  return index < kStates.size() ? kStates[index] : kStates[0];
}

bool IsAcceptance(Move move) {
  return move == Move::kAccept || move == Move::kAcceptTolerantly;
}

bool IsBlank(std::string_view text) {
  constexpr std::string_view kIdeographicSpace = "\xE3\x80\x80";
  while (!text.empty()) {
    if (text.front() == ' ' || (text.front() >= '\t' && text.front() <= '\r')) {
      text.remove_prefix(1);
    } else if (text.starts_with(kIdeographicSpace)) {
      text.remove_prefix(kIdeographicSpace.size());
    } else {
      return false;
    }
  }
  return true;
}

// The names of the moves that a state allows; that of an unknown state is empty.
const std::string& AllowedNames(State state) {
  static const std::array<std::string, kProcedureStateCount> names = [] {
    std::array<std::string, kProcedureStateCount> all;
    for (size_t row = 1; row < all.size(); ++row) {
      std::vector<std::string> allowed;
      for (int i = 1; i < kProcedureMoveCount; ++i) {
        const auto move = static_cast<Move>(i);
        if (Next(static_cast<State>(row), move)) allowed.emplace_back(MoveName(move));
      }
      all[row] = absl::StrJoin(allowed, ", ");
    }
    return all;
  }();
  const auto row = static_cast<size_t>(state);
  return names[row < names.size() ? row : 0];
}

absl::Status MoveNotAllowed(State state, std::string_view code, Move move) {
  const std::string& names = AllowedNames(state);
  return Error(absl::StatusCode::kFailedPrecondition, "PROCEDURE_MOVE_NOT_ALLOWED",
               fmt::format("Move {} is not allowed in state {} ({}) of {}; choose one of {}.", MoveName(move),
                           StateName(state), StateTitle(state), code, names),
               {{"state", std::string(StateName(state))}, {"move", std::string(MoveName(move))}, {"allowed", names}});
}

// The last day of a validity of so many months that began on `from`.
Date AddMonths(Date from, int months) {
  const int month = from.year() * 12 + from.month() - 1 + months;
  for (int day = from.day();; --day) {
    const absl::StatusOr<Date> date = Date::FromCivil(month / 12, month % 12 + 1, day);
    if (date.ok()) return *date;
  }
}

// Finds what is missing in an order, or does not belong to its move.
class OrderCheck {
 public:
  OrderCheck(const Procedure& procedure, const MoveOrder& order, const Surroundings& surroundings)
      : procedure_(procedure), order_(order), surroundings_(surroundings) {}

  std::vector<FieldViolation> Run() {
    if (NeedsReason(order_.move) && IsBlank(order_.reason)) Add("reason", "is needed for this move; say why");
    CheckBelongings();
    switch (order_.move) {
      case Move::kApprove:
      case Move::kRenew:
        CheckApproval();
        break;
      case Move::kBeginSpecialProcedure:
        if (order_.special_procedure == PauseKind::kUnspecified || order_.special_procedure == PauseKind::kCorrection) {
          Add("special_procedure", "must say which: EXPERT_REVIEW, PUBLIC_NOTICE, HEARING, TENDER or INSPECTION");
        }
        break;
      case Move::kAcceptTolerantly:
        CheckObligations();
        break;
      case Move::kFulfil:
        CheckFulfilment();
        break;
      case Move::kRequestCountersignature:
      case Move::kAddSignature:
        CheckDepartments();
        break;
      case Move::kSign:
        CheckSignature();
        break;
      default:
        break;
    }
    return std::move(found_);
  }

 private:
  void Add(std::string_view field, std::string description) {
    found_.push_back({std::string(field), std::move(description)});
  }

  void CheckBelongings() {
    const Move move = order_.move;
    const auto only = [&](bool given, bool belongs, std::string_view field, std::string_view moves) {
      if (given && !belongs) Add(field, fmt::format("belongs to {}; leave it out", moves));
    };
    only(order_.approval.has_value(), move == Move::kApprove || move == Move::kRenew, "approval", "APPROVE and RENEW");
    only(order_.special_procedure != PauseKind::kUnspecified, move == Move::kBeginSpecialProcedure, "special_procedure",
         "BEGIN_SPECIAL_PROCEDURE");
    only(!order_.obligations.empty(), move == Move::kAcceptTolerantly, "obligations", "ACCEPT_TOLERANTLY");
    only(order_.obligation != 0, move == Move::kFulfil, "obligation", "FULFIL");
    only(!order_.departments.empty(), move == Move::kRequestCountersignature || move == Move::kAddSignature,
         "departments", "REQUEST_COUNTERSIGNATURE and ADD_SIGNATURE");
    only(order_.agreed, move == Move::kSign, "agreed", "SIGN");
  }

  void CheckApproval() {
    if (!order_.approval || IsBlank(order_.approval->number)) {
      Add("approval.number", "is needed: the number of the document (文号)");
    }
    if (!order_.approval || IsBlank(order_.approval->issuer)) {
      Add("approval.issuer", "is needed: who issued the document (批准机关)");
    }
    if (!order_.approval) return;
    const std::optional<Date>& until = order_.approval->valid_until;
    if (until && *until < order_.on) Add("approval.valid_until", "is before the approval itself");
    if (order_.move != Move::kRenew || !procedure_.approval) return;
    if (!procedure_.approval->valid_until) {
      Add("move", "RENEW extends an end, and this approval has none");
    } else if (until ? *until <= *procedure_.approval->valid_until : surroundings_.validity_months == 0) {
      Add("approval.valid_until",
          fmt::format("must be later than {}, the end so far", procedure_.approval->valid_until->ToString()));
    }
  }

  void CheckObligations() {
    if (order_.obligations.empty()) Add("obligations", "is needed: what is still asked for, and until when");
    for (size_t i = 0; i < order_.obligations.size(); ++i) {
      const Obligation& one = order_.obligations[i];
      if (IsBlank(one.document)) Add(fmt::format("obligations[{}].document", i), "is needed");
      if (one.due_on < order_.on) Add(fmt::format("obligations[{}].due_on", i), "is before the acceptance");
      if (one.fulfilled_on) Add(fmt::format("obligations[{}].fulfilled_on", i), "is set by FULFIL; leave it out");
      if (one.blocks == procedure_.code) {
        Add(fmt::format("obligations[{}].blocks", i), "names this procedure; leave it empty to block its approval");
      }
    }
  }

  void CheckFulfilment() {
    const auto found = std::find_if(procedure_.obligations.begin(), procedure_.obligations.end(),
                                    [&](const Obligation& one) { return one.id == order_.obligation; });
    if (found == procedure_.obligations.end()) {
      Add("obligation", "must be the id of an obligation of this procedure");
    } else if (found->fulfilled_on) {
      Add("obligation", fmt::format("was fulfilled on {}", found->fulfilled_on->ToString()));
    }
  }

  void CheckDepartments() {
    if (order_.departments.empty()) Add("departments", "is needed: who is asked to sign");
    std::set<std::string> seen;
    for (size_t i = 0; i < order_.departments.size(); ++i) {
      const std::string& department = order_.departments[i];
      const std::string field = fmt::format("departments[{}]", i);
      if (department == procedure_.department) Add(field, "decides itself and does not sign for itself");
      if (!seen.insert(department).second) Add(field, "is named twice");
      const bool asked = std::any_of(procedure_.signatures.begin(), procedure_.signatures.end(),
                                     [&](const Signature& one) { return one.department == department; });
      if (asked) Add(field, "was asked already in this round");
    }
  }

  void CheckSignature() {
    bool before_open = false;  // A 加签 waits for those asked before it.
    for (const Signature& one : procedure_.signatures) {
      if (one.department == order_.department) {
        if (one.signed_on && one.agreed) Add("department", "has signed and agreed already");
        if (one.sequential && before_open) Add("department", "signs after those that were asked before it");
        return;
      }
      before_open |= one.sequential && !(one.signed_on && one.agreed);
    }
    Add("department", "was not asked for a signature in this round");
  }

  const Procedure& procedure_;
  const MoveOrder& order_;
  const Surroundings& surroundings_;
  std::vector<FieldViolation> found_;
};

// Signatures that an approval waits for.
std::vector<std::string> OpenSignatures(const Procedure& procedure) {
  std::vector<std::string> open;
  for (const Signature& one : procedure.signatures) {
    if (!one.signed_on) open.push_back(one.department);
    if (one.signed_on && !one.agreed) open.push_back(one.department + " (disagreed)");
  }
  return open;
}

std::vector<std::string> OwnObligations(const Procedure& procedure) {
  std::vector<std::string> open;
  for (const Obligation& one : procedure.obligations) {
    if (one.blocks.empty() && !one.fulfilled_on) open.push_back(fmt::format("{} of {}", one.document, procedure.code));
  }
  return open;
}

absl::Status Open(std::string_view reason, std::string_view what, std::string_view remedy,
                  const std::vector<std::string>& open) {
  const std::string names = absl::StrJoin(open, ", ");
  return Error(absl::StatusCode::kFailedPrecondition, reason, fmt::format("{}: {}. {}", what, names, remedy),
               {{"open", names}});
}

absl::Status CheckOpen(const Procedure& procedure, Move move, const Surroundings& surroundings) {
  const bool approves = move == Move::kApprove;
  if (!IsAcceptance(move) && !approves) return absl::OkStatus();
  if (!surroundings.open_prerequisites.empty()) {
    return Open("PREREQUISITES_OPEN", "These procedures must be decided and valid before",
                fmt::format("Decide them first, or waive them with a basis, then move {}.", procedure.code),
                surroundings.open_prerequisites);
  }
  const std::vector<std::string> obligations = approves ? OwnObligations(procedure) : surroundings.blocking_obligations;
  if (!obligations.empty()) {
    return Open("OBLIGATIONS_OPEN", "What a tolerant acceptance (容缺受理) asked for is still open",
                "Enter it with FULFIL first.", obligations);
  }
  const std::vector<std::string> signatures = OpenSignatures(procedure);
  if (approves && !signatures.empty()) {
    return Open("SIGNATURES_OPEN", "These departments have not signed or do not agree",
                "Get their signatures (SIGN), or return the application.", signatures);
  }
  return absl::OkStatus();
}

void EndRound(Procedure& procedure) {
  procedure.pauses.clear();
  procedure.obligations.clear();
  procedure.signatures.clear();
}

void ClosePause(Procedure& procedure, Date on) {
  if (!procedure.pauses.empty() && !procedure.pauses.back().to_on) procedure.pauses.back().to_on = on;
}

void AskSignatures(Procedure& procedure, const MoveOrder& order) {
  for (const std::string& department : order.departments) {
    procedure.signatures.push_back({department, order.move == Move::kAddSignature, order.on, std::nullopt, false, ""});
  }
}

void TakeSignature(Procedure& procedure, const MoveOrder& order) {
  for (Signature& one : procedure.signatures) {
    if (one.department != order.department) continue;
    one.signed_on = order.on;
    one.agreed = order.agreed;
    one.opinion = order.reason;
  }
}

void TakeApproval(Procedure& procedure, const MoveOrder& order, int validity_months) {
  Approval approval = *order.approval;
  approval.approved_on = order.on;
  if (!approval.valid_until && validity_months > 0) approval.valid_until = AddMonths(order.on, validity_months);
  procedure.approval = std::move(approval);
  procedure.basis.clear();
}

// The round ends without a decision in favour; `basis` says why.
void GiveUp(Procedure& procedure, const MoveOrder& order) {
  EndRound(procedure);
  procedure.approval.reset();
  procedure.decided_on.reset();
  procedure.basis = order.reason;
}

// What a move does beside the change of state.
void TakeEffect(Procedure& procedure, const MoveOrder& order, int validity_months) {
  switch (order.move) {
    case Move::kPrepare:
    case Move::kSubmit:
      EndRound(procedure);
      procedure.approval.reset();
      procedure.accepted_on.reset();
      procedure.decided_on.reset();
      procedure.submitted_on = order.move == Move::kSubmit ? std::optional<Date>(order.on) : std::nullopt;
      procedure.basis.clear();
      break;
    case Move::kAccept:
    case Move::kAcceptTolerantly:
      procedure.accepted_on = order.on;
      ++procedure.rounds;
      procedure.obligations = order.obligations;
      for (size_t i = 0; i < procedure.obligations.size(); ++i) procedure.obligations[i].id = static_cast<int>(i) + 1;
      break;
    case Move::kRequestCorrection:
      procedure.pauses.push_back({PauseKind::kCorrection, order.on, std::nullopt, order.reason});
      break;
    case Move::kBeginSpecialProcedure:
      procedure.pauses.push_back({order.special_procedure, order.on, std::nullopt, order.reason});
      break;
    case Move::kResubmit:
    case Move::kEndSpecialProcedure:
      ClosePause(procedure, order.on);
      break;
    case Move::kRequestCountersignature:
    case Move::kAddSignature:
      AskSignatures(procedure, order);
      break;
    case Move::kSign:
      TakeSignature(procedure, order);
      break;
    case Move::kApprove:
      procedure.decided_on = order.on;
      [[fallthrough]];
    case Move::kRenew:
      TakeApproval(procedure, order, validity_months);
      break;
    case Move::kReject:
      procedure.decided_on = order.on;
      [[fallthrough]];
    case Move::kExpire:
      procedure.basis = order.reason;
      break;
    case Move::kReturn:
    case Move::kWithdraw:
    case Move::kWaive:
      GiveUp(procedure, order);
      break;
    case Move::kFulfil:
      for (Obligation& one : procedure.obligations) {
        if (one.id == order.obligation) one.fulfilled_on = order.on;
      }
      break;
    case Move::kRevoke:
      if (procedure.state == State::kRejected) {
        procedure.decided_on.reset();
        procedure.basis = order.reason;
      } else {
        GiveUp(procedure, order);
      }
      break;
    case Move::kMigrate:
    case Move::kUnspecified:
      break;
  }
}

}  // namespace

std::optional<State> Next(State state, Move move) {
  const auto row = static_cast<size_t>(state), column = static_cast<size_t>(move);
  if (row >= kTable.size() || column >= kTable[0].size()) return std::nullopt;
  const State next = kTable[row][column];
  return next == State::kUnspecified ? std::nullopt : std::optional<State>(next);
}

Actor ActorOf(Move move) {
  return WordsOf(move).actor;
}

bool NeedsReason(Move move) {
  return WordsOf(move).needs_reason;
}

bool IsDecided(State state) {
  return state == State::kApproved || state == State::kWaived;
}

bool IsRunning(State state) {
  return state == State::kAccepted || state == State::kInCorrection || state == State::kInSpecialProcedure;
}

State StateOn(State stored, const std::optional<Date>& valid_until, Date day) {
  return stored == State::kApproved && valid_until && *valid_until < day ? State::kExpired : stored;
}

State StateOn(const Procedure& procedure, Date day) {
  return StateOn(procedure.state, procedure.approval ? procedure.approval->valid_until : std::nullopt, day);
}

Procedure OnDay(Procedure procedure, Date day) {
  const State state = StateOn(procedure, day);
  if (state == procedure.state) return procedure;
  procedure.state = state;
  procedure.state_since = procedure.approval->valid_until->AddDays(1);
  return procedure;
}

bool DoneOn(const Procedure& procedure, Date day) {
  return IsDecided(StateOn(procedure, day));
}

absl::StatusOr<Procedure> Apply(const Procedure& before, const MoveOrder& order, const Surroundings& surroundings) {
  const bool begun = before.last_move != Move::kUnspecified;
  if (begun && order.on < before.effective_on) {
    return Error(absl::StatusCode::kFailedPrecondition, "LATER_MOVE_EXISTS",
                 fmt::format("{} moved on {} already ({}); date this move then or later, or undo that one first.",
                             before.code, before.effective_on.ToString(), MoveName(before.last_move)),
                 {{"later", before.effective_on.ToString()}, {"code", before.code}});
  }
  const State state = StateOn(before, order.on);
  const std::optional<State> next = Next(state, order.move);
  if (!next) return MoveNotAllowed(state, before.code, order.move);
  Procedure procedure = OnDay(before, order.on);
  RETURN_IF_ERROR(InvalidFields(OrderCheck(procedure, order, surroundings).Run()));
  RETURN_IF_ERROR(CheckOpen(procedure, order.move, surroundings));
  TakeEffect(procedure, order, surroundings.validity_months);
  if (procedure.state != *next || !begun) procedure.state_since = order.on;
  procedure.state = *next;
  procedure.last_move = order.move;
  procedure.effective_on = order.on;
  return procedure;
}

std::vector<Move> AllowedMoves(const Procedure& procedure, const Surroundings& surroundings) {
  std::vector<Move> moves;
  for (int i = 1; i < kProcedureMoveCount; ++i) {
    const auto move = static_cast<Move>(i);
    if (!Next(procedure.state, move) || !CheckOpen(procedure, move, surroundings).ok()) continue;
    const bool signs = move == Move::kSign && OpenSignatures(procedure).empty();
    const bool fulfils =
        move == Move::kFulfil && std::all_of(procedure.obligations.begin(), procedure.obligations.end(),
                                             [](const Obligation& one) { return one.fulfilled_on.has_value(); });
    const bool renews = move == Move::kRenew && !(procedure.approval && procedure.approval->valid_until);
    if (!signs && !fulfils && !renews) moves.push_back(move);
  }
  return moves;
}

std::string_view StateName(State state) {
  return WordsOf(state).name;
}
std::string_view StateTitle(State state) {
  return WordsOf(state).title;
}
std::string_view MoveName(Move move) {
  return WordsOf(move).name;
}
std::string_view MoveTitle(Move move) {
  return WordsOf(move).title;
}

}  // namespace yaoshi::preapproval

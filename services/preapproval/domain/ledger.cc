#include "services/preapproval/domain/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/status/status.h"
#include "services/preapproval/domain/clock.h"

namespace yaoshi::preapproval {
namespace {

using Move = ProcedureMove;
using State = ProcedureState;

constexpr std::string_view kSubmitted = "submitted_on";
constexpr std::string_view kAccepted = "accepted_on";
constexpr std::string_view kApproved = "approved_on";

std::string_view KeyOf(Move move) {
  if (move == Move::kSubmit) return kSubmitted;
  return move == Move::kAccept ? kAccepted : kApproved;
}

class RowCheck {
 public:
  RowCheck(const LedgerRow& row, Date today) : row_(row), today_(today) {}

  std::vector<LedgerFault> Run() {
    Past(kSubmitted, row_.submitted_on);
    Past(kAccepted, row_.accepted_on);
    Past(kApproved, row_.approved_on);
    Ordered(kAccepted, row_.submitted_on, row_.accepted_on, "the day it was handed in", "报送日期");
    Ordered(kApproved, row_.accepted_on, row_.approved_on, "the day it was accepted", "受理日期");
    Ordered("valid_until", row_.approved_on, row_.valid_until, "the approval", "批复日期");
    if (row_.approved_on) {
      Needed(kAccepted, row_.accepted_on.has_value(), "an approval needs the day of acceptance: the clock starts there",
             "已填批复日期，请填写受理日期");
      Needed("number", !row_.number.empty(), "an approval needs the number of its document",
             "已填批复日期，请填写文号");
      Needed("issuer", !row_.issuer.empty(), "an approval needs its issuer", "已填批复日期，请填写批准机关");
    } else if (!row_.number.empty() || row_.valid_until) {
      Needed(kApproved, false, "a number or an end of validity needs the day of the approval",
             "已填文号或有效期，请填写批复日期");
    }
    return std::move(faults_);
  }

 private:
  void Past(std::string_view key, const std::optional<Date>& day) {
    if (!day || *day <= today_) return;
    faults_.push_back({std::string(key), "DATE_IN_FUTURE", "is after today", "日期晚于今天"});
  }
  void Ordered(std::string_view key, const std::optional<Date>& first, const std::optional<Date>& then,
               std::string_view what, std::string_view chinese) {
    if (!first || !then || *first <= *then) return;
    faults_.push_back(
        {std::string(key), "DATES_OUT_OF_ORDER", fmt::format("is before {}", what), fmt::format("早于{}", chinese)});
  }
  void Needed(std::string_view key, bool there, std::string_view text, std::string_view chinese) {
    if (!there) faults_.push_back({std::string(key), "REQUIRED", std::string(text), std::string(chinese)});
  }

  const LedgerRow& row_;
  const Date today_;
  std::vector<LedgerFault> faults_;
};

LedgerFault Differs(std::string_view key, const std::string& recorded) {
  return {std::string(key), "RECORD_DIFFERS",
          fmt::format("is recorded as {}; correct the cell, or the record by a move", recorded),
          fmt::format("与系统记录不一致（系统记录为{}），请核对；如系统有误，请先在系统中更正", recorded)};
}

std::optional<LedgerFault> CompareDay(std::string_view key, const std::optional<Date>& said,
                                      const std::optional<Date>& recorded) {
  if (!said || !recorded || *said == *recorded) return std::nullopt;
  return Differs(key, recorded->ToString());
}

std::optional<LedgerFault> CompareApproval(const LedgerRow& row, const Approval& recorded) {
  if (auto fault = CompareDay(kApproved, row.approved_on, recorded.approved_on)) return fault;
  if (row.number != recorded.number) return Differs("number", recorded.number);
  if (row.issuer != recorded.issuer) return Differs("issuer", recorded.issuer);
  if (row.valid_until && !recorded.valid_until) return Differs("valid_until", "长期有效");
  return CompareDay("valid_until", row.valid_until, recorded.valid_until);
}

// How far a procedure has come in the round that the row speaks of: 0 not handed in, 1 handed in, 2 accepted, 3
// approved. Of one that was given up a ledger tells a new round, and of one that lapsed, unless it was approved on the
// day that the row says.
int Reached(const Procedure& recorded, const LedgerRow& row) {
  if (recorded.state == State::kSubmitted) return 1;
  if (IsRunning(recorded.state)) return 2;
  if (recorded.state == State::kApproved) return 3;
  const bool lapsed = recorded.state == State::kExpired && recorded.approval && row.approved_on;
  return lapsed && *row.approved_on == recorded.approval->approved_on ? 3 : 0;
}

MoveOrder Order(Move move, Date on) {
  MoveOrder order;
  order.move = move;
  order.on = on;
  return order;
}

// Why a move was refused, for people.
std::string InChinese(const absl::Status& refused, const Procedure& before, Move move) {
  const std::string reason = ReasonOf(refused), open = MetadataOf(refused, "open");
  if (reason == "PREREQUISITES_OPEN") return fmt::format("前置手续当日尚未办结：{}", open);
  if (reason == "OBLIGATIONS_OPEN") return fmt::format("容缺承诺尚未兑现：{}", open);
  if (reason == "SIGNATURES_OPEN") return fmt::format("会签尚未完成：{}", open);
  if (reason == "LATER_MOVE_EXISTS") {
    return fmt::format("{}在{}已有之后的记录，须先撤销", MetadataOf(refused, "code"), MetadataOf(refused, "later"));
  }
  if (reason == "PROCEDURE_MOVE_NOT_ALLOWED") {
    return fmt::format("当前状态为“{}”，不能“{}”", StateTitle(before.state), MoveTitle(move));
  }
  if (reason == "PROCEDURE_NOT_REQUIRED") return "该项目无需单独办理此事项";
  if (reason == "CASE_CLOSED") return "该项目的前期手续已结案";
  if (reason == "CALENDAR_YEAR_MISSING")
    return fmt::format("{}年没有工作日历，请先维护日历", MetadataOf(refused, "year"));
  if (reason == "BEFORE_CASE") return "日期早于该项目建档日期";
  return std::string(refused.message());
}

// One attempt to make the moves of all rows that are not wrong.
class Attempt {
 public:
  Attempt(const CaseFile& file, std::span<const CaseLedgerRow> rows, const WorkCalendar& calendar,
          const std::vector<LedgerPlan::Outcome>& known)
      : file_(file), rows_(rows), calendar_(calendar), plan_{known, {}} {}

  // False when one more row proved wrong: the attempt is void.
  bool Run() {
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (plan_.outcomes[i].fault) continue;
      LedgerSteps steps = StepsOf(rows_[i].row, Newest(rows_[i]));
      if (steps.fault) return Refuse(i, *std::move(steps.fault));
      plan_.outcomes[i].moves = steps.orders.size();
      for (MoveOrder& order : steps.orders) moves_.push_back({i, std::move(order)});
    }
    // On one day what others wait for goes first: nodes of the graph come after what they wait for.
    std::stable_sort(moves_.begin(), moves_.end(), [this](const Step& a, const Step& b) {
      return std::pair(a.order.on, NodeOf(a)) < std::pair(b.order.on, NodeOf(b));
    });
    return std::all_of(moves_.begin(), moves_.end(), [this](const Step& step) { return Make(step); });
  }

  LedgerPlan Take() { return std::move(plan_); }

 private:
  struct Step {
    size_t row;
    MoveOrder order;
  };

  int32_t NodeOf(const Step& step) const { return file_.graph().Find(rows_[step.row].row.code); }
  Procedure Newest(const CaseLedgerRow& row) const {
    const Procedure* newest = file_.Newest(row.row.code);
    return newest == nullptr ? row.fresh : *newest;
  }
  bool Refuse(size_t row, LedgerFault fault) {
    plan_.outcomes[row] = {0, std::move(fault)};
    return false;
  }
  bool Make(const Step& step) {
    const Procedure before = Newest(rows_[step.row]);
    auto moved = Moved(rows_[step.row], step.order);
    if (!moved.ok()) {
      return Refuse(step.row,
                    {std::string(KeyOf(step.order.move)), ReasonOf(moved.status()),
                     std::string(moved.status().message()), InChinese(moved.status(), before, step.order.move)});
    }
    plan_.versions.push_back(*std::move(moved));
    return true;
  }
  absl::StatusOr<Procedure> Moved(const CaseLedgerRow& row, const MoveOrder& order) {
    if (order.move == Move::kAccept) RETURN_IF_ERROR(CheckClock(*row.type, order.on, calendar_));
    const Date accepted = row.row.accepted_on.value_or(order.on);
    return file_.Move(row.fresh, order, TermsOn(*row.type, accepted).validity_months);
  }

  CaseFile file_;
  const std::span<const CaseLedgerRow> rows_;
  const WorkCalendar& calendar_;
  std::vector<Step> moves_;
  LedgerPlan plan_;
};

}  // namespace

std::vector<LedgerFault> CheckRow(const LedgerRow& row, Date today) {
  return RowCheck(row, today).Run();
}

LedgerSteps StepsOf(const LedgerRow& row, const Procedure& newest) {
  LedgerSteps steps;
  const std::optional<Date> submitted = row.submitted_on ? row.submitted_on : row.accepted_on;
  // What was approved and had lapsed when the row's round began is told anew.
  const Procedure recorded = submitted ? OnDay(newest, *submitted) : newest;
  const int reached = Reached(recorded, row);
  if (reached >= 1) steps.fault = CompareDay(kSubmitted, row.submitted_on, recorded.submitted_on);
  if (reached >= 2 && !steps.fault) steps.fault = CompareDay(kAccepted, row.accepted_on, recorded.accepted_on);
  if (reached == 3 && row.approved_on && !steps.fault) steps.fault = CompareApproval(row, *recorded.approval);
  if (steps.fault) return steps;
  if (reached < 1 && submitted) steps.orders.push_back(Order(Move::kSubmit, *submitted));
  if (reached < 2 && row.accepted_on) steps.orders.push_back(Order(Move::kAccept, *row.accepted_on));
  if (reached < 3 && row.approved_on) {
    steps.orders.push_back(Order(Move::kApprove, *row.approved_on));
    steps.orders.back().approval = Approval{row.number, row.issuer, *row.approved_on, row.valid_until, ""};
  }
  return steps;
}

LedgerPlan PlanCase(const CaseFile& file, std::span<const CaseLedgerRow> rows, const WorkCalendar& calendar) {
  LedgerPlan plan{std::vector<LedgerPlan::Outcome>(rows.size()), {}};
  for (;;) {  // At most once for each row that is wrong, and once more.
    Attempt attempt(file, rows, calendar, plan.outcomes);
    const bool done = attempt.Run();
    plan = attempt.Take();
    if (done) return plan;
  }
}

}  // namespace yaoshi::preapproval

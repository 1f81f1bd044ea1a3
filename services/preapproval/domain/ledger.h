// Rows of a procedure ledger (前期手续台账): what an office wrote down of procedures, and which moves that means.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/calendar/work_calendar.h"
#include "services/preapproval/domain/case_file.h"
#include "services/preapproval/domain/procedure.h"
#include "services/preapproval/domain/types.h"

namespace yaoshi::preapproval {

// What a row says of one procedure. What is not said is not on record or stays as it is.
struct LedgerRow {
  std::string code;
  std::optional<Date> submitted_on;  // 报送日期; unsaid with an acceptance: handed in on that day.
  std::optional<Date> accepted_on;   // 受理日期
  std::optional<Date> approved_on;   // 批复日期
  std::string number;                // 文号
  std::string issuer;                // 批准机关
  std::optional<Date> valid_until;   // 有效期至
};

// What is wrong with a row: at which column (by its key; "" the whole row), for errors and for people.
struct LedgerFault {
  std::string key;
  std::string reason;
  std::string text;
  std::string chinese;
};

// What is wrong with a row by itself. Empty when nothing is.
std::vector<LedgerFault> CheckRow(const LedgerRow& row, Date today);

// The moves that are left until the record says what the row says, oldest first; none when it does already.
struct LedgerSteps {
  std::vector<MoveOrder> orders;
  std::optional<LedgerFault> fault;  // The record says otherwise.
};
// `newest` is the newest version, in state kNotStarted before the first move. The row is right by itself.
LedgerSteps StepsOf(const LedgerRow& row, const Procedure& newest);

// A row of a case, with the procedure as it is before its first move (department and region) and its type's terms.
struct CaseLedgerRow {
  LedgerRow row;
  Procedure fresh;
  const ProcedureType* type = nullptr;
};
// What became of each row, in the order given, and the versions that all right rows make, oldest first.
struct LedgerPlan {
  struct Outcome {
    size_t moves = 0;
    std::optional<LedgerFault> fault;
  };
  std::vector<Outcome> outcomes;
  std::vector<Procedure> versions;
};
// Makes the moves of all rows of one case in the order of their days, whatever the order of the rows. A row with a move
// that is refused makes none, and the others are planned without it. Each procedure has one row at most.
LedgerPlan PlanCase(const CaseFile& file, std::span<const CaseLedgerRow> rows, const WorkCalendar& calendar);

}  // namespace yaoshi::preapproval

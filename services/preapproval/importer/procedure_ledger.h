// The columns of a procedure ledger, and what a row of it says.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/sheet/row_values.h"
#include "services/preapproval/domain/case_book.h"
#include "services/preapproval/domain/ledger.h"

namespace yaoshi::preapproval {

const std::vector<sheet::ColumnSpec>& ProcedureLedgerColumns();

// Which case and which procedure people mean. A snapshot.
class LedgerIndex {
 public:
  // The cases of a region (its code as a number; 0: all).
  LedgerIndex(const CaseBook& book, uint32_t region);

  // The procedure type that is written by its code or its title; "" when there is none.
  std::string CodeOf(const std::string& text) const;
  // The cases of the project with a code; without code of those with a title.
  std::vector<Uuid> CasesOf(const std::string& project_code, const std::string& title) const;

 private:
  absl::flat_hash_map<std::string, std::string> code_by_text_;
  absl::flat_hash_map<std::string, Uuid> case_by_code_;
  absl::flat_hash_map<std::string, std::vector<Uuid>> cases_by_title_;
};

// What a row says; what cannot be read or is wrong by itself is rejected in `values`.
struct LedgerFacts {
  std::string project_code, title;
  LedgerRow row;
};
LedgerFacts ReadLedgerRow(sheet::RowValues& values, const LedgerIndex& index, Date today);

}  // namespace yaoshi::preapproval

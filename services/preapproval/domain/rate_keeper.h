// The present rates of every list, kept current with the case book. A change costs what one case costs; a new day costs
// what changed with it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "services/preapproval/domain/case_book.h"
#include "services/preapproval/domain/rates.h"

namespace yaoshi::preapproval {

// Numbers for names, from 1 on.
class Names {
 public:
  uint32_t Number(const std::string& name);
  const std::string& Name(uint32_t number) const { return names_[number]; }  // "" for 0.

 private:
  absl::flat_hash_map<std::string, uint32_t> numbers_;
  std::vector<std::string> names_ = {""};
};

// A row of rates with names instead of numbers.
struct NamedRateRow {
  std::string region, department, code;  // Each "" unless it is split by.
  ApprovalStage stage = ApprovalStage::kUnspecified;
  Rates rates;
  friend bool operator==(const NamedRateRow&, const NamedRateRow&) = default;
};
// In order of region, department, stage, code.
std::vector<NamedRateRow> Named(const std::vector<RateRow>& rows, const Names& departments, const Names& codes);

// Whether a project of a list counts in its rates: it is planned to start in the list's years.
bool StartsInYears(const std::optional<Date>& planned_start_on, int first_year, int last_year);

// Whether a list's rates count a case that is on the list: it is open, and its project starts in the list's years.
bool IsRated(const CaseBook& book, const ListCopy& list, const CaseRow& subject);

// Not thread-safe; the service's Memory guards it. Before() and After() are the case book's observer; nothing is read
// before Settle() has been called after the last change.
class RateKeeper {
 public:
  // Takes a project's case out of the rates, as it is now.
  void Before(const CaseBook& book, const Uuid& project);
  // Takes the changed ones in again, on a day that is not before the last.
  void Settle(const CaseBook& book, Date today);
  // Counts everything anew: when lists, types or templates changed.
  void Rebuild(const CaseBook& book, Date today);

  // The day that the rates hold for.
  Date day() const { return day_; }
  Rates Total(std::string_view list, uint32_t region) const;
  std::vector<NamedRateRow> By(std::string_view list, uint32_t region, const RateDimensions& dimensions) const;

 private:
  RatedProject Rated(const CaseBook& book, const CaseRow& subject);
  void Change(const CaseBook& book, const Uuid& project, bool add);

  Date day_;
  absl::btree_map<std::string, RateCube, std::less<>> cubes_;  // By list.
  absl::btree_set<std::pair<int32_t, Uuid>> changes_;          // The days on which cases count differently.
  absl::flat_hash_set<Uuid> out_;                              // Taken out until Settle.
  Names departments_, codes_;
};

}  // namespace yaoshi::preapproval

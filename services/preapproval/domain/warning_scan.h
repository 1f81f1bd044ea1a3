// The scan of all cases for what is to be said, in steps that take a bounded time each.
#pragma once

#include <cstddef>
#include <vector>

#include "services/preapproval/domain/case_book.h"
#include "services/preapproval/domain/warning.h"

namespace yaoshi::preapproval {

// Cases that one step looks at: memory is locked meanwhile, for some milliseconds.
inline constexpr int kMaxCasesPerStep = 500;
// With so many warnings a step ends, behind the case that made them: one transaction says them.
inline constexpr size_t kMaxWarningsPerStep = 200;

// What a step of the scan found.
struct ScanStep {
  std::vector<Warning> warnings;  // In order of case; all that is to be said of a case.
  Uuid after;                     // Where the scan is when they are said: the last case that was looked at.
  bool end = false;               // That was the last case.
};

// Looks at the cases behind `after` (nil: from the first) in order of id. Whoever goes on with `after` of the last step
// sees each case once, however many come and go meanwhile: one that comes before `after` is for the next scan.
ScanStep NextStep(const CaseBook& book, const Uuid& after, const WarningRule& rule, Date today);

}  // namespace yaoshi::preapproval

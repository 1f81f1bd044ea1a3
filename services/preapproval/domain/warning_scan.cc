#include "services/preapproval/domain/warning_scan.h"

#include <iterator>

#include "services/preapproval/domain/case_plan.h"

namespace yaoshi::preapproval {

ScanStep NextStep(const CaseBook& book, const Uuid& after, const WarningRule& rule, Date today) {
  ScanStep step{{}, after, true};
  int looked_at = 0;
  book.Visit(after, [&](const CaseRow& subject) {
    step.end = looked_at < kMaxCasesPerStep && step.warnings.size() < kMaxWarningsPerStep;
    if (!step.end) return false;
    std::vector<Warning> found = WarningsOf(book, subject, rule, today);
    std::move(found.begin(), found.end(), std::back_inserter(step.warnings));
    step.after = subject.project;
    ++looked_at;
    return true;
  });
  return step;
}

}  // namespace yaoshi::preapproval

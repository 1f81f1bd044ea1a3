// The scan of very many cases for what is due and overdue, and one plain pass over the same facts: B7.
#pragma once

namespace yaoshi::bench {

struct ScanLoad {
  int cases = 1'000'000;  // Of 30 procedures each.
  bool one_day = false;   // Every case has one procedure that is due today, and nothing else to say.
  int rounds = 5;         // Of both sides, in turn.
};

// Prints {"count", "steps", "longest_step_ms", "warnings", "scan_seconds", "plain_seconds"}: medians, and the longest
// that a step of any round held the lock. Both sides find the same warnings; 1 when they do not.
int RunScan(const ScanLoad& load);

}  // namespace yaoshi::bench

// Backward schedules of very many cases, and one pass over the same arrays in plain C++: B7.
#pragma once

namespace yaoshi::bench {

struct ScheduleLoad {
  int projects = 1'000'000;  // Of about 30 procedures each.
  bool plain = false;        // The plain pass instead of the scheduler.
};

// Counts every case once. Prints {"count", "seconds", "checksum", "single_micros"}: the checksum of both sides is the
// same, and single_micros is one case with everything that its page shows.
int RunSchedules(const ScheduleLoad& load);

}  // namespace yaoshi::bench

// What waits for a unit. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/auth/principal.h"
#include "gateway/views/part.h"

namespace yaoshi::gateway {

struct WorkQuestion {
  auth::Principal who;
  Date as_of;
  std::string known_at;
  std::string region;  // Inside the caller's own; empty: all of it.
  Date today;          // Tasks of procedures are said of this day alone.
};

// Nothing for those who only read.
std::vector<PartAsk> AsksOf(const WorkQuestion& question);
absl::StatusOr<v1::MyWork> ComposeMyWork(const WorkQuestion& question, const std::vector<PartAnswer>& answers);

}  // namespace yaoshi::gateway

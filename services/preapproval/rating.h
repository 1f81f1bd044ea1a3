// The rates of a list: now from memory, in the past counted from the versions that held then.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "services/preapproval/context.h"
#include "services/preapproval/domain/figures.h"
#include "services/preapproval/domain/rate_keeper.h"

namespace yaoshi::preapproval {

struct RateAnswer {
  std::vector<NamedRateRow> rows;
  Rates total;
};

// The list, or LIST_NOT_FOUND when it has not arrived from the registry.
absl::StatusOr<ListCopy> FindList(const Context& context, const std::string& name);
// All lists, in order of name.
std::vector<ListCopy> AllLists(const Context& context);
RatedList RatedListOf(const ListCopy& list);

// Uses the call's session when the moment is past. `region` is "" for everything. CALENDAR_YEAR_MISSING.
absl::StatusOr<RateAnswer> RatesOf(const Context& context, rpc::Call& call, const ListCopy& list,
                                   const std::string& region, const RateDimensions& dimensions, const Moment& moment);

// The totals of the year before, which every figure asks for and few changes concern: counted again when something
// changed. Thread-safe.
class YearBeforeRates {
 public:
  // Of the list of the year before on the same day of that year; nullopt when there is none. Uses the call's session.
  absl::StatusOr<std::optional<Rates>> Of(const Context& context, rpc::Call& call, const ListCopy& list,
                                          const std::string& region, const Moment& moment) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Kept {
    uint64_t generation = 0;
    Rates rates;
  };
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Kept> kept_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace yaoshi::preapproval

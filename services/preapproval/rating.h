// The rates of a list: now from memory, in the past counted from the versions that held then.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/preapproval/context.h"
#include "services/preapproval/domain/figures.h"
#include "services/preapproval/domain/rate_keeper.h"
#include "services/preapproval/kept_days.h"

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

// The rates of all lists on one day of the past: counted once for all lists, regions and dimensions.
class DayRates {
 public:
  RateAnswer Of(const std::string& list, const std::string& region, const RateDimensions& dimensions) const;

  Names departments, codes;
  std::map<std::string, RateCube> lists;  // By name; without those that have no rated projects.
};

// Counts days of the past from the versions that held then. Thread-safe.
class PastRates {
 public:
  // Both outlive this.
  PastRates(const Context& context, const DayGenerations& days) : context_(context), kept_(days, kMost) {}

  // Uses the call's session. CALENDAR_YEAR_MISSING.
  absl::StatusOr<std::shared_ptr<const DayRates>> On(rpc::Call& call, const Past& asked);

 private:
  static constexpr size_t kMost = 64;  // Days; the sums of a city's lists on one are some 100 KB.

  const Context& context_;
  KeptDays<DayRates> kept_;
};

// `region` is "" for everything. The present comes from memory, the past from `past`.
absl::StatusOr<RateAnswer> RatesOf(const Context& context, PastRates& past, rpc::Call& call, const ListCopy& list,
                                   const std::string& region, const RateDimensions& dimensions, const Moment& moment);

// Of the list of the year before on the same day of that year; nullopt when there is none.
absl::StatusOr<std::optional<Rates>> YearBeforeRates(const Context& context, PastRates& past, rpc::Call& call,
                                                     const ListCopy& list, const std::string& region,
                                                     const Moment& moment);

}  // namespace yaoshi::preapproval

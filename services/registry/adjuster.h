// Adjustment orders (调整单): what a list becomes by additions, removals and amendments (动态管理, reference R1.5).
#pragma once

#include <string>
#include <vector>

#include "services/registry/context.h"
#include "services/registry/convert.h"
#include "services/registry/staged_set.h"

namespace yaoshi::registry {

// Carries out an order, all or nothing at any size. Errors: those of ListService.AdjustList.
absl::StatusOr<v1::Adjustment> AdjustList(const Context& context, rpc::Call& call,
                                          const v1::AdjustListRequest& request);

// The version by which an adjustment order enters the feed.
feed::Version VersionOf(const v1::Adjustment& adjustment, const std::string& region);

// The next statement about a project on a list: that it is on it from `on`, or no longer. `state` is the newest one.
EntryVersion Admit(const Portfolio::EntryState& state, Entry entry, Date on);
EntryVersion Remove(const Portfolio::EntryState& state, Entry entry, Date on, const std::string& reason,
                    const std::string& adjustment);

// The entries of a project, stated anew without a change: when it moves to another region, so that the feed brings them
// to those who may read that region.
std::vector<EntryVersion> Restate(const Portfolio& portfolio, const Uuid& project);

}  // namespace yaoshi::registry

// Counts and sums of projects, now from memory and in the past from SQL; and the funnel.
#pragma once

#include "services/registry/context.h"
#include "services/registry/convert.h"

namespace yaoshi::registry {

// LIST_NOT_FOUND, REGION_NOT_FOUND, INVALID_FIELDS, INVALID_FILTER.
absl::StatusOr<v1::SummarizeProjectsResponse> Summarize(const Context& context, rpc::Call& call,
                                                        const v1::SummarizeProjectsRequest& request);
absl::StatusOr<v1::Funnel> ComputeFunnel(const Context& context, rpc::Call& call, const v1::GetFunnelRequest& request);

// The sums of a list within a region at a moment. Uses the call's session when the moment is past.
absl::StatusOr<Sums> SumsOf(const Context& context, rpc::Call& call, const List& list, const std::string& region,
                            const Moment& moment);

// The lists of the catalogue, copied.
std::vector<List> CatalogueOf(const Context& context);
absl::StatusOr<List> FindList(const Context& context, const std::string& name);
// The SQL query for a list's past.
PastQuery PastOf(const Context& context, const List& list, const std::string& region, const Moment& moment);

}  // namespace yaoshi::registry

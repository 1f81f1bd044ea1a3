// What came, went and changed between two dates of a list, or between two lists.
#pragma once

#include "services/registry/context.h"
#include "services/registry/convert.h"

namespace yaoshi::registry {

// LIST_NOT_FOUND, REGION_NOT_FOUND, INVALID_FIELDS, INVALID_PAGE_TOKEN.
absl::StatusOr<v1::CompareListsResponse> CompareLists(const Context& context, rpc::Call& call,
                                                      const v1::CompareListsRequest& request);

}  // namespace yaoshi::registry

// How many resources a page of a List method has (AIP-158).
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"

namespace yaoshi {

inline constexpr int kDefaultPageSize = 50;
inline constexpr int kMaxPageSize = 1000;

// The request's page_size: kDefaultPageSize when 0, never more than kMaxPageSize. INVALID_FIELDS when negative.
absl::StatusOr<int> PageSize(std::int32_t requested);

}  // namespace yaoshi

#include "common/page/page_size.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/status/status.h"

namespace yaoshi {

absl::StatusOr<int> PageSize(std::int32_t requested) {
  if (requested < 0) {
    return InvalidFields({{"page_size", fmt::format("{} is negative; give 1 to {}, or 0 for {}.", requested,
                                                    kMaxPageSize, kDefaultPageSize)}});
  }
  return requested == 0 ? kDefaultPageSize : std::min<int>(requested, kMaxPageSize);
}

}  // namespace yaoshi

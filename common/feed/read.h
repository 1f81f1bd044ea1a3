// Reads the feed: numbered changes in order of sequence.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "common/db/session.h"
#include "common/feed/change_set.h"

namespace yaoshi::feed {

// A version as the feed brings it.
struct Change : StoredVersion {
  int64_t sequence = 0;
  Uuid change_set;
};

// Reads whole change sets after a sequence, until about `limit` changes; a set is never cut. `after_sequence` is 0 or
// the last of a set. Bodies included. DATA_LOSS, reason FEED_BROKEN, when a numbered change is not there.
absl::StatusOr<std::vector<Change>> ReadFeed(db::Session& session, int64_t after_sequence, size_t limit);

// Reads at most `limit` changes after any sequence: may begin and end within a set. Costs the same wherever that is.
absl::StatusOr<std::vector<Change>> ReadPage(db::Session& session, int64_t after_sequence, size_t limit);

}  // namespace yaoshi::feed

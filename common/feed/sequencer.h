// Gives committed change sets their place in the feed: a gap-free range of sequences, a record time that never goes
// back, and a hash chained to the set before (architecture §5).
#pragma once

#include "absl/status/statusor.h"
#include "common/calendar/clock.h"
#include "common/db/session.h"

namespace yaoshi::feed {

// Fewer than so many numbered means that none waits any more.
inline constexpr int kNumberedAtOnce = 400;

// Numbers about kNumberedAtOnce committed change sets in one short transaction; returns how many. Any replica may call
// it at any time: a conditional write to feed_head lets one win. A set that follows another in a resource's versions
// comes after it, whatever their ids say.
absl::StatusOr<int> NumberPending(db::Session& session, const Clock& clock);

// Makes the row that sequencers compete for; harmless to repeat.
absl::Status MakeHead(db::Session& session);

// The chain after a set.
struct ChainLink {
  int64_t first_sequence = 0;
  Uuid change_set;
  std::string account, origin, method, reason;
  Timestamp recorded_at;
  int64_t item_count = 0;
  std::string digest;
};
std::string ExtendChain(std::string_view chain, const ChainLink& link);

// What one call of the verifier reads at most, up to a whole set: about a second.
inline constexpr int64_t kMostVerified = 50'000;

// What the verifier found: `broken_at` is the first sequence of the first set that does not hold, 0 when all hold;
// `next` is where to go on when more follow than were read, 0 at the end of the chain.
struct Verification {
  int64_t verified = 0;
  int64_t broken_at = 0;
  std::string explanation;
  int64_t next = 0;
};
// Recomputes digests and chain from the set that holds `from_sequence` on, until `limit` changes are read.
absl::StatusOr<Verification> VerifyChain(db::Session& session, int64_t from_sequence, int64_t limit = kMostVerified);

}  // namespace yaoshi::feed

// What a replica knows of sessions: which have ended, and who holds those that are in use. Bounded; thread-safe.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "common/auth/principal.h"
#include "common/calendar/clock.h"
#include "yaoshi/common/v1/change_feed.pb.h"

namespace yaoshi::gateway {

// Who holds a session, with an access token towards the services.
struct SessionHolder {
  auth::Principal principal;
  std::string title;
  std::string token;
  Timestamp token_ends;
  Timestamp checked;  // When the registry last said that the account may sign in.
};

class SessionBook {
 public:
  // Sessions that began longer ago than `lifetime` are over anyway and need not be remembered.
  explicit SessionBook(std::chrono::seconds lifetime) : lifetime_(lifetime) {}

  // False until all that ended before is known: then no cookie is believed.
  bool ready() const ABSL_LOCKS_EXCLUDED(mutex_);
  void SetReady() ABSL_LOCKS_EXCLUDED(mutex_);

  void End(const std::string& session) ABSL_LOCKS_EXCLUDED(mutex_);
  bool Ended(const std::string& session) const ABSL_LOCKS_EXCLUDED(mutex_);

  std::optional<SessionHolder> Find(const std::string& session) const ABSL_LOCKS_EXCLUDED(mutex_);
  // `seen` is what Generation said before the registry was asked: what changed since is not remembered.
  void Remember(const std::string& session, SessionHolder holder, uint64_t seen) ABSL_LOCKS_EXCLUDED(mutex_);
  uint64_t Generation() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Takes up a change of the registry's feed: an ended session; an account whose holders must be asked for again.
  void Apply(const yaoshi::common::v1::Change& change) ABSL_LOCKS_EXCLUDED(mutex_);

  // The smallest name that an ended session may have and still matter: for the first listing.
  std::string OldestName(Timestamp now) const;

 private:
  void EndLocked(const std::string& session) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::chrono::seconds lifetime_;
  mutable absl::Mutex mutex_;
  bool ready_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t generation_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_set<std::string> ended_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> ended_order_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, SessionHolder> holders_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace yaoshi::gateway

// Asks services for the parts of a view, all at once, and keeps what they answered: until the feed says that it is no
// longer true, nobody is asked again, and after that for when a service does not answer.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "common/rpc/client.h"
#include "gateway/backends.h"
#include "gateway/feed.h"
#include "gateway/views/part.h"

namespace yaoshi::gateway {

// The consistency tokens of the caller's last writes, by service.
using WriteTokens = std::map<std::string, std::string, std::less<>>;

class FanOut {
 public:
  // Both must outlive this object. `feed_of` gives a service's feed, or null.
  FanOut(const std::map<std::string, Backend>& backends, const Clock& clock,
         std::function<const Feed*(const std::string&)> feed_of)
      : backends_(backends), clock_(clock), feed_of_(std::move(feed_of)) {}

  // Answers come in the order of the questions; `done` runs once, on any thread. `scope` says whose rights the answers
  // are bounded by: callers with one scope see the same. `options` are the caller's, without a consistency token.
  void Ask(std::vector<PartAsk> asks, const std::string& scope, const rpc::CallOptions& options,
           const WriteTokens& writes, std::function<void(std::vector<PartAnswer>)> done);

  void Apply(const FeedChange& change) ABSL_LOCKS_EXCLUDED(mutex_);

  // True when the caller's own write has not come by the feed of the service yet, or the feed is not followed: nothing
  // that was kept will do then.
  bool MustAsk(const std::string& service, const WriteTokens& writes) const;

 private:
  struct Kept {
    std::string bytes;
    Timestamp answer_time;
    Basis basis;
    bool fresh = false;
  };
  struct Gathered;
  using Key = std::string;

  // The token that a read must bring to see what the caller wrote and all that the feed has told.
  std::string TokenFor(const std::string& service, const WriteTokens& writes) const;
  void Add(const std::shared_ptr<Gathered>& gathered, size_t index, const rpc::Reply& reply)
      ABSL_LOCKS_EXCLUDED(mutex_);
  bool TakeKept(const Key& key, bool must_be_fresh, PartAnswer& answer) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::map<std::string, Backend>& backends_;
  const Clock& clock_;
  const std::function<const Feed*(const std::string&)> feed_of_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<Key, Kept> kept_ ABSL_GUARDED_BY(mutex_);
  // Questions on their way that a change has overtaken: what they bring is old.
  absl::flat_hash_map<uint64_t, Basis> asking_ ABSL_GUARDED_BY(mutex_);
  uint64_t asked_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, Timestamp> silent_since_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace yaoshi::gateway

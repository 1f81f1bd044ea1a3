// Live changes for browsers: server-sent events out of the services' feeds, each client's own view of them.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "gateway/feed.h"
#include "gateway/local_call.h"

namespace yaoshi::gateway {

// True when the caller may hear of the change: it may read what has changed. Types that nobody has thought of are kept.
bool MayHear(const auth::Principal& who, const FeedChange& change);

class LiveChanges {
 public:
  struct Options {
    std::chrono::milliseconds heartbeat{15000};  // Less than what proxies take for silence.
    size_t kept = 10000;                         // Events that a client may resume after.
    int clients = 2000;                          // At a time.
  };
  explicit LiveChanges(Options options);
  ~LiveChanges();

  void Apply(const std::string& service, const FeedChange& change) ABSL_LOCKS_EXCLUDED(mutex_);
  // Streams until the client leaves, `valid` says that its session is over (asked with every heartbeat), or Stop.
  void Watch(LocalCall call, std::function<bool()> valid) ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends all streams; later ones end at once.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Event {
    std::string service;
    FeedChange change;  // Without its body.
  };
  using Positions = std::map<std::string, int64_t, std::less<>>;  // The last sequence of each service.
  struct Client {
    LocalCall call;
    std::function<bool()> valid;
    Positions seen;
    uint64_t next = 0;  // The number of the next event to look at.
    bool writing = false;
    bool reset = false;  // It has missed what is not kept any more.
    bool beat = false;   // A heartbeat is due.
    bool over = false;
  };
  using ClientPtr = std::shared_ptr<Client>;

  // Where a client goes on that has seen so much.
  void Place(Client& client, std::string_view last_event_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // It has missed something: where it goes on, and what tells it so.
  std::string StartAnew(Client& client) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string NextPiece(Client& client) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Advance(const ClientPtr& client) ABSL_LOCKS_EXCLUDED(mutex_);
  void AdvanceAll() ABSL_LOCKS_EXCLUDED(mutex_);
  void Beat() ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<Event> events_ ABSL_GUARDED_BY(mutex_);
  uint64_t first_ ABSL_GUARDED_BY(mutex_) = 0;  // The number of events_.front().
  Positions newest_ ABSL_GUARDED_BY(mutex_);
  std::list<ClientPtr> clients_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace yaoshi::gateway

// Follows the change feed of one service for as long as the gateway lives.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "common/rpc/client.h"
#include "yaoshi/common/v1/change_feed.pb.h"

namespace yaoshi::gateway {

using FeedChange = yaoshi::common::v1::Change;

struct FeedOptions {
  std::string service;                    // "registry"
  std::shared_ptr<rpc::Channel> channel;  //
  std::function<std::string()> token;     // The gateway's own access token.
  // Takes a change up; one at a time, in order. Must not block.
  std::function<void(const FeedChange&)> changed;
  // Runs once, on the feed's own thread, when the feed is followed for the first time: what must be read beside the
  // feed is read here. False: it is called again later. May be empty.
  std::function<bool(const std::string& newest_token)> joined;
};

class Feed {
 public:
  explicit Feed(FeedOptions options) : options_(std::move(options)) {}
  ~Feed();  // Stops.
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  void Start();
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string& service() const { return options_.service; }
  // True once the feed has been followed, and FeedOptions.joined was content.
  bool joined() const { return joined_; }
  // True while everything that the service has numbered comes here within moments.
  bool current() const ABSL_LOCKS_EXCLUDED(mutex_);
  // The consistency token of the newest change that came; empty when none has.
  std::string newest_token() const ABSL_LOCKS_EXCLUDED(mutex_);
  // True when the change that the token stands for has come.
  bool HasSeen(const std::string& token) const ABSL_LOCKS_EXCLUDED(mutex_);
  // Blocks until it has come, the feed is stopped, or the time is over.
  void AwaitSeen(const std::string& token, absl::Duration timeout) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Loop() ABSL_LOCKS_EXCLUDED(mutex_);
  // Follows one stream until it ends, falls silent, or the gateway stops.
  void Follow() ABSL_LOCKS_EXCLUDED(mutex_);
  void Take(const std::string& bytes) ABSL_LOCKS_EXCLUDED(mutex_);

  const FeedOptions options_;
  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool current_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;        // The stream.
  uint64_t messages_ ABSL_GUARDED_BY(mutex_) = 0;     // Counts what came.
  int64_t position_ ABSL_GUARDED_BY(mutex_) = 0;      // The last sequence that came.
  std::string newest_token_ ABSL_GUARDED_BY(mutex_);  //
  absl::flat_hash_set<std::string> seen_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> seen_order_ ABSL_GUARDED_BY(mutex_);
  std::atomic<bool> joined_{false};
  std::thread thread_;
};

}  // namespace yaoshi::gateway

#include "gateway/feed.h"

#include <algorithm>
#include <utility>

namespace yaoshi::gateway {
namespace {

namespace common = yaoshi::common::v1;

constexpr std::string_view kSubscribe = "/yaoshi.common.v1.ChangeFeed/Subscribe";
constexpr int64_t kNewest = 1000;       // Changes from before the start, so that a client may resume among them.
constexpr size_t kSeenTokens = 20'000;  // Tokens remembered; older ones are asked of the service.
const absl::Duration kSilence = absl::Seconds(12);  // More than two heartbeats.
const absl::Duration kFirstPause = absl::Milliseconds(100);
const absl::Duration kLongestPause = absl::Seconds(2);

}  // namespace

Feed::~Feed() {
  Stop();
}

void Feed::Start() {
  thread_ = std::thread([this] { Loop(); });
}

void Feed::Stop() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

bool Feed::current() const {
  const absl::MutexLock lock(&mutex_);
  return current_;
}

std::string Feed::newest_token() const {
  const absl::MutexLock lock(&mutex_);
  return newest_token_;
}

bool Feed::HasSeen(const std::string& token) const {
  const absl::MutexLock lock(&mutex_);
  return seen_.contains(token);
}

void Feed::AwaitSeen(const std::string& token, absl::Duration timeout) const {
  const auto seen = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || seen_.contains(token); };
  const absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&seen), timeout);
}

void Feed::Loop() {
  absl::Duration pause = kFirstPause;
  for (;;) {
    Follow();
    const absl::MutexLock lock(&mutex_);
    pause = current_ ? kFirstPause : std::min(2 * pause, kLongestPause);
    current_ = false;
    mutex_.AwaitWithTimeout(absl::Condition(&stopping_), pause);
    if (stopping_) return;
  }
}

void Feed::Follow() {
  common::SubscribeRequest request;
  {
    const absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    ended_ = false;
    request.set_after_sequence(position_);
    if (position_ == 0) request.set_newest(kNewest);
  }
  rpc::CallOptions options;
  options.token = options_.token();
  options.timeout = std::chrono::milliseconds(0);
  const auto handle = options_.channel->ReadStream(
      kSubscribe, request.SerializeAsString(), options, [this](const std::string& bytes) { Take(bytes); },
      [this](const absl::Status&) {
        const absl::MutexLock lock(&mutex_);
        ended_ = true;
      });
  for (;;) {
    if (!joined_ && current()) joined_ = !options_.joined || options_.joined(newest_token());
    const absl::MutexLock lock(&mutex_);
    const uint64_t before = messages_;
    const bool was_current = current_;
    const auto moved = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return stopping_ || ended_ || (joined_ ? messages_ != before : current_ != was_current);
    };
    const bool silent = !mutex_.AwaitWithTimeout(absl::Condition(&moved), joined_ ? kSilence : kLongestPause);
    if (ended_) return;
    if (stopping_ || (silent && joined_)) break;
  }
  handle->Cancel();
  const absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&ended_));  // The callbacks point here.
}

void Feed::Take(const std::string& bytes) {
  common::Change change;
  if (!change.ParseFromString(bytes)) return;
  if (change.sequence() > 0) options_.changed(change);
  const absl::MutexLock lock(&mutex_);
  ++messages_;
  if (change.sequence() == 0) {  // A heartbeat: nothing is on its way.
    current_ = true;
    return;
  }
  position_ = change.sequence();
  newest_token_ = change.change_set();
  if (!seen_.insert(newest_token_).second) return;
  seen_order_.push_back(newest_token_);
  if (seen_order_.size() <= kSeenTokens) return;
  seen_.erase(seen_order_.front());
  seen_order_.pop_front();
}

}  // namespace yaoshi::gateway

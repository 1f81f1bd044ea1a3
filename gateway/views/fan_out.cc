#include "gateway/views/fan_out.h"

#include <algorithm>
#include <utility>

namespace yaoshi::gateway {
namespace {

// What one part may take: a view is not worth waiting for longer.
constexpr std::chrono::milliseconds kPartBudget{2000};
constexpr size_t kMaxKept = 5000;

}  // namespace

// The answers of one view.
struct FanOut::Gathered {
  std::vector<PartAsk> asks;
  std::vector<Key> keys;
  std::vector<uint64_t> numbers;  // In asking_.
  std::function<void(std::vector<PartAnswer>)> done;
  absl::Mutex mutex;
  std::vector<PartAnswer> answers ABSL_GUARDED_BY(mutex);
  size_t missing ABSL_GUARDED_BY(mutex) = 0;
};

bool FanOut::MustAsk(const std::string& service, const WriteTokens& writes) const {
  const Feed* feed = feed_of_(service);
  if (feed == nullptr || !feed->current()) return true;
  const auto own = writes.find(service);
  return own != writes.end() && !feed->HasSeen(own->second);
}

std::string FanOut::TokenFor(const std::string& service, const WriteTokens& writes) const {
  const Feed* feed = feed_of_(service);
  const auto own = writes.find(service);
  if (own != writes.end() && (feed == nullptr || !feed->HasSeen(own->second))) return own->second;
  return feed == nullptr ? "" : feed->newest_token();
}

bool FanOut::TakeKept(const Key& key, bool must_be_fresh, PartAnswer& answer) {
  const absl::MutexLock lock(&mutex_);
  const auto found = kept_.find(key);
  if (found == kept_.end() || (must_be_fresh && !found->second.fresh)) return false;
  answer.known = true;
  answer.bytes = found->second.bytes;
  answer.answer_time = found->second.answer_time;
  return true;
}

void FanOut::Ask(std::vector<PartAsk> asks, const std::string& scope, const rpc::CallOptions& options,
                 const WriteTokens& writes, std::function<void(std::vector<PartAnswer>)> done) {
  auto gathered = std::make_shared<Gathered>();
  gathered->done = std::move(done);
  gathered->asks = std::move(asks);
  gathered->numbers.resize(gathered->asks.size());
  std::vector<size_t> to_ask;
  std::vector<rpc::CallOptions> how(gathered->asks.size(), options);
  std::vector<PartAnswer> answers;
  for (size_t i = 0; i < gathered->asks.size(); ++i) {
    const PartAsk& ask = gathered->asks[i];
    gathered->keys.push_back(ask.service + '\n' + ask.method + '\n' + scope + '\n' + ask.request);
    PartAnswer& answer = answers.emplace_back();
    answer.part = ask.part;
    answer.service = ask.service;
    how[i].consistency_token = TokenFor(ask.service, writes);
    how[i].timeout = std::min(options.timeout, kPartBudget);
    if (!MustAsk(ask.service, writes) && TakeKept(gathered->keys[i], /*must_be_fresh=*/true, answer)) continue;
    to_ask.push_back(i);
  }
  {
    const absl::MutexLock lock(&gathered->mutex);
    gathered->answers = answers;
    gathered->missing = to_ask.size();
  }
  if (to_ask.empty()) return gathered->done(std::move(answers));
  {
    const absl::MutexLock lock(&mutex_);
    for (const size_t i : to_ask) {
      gathered->numbers[i] = ++asked_;
      // Without its feed nobody would hear that an answer has become old.
      const Feed* feed = feed_of_(gathered->asks[i].service);
      if (feed != nullptr && feed->current()) asking_[asked_] = gathered->asks[i].basis;
    }
  }
  for (const size_t i : to_ask) {
    backends_.at(gathered->asks[i].service)
        .channel->CallBytes(gathered->asks[i].method, gathered->asks[i].request, how[i],
                            [this, gathered, i](const rpc::Reply& reply) { Add(gathered, i, reply); });
  }
}

void FanOut::Add(const std::shared_ptr<Gathered>& gathered, size_t index, const rpc::Reply& reply) {
  const PartAsk& ask = gathered->asks[index];
  PartAnswer answer;
  answer.part = ask.part;
  answer.service = ask.service;
  const bool absent = ask.may_be_absent && absl::IsNotFound(reply.status);
  answer.status = absent ? absl::OkStatus() : reply.status;
  answer.answer_time = clock_.Now();
  if (!answer.status.ok()) TakeKept(gathered->keys[index], /*must_be_fresh=*/false, answer);
  {
    const absl::MutexLock lock(&mutex_);
    const bool overtaken = asking_.erase(gathered->numbers[index]) == 0;
    if (answer.status.ok()) {
      answer.known = true;
      if (!absent) answer.bytes = reply.bytes;
      silent_since_.erase(ask.service);
      if (kept_.size() >= kMaxKept) kept_.clear();
      kept_[gathered->keys[index]] = {answer.bytes, answer.answer_time, ask.basis, !overtaken};
    } else if (!IsCallersFault(answer.status.code())) {
      answer.since = silent_since_.try_emplace(ask.service, clock_.Now()).first->second;
    }
  }
  std::vector<PartAnswer> all;
  {
    const absl::MutexLock lock(&gathered->mutex);
    gathered->answers[index] = std::move(answer);
    if (--gathered->missing > 0) return;
    all = std::move(gathered->answers);
  }
  gathered->done(std::move(all));
}

void FanOut::Apply(const FeedChange& change) {
  const absl::MutexLock lock(&mutex_);
  for (auto& [key, kept] : kept_) kept.fresh = kept.fresh && !Touches(change, kept.basis);
  absl::erase_if(asking_, [&](const auto& entry) { return Touches(change, entry.second); });
}

}  // namespace yaoshi::gateway

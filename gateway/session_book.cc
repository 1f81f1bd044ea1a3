#include "gateway/session_book.h"

#include <utility>

#include "common/ids/uuid.h"

namespace yaoshi::gateway {
namespace {

constexpr std::string_view kCollection = "sessions/";
constexpr size_t kMaxEnded = 200'000;   // More sign-outs than a city has in a week.
constexpr size_t kMaxHolders = 50'000;  // Sessions in use at a time; who is forgotten is asked for again.

// The id of "sessions/{id}" or "accounts/{id}".
std::string IdOf(std::string_view name) {
  return std::string(name.substr(name.find('/') + 1));
}

}  // namespace

bool SessionBook::ready() const {
  const absl::MutexLock lock(&mutex_);
  return ready_;
}

void SessionBook::SetReady() {
  const absl::MutexLock lock(&mutex_);
  ready_ = true;
}

void SessionBook::End(const std::string& session) {
  const absl::MutexLock lock(&mutex_);
  EndLocked(session);
}

void SessionBook::EndLocked(const std::string& session) {
  ++generation_;
  holders_.erase(session);
  if (!ended_.insert(session).second) return;
  ended_order_.push_back(session);
  if (ended_order_.size() <= kMaxEnded) return;
  ended_.erase(ended_order_.front());
  ended_order_.pop_front();
}

bool SessionBook::Ended(const std::string& session) const {
  const absl::MutexLock lock(&mutex_);
  return ended_.contains(session);
}

std::optional<SessionHolder> SessionBook::Find(const std::string& session) const {
  const absl::MutexLock lock(&mutex_);
  const auto found = holders_.find(session);
  return found == holders_.end() ? std::nullopt : std::optional(found->second);
}

uint64_t SessionBook::Generation() const {
  const absl::MutexLock lock(&mutex_);
  return generation_;
}

void SessionBook::Remember(const std::string& session, SessionHolder holder, uint64_t seen) {
  const absl::MutexLock lock(&mutex_);
  if (generation_ != seen) return;
  if (holders_.size() >= kMaxHolders) holders_.clear();
  holders_[session] = std::move(holder);
}

void SessionBook::Apply(const yaoshi::common::v1::Change& change) {
  if (change.type() == "session") return End(IdOf(change.name()));
  if (change.type() != "account") return;
  const std::string account = IdOf(change.name());
  const absl::MutexLock lock(&mutex_);
  ++generation_;
  absl::erase_if(holders_, [&](const auto& entry) { return entry.second.principal.account == account; });
}

std::string SessionBook::OldestName(Timestamp now) const {
  // A UUID of version 7 begins with the milliseconds of its time.
  const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(lifetime_).count();
  const int64_t milliseconds = std::max<int64_t>(0, now.micros / 1000 - age);
  std::string bytes(Uuid::kBytes, '\0');
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<char>(milliseconds >> (40 - 8 * i) & 0xff);
  return std::string(kCollection) + Uuid::FromBytes(bytes).value().ToString();
}

}  // namespace yaoshi::gateway

#include "gateway/throttle.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace yaoshi::gateway {

TokenBuckets::Bucket& TokenBuckets::Find(const std::string& key, Timestamp now) {
  const auto found = young_.find(key);
  if (found != young_.end()) return found->second;
  Bucket bucket{static_cast<double>(limits_.burst), now};
  if (const auto older = old_.find(key); older != old_.end()) bucket = older->second;
  if (young_.size() >= limits_.keys / 2) old_ = std::exchange(young_, {});
  return young_[key] = bucket;
}

std::optional<std::chrono::milliseconds> TokenBuckets::Take(std::string_view key, Timestamp now) {
  const absl::MutexLock lock(&mutex_);
  Bucket& bucket = Find(std::string(key), now);
  const double refill_micros = static_cast<double>(limits_.refill.count()) * 1000.0;
  // A clock that jumps back refills nothing.
  const double passed = static_cast<double>(std::max<int64_t>(0, now.micros - bucket.filled.micros));
  bucket.tokens = std::min<double>(limits_.burst, bucket.tokens + passed / refill_micros);
  bucket.filled = now;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return std::nullopt;
  }
  const double wait = (1 - bucket.tokens) * static_cast<double>(limits_.refill.count());
  return std::chrono::milliseconds(static_cast<int64_t>(std::ceil(wait)));
}

void TokenBuckets::Return(std::string_view key) {
  const absl::MutexLock lock(&mutex_);
  const auto found = young_.find(std::string(key));
  if (found == young_.end()) return;
  found->second.tokens = std::min<double>(limits_.burst, found->second.tokens + 1);
}

std::string AddressKey(std::string_view address) {
  in6_addr parsed{};
  const std::string text(address.substr(0, address.find('%')));  // Without a zone.
  if (inet_pton(AF_INET6, text.c_str(), &parsed) != 1 || IN6_IS_ADDR_V4MAPPED(&parsed)) return std::string(address);
  constexpr size_t kNetworkBytes = 8;
  return "v6 " + std::string(reinterpret_cast<const char*>(parsed.s6_addr), kNetworkBytes);
}

}  // namespace yaoshi::gateway

#include "gateway/memory.h"

#include <utility>

#include "fmt/format.h"

namespace yaoshi::gateway {
namespace {

std::string KeyOf(std::string_view account, std::string_view backend) {
  return fmt::format("{} {}", backend, account);
}

}  // namespace

void ConsistencyMemory::Remember(std::string_view account, std::string_view backend, std::string token) {
  const absl::MutexLock lock(&mutex_);
  if (young_.size() >= accounts_ / 2) old_ = std::exchange(young_, {});
  young_[KeyOf(account, backend)] = std::move(token);
}

std::string ConsistencyMemory::Recall(std::string_view account, std::string_view backend) const {
  const std::string key = KeyOf(account, backend);
  const absl::ReaderMutexLock lock(&mutex_);
  if (const auto found = young_.find(key); found != young_.end()) return found->second;
  const auto older = old_.find(key);
  return older == old_.end() ? "" : older->second;
}

}  // namespace yaoshi::gateway

#include "services/preapproval/past_books.h"

#include <fmt/format.h>

#include "absl/cleanup/cleanup.h"
#include "absl/time/time.h"

namespace yaoshi::preapproval {
namespace {

constexpr Timestamp kNewest{253'402'300'799'000'000};  // 9999-12-31T23:59:59Z: after every change.
constexpr size_t kMostBooks = 4;                       // Two dates of two lists.
constexpr size_t kMostCases = 20'000;                  // Of one that is kept: some 40 MB.

}  // namespace

Past WithoutBound(const rpc::Call& call, const Past& asked) {
  return {asked.as_of, asked.known_at >= call.now() ? kNewest : asked.known_at};
}

absl::StatusOr<std::shared_ptr<const CaseBook>> PastBooks::On(rpc::Call& call, const Past& asked,
                                                              const BookScope& scope) {
  const Past at = WithoutBound(call, asked);
  const std::string key = fmt::format("{}@{}@{}@{}", at.as_of.ToString(), at.known_at.micros, scope.list, scope.region);
  const uint64_t generation = days_.Of(at.as_of);
  {
    absl::MutexLock lock(&mutex_);
    // Of several that ask for the same at once, one fills the book. Who waits in vain fills one too, or is out of time.
    const auto free = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !filling_.contains(key); };
    mutex_.AwaitWithTimeout(absl::Condition(&free),
                            absl::FromChrono(call.deadline() - std::chrono::steady_clock::now()));
    const auto kept = kept_.find(key);
    if (kept != kept_.end() && kept->second.generation == generation) return kept->second.book;
    filling_.insert(key);
  }
  const absl::Cleanup filled = [&] {
    absl::MutexLock lock(&mutex_);
    filling_.erase(key);
  };
  ASSIGN_OR_RETURN(std::shared_ptr<const CaseBook> book, LoadPastBook(context_, call.session(), at, scope));
  if (book->size() > kMostCases) return book;
  absl::MutexLock lock(&mutex_);
  if (kept_.size() >= kMostBooks) kept_.clear();
  kept_[key] = {generation, book};
  return book;
}

}  // namespace yaoshi::preapproval

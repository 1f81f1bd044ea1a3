// Books of past days, from which lists are read page by page.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/preapproval/case_view.h"
#include "services/preapproval/context.h"
#include "services/preapproval/domain/day_generations.h"

namespace yaoshi::preapproval {

// Who asks what is known now gets all that has been numbered, also what was while the call came in: so what is kept
// under a day's generation that was read before holds everything that memory had then.
Past WithoutBound(const rpc::Call& call, const Past& asked);

// Keeps the books asked for lately until their day changes: the pages of a list, and the counts of an overview, ask for
// the same one. Thread-safe.
class PastBooks {
 public:
  // Both outlive this.
  PastBooks(const Context& context, const DayGenerations& days) : context_(context), days_(days) {}

  // Like ReadBook, for scopes of a list or a region.
  template <class F>
  auto Read(rpc::Call& call, const Moment& moment, const BookScope& scope, F read)
      -> decltype(read(std::declval<const CaseBook&>())) {
    if (!moment.past) return context_.memory.Read(read);
    ASSIGN_OR_RETURN(const std::shared_ptr<const CaseBook> book, On(call, moment.at, scope));
    return read(*book);
  }

 private:
  struct Kept {
    uint64_t generation = 0;
    std::shared_ptr<const CaseBook> book;
  };
  absl::StatusOr<std::shared_ptr<const CaseBook>> On(rpc::Call& call, const Past& asked, const BookScope& scope)
      ABSL_LOCKS_EXCLUDED(mutex_);

  const Context& context_;
  const DayGenerations& days_;
  absl::Mutex mutex_;
  std::map<std::string, Kept> kept_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> filling_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace yaoshi::preapproval

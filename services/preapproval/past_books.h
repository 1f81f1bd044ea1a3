// Books of past days, from which lists are read page by page.
#pragma once

#include <memory>
#include <utility>

#include "services/preapproval/case_view.h"
#include "services/preapproval/context.h"
#include "services/preapproval/kept_days.h"

namespace yaoshi::preapproval {

// The pages of a list, and the counts of an overview, ask for the same book. Thread-safe.
class PastBooks {
 public:
  // Both outlive this.
  PastBooks(const Context& context, const DayGenerations& days) : context_(context), kept_(days, kMost, &IsSmall) {}

  // Like ReadBook, for scopes of a list or a region.
  template <class F>
  auto Read(rpc::Call& call, const Moment& moment, const BookScope& scope, F read)
      -> decltype(read(std::declval<const CaseBook&>())) {
    if (!moment.past) return context_.memory.Read(read);
    ASSIGN_OR_RETURN(const std::shared_ptr<const CaseBook> book,
                     kept_.On(call.now(), moment.at, scope.list + '@' + scope.region,
                              [&](const Past& at) { return LoadPastBook(context_, call.session(), at, scope); }));
    return read(*book);
  }

 private:
  static constexpr size_t kMost = 4;            // Two dates of two lists.
  static constexpr size_t kMostCases = 20'000;  // Of one that is kept: some 40 MB.
  static bool IsSmall(const CaseBook& book) { return book.size() <= kMostCases; }

  const Context& context_;
  KeptDays<CaseBook> kept_;
};

}  // namespace yaoshi::preapproval

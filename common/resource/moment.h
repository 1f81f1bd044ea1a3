// The points in time that reads and writes of a service ask for (architecture §4): when a fact was true (as_of), and
// what the system knew of it (known_at).
#pragma once

#include <chrono>
#include <string>

#include "absl/status/statusor.h"
#include "common/calendar/clock.h"
#include "common/calendar/date.h"
#include "common/db/session.h"
#include "common/rpc/call.h"

namespace yaoshi::resource {

// Which past is asked for.
struct Past {
  Date as_of;
  Timestamp known_at;
  std::chrono::steady_clock::time_point deadline = db::Session::kNoDeadline;  // When nobody waits for the answer.
};

// The point in time that a read asks for.
struct Moment {
  Past at;            // as_of and known_at with their defaults filled in.
  bool past = false;  // True when memory cannot answer.
};
// INVALID_FIELDS when as_of or known_at lies in the future: facts are not dated in the future.
absl::StatusOr<Moment> MomentOf(const rpc::Call& call, const std::string& as_of, const std::string& known_at);

// For ServiceBuilder::Either: requests of the past need the database.
template <class Request>
bool IsPast(const rpc::Call& call, const Request& request) {
  const auto moment = MomentOf(call, request.as_of(), request.known_at());
  return moment.ok() && moment->past;
}

// The date of a write: `effective_on`, or today. INVALID_FIELDS when it lies in the future.
absl::StatusOr<Date> EffectiveDate(const rpc::Call& call, const std::string& effective_on);

// What the tokens of a caller's pages are bound to.
std::string PrincipalScope(const rpc::Call& call);

}  // namespace yaoshi::resource

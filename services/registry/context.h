// What the handlers of the registry share.
#pragma once

#include <string>
#include <string_view>

#include "common/db/session.h"
#include "common/feed/transact.h"
#include "common/page/page_token.h"
#include "common/rpc/call.h"
#include "services/registry/domain/project.h"
#include "services/registry/gate_client.h"
#include "services/registry/memory.h"
#include "services/registry/store/project_store.h"

namespace yaoshi::registry {

struct Context {
  Memory& memory;
  feed::Writer& writer;
  const PageTokens& tokens;
  const References& directory;
  db::Options database;  // For streams, which have no worker's session.
  const StartGate& gate;
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

// The region that a read covers: the one asked for, bounded by the caller's reach; "" is everything.
// REGION_NOT_FOUND when the caller may not read it.
absl::StatusOr<std::string> ScopeOf(const rpc::Call& call, const std::string& region, const References& directory);

// What the tokens of a caller's pages are bound to.
std::string PrincipalScope(const rpc::Call& call);

// The date of a write: `effective_on`, or today. INVALID_FIELDS when it lies in the future.
absl::StatusOr<Date> EffectiveDate(const rpc::Call& call, const std::string& effective_on);

}  // namespace yaoshi::registry

// What the handlers of preapproval share.
#pragma once

#include <string>

#include "common/db/session.h"
#include "common/feed/transact.h"
#include "common/page/page_token.h"
#include "common/resource/moment.h"
#include "common/rpc/call.h"
#include "services/preapproval/memory.h"

namespace yaoshi::preapproval {

using resource::EffectiveDate;
using resource::IsPast;
using resource::Moment;
using resource::MomentOf;
using resource::Past;
using resource::PrincipalScope;

// All of them outlive the handlers.
struct Context {
  const Memory& memory;
  feed::Writer& writer;
  const PageTokens& tokens;
  db::Options database;  // For threads and streams, which have no worker's session.
};

// The region that a read covers: the one asked for, bounded by the caller's reach; "" is everything.
// REGION_NOT_FOUND when the caller may not read it.
absl::StatusOr<std::string> ScopeOf(const rpc::Call& call, const std::string& region);

// "organizations/{id}" of the caller, as resources name it; empty for callers without one.
std::string UnitOf(const rpc::Call& call);

}  // namespace yaoshi::preapproval

// What the handlers of the registry share.
#pragma once

#include <string>
#include <string_view>

#include "common/db/session.h"
#include "common/feed/transact.h"
#include "common/page/page_token.h"
#include "common/resource/moment.h"
#include "common/rpc/call.h"
#include "services/registry/domain/project.h"
#include "services/registry/gate_client.h"
#include "services/registry/memory.h"
#include "services/registry/store/project_store.h"

namespace yaoshi::registry {

using resource::EffectiveDate;
using resource::IsPast;
using resource::Moment;
using resource::MomentOf;
using resource::Past;
using resource::PrincipalScope;

struct Context {
  Memory& memory;
  feed::Writer& writer;
  const PageTokens& tokens;
  const References& directory;
  db::Options database;  // For streams, which have no worker's session.
  const StartGate& gate;
};

// The region that a read covers: the one asked for, bounded by the caller's reach; "" is everything.
// REGION_NOT_FOUND when the caller may not read it.
absl::StatusOr<std::string> ScopeOf(const rpc::Call& call, const std::string& region, const References& directory);

}  // namespace yaoshi::registry

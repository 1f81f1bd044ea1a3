// The ChangeFeed service, the same in every service of the suite.
#pragma once

#include "common/db/session.h"
#include "common/feed/engine.h"
#include "common/rpc/service.h"

namespace yaoshi::feed {

// `engine` must outlive the server. Each subscription reads with a session of its own, made from `database`.
rpc::BoundService BindChangeFeed(Engine& engine, const db::Options& database);

}  // namespace yaoshi::feed

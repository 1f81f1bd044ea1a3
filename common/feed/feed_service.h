// The ChangeFeed service, the same in every service of the suite.
#pragma once

#include <string>
#include <vector>

#include "common/db/session.h"
#include "common/feed/engine.h"
#include "common/rpc/service.h"

namespace yaoshi::feed {

// `engine` must outlive the server. Each subscription reads with a session of its own, made from `database`. `types`
// are those of the service's resources: a subscription to another one is refused.
rpc::BoundService BindChangeFeed(Engine& engine, const db::Options& database, const std::vector<std::string>& types);

}  // namespace yaoshi::feed

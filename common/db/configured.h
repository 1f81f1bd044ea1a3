// The database that a service's flags name.
#pragma once

#include "absl/status/statusor.h"
#include "common/config/server_config.h"
#include "common/db/session.h"

namespace yaoshi::db {

// A host of the form unix:///path is a socket, host:port a server. Fails when the password's file cannot be read.
absl::StatusOr<Options> ConfiguredDatabase(const config::ServerConfig& config);

}  // namespace yaoshi::db

// Forward-only schema migrations. Each is a file NNNN_name.sql of DDL statements that can be run again; the build puts
// the files into the binary (yaoshi_migrations).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "common/db/session.h"

namespace yaoshi::db {

struct Migration {
  std::string_view name;  // "0001_feed.sql"
  std::string_view sql;   // Statements, each ending in ";\n".
};

// Applies those of `migrations` that this schema does not have yet, in order. Two that run at once take turns by a
// lease row. An interrupted run is taken up again. Errors name the migration and the statement's number.
absl::Status Migrate(Session& session, std::span<const Migration> migrations, const Clock& clock);

// For the session that migrates: DDL on a large table may take hours, and cutting it off helps nobody.
Options MigrationOptions(Options options);

}  // namespace yaoshi::db

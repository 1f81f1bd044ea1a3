// A real database for store and service tests: one schema per test process, dropped at its end.
//
//   const db::Options& options = testing::TestDatabase(registry::Migrations());
//   db::Session session(options);
//
// The server is the one whose socket YAOSHI_TEST_DATABASE names (user root, no password); without that variable the
// process starts a private one. Tests of one process share the schema: they choose names of their own.
#pragma once

#include <span>
#include <string>

#include "common/db/migrate.h"
#include "common/db/session.h"

namespace yaoshi::testing {

// The options of this process's schema, made and migrated at the first call; later calls apply what `migrations` has
// more. Aborts with the reason when that fails. Call it from the main thread, before other threads use sessions.
const db::Options& TestDatabase(std::span<const db::Migration> migrations);

// The tables of versions and copies, joined by commas, whose statistics are counted in the background: a plan may be
// made from those of before an import. "" is what a service's test wants.
std::string LateStatistics(db::Session& session);

}  // namespace yaoshi::testing

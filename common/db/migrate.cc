#include "common/db/migrate.h"

#include <fmt/format.h>

#include <set>
#include <thread>

#include "common/db/status.h"
#include "common/db/write.h"
#include "common/status/status.h"

namespace yaoshi::db {
namespace {

constexpr std::string_view kCreateTables[] = {
    "CREATE TABLE IF NOT EXISTS schema_migration (name VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT "
    "NULL, "
    "applied_at DATETIME(6) NOT NULL, PRIMARY KEY (name)) ENGINE=InnoDB",
    "CREATE TABLE IF NOT EXISTS migration_lease (id TINYINT NOT NULL, holder BINARY(16) NOT NULL, "
    "until_at DATETIME(6) NOT NULL, PRIMARY KEY (id)) ENGINE=InnoDB",
};
constexpr std::string_view kMakeLease =
    "INSERT INTO migration_lease (id, holder, until_at) VALUES (1, ?, '2000-01-01') "
    "ON DUPLICATE KEY UPDATE id = VALUES(id)";
constexpr std::string_view kTakeLease =
    "UPDATE migration_lease SET holder = ?, until_at = ? WHERE id = 1 AND until_at < ?";
constexpr std::string_view kRenewLease = "UPDATE migration_lease SET until_at = ? WHERE id = 1 AND holder = ?";
constexpr std::string_view kGiveLease =
    "UPDATE migration_lease SET until_at = '2000-01-01' WHERE id = 1 AND holder = ?";
constexpr std::string_view kApplied = "SELECT name FROM schema_migration";
constexpr std::string_view kRecord = "INSERT INTO schema_migration (name, applied_at) VALUES (?, ?)";

constexpr int64_t kLeaseMicros = 60'000'000;
constexpr int kLeaseTries = 650;  // × 100 ms: somewhat longer than a dead holder's lease lasts.

// Two that begin at once may be each other's deadlock.
absl::Status MakeLease(Session& session, const Uuid& holder) {
  return RunTransaction(session, std::chrono::steady_clock::now() + std::chrono::seconds(30),
                        [&](Session& tx) { return tx.Execute(kMakeLease, {holder}).status(); });
}

absl::Status TakeLease(Session& session, const Uuid& holder, const Clock& clock) {
  RETURN_IF_ERROR(MakeLease(session, holder));
  for (int i = 0; i < kLeaseTries; ++i) {
    const Timestamp now = clock.Now();
    ASSIGN_OR_RETURN(const int64_t taken,
                     session.Execute(kTakeLease, {holder, Timestamp{now.micros + kLeaseMicros}, now}));
    if (taken == 1) return absl::OkStatus();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return Error(absl::StatusCode::kUnavailable, "MIGRATION_RUNNING",
               "Another migration holds the lease; wait for it or look for a stuck process.");
}

absl::Status RenewLease(Session& session, const Uuid& holder, const Clock& clock) {
  ASSIGN_OR_RETURN(const int64_t held,
                   session.Execute(kRenewLease, {Timestamp{clock.Now().micros + kLeaseMicros}, holder}));
  if (held == 1) return absl::OkStatus();
  return Error(absl::StatusCode::kAborted, "MIGRATION_RUNNING",
               "This migration took so long that another one began; let that one finish, then run this again.");
}

absl::Status Apply(Session& session, const Migration& migration, const Uuid& holder, const Clock& clock) {
  std::string_view rest = migration.sql;
  for (int number = 1; !rest.empty(); ++number) {
    const size_t end = rest.find(";\n");
    const std::string_view statement = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 2);
    if (statement.find_first_not_of(" \n\t;") == std::string_view::npos) continue;
    RETURN_IF_ERROR(RenewLease(session, holder, clock));
    if (const absl::Status done = session.Run(statement); !done.ok()) {
      return Error(done.code(), "MIGRATION_FAILED",
                   fmt::format("Statement {} of {} failed with the database's error {}; mend the cause and run the "
                               "migration again.",
                               number, migration.name, CodeOf(done)));
    }
  }
  return session.Execute(kRecord, {migration.name, clock.Now()}).status();
}

absl::Status ApplyAll(Session& session, std::span<const Migration> migrations, const Uuid& holder, const Clock& clock) {
  std::set<std::string> applied;
  {
    ASSIGN_OR_RETURN(Rows rows, session.Query(kApplied));
    while (rows.Next()) applied.insert(rows.Text(1));
  }
  for (const Migration& migration : migrations) {
    if (applied.contains(std::string(migration.name))) continue;
    RETURN_IF_ERROR(Apply(session, migration, holder, clock));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Migrate(Session& session, std::span<const Migration> migrations, const Clock& clock) {
  for (const std::string_view sql : kCreateTables) RETURN_IF_ERROR(session.Run(sql));
  const Uuid holder = Uuid::New(clock);
  RETURN_IF_ERROR(TakeLease(session, holder, clock));
  const absl::Status applied = ApplyAll(session, migrations, holder, clock);
  const absl::Status given = session.Execute(kGiveLease, {holder}).status();
  return applied.ok() ? given : applied;
}

Options MigrationOptions(Options options) {
  options.statement_timeout_seconds = 0;
  options.read_timeout_seconds = 7 * 24 * 3600;
  return options;
}

}  // namespace yaoshi::db

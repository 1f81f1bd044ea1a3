// What a migration of cases is beside its version in the feed: the previews that its page shows, the cases that it
// covers, packed by the thousand, and the change set that made it true.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/session.h"
#include "common/ids/uuid.h"

namespace yaoshi::preapproval {

// A case that a migration moves, and the digest of what was previewed for it.
struct MigratedCase {
  static constexpr size_t kDigestBytes = 16;
  Uuid project;
  std::string digest;  // kDigestBytes bytes.
  friend bool operator==(const MigratedCase&, const MigratedCase&) = default;
};

// Inserts what belongs to the first version of a migration, which the same transaction writes to the feed.
absl::Status InsertCaseMigration(db::Session& tx, const Uuid& id, const Uuid& change_set, const std::string& region,
                                 const std::string& previews, std::span<const MigratedCase> cases);
// "" when there is no such migration.
absl::StatusOr<std::string> LoadMigrationPreviews(db::Session& session, const Uuid& id);
// In the order in which they were inserted.
absl::StatusOr<std::vector<MigratedCase>> LoadMigratedCases(db::Session& session, const Uuid& id);
// The set that made it true; nil before.
absl::StatusOr<Uuid> LoadAppliedSet(db::Session& session, const Uuid& id);
absl::Status SetAppliedSet(db::Session& tx, const Uuid& id, const Uuid& applied);
// Nobody will take it back any more.
absl::Status DeleteMigratedCases(db::Session& tx, const Uuid& id);

// The first of these projects whose case or procedures have a committed version behind a change set, if any.
absl::StatusOr<std::optional<Uuid>> FirstMovedSince(db::Session& session, const std::vector<Uuid>& projects,
                                                    const Uuid& change_set);

// The newest versions of migrations, newest first.
struct CaseMigrationQuery {
  std::string region;  // The code and those that it covers; "": all.
  Uuid after;          // The last of the page before; nil: from the first.
  int limit = 0;
};
struct CaseMigrationRow {
  Uuid id;
  std::string body;  // v1::CaseMigration.
};
absl::StatusOr<std::vector<CaseMigrationRow>> ListCaseMigrations(db::Session& session, const CaseMigrationQuery& query);

}  // namespace yaoshi::preapproval

#include "services/preapproval/store/case_migration_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/status/status.h"
#include "services/preapproval/store/case_store.h"

namespace yaoshi::preapproval {
namespace {

constexpr std::string_view kInsert =
    "INSERT INTO case_migration (id, change_set_id, applied_set_id, region, previews) VALUES (?, ?, NULL, ?, ?)";
constexpr std::string_view kInsertPart =
    "INSERT INTO case_migration_part (case_migration_id, part, cases) VALUES (?, ?, ?)";
constexpr std::string_view kSelectPreviews = "SELECT previews FROM case_migration WHERE id = ?";
constexpr std::string_view kSelectParts =
    "SELECT cases FROM case_migration_part WHERE case_migration_id = ? ORDER BY part";
constexpr std::string_view kDeleteParts = "DELETE FROM case_migration_part WHERE case_migration_id = ?";
constexpr std::string_view kSelectApplied =
    "SELECT applied_set_id FROM case_migration WHERE id = ? AND applied_set_id IS NOT NULL";
constexpr std::string_view kSetApplied = "UPDATE case_migration SET applied_set_id = ? WHERE id = ?";
// Versions of a table behind a set: what the sequencer has not numbered yet is behind it, too.
// Values: projects, the set, the set.
constexpr std::string_view kMovedSince =
    "SELECT p.project_id FROM {0} p JOIN change_set c ON c.id = p.change_set_id AND c.committed = 1 "
    "LEFT JOIN feed f ON f.change_set_id = p.change_set_id WHERE p.project_id IN {1} AND p.change_set_id <> ? "
    "AND (f.first_sequence IS NULL OR f.first_sequence > (SELECT a.first_sequence FROM feed a "
    "WHERE a.change_set_id = ?)) ORDER BY p.project_id LIMIT 1";
constexpr std::string_view kList =
    "SELECT m.id, v.body FROM case_migration m JOIN resource_version v ON v.id = m.id "
    "JOIN change_set c ON c.id = v.change_set_id AND c.committed = 1 "
    "WHERE NOT EXISTS (SELECT 1 FROM resource_version n JOIN change_set d ON d.id = n.change_set_id "
    "AND d.committed = 1 WHERE n.id = v.id AND n.version > v.version)";

// A part stays far below what a packet of the database may hold.
constexpr size_t kCasesPerPart = 20'000;
constexpr size_t kPackedBytes = Uuid::kBytes + MigratedCase::kDigestBytes;
constexpr size_t kProjectsPerStatement = 100;

}  // namespace

absl::Status InsertCaseMigration(db::Session& tx, const Uuid& id, const Uuid& change_set, const std::string& region,
                                 const std::string& previews, std::span<const MigratedCase> cases) {
  RETURN_IF_ERROR(tx.Execute(kInsert, {id, change_set, region, previews}).status());
  for (int part = 0; !cases.empty(); ++part) {
    const size_t count = std::min(cases.size(), kCasesPerPart);
    std::string bytes;
    for (const MigratedCase& one : cases.first(count)) bytes += one.project.ToBytes() + one.digest;
    RETURN_IF_ERROR(tx.Execute(kInsertPart, {id, part, bytes}).status());
    cases = cases.subspan(count);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> LoadMigrationPreviews(db::Session& session, const Uuid& id) {
  ASSIGN_OR_RETURN(db::Rows rows, session.Query(kSelectPreviews, {id}));
  return rows.Next() ? rows.Text(1) : std::string();
}

absl::StatusOr<std::vector<MigratedCase>> LoadMigratedCases(db::Session& session, const Uuid& id) {
  ASSIGN_OR_RETURN(db::Rows rows, session.Query(kSelectParts, {id}));
  std::vector<MigratedCase> cases;
  while (rows.Next()) {
    const std::string part = rows.Text(1);
    std::string_view bytes = part;
    for (; bytes.size() >= kPackedBytes; bytes.remove_prefix(kPackedBytes)) {
      MigratedCase& one = cases.emplace_back();
      ASSIGN_OR_RETURN(one.project, Uuid::FromBytes(bytes.substr(0, Uuid::kBytes)));
      one.digest = bytes.substr(Uuid::kBytes, MigratedCase::kDigestBytes);
    }
  }
  return cases;
}

absl::StatusOr<Uuid> LoadAppliedSet(db::Session& session, const Uuid& id) {
  ASSIGN_OR_RETURN(db::Rows rows, session.Query(kSelectApplied, {id}));
  return rows.Next() ? rows.Id(1) : Uuid();
}

absl::Status SetAppliedSet(db::Session& tx, const Uuid& id, const Uuid& applied) {
  return tx.Execute(kSetApplied, {applied, id}).status();
}

absl::Status DeleteMigratedCases(db::Session& tx, const Uuid& id) {
  return tx.Execute(kDeleteParts, {id}).status();
}

absl::StatusOr<std::optional<Uuid>> FirstMovedSince(db::Session& session, const std::vector<Uuid>& projects,
                                                    const Uuid& change_set) {
  for (size_t begin = 0; begin < projects.size(); begin += kProjectsPerStatement) {
    const auto piece = std::span(projects).subspan(begin, std::min(kProjectsPerStatement, projects.size() - begin));
    db::Values values(piece.begin(), piece.end());
    values.insert(values.end(), {change_set, change_set});
    for (const char* table : {"case_version", "procedure_version"}) {
      ASSIGN_OR_RETURN(db::Rows rows,
                       session.Query(fmt::format(kMovedSince, table, db::Placeholders(1, piece.size())), values));
      if (rows.Next()) return std::optional<Uuid>(rows.Id(1));
    }
  }
  return std::optional<Uuid>();
}

absl::StatusOr<std::vector<CaseMigrationRow>> ListCaseMigrations(db::Session& session,
                                                                 const CaseMigrationQuery& query) {
  std::string sql(kList);
  db::Values values;
  if (!query.region.empty()) {
    sql += " AND m.region LIKE ?";
    values.emplace_back(RegionPrefix(query.region) + "%");
  }
  if (!query.after.nil()) {
    sql += " AND m.id < ?";
    values.emplace_back(query.after);
  }
  sql += " ORDER BY m.id DESC LIMIT ?";
  values.emplace_back(query.limit);
  ASSIGN_OR_RETURN(db::Rows rows, session.Query(sql, values));
  std::vector<CaseMigrationRow> migrations;
  while (rows.Next()) migrations.push_back({rows.Id(1), rows.Text(2)});
  return migrations;
}

}  // namespace yaoshi::preapproval

#include "services/preapproval/store/case_migration_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/status/status.h"
#include "services/preapproval/store/case_store.h"

namespace yaoshi::preapproval {
namespace {

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
constexpr size_t kProjectsPerStatement = 100;

}  // namespace

std::string Pack(std::span<const MigratedCase> cases) {
  std::string bytes;
  bytes.reserve(cases.size() * MigratedCase::kPackedBytes);
  for (const MigratedCase& one : cases) bytes.append(one.project.ToBytes()).append(one.digest);
  return bytes;
}

absl::StatusOr<std::vector<MigratedCase>> UnpackMigratedCases(std::string_view bytes) {
  std::vector<MigratedCase> cases;
  cases.reserve(bytes.size() / MigratedCase::kPackedBytes);
  for (; bytes.size() >= MigratedCase::kPackedBytes; bytes.remove_prefix(MigratedCase::kPackedBytes)) {
    MigratedCase& one = cases.emplace_back();
    ASSIGN_OR_RETURN(one.project, Uuid::FromBytes(bytes.substr(0, Uuid::kBytes)));
    one.digest = bytes.substr(Uuid::kBytes, MigratedCase::kDigestBytes);
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

}  // namespace yaoshi::preapproval

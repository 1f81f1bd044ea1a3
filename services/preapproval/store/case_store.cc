#include "services/preapproval/store/case_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <span>

#include "common/feed/change_set.h"
#include "common/status/status.h"
#include "services/preapproval/convert.h"
#include "services/preapproval/store/copy_store.h"

namespace yaoshi::preapproval {
namespace {

using db::Rows;
using db::Session;
using db::Value;
using db::Values;

constexpr size_t kRowsPerStatement = 100;  // Few texts, so that their prepared statements stay cached.

// Held until the transaction ends: whoever comes next begins with what this one left.
constexpr std::string_view kRaiseGuards = "INSERT INTO case_guard (project_id, moves) VALUES ";
constexpr std::string_view kOrRaise = " ON DUPLICATE KEY UPDATE moves = moves + 1";
constexpr std::string_view kStagedCase =
    "SELECT v.name FROM resource_version v JOIN change_set c ON c.id = v.change_set_id AND c.committed = 0 "
    "WHERE v.id IN {} LIMIT 1";
constexpr std::string_view kInsertCases =
    "INSERT INTO case_version (id, version, change_set_id, project_id, effective_on, region, template, opened_on, "
    "closed_on, target_start_on) VALUES ";
constexpr std::string_view kInsertProcedures =
    "INSERT INTO procedure_version (id, version, change_set_id, project_id, code, effective_on, region, department, "
    "state, last_move, submitted_on, accepted_on, decided_on, valid_until) VALUES ";
constexpr std::string_view kAllProcedures =
    "SELECT p.project_id, p.code, p.version, v.body, p.effective_on FROM procedure_version p "
    "JOIN change_set c ON c.id = p.change_set_id AND c.committed = 1 "
    "JOIN resource_version v ON v.id = p.id AND v.version = p.version AND v.change_set_id = p.change_set_id "
    "WHERE p.project_id IN {} ORDER BY p.project_id, p.code, p.version";
constexpr std::string_view kNewestCases =
    "SELECT p.project_id, '' AS code, p.version, v.body, p.effective_on FROM case_version p "
    "JOIN change_set c ON c.id = p.change_set_id AND c.committed = 1 "
    "JOIN resource_version v ON v.id = p.id AND v.version = p.version AND v.change_set_id = p.change_set_id "
    "WHERE p.project_id IN {} AND NOT EXISTS (SELECT 1 FROM case_version n "
    "JOIN change_set d ON d.id = n.change_set_id AND d.committed = 1 WHERE n.id = p.id AND n.version > p.version) "
    "ORDER BY p.project_id";
// Values: known_at, projects, as_of, known_at, as_of.
constexpr std::string_view kAsOf =
    "SELECT p.project_id, {0} AS code, p.version, v.body, p.effective_on FROM {1} p "
    "JOIN feed f ON f.change_set_id = p.change_set_id AND f.recorded_at <= ? "
    "JOIN resource_version v ON v.id = p.id AND v.version = p.version AND v.change_set_id = p.change_set_id "
    "WHERE p.project_id IN {2} AND p.effective_on <= ? AND NOT EXISTS (SELECT 1 FROM {1} n "
    "JOIN feed g ON g.change_set_id = n.change_set_id AND g.recorded_at <= ? WHERE n.id = p.id AND n.effective_on <= ? "
    "AND (n.effective_on > p.effective_on OR (n.effective_on = p.effective_on AND n.version > p.version))) "
    "ORDER BY p.project_id, code";
// Values: known_at, the region's prefix, as_of.
constexpr std::string_view kCaseProjects =
    "SELECT DISTINCT p.project_id FROM case_version p JOIN feed f ON f.change_set_id = p.change_set_id "
    "AND f.recorded_at <= ? WHERE p.region LIKE ? AND p.effective_on <= ? ORDER BY p.project_id";
// Values: projects, known_at, as_of, known_at, as_of.
constexpr std::string_view kProjectCopies =
    "SELECT p.project_id, p.version FROM project_copy p WHERE p.project_id IN {} AND p.known_at <= ? "
    "AND p.effective_on <= ? AND NOT EXISTS (SELECT 1 FROM project_copy n WHERE n.project_id = p.project_id "
    "AND n.known_at <= ? AND n.effective_on <= ? AND (n.effective_on > p.effective_on OR "
    "(n.effective_on = p.effective_on AND n.version > p.version)))";
// Values: lists, known_at, as_of, known_at, as_of.
constexpr std::string_view kEntryCopies =
    "SELECT p.list, p.project_id, p.effective_on FROM entry_copy p WHERE p.list IN {} AND p.known_at <= ? "
    "AND p.effective_on <= ? AND p.listed = 1 AND NOT EXISTS (SELECT 1 FROM entry_copy n WHERE n.id = p.id "
    "AND n.known_at <= ? AND n.effective_on <= ? AND (n.effective_on > p.effective_on OR "
    "(n.effective_on = p.effective_on AND n.version > p.version))) ORDER BY p.project_id";
constexpr std::string_view kSelectBodies = "SELECT id, version, body FROM resource_version WHERE (";

Value Optional(const std::optional<Date>& date) {
  return date ? Value(*date) : Value(nullptr);
}

// Runs `work` over pieces of `items` that one statement takes.
template <class T, class F>
absl::Status InPieces(const std::vector<T>& items, F work) {
  for (size_t begin = 0; begin < items.size(); begin += kRowsPerStatement) {
    RETURN_IF_ERROR(work(std::span(items).subspan(begin, std::min(kRowsPerStatement, items.size() - begin))));
  }
  return absl::OkStatus();
}

Values IdsOf(std::span<const Uuid> projects) {
  return Values(projects.begin(), projects.end());
}

void Take(Rows rows, std::vector<StoredBody>& bodies) {
  while (rows.Next()) bodies.push_back({rows.Id(1), rows.Text(2), rows.Int(3), rows.Text(4), rows.Day(5)});
}

absl::StatusOr<std::vector<StoredBody>> LoadAsOf(Session& session, std::string_view table, std::string_view code,
                                                 const std::vector<Uuid>& projects, const resource::Past& at) {
  std::vector<StoredBody> bodies;
  RETURN_IF_ERROR(InPieces(projects, [&](std::span<const Uuid> piece) -> absl::Status {
    Values values = {at.known_at};
    for (const Uuid& project : piece) values.emplace_back(project);
    values.insert(values.end(), {at.as_of, at.known_at, at.as_of});
    ASSIGN_OR_RETURN(Rows rows,
                     session.Query(fmt::format(kAsOf, code, table, db::Placeholders(1, piece.size())), values));
    Take(std::move(rows), bodies);
    return absl::OkStatus();
  }));
  return bodies;
}

absl::StatusOr<std::vector<StoredBody>> Load(Session& session, std::string_view statement,
                                             const std::vector<Uuid>& projects) {
  std::vector<StoredBody> bodies;
  RETURN_IF_ERROR(InPieces(projects, [&](std::span<const Uuid> piece) -> absl::Status {
    ASSIGN_OR_RETURN(Rows rows, session.Query(fmt::format(fmt::runtime(statement), db::Placeholders(1, piece.size())),
                                              IdsOf(piece)));
    Take(std::move(rows), bodies);
    return absl::OkStatus();
  }));
  return bodies;
}

}  // namespace

std::string CaseName(const Uuid& project) {
  return "cases/" + project.ToString();
}

std::string ProcedureName(const Uuid& project, std::string_view code) {
  return fmt::format("cases/{}/procedures/{}", project.ToString(), code);
}

std::string RegionPrefix(std::string region) {
  while (region.size() > 2 && region.ends_with("00")) region.resize(region.size() - 2);
  return region;
}

Uuid CaseId(const Uuid& project) {
  return feed::NamedId("case", CaseName(project));
}

Uuid ProcedureId(const Uuid& project, std::string_view code) {
  return feed::NamedId("procedure", ProcedureName(project, code));
}

absl::Status GuardCases(Session& tx, std::vector<Uuid> projects) {
  std::sort(projects.begin(), projects.end());
  projects.erase(std::unique(projects.begin(), projects.end()), projects.end());
  return InPieces(projects, [&](std::span<const Uuid> piece) -> absl::Status {
    Values values, ids;
    for (const Uuid& project : piece) {
      values.insert(values.end(), {project, 1});
      ids.emplace_back(CaseId(project));
    }
    RETURN_IF_ERROR(
        tx.Execute(fmt::format("{}{}{}", kRaiseGuards, db::Placeholders(piece.size(), 2), kOrRaise), values).status());
    ASSIGN_OR_RETURN(Rows staged, tx.Query(fmt::format(kStagedCase, db::Placeholders(1, ids.size())), ids));
    if (!staged.Next()) return absl::OkStatus();
    return WithRetryAfter(
        Error(
            absl::StatusCode::kAborted, "CHANGE_IN_PROGRESS",
            fmt::format("{} is part of a larger change that is under way; try again when it is done.", staged.Text(1)),
            {{"resource", staged.Text(1)}}),
        std::chrono::seconds(5));
  });
}

absl::Status InsertCases(Session& tx, const Uuid& change_set, const std::vector<CaseVersion>& cases) {
  return InPieces(cases, [&](std::span<const CaseVersion> piece) -> absl::Status {
    Values values;
    for (const auto& [subject, version] : piece) {
      values.insert(values.end(), {CaseId(subject.project), version, change_set, subject.project, subject.effective_on,
                                   subject.region, subject.template_name, subject.opened_on,
                                   Optional(subject.closed_on), Optional(subject.target_start_on)});
    }
    return tx.Execute(std::string(kInsertCases) + db::Placeholders(piece.size(), 10), values).status();
  });
}

absl::Status InsertProcedures(Session& tx, const Uuid& change_set, const std::vector<ProcedureVersion>& procedures) {
  return InPieces(procedures, [&](std::span<const ProcedureVersion> piece) -> absl::Status {
    Values values;
    for (const auto& [p, version] : piece) {
      values.insert(values.end(),
                    {ProcedureId(p.project, p.code), version, change_set, p.project, p.code, p.effective_on, p.region,
                     p.department, static_cast<int>(p.state), static_cast<int>(p.last_move), Optional(p.submitted_on),
                     Optional(p.accepted_on), Optional(p.decided_on),
                     Optional(p.approval ? p.approval->valid_until : std::nullopt)});
    }
    return tx.Execute(std::string(kInsertProcedures) + db::Placeholders(piece.size(), 14), values).status();
  });
}

absl::StatusOr<std::vector<StoredBody>> LoadProcedureVersions(Session& session, const std::vector<Uuid>& projects) {
  return Load(session, kAllProcedures, projects);
}

absl::StatusOr<std::vector<StoredBody>> LoadCases(Session& session, const std::vector<Uuid>& projects) {
  return Load(session, kNewestCases, projects);
}

absl::StatusOr<std::vector<StoredBody>> LoadCasesAsOf(Session& session, const std::vector<Uuid>& projects,
                                                      const resource::Past& at) {
  return LoadAsOf(session, "case_version", "''", projects, at);
}

absl::StatusOr<std::vector<StoredBody>> LoadProceduresAsOf(Session& session, const std::vector<Uuid>& projects,
                                                           const resource::Past& at) {
  return LoadAsOf(session, "procedure_version", "p.code", projects, at);
}

absl::StatusOr<std::vector<Uuid>> LoadCaseProjectsAsOf(Session& session, const std::string& region,
                                                       const resource::Past& at) {
  ASSIGN_OR_RETURN(Rows rows, session.Query(kCaseProjects, {at.known_at, RegionPrefix(region) + "%", at.as_of}));
  std::vector<Uuid> projects;
  while (rows.Next()) projects.push_back(rows.Id(1));
  return projects;
}

absl::StatusOr<std::vector<ProjectCopy>> LoadProjectCopiesAsOf(Session& session, const std::vector<Uuid>& projects,
                                                               const resource::Past& at) {
  std::vector<std::pair<Uuid, int64_t>> versions;
  std::vector<std::string> names;
  RETURN_IF_ERROR(InPieces(projects, [&](std::span<const Uuid> piece) -> absl::Status {
    Values values = IdsOf(piece);
    values.insert(values.end(), {at.known_at, at.as_of, at.known_at, at.as_of});
    ASSIGN_OR_RETURN(Rows rows, session.Query(fmt::format(kProjectCopies, db::Placeholders(1, piece.size())), values));
    while (rows.Next()) {
      names.push_back("projects/" + rows.Id(1).ToString());
      versions.emplace_back(CopyId("project_copy", names.back()), rows.Int(2));
    }
    return absl::OkStatus();
  }));
  ASSIGN_OR_RETURN(std::vector<std::string> bodies, LoadBodies(session, versions));
  std::vector<ProjectCopy> copies;
  for (size_t i = 0; i < bodies.size(); ++i) {
    feed::Version version;
    version.name = names[i];
    version.body = std::move(bodies[i]);
    ASSIGN_OR_RETURN(ProjectCopy copy, ProjectCopyOf(version));
    copies.push_back(std::move(copy));
  }
  return copies;
}

absl::StatusOr<std::vector<EntryCopy>> LoadEntryCopiesAsOf(Session& session, const std::vector<std::string>& lists,
                                                           const resource::Past& at) {
  std::vector<EntryCopy> entries;
  RETURN_IF_ERROR(InPieces(lists, [&](std::span<const std::string> piece) -> absl::Status {
    Values values(piece.begin(), piece.end());
    values.insert(values.end(), {at.known_at, at.as_of, at.known_at, at.as_of});
    ASSIGN_OR_RETURN(Rows rows, session.Query(fmt::format(kEntryCopies, db::Placeholders(1, piece.size())), values));
    while (rows.Next()) entries.push_back({rows.Text(1), rows.Id(2), true, rows.Day(3)});
    return absl::OkStatus();
  }));
  return entries;
}

absl::StatusOr<std::vector<std::string>> LoadBodies(Session& session,
                                                    const std::vector<std::pair<Uuid, int64_t>>& versions) {
  std::map<std::pair<Uuid, int64_t>, std::string> found;
  RETURN_IF_ERROR(InPieces(versions, [&](std::span<const std::pair<Uuid, int64_t>> piece) -> absl::Status {
    std::string text(kSelectBodies);
    Values values;
    for (const auto& [id, version] : piece) {
      text += values.empty() ? "(id = ? AND version = ?)" : " OR (id = ? AND version = ?)";
      values.insert(values.end(), {id, version});
    }
    ASSIGN_OR_RETURN(Rows rows, session.Query(text + ")", values));
    while (rows.Next()) found[{rows.Id(1), rows.Int(2)}] = rows.Text(3);
    return absl::OkStatus();
  }));
  std::vector<std::string> bodies;
  bodies.reserve(versions.size());
  for (const auto& version : versions) bodies.push_back(found[version]);
  return bodies;
}

}  // namespace yaoshi::preapproval

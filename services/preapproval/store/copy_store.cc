#include "services/preapproval/store/copy_store.h"

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <optional>
#include <set>

#include "common/db/status.h"
#include "common/db/write.h"
#include "common/status/status.h"
#include "services/preapproval/convert.h"

namespace yaoshi::preapproval {
namespace {

using common::v1::Change;

constexpr std::string_view kSource = "registry";
constexpr std::chrono::seconds kTransactionTime{20};

constexpr std::string_view kSelectCursor = "SELECT sequence, known_until FROM copy_cursor WHERE source = ?";
constexpr std::string_view kInsertCursor =
    "INSERT INTO copy_cursor (source, sequence, known_until) VALUES (?, 0, '1970-01-01')";
constexpr std::string_view kMoveCursor =
    "UPDATE copy_cursor SET sequence = ?, known_until = ? WHERE source = ? AND sequence = ?";
constexpr std::string_view kSelectVersions = "SELECT id, MAX(version) FROM resource_version WHERE id IN {} GROUP BY id";
// Of each project the plan of its latest date, last.
constexpr std::string_view kSelectPlans =
    "SELECT project_id, effective_on, planned_start_on FROM project_copy WHERE project_id IN {} "
    "ORDER BY project_id, effective_on, version";
constexpr std::string_view kInsertProjects =
    "INSERT INTO project_copy (project_id, version, change_set_id, effective_on, known_at, region, stage, "
    "planned_start_on, started_on, total_investment_fen) VALUES ";
constexpr std::string_view kInsertEntries =
    "INSERT INTO entry_copy (id, version, change_set_id, list, project_id, effective_on, known_at, listed) VALUES ";

feed::Version VersionOf(const Change& change) {
  feed::Version version;
  version.type = change.type() + "_copy";
  version.id = CopyId(version.type, change.name());
  version.name = change.name();
  version.version = change.version();
  version.effective_on = DateOr(change.effective_on(), Date());
  version.region = change.region();
  version.body = change.body();
  return version;
}

db::Value OrNull(const std::optional<Date>& date) {
  return date ? db::Value(*date) : db::Value(nullptr);
}

absl::Status InsertRows(db::Session& tx, std::string_view statement, size_t columns, const db::Values& values) {
  if (values.empty()) return absl::OkStatus();
  return tx.Execute(std::string(statement) + db::Placeholders(values.size() / columns, columns), values).status();
}

// The versions of `changes` that are not here yet, with their changes.
absl::StatusOr<std::vector<std::pair<feed::Version, const Change*>>> Missing(db::Session& session,
                                                                             std::span<const Change> changes) {
  std::vector<std::pair<feed::Version, const Change*>> versions;
  db::Values ids;
  for (const Change& change : changes) {
    versions.emplace_back(VersionOf(change), &change);
    ids.emplace_back(versions.back().first.id);
  }
  if (versions.empty()) return versions;
  ASSIGN_OR_RETURN(db::Rows rows, session.Query(fmt::format(kSelectVersions, db::Placeholders(1, ids.size())), ids));
  std::map<Uuid, int64_t> newest;
  while (rows.Next()) newest[rows.Id(1)] = rows.Int(2);
  std::erase_if(versions, [&](const auto& version) {
    const auto found = newest.find(version.first.id);
    return found != newest.end() && version.first.version <= found->second;
  });
  return versions;
}

// Facts of a project that come.
struct Arrival {
  ProjectCopy facts;
  const Change* change;
};

// Of what comes the latest facts by their date, each with what was planned before it. Before the rows are inserted.
absl::StatusOr<std::vector<CopiedProject>> LatestOf(db::Session& session, const std::vector<Arrival>& arrivals) {
  std::vector<CopiedProject> latest;
  if (arrivals.empty()) return latest;
  std::set<Uuid> projects;
  for (const Arrival& one : arrivals) projects.insert(one.facts.id);
  ASSIGN_OR_RETURN(db::Rows rows, session.Query(fmt::format(kSelectPlans, db::Placeholders(1, projects.size())),
                                                db::Values(projects.begin(), projects.end())));
  struct Plan {
    Date effective_on;
    std::optional<Date> start_on;
  };
  std::map<Uuid, Plan> known;
  while (rows.Next()) known[rows.Id(1)] = {rows.Day(2), rows.IsNull(3) ? std::nullopt : std::optional(rows.Day(3))};
  for (const auto& [facts, change] : arrivals) {
    const Plan plan{facts.effective_on, facts.planned_start_on};
    Plan& before = known.try_emplace(facts.id, plan).first->second;
    if (plan.effective_on < before.effective_on) continue;
    latest.push_back({facts, before.start_on, change->reason()});
    before = plan;
  }
  return latest;
}

// Writes the versions and their columns, and lets follow what follows.
absl::Status Copy(feed::Tx& tx, std::span<const Change> changes, const ProjectsCopied& copied) {
  ASSIGN_OR_RETURN(auto versions, Missing(tx.session(), changes));
  db::Values projects, entries;
  std::vector<Arrival> arrivals;
  for (auto& [version, change] : versions) {
    const Timestamp known_at = Timestamp::Parse(change->record_time()).value_or(tx.now());
    if (version.type == "project_copy") {
      ASSIGN_OR_RETURN(ProjectCopy project, ProjectCopyOf(version));
      projects.insert(projects.end(), {project.id, version.version, tx.change_set(), version.effective_on, known_at,
                                       project.region, project.stage, OrNull(project.planned_start_on),
                                       OrNull(project.started_on), project.total_investment_fen});
      arrivals.push_back({std::move(project), change});
    } else if (version.type == "entry_copy") {
      ASSIGN_OR_RETURN(const EntryCopy entry, EntryCopyOf(version));
      entries.insert(entries.end(), {version.id, version.version, tx.change_set(), entry.list, entry.project,
                                     version.effective_on, known_at, entry.listed});
    }
    tx.Put(std::move(version));
  }
  ASSIGN_OR_RETURN(const std::vector<CopiedProject> latest, LatestOf(tx.session(), arrivals));
  RETURN_IF_ERROR(InsertRows(tx.session(), kInsertProjects, 10, projects));
  RETURN_IF_ERROR(InsertRows(tx.session(), kInsertEntries, 8, entries));
  return copied && !latest.empty() ? copied(tx, latest) : absl::OkStatus();
}

}  // namespace

std::vector<std::string> CopiedTypes() {
  return {"organization", "project", "list", "entry"};
}

Uuid CopyId(std::string_view copy_type, std::string_view name) {
  return feed::NamedId(copy_type, name);
}

absl::StatusOr<CopyCursor> LoadCursor(db::Session& session) {
  const std::string source(kSource);
  ASSIGN_OR_RETURN(db::Rows rows, session.Query(kSelectCursor, {source}));
  if (rows.Next()) return CopyCursor{rows.Int(1), rows.Time(2)};
  const absl::Status made = session.Execute(kInsertCursor, {source}).status();
  if (!made.ok() && db::FailureOf(made) != db::Failure::kDuplicate) return made;
  return CopyCursor{};
}

absl::StatusOr<bool> SaveCopies(db::Session& session, Timestamp now, const CopyCursor& from, const CopyCursor& to,
                                std::span<const Change> changes, const ProjectsCopied& copied) {
  bool moved = false;
  const auto deadline = std::chrono::steady_clock::now() + kTransactionTime;
  const absl::Status done = db::RunTransaction(session, deadline, [&](db::Session& open) -> absl::Status {
    ASSIGN_OR_RETURN(const int64_t matched,
                     open.Execute(kMoveCursor, {to.sequence, to.known_until, kSource, from.sequence}));
    moved = matched == 1;
    if (!moved) return absl::OkStatus();
    feed::Tx tx(open, now, Uuid::New(SystemClock()));
    RETURN_IF_ERROR(Copy(tx, changes, copied));
    if (tx.versions().empty()) return absl::OkStatus();
    const feed::Author author{.account = std::string(kSource), .origin = "", .method = "", .reason = ""};
    return feed::Write(open, tx.change_set(), author, now, tx.versions());
  });
  RETURN_IF_ERROR(done);
  return moved;
}

}  // namespace yaoshi::preapproval

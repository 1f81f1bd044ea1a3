#include "services/registry/store/project_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "common/feed/change_set.h"
#include "common/status/status.h"

namespace yaoshi::registry {
namespace {

using db::Rows;
using db::Session;
using db::Value;
using db::Values;

constexpr size_t kRowsPerStatement = 100;

constexpr std::string_view kInsertProjects =
    "INSERT INTO project_version (id, version, change_set_id, effective_on, region, title, project_code, place, "
    "industry, "
    "field, nature, regime, stage, stage_since, owner_title, owner_credit_code, competent_department, "
    "responsible_unit, "
    "total_investment_fen, planned_start_on, planned_completion_on, started_on, completed_on) VALUES ";
constexpr std::string_view kInsertPlans =
    "INSERT INTO plan_version (id, version, change_set_id, year, planned_investment_fen) VALUES ";
constexpr std::string_view kInsertEntries =
    "INSERT INTO entry_version (id, version, change_set_id, effective_on, list, project_id, listed, kind, admitted_on) "
    "VALUES ";
constexpr std::string_view kInsertClaims =
    "INSERT INTO project_code_claim (project_code, project_id, change_set_id) VALUES ";
constexpr std::string_view kSelectClaims =
    "SELECT project_code, project_id FROM project_code_claim WHERE project_code IN ";
constexpr std::string_view kSelectBodies = "SELECT id, version, body FROM resource_version WHERE (";

// The newest version of each project that holds on a date and was known at a time. Values: known_at, as_of, known_at,
// as_of.
constexpr std::string_view kProjectsAsOf =
    "(SELECT v.*, (SELECT COALESCE(SUM(l.planned_investment_fen), 0) FROM plan_version l WHERE l.id = v.id "
    "AND l.version = v.version AND l.change_set_id = v.change_set_id AND l.year BETWEEN ? AND ?) AS "
    "planned_investment_fen "
    "FROM project_version v JOIN feed f ON f.change_set_id = v.change_set_id AND f.recorded_at <= ? "
    "WHERE v.effective_on <= ? AND NOT EXISTS (SELECT 1 FROM project_version n "
    "JOIN feed g ON g.change_set_id = n.change_set_id AND g.recorded_at <= ? WHERE n.id = v.id AND n.effective_on <= ? "
    "AND (n.effective_on > v.effective_on OR (n.effective_on = v.effective_on AND n.version > v.version)))) p";
// The projects on lists. Values: known_at, lists, as_of, known_at, as_of.
constexpr std::string_view kEntriesAsOf =
    "(SELECT x.project_id, MIN(x.id) AS id, MIN(x.version) AS version, MIN(x.kind) AS kind, "
    "MIN(x.admitted_on) AS admitted_on FROM entry_version x "
    "JOIN feed f ON f.change_set_id = x.change_set_id AND f.recorded_at <= ? "
    "WHERE x.list IN {} AND x.effective_on <= ? AND x.listed = 1 AND NOT EXISTS (SELECT 1 FROM entry_version n "
    "JOIN feed g ON g.change_set_id = n.change_set_id AND g.recorded_at <= ? WHERE n.id = x.id AND n.effective_on <= ? "
    "AND (n.effective_on > x.effective_on OR (n.effective_on = x.effective_on AND n.version > x.version))) "
    "GROUP BY x.project_id) e";

// One SELECT in the making: text and values grow together.
struct Sql {
  std::string text;
  Values values;
  void Add(std::string_view more) { text += more; }
  void Add(std::string_view more, std::initializer_list<Value> bound) {
    text += more;
    values.insert(values.end(), bound);
  }
  void Add(const filter::SqlText& more) {
    text += more.text;
    for (const filter::SqlValue& value : more.values) {
      std::visit([&](const auto& v) { values.emplace_back(v); }, value);
    }
  }
};

// "621100" → "6211": the codes within begin with it.
std::string RegionPrefix(std::string region) {
  while (region.size() > 2 && region.ends_with("00")) region.resize(region.size() - 2);
  return region;
}

// FROM … WHERE … of a query.
void AddSource(Sql& sql, const PastQuery& query, std::string_view more_joins = "") {
  sql.Add(" FROM ");
  const Value as_of = query.at.as_of, known_at = query.at.known_at;
  if (!query.lists.empty()) {
    sql.values.push_back(known_at);
    for (const std::string& list : query.lists) sql.values.emplace_back(list);
    sql.values.insert(sql.values.end(), {as_of, known_at, as_of});
    sql.Add(fmt::format(kEntriesAsOf, db::Placeholders(1, query.lists.size())));
    sql.Add(" JOIN ");
  }
  sql.Add(kProjectsAsOf, {query.first_year, query.last_year, known_at, as_of, known_at, as_of});
  if (!query.lists.empty()) sql.Add(" ON p.id = e.project_id");
  sql.Add(more_joins);
  sql.Add(" WHERE 1 = 1");
  if (!query.region.empty()) sql.Add(" AND p.region LIKE ?", {RegionPrefix(query.region) + "%"});
  if (query.filter != nullptr) {
    sql.Add(" AND ");
    sql.Add(filter::ToSql(*query.filter));
  }
}

// Inserts rows by `kRowsPerStatement`; `row` appends one row's values.
template <class T, class F>
absl::Status InsertMany(Session& tx, std::string_view sql, size_t columns, const std::vector<T>& items, F row) {
  for (size_t begin = 0; begin < items.size(); begin += kRowsPerStatement) {
    const size_t end = std::min(items.size(), begin + kRowsPerStatement);
    Values values;
    values.reserve((end - begin) * columns);
    for (size_t i = begin; i < end; ++i) row(items[i], values);
    RETURN_IF_ERROR(tx.Execute(std::string(sql) + db::Placeholders(end - begin, columns), values).status());
  }
  return absl::OkStatus();
}

Value Optional(const std::optional<Date>& date) {
  return date ? Value(*date) : Value(nullptr);
}

void AppendProject(const Uuid& change_set, const ProjectVersion& item, Values& values) {
  const Project& p = item.project;
  values.insert(values.end(), {p.id,
                               item.version,
                               change_set,
                               p.effective_on,
                               p.region,
                               p.title,
                               p.project_code,
                               p.place,
                               p.industry,
                               p.field,
                               p.nature,
                               p.regime,
                               static_cast<int>(p.stage),
                               p.stage_since,
                               p.owner_title,
                               p.owner_credit_code,
                               p.competent_department,
                               p.responsible_unit,
                               p.total_investment_fen,
                               Optional(p.planned_start_on),
                               Optional(p.planned_completion_on),
                               Optional(p.started_on),
                               Optional(p.completed_on)});
}

}  // namespace

Uuid EntryId(std::string_view list, const Uuid& project) {
  return feed::NamedId("entry", fmt::format("{}/{}", list, project.ToString()));
}

absl::Status InsertProjects(Session& tx, const Uuid& change_set, const std::vector<ProjectVersion>& projects) {
  RETURN_IF_ERROR(InsertMany(tx, kInsertProjects, 23, projects, [&](const ProjectVersion& item, Values& values) {
    AppendProject(change_set, item, values);
  }));
  std::vector<Values> plans;
  for (const ProjectVersion& item : projects) {
    for (const AnnualPlan& plan : item.project.annual_plans) {
      plans.push_back({item.project.id, item.version, change_set, plan.year, plan.planned_investment_fen});
    }
  }
  return InsertMany(tx, kInsertPlans, 5, plans,
                    [](const Values& plan, Values& values) { values.insert(values.end(), plan.begin(), plan.end()); });
}

absl::Status InsertEntries(Session& tx, const Uuid& change_set, const std::vector<EntryVersion>& entries) {
  return InsertMany(tx, kInsertEntries, 9, entries, [&](const EntryVersion& item, Values& values) {
    const Entry& e = item.entry;
    values.insert(values.end(), {EntryId(e.list, e.project), item.version, change_set, e.effective_on, e.list,
                                 e.project, e.listed, static_cast<int>(e.kind), e.admitted_on});
  });
}

absl::Status ClaimCodes(Session& tx, const Uuid& change_set, const std::vector<ProjectVersion>& projects) {
  std::map<std::string, Uuid> wanted;
  for (const ProjectVersion& item : projects) {
    const Project& p = item.project;
    if (p.project_code.empty()) continue;
    const auto [at, fresh] = wanted.emplace(p.project_code, p.id);
    if (!fresh && at->second != p.id) {
      return Error(absl::StatusCode::kAlreadyExists, "PROJECT_CODE_TAKEN",
                   fmt::format("Project code {} is given to two projects; correct one of them.", p.project_code),
                   {{"project_code", p.project_code}});
    }
  }
  if (wanted.empty()) return absl::OkStatus();
  Values codes;
  for (const auto& [code, id] : wanted) codes.emplace_back(code);
  {
    ASSIGN_OR_RETURN(Rows rows, tx.Query(std::string(kSelectClaims) + db::Placeholders(1, codes.size()), codes));
    while (rows.Next()) {
      const auto at = wanted.find(rows.Text(1));
      if (at == wanted.end()) continue;
      if (at->second != rows.Id(2)) {
        // Which one is not said: it may be one that the caller does not see.
        return Error(absl::StatusCode::kAlreadyExists, "PROJECT_CODE_TAKEN",
                     fmt::format("Project code {0} belongs to another project; correct the code, or look for that one "
                                 "with the filter project_code = \"{0}\" and merge the two.",
                                 rows.Text(1)),
                     {{"project_code", rows.Text(1)}});
      }
      wanted.erase(at);
    }
  }
  std::vector<std::pair<std::string, Uuid>> claims(wanted.begin(), wanted.end());
  return InsertMany(tx, kInsertClaims, 3, claims, [&](const auto& claim, Values& values) {
    values.insert(values.end(), {claim.first, claim.second, change_set});
  });
}

absl::StatusOr<absl::flat_hash_map<std::string, Uuid>> LoadCodeHolders(Session& session,
                                                                       const std::vector<std::string>& codes) {
  absl::flat_hash_map<std::string, Uuid> holders;
  if (codes.empty()) return holders;
  Values values;
  for (const std::string& code : codes) values.emplace_back(code);
  ASSIGN_OR_RETURN(Rows rows, session.Query(std::string(kSelectClaims) + db::Placeholders(1, codes.size()), values));
  while (rows.Next()) holders.emplace(rows.Text(1), rows.Id(2));
  return holders;
}

absl::StatusOr<PastPage> LoadPast(Session& session, const PastQuery& query, const std::vector<filter::OrderKey>& order,
                                  const PageQuery::Position* after, size_t limit, bool count) {
  const db::DeadlineScope until(session, query.at.deadline);
  PastPage page;
  const bool single_list = query.lists.size() == 1;
  if (count) {
    Sql sql;
    sql.Add("SELECT COUNT(*)");
    AddSource(sql, query);
    ASSIGN_OR_RETURN(Rows rows, session.Query(sql.text, sql.values));
    if (rows.Next()) page.total = rows.Int(1);
  }
  Sql sql;
  sql.Add("SELECT p.id, p.version, b.body, p.total_investment_fen, p.planned_investment_fen");
  if (!query.lists.empty()) sql.Add(", e.kind, e.admitted_on");
  if (single_list) sql.Add(", d.body");
  AddSource(sql, query,
            single_list ? " JOIN resource_version b ON b.id = p.id AND b.version = p.version "
                          "JOIN resource_version d ON d.id = e.id AND d.version = e.version"
                        : " JOIN resource_version b ON b.id = p.id AND b.version = p.version");
  if (after != nullptr) {
    sql.Add(" AND ");
    sql.Add(filter::AfterSql(order, EntryFields(), after->keys, "p.id", after->id.ToBytes()));
  }
  sql.Add(" ORDER BY " + filter::OrderBySql(order, EntryFields(), "p.id"));
  sql.Add(fmt::format(" LIMIT {}", limit + 1));
  ASSIGN_OR_RETURN(Rows rows, session.Query(sql.text, sql.values));
  while (rows.Next()) {
    PastRow row;
    row.id = rows.Id(1);
    row.version = rows.Int(2);
    row.body = rows.Text(3);
    row.total_investment_fen = rows.Int(4);
    row.planned_investment_fen = rows.Int(5);
    if (!query.lists.empty()) {
      row.kind = static_cast<EntryKind>(rows.Int(6));
      row.admitted_on = rows.Day(7);
    }
    if (single_list) row.entry_body = rows.Text(8);
    page.rows.push_back(std::move(row));
  }
  return page;
}

absl::StatusOr<std::vector<PastRow>> LoadPastFacts(Session& session, const PastQuery& query) {
  const db::DeadlineScope until(session, query.at.deadline);
  Sql sql;
  sql.Add("SELECT p.id, p.version, p.total_investment_fen, p.planned_investment_fen, ");
  sql.Add(query.lists.empty() ? "0" : "e.kind, e.admitted_on, e.id, e.version");
  AddSource(sql, query);
  sql.Add(" ORDER BY p.id");
  ASSIGN_OR_RETURN(Rows rows, session.Query(sql.text, sql.values));
  std::vector<PastRow> facts;
  while (rows.Next()) {
    PastRow row;
    row.id = rows.Id(1);
    row.version = rows.Int(2);
    row.total_investment_fen = rows.Int(3);
    row.planned_investment_fen = rows.Int(4);
    row.kind = static_cast<EntryKind>(rows.Int(5));
    if (!query.lists.empty()) {
      row.admitted_on = rows.Day(6);
      row.entry_id = rows.Id(7);
      row.entry_version = rows.Int(8);
    }
    facts.push_back(std::move(row));
  }
  return facts;
}

absl::StatusOr<std::vector<std::string>> LoadBodies(Session& session,
                                                    const std::vector<std::pair<Uuid, int64_t>>& versions) {
  std::map<std::pair<Uuid, int64_t>, std::string> found;
  for (size_t begin = 0; begin < versions.size(); begin += kRowsPerStatement) {
    const size_t end = std::min(versions.size(), begin + kRowsPerStatement);
    Sql sql;
    sql.Add(kSelectBodies);
    for (size_t i = begin; i < end; ++i) {
      sql.Add(i == begin ? "(id = ? AND version = ?)" : " OR (id = ? AND version = ?)",
              {versions[i].first, versions[i].second});
    }
    sql.Add(")");
    ASSIGN_OR_RETURN(Rows rows, session.Query(sql.text, sql.values));
    while (rows.Next()) found[{rows.Id(1), rows.Int(2)}] = rows.Text(3);
  }
  std::vector<std::string> bodies;
  bodies.reserve(versions.size());
  for (const auto& version : versions) bodies.push_back(found[version]);
  return bodies;
}

absl::StatusOr<std::vector<PastSum>> SumPast(Session& session, const PastQuery& query,
                                             const std::vector<Dimension>& group_by) {
  const db::DeadlineScope until(session, query.at.deadline);
  const auto asked = [&](Dimension dimension) {
    return std::find(group_by.begin(), group_by.end(), dimension) != group_by.end();
  };
  const std::string region = asked(Dimension::kRegion) ? "p.region" : "''";
  const std::string field = asked(Dimension::kField) ? "p.field" : "0";
  const std::string stage = asked(Dimension::kStage) ? "p.stage" : "0";
  const std::string department = asked(Dimension::kDepartment) ? "p.competent_department" : "''";
  const std::string kind = asked(Dimension::kEntryKind) && !query.lists.empty() ? "e.kind" : "0";
  Sql sql;
  sql.Add(
      fmt::format("SELECT {0} AS g1, {1} AS g2, {2} AS g3, {3} AS g4, {4} AS g5, COUNT(*), "
                  "CAST(COALESCE(SUM(p.total_investment_fen), 0) AS SIGNED), "
                  "CAST(COALESCE(SUM(p.planned_investment_fen), 0) AS SIGNED)",
                  region, field, stage, department, kind));
  AddSource(sql, query);
  sql.Add(" GROUP BY g1, g2, g3, g4, g5 ORDER BY g1, g2, g3, g4, g5");
  ASSIGN_OR_RETURN(Rows rows, session.Query(sql.text, sql.values));
  std::vector<PastSum> sums;
  while (rows.Next()) {
    sums.push_back({rows.Text(1),
                    rows.Text(4),
                    static_cast<int>(rows.Int(2)),
                    static_cast<int>(rows.Int(3)),
                    static_cast<int>(rows.Int(5)),
                    {rows.Int(6), rows.Int(7), rows.Int(8)}});
  }
  return sums;
}

absl::StatusOr<std::vector<PastDwell>> LoadDwell(Session& session, const PastQuery& query) {
  const db::DeadlineScope until(session, query.at.deadline);
  Sql sql;
  sql.Add("SELECT p.stage, p.total_investment_fen, p.stage_since");
  AddSource(sql, query);
  ASSIGN_OR_RETURN(Rows rows, session.Query(sql.text, sql.values));
  std::vector<PastDwell> dwell;
  while (rows.Next()) dwell.push_back({static_cast<int>(rows.Int(1)), rows.Int(2), rows.Day(3)});
  return dwell;
}

}  // namespace yaoshi::registry

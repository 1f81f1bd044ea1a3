#include "services/preapproval/store/rate_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace yaoshi::preapproval {
namespace {

using db::Rows;
using db::Session;
using db::Values;

// The newest statement about each entry and project that held on the day and was known then.
// Values: known_at, as_of, known_at, as_of, twice.
constexpr std::string_view kListedProjects =
    "SELECT e.list, e.project_id, p.planned_start_on FROM entry_copy e JOIN project_copy p "
    "ON p.project_id = e.project_id WHERE e.known_at <= ? AND e.effective_on <= ? AND e.listed = 1 AND NOT EXISTS ("
    "SELECT 1 FROM entry_copy n WHERE n.id = e.id AND n.known_at <= ? AND n.effective_on <= ? "
    "AND (n.effective_on > e.effective_on OR (n.effective_on = e.effective_on AND n.version > e.version))) "
    "AND p.known_at <= ? AND p.effective_on <= ? AND NOT EXISTS ("
    "SELECT 1 FROM project_copy q WHERE q.project_id = p.project_id AND q.known_at <= ? AND q.effective_on <= ? "
    "AND (q.effective_on > p.effective_on OR (q.effective_on = p.effective_on AND q.version > p.version))) "
    "ORDER BY e.project_id";
// The newest of the versions of each procedure that had come by then: MAX of a text that begins with date and version,
// both of fixed width, and goes on with state, validity and department. One pass, and a third of the rows.
// Values: known_at, projects, as_of.
constexpr std::string_view kStandingProcedures =
    "SELECT p.project_id, p.code, MAX(CONCAT(p.effective_on, LPAD(p.version, 10, '0'), LPAD(p.state, 2, '0'), "
    "COALESCE(p.valid_until, '9999-12-31'), p.department)) "
    "FROM procedure_version p JOIN feed f ON f.change_set_id = p.change_set_id AND f.recorded_at <= ? "
    "WHERE p.project_id IN {} AND p.effective_on <= ? GROUP BY p.project_id, p.code";
constexpr std::string_view kNoEnd = "9999-12-31";
constexpr size_t kProjectsPerStatement = 100;
// Values: the two moves, first day, last day, then what is appended.
constexpr std::string_view kDecisions =
    "SELECT p.project_id, p.code, p.version, v.body FROM procedure_version p "
    "JOIN change_set c ON c.id = p.change_set_id AND c.committed = 1 "
    "JOIN resource_version v ON v.id = p.id AND v.version = p.version AND v.change_set_id = p.change_set_id "
    "WHERE p.last_move IN (?, ?) AND p.effective_on BETWEEN ? AND ?";

int64_t NumberIn(std::string_view digits) {
  int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

// Of the text of kStandingProcedures.
StandingProcedure Standing(const Uuid& project, std::string code, std::string_view text) {
  StandingProcedure standing{project, std::move(code), std::string(text.substr(32))};
  standing.version = NumberIn(text.substr(10, 10));
  standing.state = static_cast<ProcedureState>(NumberIn(text.substr(20, 2)));
  const std::string_view until = text.substr(22, 10);
  if (until != kNoEnd) standing.valid_until = *Date::Parse(until);
  return standing;
}

}  // namespace

absl::StatusOr<std::vector<ListedProject>> LoadListedProjects(Session& session, const resource::Past& at) {
  ASSIGN_OR_RETURN(Rows rows, session.Query(kListedProjects, {at.known_at, at.as_of, at.known_at, at.as_of, at.known_at,
                                                              at.as_of, at.known_at, at.as_of}));
  std::vector<ListedProject> listed;
  while (rows.Next()) {
    listed.push_back({rows.Text(1), rows.Id(2), rows.IsNull(3) ? std::nullopt : std::optional<Date>(rows.Day(3))});
  }
  return listed;
}

absl::StatusOr<std::vector<StandingProcedure>> LoadStandingProcedures(Session& session,
                                                                      const std::vector<Uuid>& projects,
                                                                      const resource::Past& at) {
  std::vector<StandingProcedure> standing;
  for (size_t begin = 0; begin < projects.size(); begin += kProjectsPerStatement) {
    const size_t count = std::min(kProjectsPerStatement, projects.size() - begin);
    Values values = {at.known_at};
    for (size_t i = 0; i < count; ++i) values.emplace_back(projects[begin + i]);
    values.emplace_back(at.as_of);
    ASSIGN_OR_RETURN(Rows rows, session.Query(fmt::format(kStandingProcedures, db::Placeholders(1, count)), values));
    while (rows.Next()) standing.push_back(Standing(rows.Id(1), rows.Text(2), rows.Text(3)));
  }
  return standing;
}

absl::StatusOr<std::vector<StoredBody>> LoadDecisions(Session& session, const std::string& region,
                                                      const std::string& department, Date from_on, Date to_on) {
  std::string text(kDecisions);
  Values values = {static_cast<int>(ProcedureMove::kApprove), static_cast<int>(ProcedureMove::kReject), from_on, to_on};
  std::string prefix = region;
  while (prefix.ends_with("00")) prefix.resize(prefix.size() - 2);
  if (!prefix.empty()) {
    text += " AND p.region LIKE ?";
    values.emplace_back(prefix + "%");
  }
  if (!department.empty()) {
    text += " AND p.department = ?";
    values.emplace_back(department);
  }
  ASSIGN_OR_RETURN(Rows rows, session.Query(text + " ORDER BY p.project_id, p.code, p.version", values));
  std::vector<StoredBody> decisions;
  while (rows.Next()) decisions.push_back({rows.Id(1), rows.Text(2), rows.Int(3), rows.Text(4)});
  return decisions;
}

}  // namespace yaoshi::preapproval

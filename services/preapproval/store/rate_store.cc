#include "services/preapproval/store/rate_store.h"

#include <fmt/format.h>

#include "services/preapproval/domain/types.h"

namespace yaoshi::preapproval {
namespace {

using db::Rows;
using db::Session;
using db::Values;

// The newest statement about each entry and project that held on the day and was known then.
// Values: lists, known_at, as_of, known_at, as_of; first day, last day, known_at, as_of, known_at, as_of.
constexpr std::string_view kRatedProjects =
    "SELECT DISTINCT e.project_id FROM entry_copy e JOIN project_copy p ON p.project_id = e.project_id "
    "WHERE e.list IN {} AND e.known_at <= ? AND e.effective_on <= ? AND e.listed = 1 AND NOT EXISTS ("
    "SELECT 1 FROM entry_copy n WHERE n.id = e.id AND n.known_at <= ? AND n.effective_on <= ? "
    "AND (n.effective_on > e.effective_on OR (n.effective_on = e.effective_on AND n.version > e.version))) "
    "AND p.planned_start_on BETWEEN ? AND ? AND p.known_at <= ? AND p.effective_on <= ? AND NOT EXISTS ("
    "SELECT 1 FROM project_copy q WHERE q.project_id = p.project_id AND q.known_at <= ? AND q.effective_on <= ? "
    "AND (q.effective_on > p.effective_on OR (q.effective_on = p.effective_on AND q.version > p.version))) "
    "ORDER BY e.project_id";
// Values: the two moves, first day, last day, then what is appended.
constexpr std::string_view kDecisions =
    "SELECT p.project_id, p.code, p.version, v.body FROM procedure_version p "
    "JOIN change_set c ON c.id = p.change_set_id AND c.committed = 1 "
    "JOIN resource_version v ON v.id = p.id AND v.version = p.version AND v.change_set_id = p.change_set_id "
    "WHERE p.last_move IN (?, ?) AND p.effective_on BETWEEN ? AND ?";

}  // namespace

absl::StatusOr<std::vector<Uuid>> LoadRatedProjects(Session& session, const std::vector<std::string>& lists,
                                                    int first_year, int last_year, const resource::Past& at) {
  std::vector<Uuid> projects;
  if (lists.empty()) return projects;
  Values values(lists.begin(), lists.end());
  values.insert(values.end(), {at.known_at, at.as_of, at.known_at, at.as_of});
  values.insert(values.end(), {*Date::FromCivil(first_year, 1, 1), *Date::FromCivil(last_year, 12, 31)});
  values.insert(values.end(), {at.known_at, at.as_of, at.known_at, at.as_of});
  ASSIGN_OR_RETURN(Rows rows, session.Query(fmt::format(kRatedProjects, db::Placeholders(1, lists.size())), values));
  while (rows.Next()) projects.push_back(rows.Id(1));
  return projects;
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

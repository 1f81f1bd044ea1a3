#include "services/preapproval/store/proposal_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/status/status.h"
#include "services/preapproval/store/case_store.h"

namespace yaoshi::preapproval {
namespace {

// A part stays far below what a packet of the database may hold.
constexpr size_t kCasesPerPart = 20'000;

}  // namespace

ProposalStore::ProposalStore(std::string_view name, std::string_view details, size_t case_bytes)
    : case_bytes_(case_bytes),
      insert_(fmt::format("INSERT INTO {} (id, change_set_id, region, {}) VALUES (?, ?, ?, ?)", name, details)),
      insert_part_(fmt::format("INSERT INTO {0}_part ({0}_id, part, cases) VALUES (?, ?, ?)", name)),
      select_details_(fmt::format("SELECT {} FROM {} WHERE id = ?", details, name)),
      select_parts_(fmt::format("SELECT cases FROM {0}_part WHERE {0}_id = ? ORDER BY part", name)),
      delete_parts_(fmt::format("DELETE FROM {0}_part WHERE {0}_id = ?", name)),
      list_(
          fmt::format("SELECT p.id, v.body FROM {} p JOIN resource_version v ON v.id = p.id "
                      "JOIN change_set c ON c.id = v.change_set_id AND c.committed = 1 "
                      "WHERE NOT EXISTS (SELECT 1 FROM resource_version n JOIN change_set d ON d.id = n.change_set_id "
                      "AND d.committed = 1 WHERE n.id = v.id AND n.version > v.version)",
                      name)) {}

absl::Status ProposalStore::Insert(db::Session& tx, const Uuid& id, const Uuid& change_set, const std::string& region,
                                   const std::string& details, std::string_view cases) const {
  RETURN_IF_ERROR(tx.Execute(insert_, {id, change_set, region, details}).status());
  for (int part = 0; !cases.empty(); ++part) {
    const std::string_view piece = cases.substr(0, kCasesPerPart * case_bytes_);
    RETURN_IF_ERROR(tx.Execute(insert_part_, {id, part, piece}).status());
    cases.remove_prefix(piece.size());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ProposalStore::LoadDetails(db::Session& session, const Uuid& id) const {
  ASSIGN_OR_RETURN(db::Rows rows, session.Query(select_details_, {id}));
  return rows.Next() ? rows.Text(1) : std::string();
}

absl::StatusOr<std::string> ProposalStore::LoadCases(db::Session& session, const Uuid& id) const {
  ASSIGN_OR_RETURN(db::Rows rows, session.Query(select_parts_, {id}));
  std::string cases;
  while (rows.Next()) cases += rows.Text(1);
  return cases;
}

absl::Status ProposalStore::DeleteCases(db::Session& tx, const Uuid& id) const {
  return tx.Execute(delete_parts_, {id}).status();
}

absl::StatusOr<std::vector<ProposalRow>> ProposalStore::List(db::Session& session, const ProposalQuery& query) const {
  std::string sql = list_;
  db::Values values;
  if (!query.region.empty()) {
    sql += " AND p.region LIKE ?";
    values.emplace_back(RegionPrefix(query.region) + "%");
  }
  if (!query.after.nil()) {
    sql += " AND p.id < ?";
    values.emplace_back(query.after);
  }
  sql += " ORDER BY p.id DESC LIMIT ?";
  values.emplace_back(query.limit);
  ASSIGN_OR_RETURN(db::Rows rows, session.Query(sql, values));
  std::vector<ProposalRow> proposals;
  while (rows.Next()) proposals.push_back({rows.Id(1), rows.Text(2)});
  return proposals;
}

}  // namespace yaoshi::preapproval

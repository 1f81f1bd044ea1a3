#include "services/preapproval/store/reference_store.h"

#include "common/db/status.h"
#include "common/status/status.h"

namespace yaoshi::preapproval {
namespace {

constexpr std::string_view kSelect =
    "SELECT v.body FROM resource_version v JOIN change_set c ON c.id = v.change_set_id AND c.committed = 1 "
    "WHERE v.name > ? AND v.name < ? AND NOT EXISTS (SELECT 1 FROM resource_version n "
    "JOIN change_set d ON d.id = n.change_set_id AND d.committed = 1 WHERE n.id = v.id AND n.version > v.version) "
    "ORDER BY v.name LIMIT 10000";
constexpr std::string_view kRaiseGuard = "UPDATE delegation_guard SET number = number + 1 WHERE id = 1";
constexpr std::string_view kMakeGuard = "INSERT INTO delegation_guard (id, number) VALUES (1, 0)";

}  // namespace

absl::StatusOr<std::vector<std::string>> LoadCollection(db::Session& session, std::string_view collection) {
  // '0' follows '/': the end of all names that begin so.
  ASSIGN_OR_RETURN(db::Rows rows,
                   session.Query(kSelect, {std::string(collection) + "/", std::string(collection) + "0"}));
  std::vector<std::string> bodies;
  while (rows.Next()) bodies.push_back(rows.Text(1));
  return bodies;
}

absl::Status GuardDelegations(db::Session& tx) {
  ASSIGN_OR_RETURN(const int64_t raised, tx.Execute(kRaiseGuard));
  if (raised == 1) return absl::OkStatus();
  const absl::Status made = tx.Execute(kMakeGuard).status();
  if (!made.ok() && db::FailureOf(made) != db::Failure::kDuplicate) return made;
  return tx.Execute(kRaiseGuard).status();
}

}  // namespace yaoshi::preapproval

// Checks the rows of a ledger against each other and against what is there, and works out what they change.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/auth/principal.h"
#include "common/db/session.h"
#include "common/sheet/table.h"
#include "services/registry/context.h"
#include "services/registry/importer/project_index.h"
#include "services/registry/importer/row_facts.h"

namespace yaoshi::registry {

// What all rows of an import have in common.
struct ImportTerms {
  auth::Principal principal;
  Timestamp now;  // When the import was begun; the time of its changes.
  Date on;        // From which date the rows hold.
  std::string reason;
  std::optional<List> list;  // Unset: only projects are entered.
  std::string adjustment;    // The name of the order that changes the list.
};

// What a right row changes.
struct RowChange {
  enum class Kind { kUnchanged, kCreated, kUpdated };
  Kind kind = Kind::kUnchanged;
  std::vector<v1::Project> statements;  // Stamped.
  std::vector<EntryVersion> entries;    // Of the list; of other lists when the project moves to another region.
  std::string region;                   // Of the project.
  bool added = false;                   // Put on the list.
  bool amended = false;                 // On the list already, with another kind or other money.
};

// A row on its way through the checks.
struct CheckedRow {
  CheckedRow(sheet::Row given, const sheet::Table& table)
      : row(std::move(given)), values(row, table.headings(), table.specs(), table.reader().date_system()) {}
  CheckedRow(const CheckedRow&) = delete;
  CheckedRow& operator=(const CheckedRow&) = delete;

  const sheet::Row row;
  sheet::RowValues values;
  RowFacts facts;
  Uuid project;        // Nil while it is a new one.
  bool known = false;  // The project is there already.
  std::string body;    // Its newest state.
  Portfolio::EntryState standing;
  std::string entry_body;  // When it is on the list.
  RowChange change;

  bool right() const { return values.violations().empty(); }
};

class ImportChecker {
 public:
  // All must outlive the checker. `session` is used for codes and for histories.
  ImportChecker(const Context& context, db::Session& session, const ImportTerms& terms, const sheet::Table& table);

  // Reads what a row states. May run beside Check, which looks at other rows.
  void Read(CheckedRow& row) const;
  // Checks rows that were read and come after those of earlier calls. What is wrong is in each row's values; errors are
  // the database's.
  absl::Status Check(std::deque<CheckedRow>& rows);

 private:
  void Match(CheckedRow& row);
  void MatchNamed(CheckedRow& row);
  // Notes a row that is about the same project as an earlier one.
  void RejectTwins(CheckedRow& row);
  void LoadStates(std::deque<CheckedRow>& rows) const;
  absl::Status CheckCodes(std::deque<CheckedRow>& rows);
  void Enter(CheckedRow& row);
  absl::Status Update(CheckedRow& row);
  // `then` becomes the project as it will have been on the import's date.
  absl::StatusOr<std::vector<v1::Project>> Statements(CheckedRow& row, const v1::Project& newest, v1::Project& then);
  void CheckAlike(CheckedRow& row, const v1::Project& project);
  void Validated(CheckedRow& row, const Project& project) const;
  void PutOnList(CheckedRow& row, const Project& project);
  void Stamp(std::vector<v1::Project>& statements, int64_t after_version) const;

  const Context& context_;
  db::Session& session_;
  const ImportTerms& terms_;
  const sheet::Headings& headings_;
  const Titles titles_;
  const std::string own_region_;  // Where a row that names none belongs; "" for those who write several.
  ProjectIndex index_;
  absl::flat_hash_map<Uuid, uint32_t> seen_;  // Project → row.
  struct NewRow {
    std::string code;
    uint32_t row;
  };
  absl::flat_hash_map<std::string, std::vector<NewRow>> new_by_name_;
  absl::flat_hash_map<std::string, uint32_t> new_by_code_;
  absl::flat_hash_map<std::string, LikenessIndex> new_by_region_;
};

}  // namespace yaoshi::registry

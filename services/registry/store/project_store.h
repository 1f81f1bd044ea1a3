// The columns of projects and entries that SQL filters and sums, beside their versions (common/feed), and the past read
// from them.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/db/session.h"
#include "common/filter/bound.h"
#include "common/filter/order_by.h"
#include "common/resource/moment.h"
#include "services/registry/domain/list.h"
#include "services/registry/domain/portfolio.h"
#include "services/registry/domain/project.h"

namespace yaoshi::registry {

// The tables of this store whose rows go with a discarded change set.
inline const std::vector<std::string> kSideTables = {"project_version", "plan_version", "entry_version",
                                                     "project_code_claim"};

// The id of the entry of a project on a list: always the same.
Uuid EntryId(std::string_view list, const Uuid& project);

struct ProjectVersion {
  Project project;
  int64_t version = 0;
};
struct EntryVersion {
  Entry entry;
  int64_t version = 0;
};

// Inserts the columns of versions that the same transaction writes to the feed; at most feed::kMaxRowsPerTransaction.
absl::Status InsertProjects(db::Session& tx, const Uuid& change_set, const std::vector<ProjectVersion>& projects);
absl::Status InsertEntries(db::Session& tx, const Uuid& change_set, const std::vector<EntryVersion>& entries);

// Reserves project codes for their projects, for ever. A code that another project has: ALREADY_EXISTS, reason
// PROJECT_CODE_TAKEN, with the code in the metadata.
absl::Status ClaimCodes(db::Session& tx, const Uuid& change_set, const std::vector<ProjectVersion>& projects);

// The projects that hold these project codes.
absl::StatusOr<absl::flat_hash_map<std::string, Uuid>> LoadCodeHolders(db::Session& session,
                                                                       const std::vector<std::string>& codes);

// Projects, or listed projects, of the past.
struct PastQuery {
  resource::Past at;
  std::vector<std::string> lists;     // Empty: all projects. Several: the union.
  int first_year = 0, last_year = 0;  // Whose plans are the planned investment.
  std::string region;                 // Only within this code; "": everywhere.
  const filter::BoundExpr* filter = nullptr;
};

struct PastRow {
  Uuid id;
  int64_t version = 0;
  std::string body;        // The serialised project.
  std::string entry_body;  // The serialised entry; "" without lists and for a union.
  Uuid entry_id;           // Of a single list.
  int64_t entry_version = 0;
  EntryKind kind = EntryKind::kUnspecified;
  Date admitted_on;
  int64_t total_investment_fen = 0;
  int64_t planned_investment_fen = 0;
};

struct PastPage {
  std::vector<PastRow> rows;  // One more than `limit` when there are more.
  int64_t total = 0;          // When counted.
};
// `values` and `id` are the position after which the page begins; null for the first page.
absl::StatusOr<PastPage> LoadPast(db::Session& session, const PastQuery& query,
                                  const std::vector<filter::OrderKey>& order, const PageQuery::Position* after,
                                  size_t limit, bool count);

// Every row of the query without bodies, in order of id.
absl::StatusOr<std::vector<PastRow>> LoadPastFacts(db::Session& session, const PastQuery& query);
// The bodies of resources at versions, in the order asked; at most 1000.
absl::StatusOr<std::vector<std::string>> LoadBodies(db::Session& session,
                                                    const std::vector<std::pair<Uuid, int64_t>>& versions);

struct PastSum {
  std::string region, department;
  int field = 0, stage = 0, entry_kind = 0;
  Sums sums;
};
// Sums by dimensions; a dimension that is not asked stays empty.
absl::StatusOr<std::vector<PastSum>> SumPast(db::Session& session, const PastQuery& query,
                                             const std::vector<Dimension>& group_by);

// Stage, money and days in the stage of each project, for the funnel.
struct PastDwell {
  int stage = 0;
  int64_t total_investment_fen = 0;
  Date stage_since;
};
absl::StatusOr<std::vector<PastDwell>> LoadDwell(db::Session& session, const PastQuery& query);

}  // namespace yaoshi::registry

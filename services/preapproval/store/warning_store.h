// Warnings as versions with columns for SQL, and the row that says who scans and how far the scan is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/session.h"
#include "common/feed/change_set.h"
#include "common/filter/bound.h"
#include "services/preapproval/domain/warning_scan.h"

namespace yaoshi::preapproval {

// A transaction's most warnings: each is a version, its columns, and its place in the feed.
inline constexpr size_t kMaxWarningsPerTransaction = kMaxWarningsPerStep;

// A pass over all cases for a day; any replica goes on with it.
struct Scan {
  std::string name;  // Its row.
  Uuid holder;       // Who scans.
  Date day;          // The day that is scanned for.
  Uuid after;        // The last case that was looked at; nil at the beginning.
};

// Takes the scan until `until`: the pass that was left behind, or a new one when the day is a later one or the last
// pass ended before `again_after`. nullopt when there is nothing to scan or another one scans.
absl::StatusOr<std::optional<Scan>> TakeScan(db::Session& session, const std::string& name, const Uuid& holder,
                                             Timestamp now, Timestamp until, Date today, Timestamp again_after);

// Says what was not said before, in transactions of at most kMaxWarningsPerTransaction; the last one moves the scan on.
// How many were new. ABORTED, reason LEASE_LOST, when another one took the scan.
absl::StatusOr<int> SaveStep(db::Session& session, const Scan& scan, Timestamp now, Timestamp until,
                             const ScanStep& step);
// Gives the scan up where it is, for another one to go on at once.
absl::Status ReleaseScan(db::Session& session, const Scan& scan, Timestamp now);

// Which warnings, newest first.
struct WarningQuery {
  std::string region;           // The code and those that it covers; "": all.
  std::optional<Uuid> project;  // Only of this case.
  filter::SqlText filter;
  std::optional<std::pair<Date, Uuid>> after;  // The last of the page before.
  int limit = 0;
};
struct WarningRow {
  Uuid id;
  Date warned_on;
  std::string body;  // v1::Warning.
};
absl::StatusOr<std::vector<WarningRow>> ListWarnings(db::Session& session, const WarningQuery& query);
// What warnings can be filtered by.
const filter::FieldTable& WarningFields();

}  // namespace yaoshi::preapproval

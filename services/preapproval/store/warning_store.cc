#include "services/preapproval/store/warning_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <span>

#include "common/db/status.h"
#include "common/db/write.h"
#include "common/status/status.h"
#include "services/preapproval/schedule_convert.h"
#include "services/preapproval/store/case_store.h"

namespace yaoshi::preapproval {
namespace {

constexpr std::chrono::seconds kTransactionTime{20};

constexpr std::string_view kSelectScan =
    "SELECT lease_until, scanned_on, after_id, finished_at FROM scan WHERE name = ?";
constexpr std::string_view kInsertScan =
    "INSERT INTO scan (name, holder, lease_until, scanned_on, after_id, finished_at) "
    "VALUES (?, ?, '1970-01-01', '1970-01-01', ?, '1970-01-01')";
constexpr std::string_view kTakeScan =
    "UPDATE scan SET holder = ?, lease_until = ?, scanned_on = ?, after_id = ?, finished_at = ? "
    "WHERE name = ? AND lease_until = ?";
constexpr std::string_view kMoveScan =
    "UPDATE scan SET lease_until = ?, after_id = ?, finished_at = ? WHERE name = ? AND holder = ?";
constexpr std::string_view kReleaseScan = "UPDATE scan SET lease_until = ? WHERE name = ? AND holder = ?";
constexpr std::string_view kSelectKnown = "SELECT id FROM warning WHERE id IN {}";
constexpr std::string_view kInsertWarnings =
    "INSERT INTO warning (id, change_set_id, warned_on, region, kind, code, department, due_on, project_id) VALUES ";
constexpr size_t kWarningColumns = 9;
constexpr std::string_view kListWarnings =
    "SELECT w.id, w.warned_on, v.body FROM warning w JOIN resource_version v ON v.id = w.id AND v.version = 1 WHERE ";

// A pass that has not ended.
const Timestamp kUnfinished{0};

feed::Version VersionOf(const Warning& warning) {
  feed::Version version;
  const v1::Warning proto = ToProto(warning);
  version.type = "warning";
  version.id = WarningId(warning);
  version.name = proto.name();
  version.version = 1;
  version.effective_on = warning.warned_on;
  version.region = warning.region;
  version.body = proto.SerializeAsString();
  return version;
}

// The warnings that nobody said yet, each once.
absl::StatusOr<std::vector<const Warning*>> Unsaid(db::Session& tx, std::span<const Warning> warnings) {
  std::vector<const Warning*> unsaid;
  if (warnings.empty()) return unsaid;
  db::Values ids;
  for (const Warning& warning : warnings) ids.emplace_back(WarningId(warning));
  ASSIGN_OR_RETURN(db::Rows rows, tx.Query(fmt::format(kSelectKnown, db::Placeholders(1, ids.size())), ids));
  std::set<Uuid> known;
  while (rows.Next()) known.insert(rows.Id(1));
  for (const Warning& warning : warnings) {
    if (known.insert(WarningId(warning)).second) unsaid.push_back(&warning);
  }
  return unsaid;
}

absl::Status Say(db::Session& tx, const std::vector<const Warning*>& warnings, Timestamp now) {
  if (warnings.empty()) return absl::OkStatus();
  const Uuid change_set = Uuid::New(SystemClock());
  std::vector<feed::Version> versions;
  db::Values values;
  for (const Warning* warning : warnings) {
    versions.push_back(VersionOf(*warning));
    values.insert(values.end(),
                  {versions.back().id, change_set, warning->warned_on, warning->region, static_cast<int>(warning->kind),
                   warning->code, warning->department, warning->due_on, warning->project});
  }
  const feed::Author author{.account = "preapproval", .origin = "", .method = "", .reason = "预警"};
  RETURN_IF_ERROR(feed::Write(tx, change_set, author, now, versions));
  return tx.Execute(std::string(kInsertWarnings) + db::Placeholders(warnings.size(), kWarningColumns), values).status();
}

absl::Status LeaseLost() {
  return Error(absl::StatusCode::kAborted, "LEASE_LOST",
               "Another replica has taken the scan over; leave it to that one.");
}

}  // namespace

absl::StatusOr<std::optional<Scan>> TakeScan(db::Session& session, const std::string& name, const Uuid& holder,
                                             Timestamp now, Timestamp until, Date today, Timestamp again_after) {
  ASSIGN_OR_RETURN(db::Rows rows, session.Query(kSelectScan, {name}));
  if (!rows.Next()) {
    const absl::Status made = session.Execute(kInsertScan, {name, Uuid(), Uuid()}).status();
    if (!made.ok() && db::FailureOf(made) != db::Failure::kDuplicate) return made;
    ASSIGN_OR_RETURN(rows, session.Query(kSelectScan, {name}));
    if (!rows.Next()) return std::optional<Scan>();
  }
  const Timestamp leased = rows.Time(1), finished = rows.Time(4);
  if (leased > now || rows.Day(2) > today) return std::optional<Scan>();
  const bool same_day = rows.Day(2) == today;
  if (same_day && finished != kUnfinished && finished > again_after) return std::optional<Scan>();
  const bool goes_on = same_day && finished == kUnfinished;
  const Scan scan{name, holder, today, goes_on ? rows.Id(3) : Uuid()};
  ASSIGN_OR_RETURN(const int64_t taken,
                   session.Execute(kTakeScan, {holder, until, today, scan.after, kUnfinished, name, leased}));
  return taken == 1 ? std::optional<Scan>(scan) : std::nullopt;
}

absl::StatusOr<int> SaveStep(db::Session& session, const Scan& scan, Timestamp now, Timestamp until,
                             const ScanStep& step) {
  int said = 0;
  size_t from = 0;
  do {
    const size_t to = std::min(step.warnings.size(), from + kMaxWarningsPerTransaction);
    const std::span<const Warning> chunk = std::span(step.warnings).subspan(from, to - from);
    const bool last = to == step.warnings.size();
    const bool end = last && step.end;
    int fresh = 0;
    const auto deadline = std::chrono::steady_clock::now() + kTransactionTime;
    const absl::Status saved = db::RunTransaction(session, deadline, [&](db::Session& tx) -> absl::Status {
      ASSIGN_OR_RETURN(const int64_t held, tx.Execute(kMoveScan, {end ? now : until, last ? step.after : scan.after,
                                                                  end ? now : kUnfinished, scan.name, scan.holder}));
      if (held != 1) return LeaseLost();
      ASSIGN_OR_RETURN(const std::vector<const Warning*> unsaid, Unsaid(tx, chunk));
      fresh = static_cast<int>(unsaid.size());
      return Say(tx, unsaid, now);
    });
    RETURN_IF_ERROR(saved);
    said += fresh;
    from = to;
  } while (from < step.warnings.size());
  return said;
}

absl::Status ReleaseScan(db::Session& session, const Scan& scan, Timestamp now) {
  return session.Execute(kReleaseScan, {now, scan.name, scan.holder}).status();
}

absl::StatusOr<std::vector<WarningRow>> ListWarnings(db::Session& session, const WarningQuery& query) {
  std::string sql = std::string(kListWarnings) + query.filter.text;
  db::Values values;
  for (const filter::SqlValue& value : query.filter.values) {
    std::visit([&](const auto& one) { values.emplace_back(one); }, value);
  }
  if (!query.region.empty()) {
    sql += " AND w.region LIKE ?";
    values.emplace_back(RegionPrefix(query.region) + "%");
  }
  if (query.project) {
    sql += " AND w.project_id = ?";
    values.emplace_back(*query.project);
  }
  if (query.after) {
    sql += " AND w.warned_on <= ? AND (w.warned_on < ? OR w.id < ?)";
    values.insert(values.end(), {query.after->first, query.after->first, query.after->second});
  }
  sql += " ORDER BY w.warned_on DESC, w.id DESC LIMIT ?";
  values.emplace_back(query.limit);
  ASSIGN_OR_RETURN(db::Rows rows, session.Query(sql, values));
  std::vector<WarningRow> warnings;
  while (rows.Next()) warnings.push_back({rows.Id(1), rows.Day(2), rows.Text(3)});
  return warnings;
}

const filter::FieldTable& WarningFields() {
  using filter::FieldType;
  static const filter::FieldTable& table = *new filter::FieldTable([] {
    std::vector<filter::EnumValue> kinds;
    for (int kind = 1; kind <= static_cast<int>(WarningKind::kObligationOverdue); ++kind) {
      kinds.push_back({std::string(WarningKindName(static_cast<WarningKind>(kind))), kind});
    }
    return std::vector<filter::FieldSpec>{
        {.name = "kind", .type = FieldType::kEnum, .column = "w.kind", .enum_values = kinds},
        {.name = "code", .column = "w.code", .binary = true},
        {.name = "department", .column = "w.department", .binary = true},
        {.name = "region", .column = "w.region", .binary = true},
        {.name = "due_on", .type = FieldType::kDate, .column = "w.due_on"},
        {.name = "warned_on", .type = FieldType::kDate, .column = "w.warned_on"}};
  }());
  return table;
}

}  // namespace yaoshi::preapproval

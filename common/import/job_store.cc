#include "common/import/job_store.h"

#include "common/import/errors.h"

namespace yaoshi::imports {
namespace {

using db::Rows;
using db::Session;

constexpr std::string_view kInsert =
    "INSERT INTO import_job (id, account, role, region, organization, origin, request, created_at, state, cancelled, "
    "attempts, runner, lease_until, staged_set, rows_read, rows_wrong, rows_staged, rows_total) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, 0, 0, ?, ?, ?, 0, 0, 0, 0)";
constexpr std::string_view kSelect =
    "SELECT id, account, role, region, organization, origin, request, created_at, state, cancelled, attempts, "
    "staged_set, rows_read, rows_wrong, rows_staged, rows_total, result, error FROM import_job WHERE id = ?";
constexpr std::string_view kCancel = "UPDATE import_job SET cancelled = 1 WHERE id = ? AND state < 4";
constexpr std::string_view kFree =
    "SELECT id, lease_until FROM import_job WHERE state < 4 AND lease_until <= ? ORDER BY created_at, id LIMIT 1";
constexpr std::string_view kTake =
    "UPDATE import_job SET runner = ?, lease_until = ?, attempts = attempts + 1 "
    "WHERE id = ? AND state < 4 AND lease_until = ?";
constexpr std::string_view kRenew =
    "UPDATE import_job SET lease_until = ?, state = ?, rows_read = ?, rows_wrong = ?, rows_staged = ?, rows_total = ? "
    "WHERE id = ? AND runner = ? AND state < 4";
constexpr std::string_view kCancelled = "SELECT cancelled FROM import_job WHERE id = ?";
constexpr std::string_view kRemember =
    "UPDATE import_job SET staged_set = ?, lease_until = ? WHERE id = ? AND runner = ? AND state < 4";
constexpr std::string_view kFinish =
    "UPDATE import_job SET state = 4, rows_read = ?, rows_wrong = ?, rows_staged = ?, rows_total = ?, staged_set = ?, "
    "result = ?, error = ? "
    "WHERE id = ? AND runner = ? AND state < 4 AND (cancelled = 0 OR ? = 0)";
constexpr std::string_view kSequence = "SELECT first_sequence FROM feed WHERE change_set_id = ?";

absl::Status Held(const absl::StatusOr<int64_t>& matched) {
  if (!matched.ok()) return matched.status();
  return *matched == 1 ? absl::OkStatus() : LeaseLost();
}

db::Value BytesOrNull(const std::string& bytes) {
  return bytes.empty() ? db::Value(nullptr) : db::Value(bytes);
}

}  // namespace

absl::Status InsertImport(Session& tx, const ImportJob& job) {
  const auth::Principal& who = job.principal;
  return tx
      .Execute(kInsert, {job.id, who.account, std::string(auth::RoleName(who.role)), who.region, who.organization,
                         job.origin, job.request, job.created_at, Uuid(), job.created_at, Uuid()})
      .status();
}

absl::StatusOr<ImportJob> LoadImport(Session& session, const Uuid& id) {
  ASSIGN_OR_RETURN(Rows found, session.Query(kSelect, {id}));
  if (!found.Next()) return OperationNotFound(OperationName(id));
  ImportJob job;
  job.id = found.Id(1);
  job.principal.account = found.Text(2);
  job.principal.role = auth::RoleFromName(found.Text(3)).value_or(auth::Role::kNone);
  job.principal.region = found.Text(4);
  job.principal.organization = found.Text(5);
  job.origin = found.Text(6);
  job.request = found.Text(7);
  job.created_at = found.Time(8);
  job.progress.set_state(static_cast<common::v1::ImportProgress::State>(found.Int(9)));
  job.cancelled = found.Int(10) != 0;
  job.attempts = static_cast<int>(found.Int(11));
  job.staged_set = found.Id(12);
  job.progress.set_rows_read(found.Int(13));
  job.progress.set_rows_wrong(found.Int(14));
  job.progress.set_rows_staged(found.Int(15));
  job.progress.set_rows_total(found.Int(16));
  job.progress.set_create_time(job.created_at.ToString());
  job.progress.set_account(job.principal.account);
  job.result = found.Text(17);
  job.error = found.Text(18);
  return job;
}

absl::Status RequestCancel(Session& tx, const Uuid& id) {
  return tx.Execute(kCancel, {id}).status();
}

absl::StatusOr<std::optional<ImportJob>> TakeImport(Session& session, const Lease& lease, Timestamp now) {
  Uuid id;
  Timestamp free_since;
  {
    ASSIGN_OR_RETURN(Rows rows, session.Query(kFree, {now}));
    if (!rows.Next()) return std::nullopt;
    id = rows.Id(1);
    free_since = rows.Time(2);
  }
  ASSIGN_OR_RETURN(const int64_t taken, session.Execute(kTake, {lease.runner, lease.until, id, free_since}));
  if (taken != 1) return std::nullopt;  // Another runner was faster.
  ASSIGN_OR_RETURN(ImportJob job, LoadImport(session, id));
  return std::optional<ImportJob>(std::move(job));
}

absl::StatusOr<bool> RenewImport(Session& session, const Uuid& id, const Lease& lease,
                                 const common::v1::ImportProgress& progress) {
  RETURN_IF_ERROR(Held(session.Execute(
      kRenew, {lease.until, static_cast<int>(progress.state()), progress.rows_read(), progress.rows_wrong(),
               progress.rows_staged(), progress.rows_total(), id, lease.runner})));
  ASSIGN_OR_RETURN(Rows rows, session.Query(kCancelled, {id}));
  return rows.Next() && rows.Int(1) != 0;
}

absl::Status RememberStagedSet(Session& session, const Uuid& id, const Lease& lease, const Uuid& staged_set) {
  return Held(session.Execute(kRemember, {staged_set, lease.until, id, lease.runner}));
}

absl::Status FinishImport(Session& tx, const Uuid& id, const Lease& lease, const ImportEnd& end) {
  return Held(tx.Execute(kFinish, {end.progress.rows_read(), end.progress.rows_wrong(), end.progress.rows_staged(),
                                   end.progress.rows_total(), end.staged_set, BytesOrNull(end.result),
                                   BytesOrNull(end.error), id, lease.runner, end.unless_cancelled}));
}

absl::StatusOr<int64_t> LoadSequence(Session& session, const Uuid& change_set) {
  ASSIGN_OR_RETURN(Rows rows, session.Query(kSequence, {change_set}));
  return rows.Next() ? rows.Int(1) : 0;
}

}  // namespace yaoshi::imports

#include "common/import/import_run.h"

#include <cerrno>
#include <cstdio>
#include <memory>

#include "common/db/write.h"
#include "common/import/errors.h"
#include "common/sheet/errors.h"
#include "common/sheet/normal_text.h"

namespace yaoshi::imports {
namespace {

using common::v1::ImportProgress;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kTickEvery{1};
constexpr std::chrono::seconds kStepDeadline{30};
// An import that ends its process again and again is given up.
constexpr int kMaxAttempts = 5;
// Another writer may change what was checked before it is staged: all is checked again.
constexpr int kMaxConflicts = 3;
constexpr size_t kErrorsTold = 1000;
constexpr size_t kShownCharacters = 60;
constexpr size_t kPieceBytes = 512 << 10;

// Errors after which the import is left to be begun anew: of the database, of the lease, and of a stopping process.
bool IsPassing(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || reason == "LEASE_LOST" ||
         reason == "WRITE_CONFLICT" || reason == "CHANGE_SET_GONE" || reason == "IMPORT_LEFT";
}

absl::Status Left() {
  return Error(absl::StatusCode::kUnavailable, "IMPORT_LEFT", "The import is left to another runner.");
}

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (file == nullptr) return sheet::FileFailed("read", errno);
  std::string bytes;
  for (size_t size = 0, read = 1; read > 0; bytes.resize(size += read)) {
    bytes.resize(size + kPieceBytes);
    read = std::fread(bytes.data() + size, 1, kPieceBytes, file.get());
  }
  if (std::ferror(file.get()) != 0) return sheet::FileFailed("read", errno);
  return bytes;
}

}  // namespace

void Findings::AddWrong(const sheet::Row& row, const sheet::RowValues& values, const sheet::Headings& headings) {
  ++wrong;
  violations[row.number] = values.violations();
  for (const sheet::CellViolation& violation : values.violations()) {
    Tell(violation, headings, violation.column ? row.At(*violation.column).text : "");
  }
}

void Findings::AddWrong(const sheet::CellViolation& violation, const sheet::Headings& headings,
                        const std::string& value) {
  ++wrong;
  violations[violation.row] = {violation};
  Tell(violation, headings, value);
}

void Findings::Tell(const sheet::CellViolation& violation, const sheet::Headings& headings, const std::string& value) {
  if (errors.size() >= kErrorsTold) return;
  common::v1::RowError& error = errors.emplace_back();
  error.set_row(violation.row);
  error.set_message(violation.chinese);
  if (!violation.column) return;
  error.set_column(sheet::ColumnLetters(*violation.column));
  error.set_value(sheet::Shorten(value, kShownCharacters));
  for (const sheet::MatchedColumn& column : headings.columns) {
    if (column.column == *violation.column) error.set_heading(column.heading);
  }
}

ImportRun::ImportRun(ImportTarget target, db::Session& session, ImportRunOptions options, ImportJob job)
    : target_(std::move(target)), session_(session), options_(std::move(options)), job_(std::move(job)) {}

Lease ImportRun::NewLease() const {
  return {options_.runner, Timestamp{options_.clock->Now().micros + kLeaseMicros}};
}

steady_clock::time_point ImportRun::Deadline() {
  return steady_clock::now() + kStepDeadline;
}

bool ImportRun::IsConflict(const absl::Status& status) const {
  const std::string reason = ReasonOf(status);
  return reason == "ETAG_MISMATCH" || reason == "CHANGE_IN_PROGRESS";
}

absl::Status ImportRun::Run() {
  if (!job_.staged_set.nil()) {
    RETURN_IF_ERROR(feed::DiscardWhole(session_, job_.staged_set, target_.side_tables));
  }
  if (job_.cancelled) return Fail(ImportCancelled());
  if (job_.attempts > kMaxAttempts) return Fail(ImportFailed(job_.attempts - 1));
  absl::Status done;
  for (int conflicts = 0; conflicts <= kMaxConflicts; ++conflicts) {
    done = Attempt();
    if (!IsConflict(done)) break;
  }
  if (done.ok() || IsPassing(done)) return done;
  return Fail(done);
}

absl::Status ImportRun::Attempt() {
  RETURN_IF_ERROR(target_.engine.Sync(Deadline()));
  ASSIGN_OR_RETURN(reading_, Prepare());
  RETURN_IF_ERROR(FetchOnce());
  ASSIGN_OR_RETURN(Findings findings, Check());
  if (findings.wrong > 0) RETURN_IF_ERROR(Annotate(findings));
  const bool refused = findings.wrong > 0 && !target_.apply_valid_rows;
  if (target_.validate_only || refused) return Commit(findings, nullptr);
  return Apply(findings);
}

absl::Status ImportRun::FetchOnce() {
  if (folder_) return absl::OkStatus();  // Of an earlier attempt.
  ASSIGN_OR_RETURN(TempFolder folder, TempFolder::Make());
  const std::string path = folder.File("ledger");
  ASSIGN_OR_RETURN(filename_, Fetch(path));
  path_ = path;
  folder_.emplace(std::move(folder));
  return absl::OkStatus();
}

sheet::ReadOptions ImportRun::ReadingOptions() const {
  sheet::ReadOptions options;
  options.file_name = filename_;
  options.sheet = reading_.sheet;
  options.limits.rows = kMaxImportRows + static_cast<uint32_t>(sheet::kMaxHeadingSearchRows);
  return options;
}

absl::StatusOr<Findings> ImportRun::Check() {
  ASSIGN_OR_RETURN(sheet::Table table, sheet::Table::Open(path_, ReadingOptions(), reading_.columns, reading_.mapping));
  ASSIGN_OR_RETURN(Spool spool, Spool::Open());
  Findings findings(std::move(spool));
  findings.heading_row = table.headings().last_row;
  job_.progress.Clear();
  job_.progress.set_state(ImportProgress::CHECKING);
  RETURN_IF_ERROR(CheckRows(table, findings));
  job_.progress.set_rows_total(job_.progress.rows_read());
  return findings;
}

bool ImportRun::IsData(const sheet::Row& row, const sheet::Table& table) const {
  if (sheet::IsTotalRow(row)) return false;
  if (row.filled() != 1) return true;
  for (const sheet::MatchedColumn& column : table.headings().columns) {
    if (table.specs()[column.spec].key == reading_.title) return !row.At(column.column).empty();
  }
  return false;
}

absl::Status ImportRun::ChunkRead(size_t rows) {
  job_.progress.set_rows_read(job_.progress.rows_read() + static_cast<int64_t>(rows));
  return job_.progress.rows_read() > kMaxImportRows ? sheet::TooManyRows(kMaxImportRows) : absl::OkStatus();
}

absl::Status ImportRun::ChunkChecked(const Findings& findings) {
  job_.progress.set_rows_wrong(findings.wrong);
  return Tick();
}

// The copy that says in a last column what is wrong with each row.
absl::Status ImportRun::Annotate(Findings& findings) {
  const std::string copy = folder_->File("annotated.xlsx");
  RETURN_IF_ERROR(sheet::WriteErrorCopy(path_, ReadingOptions(), findings.violations, findings.heading_row, copy));
  ASSIGN_OR_RETURN(const std::string bytes, ReadWhole(copy));
  RETURN_IF_ERROR(Tick(true));
  ASSIGN_OR_RETURN(findings.annotated_file, Keep(filename_.substr(0, filename_.rfind('.')) + "_错误说明.xlsx", bytes));
  return absl::OkStatus();
}

absl::Status ImportRun::Apply(Findings& findings) {
  findings.applied = true;
  if (findings.changes == 0) return Commit(findings, nullptr);
  const feed::Author author{job_.principal.account, job_.origin, target_.method, target_.reason};
  feed::StagedSet staged(session_, *options_.clock, author, target_.side_tables);
  // Remembered first: whoever takes over after a crash discards it.
  RETURN_IF_ERROR(RememberStagedSet(session_, job_.id, NewLease(), staged.id()));
  RETURN_IF_ERROR(staged.Begin());
  job_.progress.set_state(ImportProgress::STAGING);
  findings.spool.Rewind();
  absl::Status done = Stage(findings, staged);
  if (done.ok()) done = Commit(findings, &staged);
  if (ReasonOf(done) == "IMPORT_KILLED") return done;
  if (!done.ok()) staged.Discard();
  return done;
}

absl::Status ImportRun::ChunkStaged(size_t rows) {
  job_.progress.set_rows_staged(job_.progress.rows_staged() + static_cast<int64_t>(rows));
  if (options_.after_chunk && !options_.after_chunk()) {
    return Error(absl::StatusCode::kUnavailable, "IMPORT_KILLED", "The run ends here.");
  }
  return Tick();
}

absl::Status ImportRun::Commit(const Findings& findings, const feed::StagedSet* staged) {
  ImportEnd end{job_.progress, Result(findings).SerializeAsString(), "", staged == nullptr ? Uuid() : staged->id(),
                true};
  const absl::Status done = db::RunTransaction(session_, Deadline(), [&](db::Session& tx) -> absl::Status {
    RETURN_IF_ERROR(FinishImport(tx, job_.id, NewLease(), end));
    return staged == nullptr ? absl::OkStatus() : feed::CommitStaged(tx, staged->id()).status();
  });
  if (done.ok()) {
    target_.engine.Kick();
    return done;
  }
  if (ReasonOf(done) != "LEASE_LOST") return done;
  // Done after all (the answer of the first COMMIT was lost), cancelled, or taken over.
  ASSIGN_OR_RETURN(const ImportJob now, LoadImport(session_, job_.id));
  if (now.done() && now.result == end.result) {
    target_.engine.Kick();
    return absl::OkStatus();
  }
  return now.cancelled && !now.done() ? ImportCancelled() : done;
}

absl::Status ImportRun::Fail(const absl::Status& error) {
  const ImportEnd end{job_.progress, "", ToWire(error), Uuid(), false};
  return db::RunTransaction(session_, Deadline(),
                            [&](db::Session& tx) { return FinishImport(tx, job_.id, NewLease(), end); });
}

absl::Status ImportRun::Tick(bool now) {
  if (options_.stopping && options_.stopping()) return Left();
  if (!now && steady_clock::now() < next_tick_) return absl::OkStatus();
  next_tick_ = steady_clock::now() + kTickEvery;
  ASSIGN_OR_RETURN(const bool cancelled, RenewImport(session_, job_.id, NewLease(), job_.progress));
  return cancelled ? ImportCancelled() : absl::OkStatus();
}

}  // namespace yaoshi::imports

#include "services/registry/importer/import_run.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <future>

#include "common/db/write.h"
#include "common/sheet/errors.h"
#include "common/sheet/normal_text.h"
#include "services/registry/adjuster.h"
#include "services/registry/errors.h"
#include "services/registry/import_errors.h"
#include "services/registry/importer/fetch.h"
#include "services/registry/importer/ledger.h"
#include "services/registry/store/file_store.h"
#include "services/registry/summary.h"

namespace yaoshi::registry {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view kMethod = "/yaoshi.registry.v1.ImportService/ImportProjects";
// A runner that does not renew its lease for so long is dead. Longer than the longest step between two renewals.
constexpr int64_t kLeaseMicros = 60'000'000;
constexpr std::chrono::seconds kTickEvery{1};
constexpr std::chrono::seconds kStepDeadline{30};
// An import that ends its process again and again is given up.
constexpr int kMaxAttempts = 5;
// Another writer may change a project between the check and the staging: all is checked again.
constexpr int kMaxConflicts = 3;
constexpr int kErrorsTold = 1000;
constexpr size_t kShownCharacters = 60;
// Projects of one staged transaction; each is a few rows.
constexpr size_t kChunk = 250;

bool IsConflict(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  return reason == "ETAG_MISMATCH" || reason == "PROJECT_CODE_TAKEN" || reason == "CHANGE_IN_PROGRESS";
}

// Errors after which the import is left to be begun anew: of the database, of the lease, and of a stopping process.
bool IsPassing(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || reason == "LEASE_LOST" ||
         reason == "WRITE_CONFLICT" || reason == "CHANGE_SET_GONE" || reason == "IMPORT_LEFT";
}

absl::Status Left() {
  return Error(absl::StatusCode::kUnavailable, "IMPORT_LEFT", "The import is left to another runner.");
}

// A line such as “一、续建项目” between the rows: one cell, and not the title.
bool IsSection(const sheet::Row& row, const sheet::Headings& headings) {
  if (row.filled() != 1) return false;
  for (const sheet::MatchedColumn& column : headings.columns) {
    if (LedgerColumns()[column.spec].key == "title") return row.At(column.column).empty();
  }
  return true;
}

std::string EntryRecord(const EntryVersion& version, const std::string& region) {
  std::string record = "E";
  record.append(reinterpret_cast<const char*>(&version.version), sizeof(version.version));
  const int32_t effective_on = version.entry.effective_on.days();
  record.append(reinterpret_cast<const char*>(&effective_on), sizeof(effective_on));
  record += region;
  return record + ToProto(version.entry).SerializeAsString();
}

// Reads a record of the spool into a batch.
void TakeRecord(std::string_view record, Batch& batch) {
  if (record[0] == 'P') {
    v1::Project& project = batch.projects.emplace_back();
    project.ParseFromArray(record.data() + 1, static_cast<int>(record.size() - 1));
    return;
  }
  constexpr size_t kRegion = 6;
  EntryVersion version;
  std::memcpy(&version.version, record.data() + 1, sizeof(version.version));
  int32_t effective_on = 0;
  std::memcpy(&effective_on, record.data() + 1 + sizeof(version.version), sizeof(effective_on));
  const std::string_view rest = record.substr(1 + sizeof(version.version) + sizeof(effective_on));
  v1::Entry proto;
  proto.ParseFromArray(rest.data() + kRegion, static_cast<int>(rest.size() - kRegion));
  version.entry = FromProto(proto);
  version.entry.effective_on = Date::FromDays(effective_on);
  batch.entries.push_back(std::move(version));
  batch.entry_regions.emplace_back(rest.substr(0, kRegion));
}

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (file == nullptr) return sheet::FileFailed("read", errno);
  std::string bytes;
  for (size_t size = 0, read = 1; read > 0; bytes.resize(size += read)) {
    bytes.resize(size + kMaxPieceBytes);
    read = std::fread(bytes.data() + size, 1, kMaxPieceBytes, file.get());
  }
  if (std::ferror(file.get()) != 0) return sheet::FileFailed("read", errno);
  return bytes;
}

void AddErrors(const CheckedRow& row, const sheet::Headings& headings, v1::ImportResult& result) {
  for (const sheet::CellViolation& violation : row.values.violations()) {
    if (result.errors_size() >= kErrorsTold) return;
    v1::RowError& error = *result.add_errors();
    error.set_row(violation.row);
    error.set_message(violation.chinese);
    if (!violation.column) continue;
    error.set_column(sheet::ColumnLetters(*violation.column));
    error.set_value(sheet::Shorten(row.row.At(*violation.column).text, kShownCharacters));
    for (const sheet::MatchedColumn& column : headings.columns) {
      if (column.column == *violation.column) error.set_heading(column.heading);
    }
  }
}

}  // namespace

ImportRun::ImportRun(const Context& context, db::Session& session, ImportRunOptions options, ImportJob job)
    : context_(context), session_(session), options_(std::move(options)), job_(std::move(job)) {}

Lease ImportRun::NewLease() const {
  return {options_.runner, Timestamp{options_.clock->Now().micros + kLeaseMicros}};
}

steady_clock::time_point ImportRun::Deadline() const {
  return steady_clock::now() + kStepDeadline;
}

absl::Status ImportRun::Run() {
  RETURN_IF_ERROR(DiscardEarlier());
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

absl::Status ImportRun::DiscardEarlier() {
  if (job_.staged_set.nil()) return absl::OkStatus();
  for (bool gone = false; !gone;) {
    RETURN_IF_ERROR(db::RunTransaction(session_, Deadline(), [&](db::Session& tx) -> absl::Status {
      ASSIGN_OR_RETURN(gone, feed::DiscardStaged(tx, job_.staged_set, kSideTables));
      return absl::OkStatus();
    }));
  }
  return absl::OkStatus();
}

absl::Status ImportRun::Attempt() {
  RETURN_IF_ERROR(context_.writer.engine().Sync(Deadline()));
  RETURN_IF_ERROR(Prepare());
  const ImportTerms terms = Terms();
  ASSIGN_OR_RETURN(Findings findings, CheckRows(terms));
  v1::ImportResult& result = findings.result;
  if (result.wrong() > 0) RETURN_IF_ERROR(Annotate(findings));
  const bool refused = result.wrong() > 0 && !job_.request.apply_valid_rows();
  if (job_.request.validate_only() || refused) return Commit(result, nullptr);
  return Apply(terms, findings);
}

ImportTerms ImportRun::Terms() const {
  ImportTerms terms;
  terms.principal = job_.principal;
  terms.now = job_.created_at;
  terms.on = DateOr(job_.request.effective_on(), Date());  // Filled in when it was begun.
  terms.reason = job_.request.reason();
  terms.list = list_;
  if (list_) {
    terms.adjustment = fmt::format("{}/adjustments/{}", list_->name, Uuid::New(*options_.clock).ToString());
  }
  return terms;
}

// What the workbook is, where it lies, and by which words it is read.
absl::Status ImportRun::Prepare() {
  if (!job_.request.list().empty()) {
    ASSIGN_OR_RETURN(list_, FindList(context_, job_.request.list()));
  }
  if (!job_.request.mapping().empty()) {
    const auto row = context_.memory.resources().Find("import_mapping", job_.request.mapping());
    if (!row) return MappingNotFound(job_.request.mapping());
    v1::ImportMapping mapping;
    mapping.ParseFromString(*row->body);
    mapping_ = {mapping.keys().begin(), mapping.keys().end()};
  }
  if (folder_) return absl::OkStatus();  // Of an earlier attempt.
  ASSIGN_OR_RETURN(const StoredFile file, LoadFile(session_, ParseFileName(job_.request.file())));
  filename_ = file.filename;
  ASSIGN_OR_RETURN(TempFolder folder, TempFolder::Make());
  folder_.emplace(std::move(folder));
  path_ = folder_->File("ledger");
  return SaveTo(session_, file, path_);
}

sheet::ReadOptions ImportRun::ReadingOptions() const {
  sheet::ReadOptions options;
  options.file_name = filename_;
  options.sheet = job_.request.sheet();
  options.limits.rows = kMaxImportRows + static_cast<uint32_t>(sheet::kMaxHeadingSearchRows);
  return options;
}

absl::StatusOr<ImportRun::Chunk> ImportRun::ReadChunk(const ImportChecker& checker, sheet::Table& table) {
  Chunk chunk;
  while (chunk.more && chunk.rows.size() < kRowsPerCheck) {
    sheet::Row row;
    ASSIGN_OR_RETURN(chunk.more, table.Next(row));
    if (!chunk.more || sheet::IsTotalRow(row) || IsSection(row, table.headings())) continue;
    chunk.rows.emplace_back(std::move(row), table);
    checker.Read(chunk.rows.back());
  }
  return chunk;
}

absl::StatusOr<ImportRun::Findings> ImportRun::CheckRows(const ImportTerms& terms) {
  ASSIGN_OR_RETURN(sheet::Table table, sheet::Table::Open(path_, ReadingOptions(), LedgerColumns(), mapping_));
  ASSIGN_OR_RETURN(Spool spool, Spool::Open());
  Findings findings(std::move(spool));
  findings.heading_row = table.headings().last_row;
  job_.progress.Clear();
  job_.progress.set_state(v1::ImportProgress::CHECKING);
  ImportChecker checker(context_, session_, terms, table);
  // The next rows are read while these are checked: two thirds of the work is reading.
  const auto read = [&] { return ReadChunk(checker, table); };
  std::future<absl::StatusOr<Chunk>> next = std::async(std::launch::async, read);
  for (bool more = true; more;) {
    ASSIGN_OR_RETURN(Chunk chunk, next.get());
    more = chunk.more;
    if (more) next = std::async(std::launch::async, read);
    RETURN_IF_ERROR(CheckChunk(checker, table, chunk.rows, findings));
  }
  job_.progress.set_rows_total(job_.progress.rows_read());
  if (findings.result.added_to_list() + findings.amended > 0) findings.result.set_adjustment(terms.adjustment);
  return findings;
}

absl::Status ImportRun::CheckChunk(ImportChecker& checker, const sheet::Table& table, std::deque<CheckedRow>& rows,
                                   Findings& findings) {
  if (job_.progress.rows_read() + static_cast<int64_t>(rows.size()) > kMaxImportRows) {
    return sheet::TooManyRows(kMaxImportRows);
  }
  RETURN_IF_ERROR(checker.Check(rows));
  for (const CheckedRow& row : rows) RETURN_IF_ERROR(Collect(row, table.headings(), findings));
  job_.progress.set_rows_read(job_.progress.rows_read() + static_cast<int64_t>(rows.size()));
  job_.progress.set_rows_wrong(findings.result.wrong());
  return Tick();
}

absl::Status ImportRun::Collect(const CheckedRow& row, const sheet::Headings& headings, Findings& findings) const {
  v1::ImportResult& result = findings.result;
  if (!row.right()) {
    result.set_wrong(result.wrong() + 1);
    findings.violations[row.row.number] = row.values.violations();
    AddErrors(row, headings, result);
    return absl::OkStatus();
  }
  const RowChange& change = row.change;
  switch (change.kind) {
    case RowChange::Kind::kCreated:
      result.set_created(result.created() + 1);
      break;
    case RowChange::Kind::kUpdated:
      result.set_updated(result.updated() + 1);
      break;
    case RowChange::Kind::kUnchanged:
      result.set_unchanged(result.unchanged() + 1);
      break;
  }
  if (change.added) result.set_added_to_list(result.added_to_list() + 1);
  if (change.amended) ++findings.amended;
  for (const v1::Project& statement : change.statements) {
    RETURN_IF_ERROR(findings.spool.Append("P" + statement.SerializeAsString()));
  }
  for (const EntryVersion& entry : change.entries) {
    RETURN_IF_ERROR(findings.spool.Append(EntryRecord(entry, change.region)));
  }
  findings.changes += change.statements.size() + change.entries.size();
  return absl::OkStatus();
}

// The copy that says in a last column what is wrong with each row.
absl::Status ImportRun::Annotate(Findings& findings) {
  const std::string copy = folder_->File("annotated.xlsx");
  RETURN_IF_ERROR(sheet::WriteErrorCopy(path_, ReadingOptions(), findings.violations, findings.heading_row, copy));
  ASSIGN_OR_RETURN(const std::string bytes, ReadWhole(copy));
  RETURN_IF_ERROR(Tick(true));
  const std::string name = filename_.substr(0, filename_.rfind('.')) + "_错误说明.xlsx";
  const auto saved = SaveFile(session_, job_.principal.account, name, bytes, options_.clock->Now(), Deadline());
  if (ReasonOf(saved.status()) == "FILE_TOO_LARGE") return absl::OkStatus();  // The errors are told all the same.
  RETURN_IF_ERROR(saved.status());
  findings.result.set_annotated_file(FileName(saved->id));
  return absl::OkStatus();
}

absl::Status ImportRun::Apply(const ImportTerms& terms, Findings& findings) {
  findings.result.set_applied(true);
  if (findings.changes == 0) return Commit(findings.result, nullptr);
  const feed::Author author{job_.principal.account, job_.origin, std::string(kMethod), job_.request.reason()};
  StagedSet staged(session_, *options_.clock, author);
  // Remembered first: whoever takes over after a crash discards it.
  RETURN_IF_ERROR(RememberStagedSet(session_, job_.id, NewLease(), staged.id()));
  RETURN_IF_ERROR(staged.Begin());
  absl::Status done = StageAll(terms, findings, staged);
  if (done.ok()) done = Commit(findings.result, &staged);
  if (ReasonOf(done) == "IMPORT_KILLED") return done;
  if (!done.ok()) staged.Discard();
  return done;
}

absl::Status ImportRun::StageAll(const ImportTerms& terms, Findings& findings, StagedSet& staged) {
  job_.progress.set_state(v1::ImportProgress::STAGING);
  findings.spool.Rewind();
  Batch batch;
  if (!findings.result.adjustment().empty()) {
    v1::Adjustment order;
    order.set_name(terms.adjustment);
    order.set_reason(terms.reason);
    order.set_effective_on(terms.on.ToString());
    order.set_additions(findings.result.added_to_list());
    order.set_amendments(findings.amended);
    order.set_record_time(terms.now.ToString());
    order.set_account(terms.principal.account);
    batch.others.push_back(VersionOf(order, terms.principal.region));
  }
  std::string record;
  for (bool more = true; more;) {
    ASSIGN_OR_RETURN(more, findings.spool.Next(record));
    if (more) TakeRecord(record, batch);
    const bool full = batch.projects.size() >= kChunk || batch.entries.size() >= kChunk;
    if (more && !full) continue;
    RETURN_IF_ERROR(staged.Add(batch));
    job_.progress.set_rows_staged(job_.progress.rows_staged() +
                                  static_cast<int64_t>(std::max(batch.projects.size(), batch.entries.size())));
    batch = Batch();
    if (options_.after_chunk && !options_.after_chunk()) {
      return Error(absl::StatusCode::kUnavailable, "IMPORT_KILLED", "The run ends here.");
    }
    RETURN_IF_ERROR(Tick());
  }
  return absl::OkStatus();
}

absl::Status ImportRun::Commit(const v1::ImportResult& result, const StagedSet* staged) {
  ImportEnd end{job_.progress, result.SerializeAsString(), "", staged == nullptr ? Uuid() : staged->id(), true};
  const absl::Status done = db::RunTransaction(session_, Deadline(), [&](db::Session& tx) -> absl::Status {
    RETURN_IF_ERROR(FinishImport(tx, job_.id, NewLease(), end));
    return staged == nullptr ? absl::OkStatus() : feed::CommitStaged(tx, staged->id()).status();
  });
  if (done.ok()) {
    context_.writer.engine().Kick();
    return done;
  }
  if (ReasonOf(done) != "LEASE_LOST") return done;
  // Done after all (the answer of the first COMMIT was lost), cancelled, or taken over.
  ASSIGN_OR_RETURN(const ImportJob now, LoadImport(session_, job_.id));
  if (now.done() && now.result == end.result) {
    context_.writer.engine().Kick();
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

}  // namespace yaoshi::registry

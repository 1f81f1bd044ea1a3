#include "services/registry/importer/import_run.h"

#include <fmt/format.h>

#include <cstring>

#include "services/registry/adjuster.h"
#include "services/registry/errors.h"
#include "services/registry/importer/fetch.h"
#include "services/registry/importer/ledger.h"
#include "services/registry/store/file_store.h"
#include "services/registry/summary.h"

namespace yaoshi::registry {
namespace {

using imports::Findings;

constexpr std::string_view kMethod = "/yaoshi.registry.v1.ImportService/ImportProjects";
// Projects of one staged transaction; each is a few rows.
constexpr size_t kChunk = 250;

v1::ImportProjectsRequest RequestOf(const imports::ImportJob& job) {
  v1::ImportProjectsRequest request;
  request.ParseFromString(job.request);
  return request;
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

}  // namespace

ProjectImport::ProjectImport(const Context& context, db::Session& session, imports::ImportRunOptions options,
                             imports::ImportJob job)
    : ProjectImport(context, session, std::move(options), job, RequestOf(job)) {}

ProjectImport::ProjectImport(const Context& context, db::Session& session, imports::ImportRunOptions options,
                             imports::ImportJob job, v1::ImportProjectsRequest request)
    : ImportRun({.engine = context.writer.engine(),
                 .side_tables = kSideTables,
                 .method = std::string(kMethod),
                 .reason = request.reason(),
                 .validate_only = request.validate_only(),
                 .apply_valid_rows = request.apply_valid_rows()},
                session, std::move(options), std::move(job)),
      context_(context),
      request_(std::move(request)) {}

bool ProjectImport::IsConflict(const absl::Status& status) const {
  return ImportRun::IsConflict(status) || ReasonOf(status) == "PROJECT_CODE_TAKEN";
}

ImportTerms ProjectImport::Terms() const {
  ImportTerms terms;
  terms.principal = job().principal;
  terms.now = job().created_at;
  terms.on = DateOr(request_.effective_on(), Date());  // Filled in when it was begun.
  terms.reason = request_.reason();
  return terms;
}

absl::StatusOr<imports::Reading> ProjectImport::Prepare() {
  terms_ = Terms();
  if (!request_.list().empty()) {
    ASSIGN_OR_RETURN(terms_.list, FindList(context_, request_.list()));
    terms_.adjustment = fmt::format("{}/adjustments/{}", terms_.list->name, Uuid::New(clock()).ToString());
  }
  imports::Reading reading{.sheet = request_.sheet(), .columns = LedgerColumns(), .mapping = {}, .title = "title"};
  if (!request_.mapping().empty()) {
    const auto row = context_.memory.resources().Find("import_mapping", request_.mapping());
    if (!row) return MappingNotFound(request_.mapping());
    v1::ImportMapping mapping;
    mapping.ParseFromString(*row->body);
    reading.mapping = {mapping.keys().begin(), mapping.keys().end()};
  }
  return reading;
}

absl::StatusOr<std::string> ProjectImport::Fetch(const std::string& path) {
  ASSIGN_OR_RETURN(const StoredFile file, LoadFile(session(), ParseFileName(request_.file())));
  RETURN_IF_ERROR(SaveTo(session(), file, path));
  return file.filename;
}

absl::Status ProjectImport::CheckRows(sheet::Table& table, Findings& findings) {
  counts_.Clear();
  amended_ = 0;
  ImportChecker checker(context_, session(), terms_, table);
  const auto check = [&](std::deque<CheckedRow>& rows) -> absl::Status {
    RETURN_IF_ERROR(checker.Check(rows));
    for (const CheckedRow& row : rows) RETURN_IF_ERROR(Collect(row, table.headings(), findings));
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(ForEachChunk<CheckedRow>(
      table, findings, [&](CheckedRow& row) { checker.Read(row); }, check));
  if (counts_.added_to_list() + amended_ > 0) counts_.set_adjustment(terms_.adjustment);
  return absl::OkStatus();
}

absl::Status ProjectImport::Collect(const CheckedRow& row, const sheet::Headings& headings, Findings& findings) {
  if (!row.right()) {
    findings.AddWrong(row.row, row.values, headings);
    return absl::OkStatus();
  }
  const RowChange& change = row.change;
  switch (change.kind) {
    case RowChange::Kind::kCreated:
      counts_.set_created(counts_.created() + 1);
      break;
    case RowChange::Kind::kUpdated:
      counts_.set_updated(counts_.updated() + 1);
      break;
    case RowChange::Kind::kUnchanged:
      counts_.set_unchanged(counts_.unchanged() + 1);
      break;
  }
  if (change.added) counts_.set_added_to_list(counts_.added_to_list() + 1);
  if (change.amended) ++amended_;
  for (const v1::Project& statement : change.statements) {
    RETURN_IF_ERROR(findings.spool.Append("P" + statement.SerializeAsString()));
  }
  for (const EntryVersion& entry : change.entries) {
    RETURN_IF_ERROR(findings.spool.Append(EntryRecord(entry, change.region)));
  }
  findings.changes += change.statements.size() + change.entries.size();
  return absl::OkStatus();
}

absl::StatusOr<std::string> ProjectImport::Keep(const std::string& filename, const std::string& bytes) {
  const auto saved = SaveFile(session(), job().principal.account, filename, bytes, clock().Now(), Deadline());
  if (ReasonOf(saved.status()) == "FILE_TOO_LARGE") return "";  // The errors are told all the same.
  RETURN_IF_ERROR(saved.status());
  return FileName(saved->id);
}

v1::Adjustment ProjectImport::Order() const {
  v1::Adjustment order;
  order.set_name(terms_.adjustment);
  order.set_reason(terms_.reason);
  order.set_effective_on(terms_.on.ToString());
  order.set_additions(counts_.added_to_list());
  order.set_amendments(amended_);
  order.set_record_time(terms_.now.ToString());
  order.set_account(terms_.principal.account);
  return order;
}

absl::Status ProjectImport::Stage(Findings& findings, feed::StagedSet& staged) {
  Batch batch;
  if (!counts_.adjustment().empty()) batch.others.push_back(VersionOf(Order(), terms_.principal.region));
  std::string record;
  for (bool more = true; more;) {
    ASSIGN_OR_RETURN(more, findings.spool.Next(record));
    if (more) TakeRecord(record, batch);
    const bool full = batch.projects.size() >= kChunk || batch.entries.size() >= kChunk;
    if (more && !full) continue;
    RETURN_IF_ERROR(registry::Stage(staged, batch));
    RETURN_IF_ERROR(ChunkStaged(std::max(batch.projects.size(), batch.entries.size())));
    batch = Batch();
  }
  return absl::OkStatus();
}

google::protobuf::Any ProjectImport::Result(const Findings& findings) const {
  v1::ImportResult result = counts_;
  result.set_wrong(findings.wrong);
  result.set_applied(findings.applied);
  result.set_annotated_file(findings.annotated_file);
  for (const common::v1::RowError& error : findings.errors) *result.add_errors() = error;
  google::protobuf::Any any;
  any.PackFrom(result);
  return any;
}

}  // namespace yaoshi::registry

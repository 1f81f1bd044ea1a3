#include "services/preapproval/importer/procedure_import.h"

#include <fmt/format.h>

#include <cstring>

#include "common/auth/rules.h"
#include "services/preapproval/case_convert.h"
#include "services/preapproval/store/case_store.h"

namespace yaoshi::preapproval {
namespace {

using imports::Findings;

constexpr std::string_view kMethod = "/yaoshi.preapproval.v1.ProcedureImportService/ImportProcedures";
// Cases whose versions are loaded at once.
constexpr size_t kCasesPerLoad = 100;
// Versions of one staged transaction; each is two rows, and a case has some hundred at most.
constexpr size_t kVersionsPerChunk = 200;

v1::ImportProceduresRequest RequestOf(const imports::ImportJob& job) {
  v1::ImportProceduresRequest request;
  request.ParseFromString(job.request);
  return request;
}

// Cases outside it do not exist for who imports.
uint32_t ScopeOf(const auth::Principal& principal) {
  if (auth::ReachOf(principal.role, "imports.write") == auth::Reach::kAll) return 0;
  return static_cast<uint32_t>(std::strtoul(principal.region.c_str(), nullptr, 10));
}

// The cell of a row that is told long after it was read.
sheet::CellViolation ViolationOf(const LedgerFault& fault, uint32_t row, const sheet::Headings& headings) {
  sheet::CellViolation violation{row, std::nullopt, fault.key, fault.reason, fault.text, fault.chinese};
  const std::vector<sheet::ColumnSpec>& columns = ProcedureLedgerColumns();
  for (const sheet::MatchedColumn& column : headings.columns) {
    if (columns[column.spec].key == fault.key) violation.column = column.column;
  }
  return violation;
}

std::string CellText(const LedgerRow& row, std::string_view key) {
  const auto text = [](const std::optional<Date>& day) { return day ? day->ToString() : ""; };
  if (key == "submitted_on") return text(row.submitted_on);
  if (key == "accepted_on") return text(row.accepted_on);
  if (key == "approved_on") return text(row.approved_on);
  if (key == "valid_until") return text(row.valid_until);
  return key == "number" ? row.number : row.issuer;
}

// A staged transaction in the making.
struct Batch {
  std::vector<feed::Version> versions;
  std::vector<CaseVersion> cases;
  std::vector<ProcedureVersion> procedures;
  std::vector<Uuid> projects;
  size_t known = 0;  // Versions of their procedures when they were checked.
};

// Records of the spool: a case with the number of versions that its procedures had, then its new procedures.
std::string CaseRecord(const v1::Case& subject, Date effective_on, int64_t known) {
  const int32_t days = effective_on.days();
  std::string record = "C";
  record.append(reinterpret_cast<const char*>(&known), sizeof(known));
  record.append(reinterpret_cast<const char*>(&days), sizeof(days));
  return record + subject.SerializeAsString();
}

void TakeCase(std::string_view record, Batch& batch) {
  int64_t known = 0;
  int32_t days = 0;
  std::memcpy(&known, record.data() + 1, sizeof(known));
  std::memcpy(&days, record.data() + 1 + sizeof(known), sizeof(days));
  record.remove_prefix(1 + sizeof(known) + sizeof(days));
  v1::Case proto;
  proto.ParseFromArray(record.data(), static_cast<int>(record.size()));
  const Date on = Date::FromDays(days);
  const feed::Version version = VersionOf(proto, on);
  Case subject = FromProto(proto);
  subject.effective_on = on;
  batch.known += static_cast<size_t>(known);
  batch.projects.push_back(subject.project);
  batch.cases.push_back({std::move(subject), version.version});
  batch.versions.push_back(version);
}

void TakeProcedure(std::string_view record, Batch& batch) {
  v1::Procedure proto;
  proto.ParseFromArray(record.data() + 1, static_cast<int>(record.size() - 1));
  batch.versions.push_back(VersionOf(proto));
  batch.procedures.push_back({FromProto(proto), batch.versions.back().version});
}

// Holds the cases of a batch, and makes sure that nobody moved anything in them since they were checked: a move of
// another procedure is a version that the batch does not touch.
absl::Status Hold(db::Session& tx, const Batch& batch) {
  RETURN_IF_ERROR(GuardCases(tx, batch.projects));
  ASSIGN_OR_RETURN(const std::vector<StoredBody> now, LoadProcedureVersions(tx, batch.projects));
  if (now.size() == batch.known) return absl::OkStatus();
  return feed::EtagMismatch(CaseName(batch.projects.front()), batch.cases.front().version);
}

}  // namespace

// A case with its history, as its rows are planned on it.
struct ProcedureImport::Loaded {
  v1::Case proto;  // The newest version.
  int64_t version = 0;
  Date effective_on;
  std::vector<Procedure> procedures;  // All versions, in order.
  std::map<std::string, int64_t> newest;
  std::shared_ptr<const Profile> profile;
  std::vector<std::string> departments;  // By place in the profile.
  std::string region;
};

ProcedureImport::ProcedureImport(const Context& context, const RegistryFiles& files, db::Session& session,
                                 imports::ImportRunOptions options, imports::ImportJob job)
    : ProcedureImport(context, files, session, std::move(options), job, RequestOf(job)) {}

ProcedureImport::ProcedureImport(const Context& context, const RegistryFiles& files, db::Session& session,
                                 imports::ImportRunOptions options, imports::ImportJob job,
                                 v1::ImportProceduresRequest request)
    : ImportRun({.engine = context.writer.engine(),
                 .side_tables = kCaseSideTables,
                 .method = std::string(kMethod),
                 .reason = request.reason(),
                 .validate_only = request.validate_only(),
                 .apply_valid_rows = request.apply_valid_rows()},
                session, std::move(options), std::move(job)),
      context_(context),
      files_(files),
      request_(std::move(request)) {}

absl::StatusOr<imports::Reading> ProcedureImport::Prepare() {
  return imports::Reading{
      .sheet = request_.sheet(), .columns = ProcedureLedgerColumns(), .mapping = {}, .title = "title"};
}

absl::StatusOr<std::string> ProcedureImport::Fetch(const std::string& path) {
  return files_.Download(job().principal, request_.file(), path);
}

absl::StatusOr<std::string> ProcedureImport::Keep(const std::string& filename, const std::string& bytes) {
  auto name = files_.Upload(job().principal, filename, bytes);
  if (ReasonOf(name.status()) == "FILE_TOO_LARGE") return "";  // The errors are told all the same.
  return name;
}

absl::Status ProcedureImport::CheckRows(sheet::Table& table, Findings& findings) {
  counts_.Clear();
  const Date today = job().created_at.ToDate();
  const LedgerIndex index =
      context_.memory.Read([&](const CaseBook& book) { return LedgerIndex(book, ScopeOf(job().principal)); });
  Cases cases;
  const auto check = [&](std::deque<CheckedRow>& rows) {
    for (CheckedRow& row : rows) {
      Match(row, index, cases);
      if (!row.values.violations().empty()) findings.AddWrong(row.row, row.values, table.headings());
    }
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(ForEachChunk<CheckedRow>(
      table, findings, [&](CheckedRow& row) { row.facts = ReadLedgerRow(row.values, index, today); }, check));
  return Plan(cases, table.headings(), findings);
}

void ProcedureImport::Match(CheckedRow& row, const LedgerIndex& index, Cases& cases) const {
  const LedgerFacts& facts = row.facts;
  if (facts.title.empty() && facts.project_code.empty()) return;
  const std::string key = facts.project_code.empty() ? "title" : "project_code";
  const std::vector<Uuid> found = index.CasesOf(facts.project_code, facts.title);
  if (found.empty()) {
    return row.values.Reject(key, {"CASE_UNKNOWN", "is no project with a case that you may write",
                                   "没有找到本账号可以填报且已建立前期手续档案的项目"});
  }
  if (found.size() > 1) {
    return row.values.Reject(key, {"MATCHES_SEVERAL", "is the title of several projects; give the project code",
                                   "有多个同名项目，请填写项目代码以便区分"});
  }
  if (!row.values.violations().empty()) return;
  std::vector<Waiting>& rows = cases[found.front()];
  for (const Waiting& other : rows) {
    if (other.row.code != facts.row.code) continue;
    return row.values.Reject(
        "procedure", {"ROW_TWICE", fmt::format("is about the same procedure as row {}; keep one of them", other.number),
                      fmt::format("与第{}行是同一项目的同一事项，请只保留一行", other.number)});
  }
  rows.push_back({row.row.number, facts.row});
}

absl::Status ProcedureImport::Plan(const Cases& cases, const sheet::Headings& headings, Findings& findings) {
  for (auto at = cases.begin(); at != cases.end();) {
    std::vector<Uuid> projects;
    const auto first = at;
    for (; at != cases.end() && projects.size() < kCasesPerLoad; ++at) projects.push_back(at->first);
    std::map<Uuid, Loaded> loaded;
    ASSIGN_OR_RETURN(const std::vector<StoredBody> subjects, LoadCases(session(), projects));
    for (const StoredBody& body : subjects) {
      loaded[body.project].proto.ParseFromString(body.body);
      loaded[body.project].version = body.version;
    }
    ASSIGN_OR_RETURN(const std::vector<StoredBody> versions, LoadProcedureVersions(session(), projects));
    for (const StoredBody& body : versions) {
      v1::Procedure proto;
      proto.ParseFromString(body.body);
      Loaded& one = loaded[body.project];
      one.procedures.push_back(FromProto(proto));
      one.newest[body.code] = body.version;
    }
    for (auto one = first; one != at; ++one) {
      RETURN_IF_ERROR(PlanOne(one->first, one->second, loaded[one->first], headings, findings));
    }
    RETURN_IF_ERROR(ChunkChecked(findings));
  }
  return absl::OkStatus();
}

absl::Status ProcedureImport::PlanOne(const Uuid& project, const std::vector<Waiting>& rows, Loaded& loaded,
                                      const sheet::Headings& headings, Findings& findings) {
  std::vector<CaseLedgerRow> planned;
  std::vector<ProcedureType> types;
  types.reserve(rows.size());
  const bool current = context_.memory.Read([&](const CaseBook& book) {
    const CaseRow* subject = book.Find(project);
    if (subject == nullptr || subject->version != loaded.version || subject->profile->graph == nullptr) return false;
    loaded.profile = subject->profile;
    loaded.effective_on = subject->effective.date();
    for (const Waiting& row : rows) {
      CaseLedgerRow& one = planned.emplace_back();
      one.row = row.row;
      one.fresh.project = project;
      one.fresh.code = row.row.code;
      one.fresh.region = loaded.proto.region();
      const int place = subject->profile->Find(row.row.code);
      if (place >= 0) one.fresh.department = book.DepartmentOf(*subject, static_cast<size_t>(place));
      types.push_back(*book.FindType(row.row.code));
      one.type = &types.back();
    }
    return true;
  });
  if (!current) return feed::EtagMismatch(CaseName(project), loaded.version);  // Memory is behind: begin anew.
  CaseFile file(FromProto(loaded.proto), loaded.profile->graph);
  for (const Procedure& version : loaded.procedures) file.Add(version);
  const LedgerPlan plan = PlanCase(file, planned, *context_.memory.calendar());
  for (size_t i = 0; i < rows.size(); ++i) {
    const LedgerPlan::Outcome& outcome = plan.outcomes[i];
    if (outcome.fault) {
      findings.AddWrong(ViolationOf(*outcome.fault, rows[i].number, headings), headings,
                        CellText(rows[i].row, outcome.fault->key));
    } else if (outcome.moves > 0) {
      counts_.set_changed(counts_.changed() + 1);
      counts_.set_moves(counts_.moves() + static_cast<int64_t>(outcome.moves));
    } else {
      counts_.set_unchanged(counts_.unchanged() + 1);
    }
  }
  return plan.versions.empty() ? absl::OkStatus() : SpoolCase(loaded, plan, findings);
}

// The case is stated anew beside its procedures: as long as the set is staged, nobody else moves anything in it.
absl::Status ProcedureImport::SpoolCase(const Loaded& loaded, const LedgerPlan& plan, Findings& findings) const {
  const std::string now = job().created_at.ToString(), &account = job().principal.account;
  v1::Case subject = loaded.proto;
  subject.set_etag(fmt::format("{}", loaded.version + 1));
  subject.set_update_time(now);
  subject.set_update_account(account);
  RETURN_IF_ERROR(
      findings.spool.Append(CaseRecord(subject, loaded.effective_on, static_cast<int64_t>(loaded.procedures.size()))));
  std::map<std::string, int64_t> newest = loaded.newest;
  for (const Procedure& version : plan.versions) {
    const Stamp stamp{
        .version = ++newest[version.code], .create_time = "", .update_time = now, .update_account = account};
    RETURN_IF_ERROR(findings.spool.Append("P" + ToProto(version, stamp).SerializeAsString()));
  }
  findings.changes += plan.versions.size();
  return absl::OkStatus();
}

absl::Status ProcedureImport::Stage(Findings& findings, feed::StagedSet& staged) {
  Batch batch;
  const auto hold = [&](db::Session& tx) { return Hold(tx, batch); };
  const auto insert = [&](db::Session& tx) -> absl::Status {
    RETURN_IF_ERROR(InsertCases(tx, staged.id(), batch.cases));
    return InsertProcedures(tx, staged.id(), batch.procedures);
  };
  std::string record;
  for (bool more = true; more;) {
    ASSIGN_OR_RETURN(more, findings.spool.Next(record));
    const bool full = batch.versions.size() >= kVersionsPerChunk && more && record[0] == 'C';
    if ((!more && !batch.versions.empty()) || full) {
      RETURN_IF_ERROR(staged.Stage(batch.versions, insert, hold));
      RETURN_IF_ERROR(ChunkStaged(batch.procedures.size()));
      batch = Batch();
    }
    if (!more) break;
    if (record[0] == 'C') {
      TakeCase(record, batch);
    } else {
      TakeProcedure(record, batch);
    }
  }
  return absl::OkStatus();
}

google::protobuf::Any ProcedureImport::Result(const Findings& findings) const {
  v1::ImportProceduresResult result = counts_;
  result.set_wrong(findings.wrong);
  result.set_applied(findings.applied);
  result.set_annotated_file(findings.annotated_file);
  for (const common::v1::RowError& error : findings.errors) *result.add_errors() = error;
  google::protobuf::Any any;
  any.PackFrom(result);
  return any;
}

}  // namespace yaoshi::preapproval

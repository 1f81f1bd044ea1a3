#include "services/registry/importer/checker.h"

#include <fmt/format.h>

#include <algorithm>

#include "absl/strings/str_join.h"
#include "common/auth/rules.h"
#include "common/money/money.h"
#include "services/registry/adjuster.h"
#include "services/registry/importer/ledger.h"
#include "services/registry/timeline.h"

namespace yaoshi::registry {
namespace {

using sheet::Fault;

// A county writes its own region alone: its rows need not name it.
std::string OwnRegion(const auth::Principal& principal) {
  return principal.role == auth::Role::kCounty ? principal.region : "";
}

// Region, title and owner: what tells projects without a code apart.
std::string NameKey(const v1::Project& project) {
  return fmt::format("{} {} {}", project.region(), NormaliseTitle(project.title()), project.owner_title());
}

bool IsNamed(const v1::Project& project) {
  return !project.region().empty() && !project.title().empty() && !project.owner_title().empty();
}

// Why the rules of the list refuse the project, for people. See RefusalsOf.
std::string RefusalInChinese(const List& list, const Project& project) {
  std::vector<std::string> reasons;
  const AdmissionRules& rules = list.rules;
  if (project.total_investment_fen < rules.min_total_investment_fen) {
    reasons.push_back(fmt::format("总投资低于{}万元", FormatWan(rules.min_total_investment_fen)));
  }
  if (rules.requires_project_code && project.project_code.empty()) reasons.emplace_back("未赋项目代码");
  const bool planned =
      std::any_of(project.annual_plans.begin(), project.annual_plans.end(),
                  [&](const AnnualPlan& plan) { return plan.year >= list.first_year && plan.year <= list.last_year; });
  if (rules.requires_annual_plan && !planned) {
    reasons.emplace_back("没有清单年度的计划投资");
  }
  const bool stage_allowed =
      rules.stages.empty() ? project.stage != Stage::kCancelled
                           : std::find(rules.stages.begin(), rules.stages.end(), project.stage) != rules.stages.end();
  if (!stage_allowed) reasons.emplace_back("项目阶段不符");
  return absl::StrJoin(reasons, "、");
}

Fault TwinOf(uint32_t row) {
  return {"ROW_TWICE", fmt::format("is about the same project as row {}; keep one of them", row),
          fmt::format("与第{}行是同一项目，请只保留一行", row)};
}

Fault Alike(const std::string& which, const std::string& which_chinese, const std::string& how) {
  return {"POSSIBLE_DUPLICATE",
          fmt::format("looks like {} ({}); take the row out, or say in column 重复说明 why it is another project",
                      which, how),
          fmt::format("与{}疑似重复；如确为不同项目，请在“重复说明”列写明理由", which_chinese)};
}

}  // namespace

ImportChecker::ImportChecker(const Context& context, db::Session& session, const ImportTerms& terms,
                             const sheet::Table& table)
    : context_(context),
      session_(session),
      terms_(terms),
      headings_(table.headings()),
      titles_(Titles::Load(context.memory.resources())),
      own_region_(OwnRegion(terms.principal)),
      index_(context.memory, terms.principal) {}

void ImportChecker::Read(CheckedRow& row) const {
  row.facts = ReadFacts(row.values, headings_, titles_, own_region_, row.row.number);
}

absl::Status ImportChecker::Check(std::deque<CheckedRow>& rows) {
  for (CheckedRow& row : rows) {
    const std::string& region = row.facts.project.region();
    if (!region.empty() && !MayWrite(terms_.principal, region)) {
      row.values.Reject(
          "region", {"REGION_NOT_YOURS", "is no region whose projects you may write", "不属于本账号可以填报的县区"});
    }
    Match(row);
    RejectTwins(row);
  }
  LoadStates(rows);
  RETURN_IF_ERROR(CheckCodes(rows));
  for (CheckedRow& row : rows) {
    if (row.known) {
      RETURN_IF_ERROR(Update(row));
    } else {
      Enter(row);
    }
  }
  return absl::OkStatus();
}

void ImportChecker::Match(CheckedRow& row) {
  const v1::Project& facts = row.facts.project;
  if (!facts.project_code().empty()) row.project = index_.WithCode(facts.project_code());
  if (row.project.nil() && IsNamed(facts)) MatchNamed(row);
  row.known = !row.project.nil();
  if (!row.known) row.project = Uuid::New(SystemClock());
}

void ImportChecker::MatchNamed(CheckedRow& row) {
  const v1::Project& facts = row.facts.project;
  for (const ProjectIndex::Known& known : index_.Named(facts.region(), facts.title(), facts.owner_title())) {
    const bool other_code = !known.code.empty() && !facts.project_code().empty() && known.code != facts.project_code();
    if (other_code) continue;
    if (!row.project.nil()) {
      row.values.Reject("title",
                        {"MATCHES_SEVERAL", "is the title of several projects of this owner; give the project code",
                         "本单位有多个同名项目，请填写项目代码以便区分"});
      return;
    }
    row.project = known.project;
  }
}

void ImportChecker::RejectTwins(CheckedRow& row) {
  const uint32_t number = row.row.number;
  if (row.known) {
    const auto [at, fresh] = seen_.emplace(row.project, number);
    if (!fresh) row.values.Reject("title", TwinOf(at->second));
    return;
  }
  const v1::Project& facts = row.facts.project;
  const std::string& code = facts.project_code();
  if (!code.empty()) {
    const auto [at, fresh] = new_by_code_.emplace(code, number);
    if (!fresh) return row.values.Reject("project_code", TwinOf(at->second));
  }
  if (!IsNamed(facts)) return;
  std::vector<NewRow>& same = new_by_name_[NameKey(facts)];
  for (const NewRow& other : same) {
    if (other.code.empty() || code.empty()) {
      row.values.Reject("title", TwinOf(other.row));
      break;
    }
  }
  same.push_back({code, number});
}

void ImportChecker::LoadStates(std::deque<CheckedRow>& rows) const {
  context_.memory.Read([&](const Portfolio& portfolio) {
    for (CheckedRow& row : rows) {
      if (!row.known) continue;
      const ProjectRow* project = portfolio.Find(row.project);
      if (project != nullptr) row.body = project->body;
      if (!terms_.list) continue;
      row.standing = portfolio.StateOfEntry(terms_.list->name, row.project);
      const EntryRow* entry = portfolio.FindEntry(terms_.list->name, row.project);
      if (entry != nullptr) row.entry_body = entry->body;
    }
  });
}

absl::Status ImportChecker::CheckCodes(std::deque<CheckedRow>& rows) {
  std::vector<std::string> codes;
  for (const CheckedRow& row : rows) {
    const std::string& code = row.facts.project.project_code();
    if (!code.empty()) codes.push_back(code);
  }
  ASSIGN_OR_RETURN(const auto holders, LoadCodeHolders(session_, codes));
  for (CheckedRow& row : rows) {
    const auto holder = holders.find(row.facts.project.project_code());
    if (holder == holders.end() || holder->second == row.project) continue;
    row.values.Reject("project_code", {"PROJECT_CODE_TAKEN", "belongs to another project; correct the code",
                                       "已被其他项目使用，请核对项目代码"});
  }
  return absl::OkStatus();
}

void ImportChecker::Enter(CheckedRow& row) {
  RequireForNew(row.facts, row.values);
  v1::Project project;
  project.set_name(ProjectName(row.project));
  project.set_stage(static_cast<v1::Stage>(InitialStage(row.facts)));
  project.set_stage_since(terms_.on.ToString());
  project.set_effective_on(terms_.on.ToString());
  project = Merged(project, row.facts);
  CheckAlike(row, project);
  Project facts = FromProto(project);
  Validated(row, facts);
  PutOnList(row, facts);
  if (!row.right()) return;
  facts.duplicate_override_reason = row.facts.duplicate_override_reason;
  Meta meta;
  meta.create_time = terms_.now.ToString();
  meta.create_account = terms_.principal.account;
  row.change.kind = RowChange::Kind::kCreated;
  row.change.region = project.region();
  row.change.statements.push_back(ToProto(facts, meta));
  Stamp(row.change.statements, 0);
}

void ImportChecker::CheckAlike(CheckedRow& row, const v1::Project& project) {
  if (!IsNamed(project)) return;
  Likeness likeness = LikenessOf(project.title(), project.place(), project.owner_title(), project.owner_credit_code());
  LikenessIndex& others = new_by_region_[project.region()];
  // Twins have been told of already.
  const bool look = row.facts.duplicate_override_reason.empty() &&
                    std::none_of(row.values.violations().begin(), row.values.violations().end(),
                                 [](const sheet::CellViolation& v) { return v.reason == "ROW_TWICE"; });
  if (look && MayWrite(terms_.principal, project.region())) {
    if (const auto alike = index_.MostAlike(project.region(), likeness)) {
      row.values.Reject("title",
                        Alike(fmt::format("{} “{}”", ProjectName(alike->project), alike->title),
                              fmt::format("已有项目“{}”", alike->title), ExplainSimilarity(likeness, alike->likeness)));
    } else if (const auto twin = others.MostAlike(likeness)) {
      row.values.Reject("title", Alike(fmt::format("row {}", twin->item), fmt::format("第{}行", twin->item),
                                       ExplainSimilarity(likeness, *twin->likeness)));
    }
  }
  others.Add(std::move(likeness), row.row.number);
}

void ImportChecker::Validated(CheckedRow& row, const Project& project) const {
  const bool has_total = project.total_investment_fen != 0 || row.values.Has("total_investment");
  for (const FieldViolation& violation : Validate(project, context_.directory)) {
    // Units, regions and industries were told when the row was read; sums need a total.
    const bool told = violation.field == "region" || violation.field == "industry" ||
                      violation.field == "competent_department" || violation.field == "responsible_unit";
    const bool sum = violation.field == "funding_sources" || violation.field == "annual_plans";
    // The sum over amounts of which one is not understood says nothing.
    const bool amounts_wrong = std::any_of(
        row.values.violations().begin(), row.values.violations().end(), [](const sheet::CellViolation& wrong) {
          return wrong.key == "total_investment" || wrong.key.starts_with("source_") || wrong.key.starts_with("plan_");
        });
    if (told || (sum && (!has_total || amounts_wrong))) continue;
    RejectFact(violation, row.values);
  }
}

absl::Status ImportChecker::Update(CheckedRow& row) {
  v1::Project newest;
  newest.ParseFromString(row.body);
  v1::Project then = newest;
  ASSIGN_OR_RETURN(row.change.statements, Statements(row, newest, then));
  const v1::Project& now = row.change.statements.empty() ? newest : row.change.statements.back();
  row.change.region = now.region();
  if (!row.change.statements.empty()) {
    row.change.kind = RowChange::Kind::kUpdated;
    row.change.amended = now.total_investment_fen() != newest.total_investment_fen() ||
                         FromProto(now).annual_plans != FromProto(newest).annual_plans;
  }
  if (now.region() != newest.region()) {
    row.change.entries =
        context_.memory.Read([&](const Portfolio& portfolio) { return Restate(portfolio, row.project); });
  }
  PutOnList(row, FromProto(then));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::Project>> ImportChecker::Statements(CheckedRow& row, const v1::Project& newest,
                                                                   v1::Project& then) {
  Timeline timeline = {newest};
  if (DateOr(newest.effective_on(), terms_.on) > terms_.on) {
    // It was changed with effect from a later day: what holds from then on is in its history.
    ASSIGN_OR_RETURN(const std::vector<feed::StoredVersion> history, feed::LoadHistory(session_, row.project));
    if (!history.empty()) timeline = TimelineOf(history);
  }
  const v1::Project* state = StateOn(timeline, terms_.on);
  if (state == nullptr) {
    row.values.Reject("title",
                      {"EFFECTIVE_BEFORE_PROJECT", "is a project that was entered with effect from a later day",
                       "该项目的生效日期晚于本次导入的生效日期"});
    return std::vector<v1::Project>();
  }
  const v1::Project merged = Merged(*state, row.facts);
  then = merged;
  const std::vector<std::string> paths = ChangedPaths(*state, merged);
  if (paths.empty()) return std::vector<v1::Project>();
  std::vector<v1::Project> statements = Amend(timeline, terms_.on, paths, merged);
  for (v1::Project& statement : statements) {
    const Project facts = FromProto(statement);
    Validated(row, facts);
    statement = ToProto(facts, MetaOf(statement));  // The format follows the code.
  }
  Stamp(statements, MetaOf(newest).version);
  return statements;
}

void ImportChecker::Stamp(std::vector<v1::Project>& statements, int64_t after_version) const {
  for (v1::Project& statement : statements) {
    statement.set_etag(fmt::format("{}", ++after_version));
    statement.set_update_time(terms_.now.ToString());
    statement.set_update_account(terms_.principal.account);
  }
}

void ImportChecker::PutOnList(CheckedRow& row, const Project& project) {
  if (!terms_.list) {
    row.change.amended = false;
    return;
  }
  Entry entry;
  const bool listed = row.standing.listed && !row.entry_body.empty();
  if (listed) {
    v1::Entry proto;
    proto.ParseFromString(row.entry_body);
    entry = FromProto(proto);
    const bool same = row.facts.kind == EntryKind::kUnspecified || row.facts.kind == entry.kind;
    if (same) return;
  } else {
    row.change.amended = false;
    if (row.facts.kind == EntryKind::kUnspecified && !row.values.Has("entry_kind")) {
      row.values.Reject("entry_kind",
                        {"VALUE_REQUIRED", "is empty; say 续建, 新建 or 预备", "不能为空，请填写续建、新建或预备"});
    }
    const std::vector<std::string> refusals = RefusalsOf(terms_.list->rules, *terms_.list, project);
    const bool judged = row.right();  // A row with wrong cells is not known well enough.
    if (judged && !refusals.empty() && row.facts.admission_override_reason.empty()) {
      const std::string why = absl::StrJoin(refusals, ", ");
      row.values.Reject(
          "", {"ADMISSION_REFUSED",
               fmt::format("is not admitted to the list: {}; say in column 准入说明 why it is all the same", why),
               fmt::format("不符合清单准入条件（{}）；如确需纳入，请在“准入说明”列写明理由",
                           RefusalInChinese(*terms_.list, project))});
    }
    entry.list = terms_.list->name;
    entry.project = row.project;
    if (!refusals.empty()) entry.admission_override_reason = row.facts.admission_override_reason;
  }
  if (row.standing.version > 0 && row.standing.effective_on > terms_.on) {
    row.values.Reject(
        "", {"LATER_CHANGE_EXISTS",
             fmt::format("was put on or off the list with effect from {}", row.standing.effective_on.ToString()),
             fmt::format("该项目在清单中已有{}起生效的变动", row.standing.effective_on.ToString())});
  }
  if (!row.right()) return;
  const Date admitted_on = listed ? entry.admitted_on : terms_.on;
  entry.kind = row.facts.kind;
  entry.reason = terms_.reason;
  entry.adjustment = terms_.adjustment;
  std::vector<EntryVersion>& entries = row.change.entries;
  std::erase_if(entries, [&](const EntryVersion& restated) { return restated.entry.list == entry.list; });
  entries.push_back(Admit(row.standing, std::move(entry), terms_.on));
  entries.back().entry.admitted_on = admitted_on;
  row.change.added = !listed;
  row.change.amended = listed;
}

}  // namespace yaoshi::registry

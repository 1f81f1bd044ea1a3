#include "services/preapproval/importer/procedure_ledger.h"

#include <utility>

#include "common/region/region.h"
#include "services/preapproval/domain/rates.h"

namespace yaoshi::preapproval {
namespace {

using sheet::ColumnKind;
using sheet::ColumnSpec;

ColumnSpec Text(std::string key, std::vector<std::string> headings, size_t max_characters) {
  ColumnSpec spec;
  spec.key = std::move(key);
  spec.headings = std::move(headings);
  spec.max_characters = max_characters;
  return spec;
}

ColumnSpec Required(ColumnSpec spec) {
  spec.required = true;
  spec.value_required = true;
  return spec;
}

ColumnSpec Day(std::string key, std::vector<std::string> headings) {
  ColumnSpec spec = Text(std::move(key), std::move(headings), 0);
  spec.kind = ColumnKind::kDate;
  return spec;
}

std::vector<ColumnSpec> MakeColumns() {
  return {Required(Text("title", {"项目名称", "项目"}, 200)),
          Text("project_code", {"项目代码", "项目编码", "投资项目代码"}, 40),
          Required(Text("procedure", {"事项", "审批事项", "手续名称", "前期手续", "事项名称"}, 100)),
          Day("submitted_on", {"报送日期", "报送时间", "申报日期", "申报时间"}),
          Day("accepted_on", {"受理日期", "受理时间"}),
          Day("approved_on", {"批复日期", "批复时间", "办结日期", "办结时间"}),
          Text("number", {"文号", "批复文号", "批准文号"}, 100),
          Text("issuer", {"批准机关", "批复机关", "审批单位", "审批部门"}, 100),
          Day("valid_until", {"有效期", "有效期至", "有效期限"})};
}

std::string Or(std::optional<std::string> text) {
  return std::move(text).value_or("");
}

}  // namespace

const std::vector<ColumnSpec>& ProcedureLedgerColumns() {
  static const auto* const kColumns = new std::vector<ColumnSpec>(MakeColumns());
  return *kColumns;
}

LedgerIndex::LedgerIndex(const CaseBook& book, uint32_t region) {
  for (const ProcedureType& type : book.Types()) {
    code_by_text_[type.code] = type.code;
    const auto [at, fresh] = code_by_text_.emplace(type.title, type.code);
    if (!fresh && at->second != type.code) at->second.clear();  // A title that two have names neither.
  }
  book.Visit(Uuid(), [&](const CaseRow& subject) {
    const ProjectRow* project = book.FindProject(subject.project);
    if (project == nullptr || (region != 0 && !RegionCovers(region, subject.region))) return true;
    cases_by_title_[project->facts.title].push_back(subject.project);
    if (!project->facts.project_code.empty()) case_by_code_.emplace(project->facts.project_code, subject.project);
    return true;
  });
}

std::string LedgerIndex::CodeOf(const std::string& text) const {
  const auto found = code_by_text_.find(text);
  return found == code_by_text_.end() ? "" : found->second;
}

std::vector<Uuid> LedgerIndex::CasesOf(const std::string& project_code, const std::string& title) const {
  if (!project_code.empty()) {
    const auto found = case_by_code_.find(project_code);
    return found == case_by_code_.end() ? std::vector<Uuid>() : std::vector<Uuid>{found->second};
  }
  const auto found = cases_by_title_.find(title);
  return found == cases_by_title_.end() ? std::vector<Uuid>() : found->second;
}

LedgerFacts ReadLedgerRow(sheet::RowValues& values, const LedgerIndex& index, Date today) {
  LedgerFacts facts;
  facts.project_code = Or(values.Text("project_code"));
  facts.title = Or(values.Text("title"));
  const std::string procedure = Or(values.Text("procedure"));
  facts.row.code = index.CodeOf(procedure);
  if (!procedure.empty() && facts.row.code.empty()) {
    values.Reject("procedure", {"PROCEDURE_UNKNOWN", "is no code or title of the catalogue of procedures",
                                "不是审批事项目录中的编码或名称"});
  }
  facts.row.submitted_on = values.Day("submitted_on");
  facts.row.accepted_on = values.Day("accepted_on");
  facts.row.approved_on = values.Day("approved_on");
  facts.row.number = Or(values.Text("number"));
  facts.row.issuer = Or(values.Text("issuer"));
  facts.row.valid_until = values.Day("valid_until");
  if (!values.violations().empty()) return facts;  // What is not understood is not missing.
  for (const LedgerFault& fault : CheckRow(facts.row, today)) {
    values.Reject(fault.key, {fault.reason, fault.text, fault.chinese});
  }
  return facts;
}

}  // namespace yaoshi::preapproval

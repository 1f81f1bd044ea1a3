#include "services/registry/importer/row_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "services/registry/importer/ledger.h"

namespace yaoshi::registry {
namespace {

using sheet::Fault;
using sheet::RowValues;

// Plain texts: column key and field are named alike.
constexpr std::array<std::string_view, 8> kTexts = {"title",
                                                    "project_code",
                                                    "place",
                                                    "industry",
                                                    "owner_title",
                                                    "owner_credit_code",
                                                    "responsible_person",
                                                    "content_and_scale"};
constexpr std::array<std::string_view, 3> kEnums = {"field", "nature", "regime"};
constexpr std::array<std::string_view, 2> kUnits = {"competent_department", "responsible_unit"};
constexpr std::array<std::string_view, 2> kDays = {"planned_start_on", "planned_completion_on"};
constexpr std::array<std::string_view, 6> kFlags = {"uses_new_land", "uses_cultivated_land",  "uses_forest_or_grass",
                                                    "near_river",    "building_or_municipal", "epc"};
constexpr std::array<std::string_view, 4> kCounts = {"site_hectares_e2", "earthwork_m3", "energy_tce",
                                                     "electricity_kwh"};

const google::protobuf::FieldDescriptor* FieldOf(const google::protobuf::Descriptor* type, std::string_view name) {
  return type->FindFieldByName(std::string(name));
}

class Reader {
 public:
  Reader(RowValues& values, const Titles& titles, RowFacts& facts) : values_(values), titles_(titles), facts_(facts) {}

  void Project(const std::string& own_region) {
    const auto* type = v1::Project::descriptor();
    for (const std::string_view key : kTexts) SetText(key, values_.Text(key));
    CheckIndustry();
    ReadRegion(own_region);
    for (const std::string_view key : kUnits) ReadUnit(key);
    for (const std::string_view key : kEnums) {
      if (const auto value = values_.Enum(key)) {
        const auto* field = FieldOf(type, key);
        Reflection().SetEnumValue(&facts_.project, field, std::atoi(value->c_str()));
        facts_.fields.push_back(field->number());
      }
    }
    for (const std::string_view key : kDays) {
      const std::optional<Date> day = values_.Day(key);
      SetText(key, day ? std::optional(day->ToString()) : std::nullopt);
    }
  }

  void Money(const sheet::Headings& headings) {
    if (const auto total = values_.Fen("total_investment")) {
      facts_.project.set_total_investment_fen(*total);
      facts_.fields.push_back(v1::Project::kTotalInvestmentFenFieldNumber);
    }
    for (const sheet::MatchedColumn& column : headings.columns) {
      const std::string& key = LedgerColumns()[column.spec].key;
      const std::optional<int> year = YearOfPlanKey(key);
      if (!year) continue;
      if (const auto plan = values_.Fen(key)) facts_.plans[*year] = *plan;
    }
    for (const SourceColumn& source : SourceColumns()) {
      const auto amount = values_.Fen(source.key);
      if (!amount) continue;
      facts_.has_sources = true;
      if (*amount == 0) continue;
      v1::FundingSource& one = *facts_.project.add_funding_sources();
      one.set_kind(static_cast<v1::FundingKind>(source.kind));
      one.set_amount_fen(*amount);
    }
  }

  void Attributes() {
    const auto* type = v1::CategoryAttributes::descriptor();
    v1::CategoryAttributes& attributes = *facts_.project.mutable_attributes();
    for (const std::string_view key : kFlags) {
      if (const auto flag = values_.Boolean(key)) {
        const auto* field = FieldOf(type, key);
        attributes.GetReflection()->SetBool(&attributes, field, *flag);
        facts_.attributes.push_back(field->number());
      }
    }
    for (const std::string_view key : kCounts) {
      if (const auto count = values_.Number(key)) {
        const auto* field = FieldOf(type, key);
        attributes.GetReflection()->SetInt64(&attributes, field, *count);
        facts_.attributes.push_back(field->number());
      }
    }
  }

  void Standing() {
    if (const auto kind = values_.Enum("entry_kind")) facts_.kind = static_cast<EntryKind>(std::atoi(kind->c_str()));
    if (const auto stage = values_.Enum("stage")) facts_.stage = static_cast<Stage>(std::atoi(stage->c_str()));
    facts_.duplicate_override_reason = values_.Text("duplicate_override_reason").value_or("");
    facts_.admission_override_reason = values_.Text("admission_override_reason").value_or("");
    if (values_.Boolean("classified").value_or(false)) {
      values_.Reject("classified", {"CLASSIFIED_PROJECT", "is a classified project; take the row out of the file",
                                    "涉密项目不得录入本系统，请从表中删除该行"});
    }
  }

 private:
  const google::protobuf::Reflection& Reflection() const { return *v1::Project::GetReflection(); }

  void SetText(std::string_view key, std::optional<std::string> text) {
    if (!text || text->empty()) return;
    const auto* field = FieldOf(v1::Project::descriptor(), key);
    Reflection().SetString(&facts_.project, field, std::move(*text));
    facts_.fields.push_back(field->number());
  }

  void CheckIndustry() {
    const std::string& industry = facts_.project.industry();
    if (industry.empty() || IsIndustry(industry)) return;
    values_.Reject("industry",
                   {"INDUSTRY_UNKNOWN", "is no GB/T 4754 code; give a letter A to T, or one with 2 to 4 digits",
                    "不是国标行业代码，应为门类字母A至T，或字母加2至4位数字，如N78"});
  }

  void ReadRegion(const std::string& own_region) {
    const auto text = values_.Text("region");
    const bool wrong = !text && values_.Has("region");
    std::optional<std::string> code;
    if (text) code = titles_.RegionOf(*text);
    if (text && !code) {
      values_.Reject("region", {"REGION_UNKNOWN", "is no region of the directory; give its title or its six digits",
                                "不是本市的县区，请填写县区名称或六位区划代码"});
    }
    if (!text && !wrong && !own_region.empty()) code = own_region;
    SetText("region", std::move(code));
  }

  void ReadUnit(std::string_view key) {
    const auto text = values_.Text(key);
    if (!text) return;
    std::optional<std::string> name = titles_.OrganizationOf(*text);
    if (!name) {
      values_.Reject(key, {"ORGANIZATION_UNKNOWN", "is no single unit of the directory; give its full title",
                           "不是单位目录中的单位（或有重名），请填写单位全称"});
    }
    SetText(key, std::move(name));
  }

  RowValues& values_;
  const Titles& titles_;
  RowFacts& facts_;
};

void MergePlans(v1::Project& project, const std::map<int, int64_t>& stated) {
  auto& plans = *project.mutable_annual_plans();
  for (const auto& [year, fen] : stated) {
    const auto same = std::find_if(plans.begin(), plans.end(),
                                   [year = year](const v1::AnnualPlan& plan) { return plan.year() == year; });
    v1::AnnualPlan& plan = same == plans.end() ? *plans.Add() : *same;
    if (same != plans.end() && plan.planned_investment_fen() == fen) continue;
    plan.Clear();
    plan.set_year(year);
    plan.set_planned_investment_fen(fen);
  }
  std::sort(plans.begin(), plans.end(),
            [](const v1::AnnualPlan& a, const v1::AnnualPlan& b) { return a.year() < b.year(); });
}

template <class Message>
void CopyField(const Message& from, int number, Message& to) {
  const auto* field = Message::descriptor()->FindFieldByNumber(number);
  const auto* reflection = Message::GetReflection();
  switch (field->cpp_type()) {
    case google::protobuf::FieldDescriptor::CPPTYPE_STRING:
      return reflection->SetString(&to, field, reflection->GetString(from, field));
    case google::protobuf::FieldDescriptor::CPPTYPE_ENUM:
      return reflection->SetEnumValue(&to, field, reflection->GetEnumValue(from, field));
    case google::protobuf::FieldDescriptor::CPPTYPE_BOOL:
      return reflection->SetBool(&to, field, reflection->GetBool(from, field));
    default:
      return reflection->SetInt64(&to, field, reflection->GetInt64(from, field));
  }
}

// The key of the column that states a field, and what to tell people of it.
struct Explanation {
  std::string_view path;
  std::string_view key;
  const char* chinese;
};

constexpr Explanation kExplanations[] = {
    {"region", "region", "不是本市的县区，请填写县区名称或六位区划代码"},
    {"project_code", "project_code",
     "不是项目代码，格式应为YYMM-RRRRRR-DD-TT-NNNNNC（2020年11月起）或YYYY-RRRRRR-II-TT-NNNNNN；未赋码请留空"},
    {"owner_credit_code", "owner_credit_code",
     "不是有效的统一社会信用代码（18位，校验码须相符），请核对营业执照，或留空"},
    {"competent_department", "competent_department", "不是单位目录中的单位，请填写单位全称"},
    {"responsible_unit", "responsible_unit", "不是单位目录中的单位，请填写单位全称"},
    {"planned_completion_on", "planned_completion_on", "早于拟开工日期，请改正其中之一"},
    {"total_investment_fen", "total_investment", "不是合理的金额"},
    {"funding_sources", "", "资金来源合计与总投资不相等，请改正，或不填资金来源"},
    {"annual_plans", "", "各年度计划投资合计超过总投资，请改正"},
    {"attributes.site_hectares_e2", "site_hectares_e2", "超出合理范围，请核对单位（公顷）"},
    {"attributes.earthwork_m3", "earthwork_m3", "超出合理范围，请核对单位（立方米）"},
    {"attributes.energy_tce", "energy_tce", "超出合理范围，请核对单位（吨标煤）"},
    {"attributes.electricity_kwh", "electricity_kwh", "超出合理范围，请核对单位（千瓦时）"},
};

}  // namespace

RowFacts ReadFacts(RowValues& values, const sheet::Headings& headings, const Titles& titles,
                   const std::string& own_region, uint32_t row) {
  RowFacts facts;
  facts.row = row;
  Reader reader(values, titles, facts);
  reader.Project(own_region);
  reader.Money(headings);
  reader.Attributes();
  reader.Standing();
  return facts;
}

void RequireForNew(const RowFacts& facts, RowValues& values) {
  const auto stated = [&](int number) {
    return std::find(facts.fields.begin(), facts.fields.end(), number) != facts.fields.end();
  };
  constexpr std::pair<int, std::string_view> kRequired[] = {
      {v1::Project::kTitleFieldNumber, "title"},
      {v1::Project::kRegionFieldNumber, "region"},
      {v1::Project::kFieldFieldNumber, "field"},
      {v1::Project::kNatureFieldNumber, "nature"},
      {v1::Project::kRegimeFieldNumber, "regime"},
      {v1::Project::kOwnerTitleFieldNumber, "owner_title"},
      {v1::Project::kTotalInvestmentFenFieldNumber, "total_investment"}};
  for (const auto& [number, key] : kRequired) {
    // A cell that is filled but wrong has its violation already.
    if (stated(number) || values.Has(key)) continue;
    values.Reject(key, {"VALUE_REQUIRED", "is empty; fill it in", "不能为空，请填写"});
  }
  if (InitialStage(facts) > Stage::kUnderConstruction) {
    values.Reject("stage", {"STAGE_NOT_INITIAL", "is no stage to enter with; enter the project, then move it there",
                            "新录入的项目只能是谋划、储备、前期、开工或在建；其他阶段请录入后再变更"});
  }
}

Stage InitialStage(const RowFacts& facts) {
  if (facts.stage != Stage::kUnspecified) return facts.stage;
  switch (facts.kind) {
    case EntryKind::kContinuing:
      return Stage::kUnderConstruction;
    case EntryKind::kNewStart:
      return Stage::kPreparing;
    default:
      return Stage::kPlanned;
  }
}

v1::Project Merged(const v1::Project& state, const RowFacts& facts) {
  v1::Project project = state;
  for (const int number : facts.fields) CopyField(facts.project, number, project);
  for (const int number : facts.attributes) {
    CopyField(facts.project.attributes(), number, *project.mutable_attributes());
  }
  MergePlans(project, facts.plans);
  if (facts.has_sources) {
    *project.mutable_funding_sources() = facts.project.funding_sources();
  } else if (project.total_investment_fen() != state.total_investment_fen()) {
    project.clear_funding_sources();
  }
  return project;
}

std::vector<std::string> ChangedPaths(const v1::Project& before, const v1::Project& after) {
  std::vector<std::string> paths;
  const auto* reflection = v1::Project::GetReflection();
  const auto text = [&](std::string_view name) {
    const auto* field = FieldOf(v1::Project::descriptor(), name);
    if (reflection->GetString(before, field) != reflection->GetString(after, field)) paths.emplace_back(name);
  };
  for (const std::string_view name : kTexts) text(name);
  text("region");
  for (const std::string_view name : kUnits) text(name);
  for (const std::string_view name : kDays) text(name);
  for (const std::string_view name : kEnums) {
    const auto* field = FieldOf(v1::Project::descriptor(), name);
    if (reflection->GetEnumValue(before, field) != reflection->GetEnumValue(after, field)) paths.emplace_back(name);
  }
  Project was = FromProto(before), is = FromProto(after);
  for (Project* project : {&was, &is}) {  // The order of the sources says nothing.
    std::sort(project->funding_sources.begin(), project->funding_sources.end(),
              [](const FundingSource& a, const FundingSource& b) { return a.kind < b.kind; });
  }
  if (was.total_investment_fen != is.total_investment_fen) paths.emplace_back("total_investment_fen");
  if (was.funding_sources != is.funding_sources) paths.emplace_back("funding_sources");
  if (was.annual_plans != is.annual_plans) paths.emplace_back("annual_plans");
  if (was.attributes != is.attributes) paths.emplace_back("attributes");
  return paths;
}

void RejectFact(const FieldViolation& violation, RowValues& values) {
  for (const Explanation& known : kExplanations) {
    const bool same = violation.field == known.path ||
                      (violation.field.starts_with(known.path) && violation.field[known.path.size()] == '[');
    if (same) return values.Reject(known.key, {"FACT_WRONG", violation.description, known.chinese});
  }
  values.Reject("", {"FACT_WRONG", fmt::format("{}: {}", violation.field, violation.description),
                     fmt::format("{}不符合要求", violation.field)});
}

}  // namespace yaoshi::registry

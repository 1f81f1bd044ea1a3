#include "services/registry/importer/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace yaoshi::registry {
namespace {

using sheet::ColumnKind;
using sheet::ColumnSpec;
using Headings = std::vector<std::string>;

constexpr std::string_view kPlanPrefix = "plan_";

ColumnSpec Text(std::string key, Headings headings, size_t max_characters) {
  ColumnSpec spec{.key = std::move(key), .headings = std::move(headings)};
  spec.max_characters = max_characters;
  return spec;
}

ColumnSpec Required(ColumnSpec spec) {
  spec.required = true;
  return spec;
}

ColumnSpec Amount(std::string key, Headings headings) {
  ColumnSpec spec{.key = std::move(key), .headings = std::move(headings), .kind = ColumnKind::kAmount};
  return spec;
}

ColumnSpec Day(std::string key, Headings headings) {
  ColumnSpec spec{.key = std::move(key), .headings = std::move(headings), .kind = ColumnKind::kDate};
  spec.allow_month = true;
  return spec;
}

ColumnSpec Flag(std::string key, Headings headings) {
  return {.key = std::move(key), .headings = std::move(headings), .kind = ColumnKind::kBoolean};
}

ColumnSpec Count(std::string key, Headings headings, int scale, int64_t max) {
  ColumnSpec spec{.key = std::move(key), .headings = std::move(headings), .kind = ColumnKind::kDecimal};
  spec.scale = scale;
  spec.max = max;
  return spec;
}

ColumnSpec Enum(std::string key, Headings headings, std::vector<sheet::EnumLabel> labels) {
  ColumnSpec spec{.key = std::move(key), .headings = std::move(headings), .kind = ColumnKind::kEnum};
  spec.labels = std::move(labels);
  return spec;
}

void AddIdentity(std::vector<ColumnSpec>& specs) {
  specs.push_back(Required(Text("title", {"项目名称", "名称", "工程名称", "项目"}, 200)));
  specs.push_back(Text("project_code", {"项目代码", "国家代码", "赋码", "项目赋码"}, 40));
  specs.push_back(Required(Text("region", {"县区", "县（区）", "区县", "所属县区", "所在县区", "所属区域"}, 60)));
  specs.push_back(Text("place", {"建设地点", "建设地址", "项目地点"}, 200));
  specs.push_back(Text("industry", {"国标行业", "行业代码", "国民经济行业"}, 10));
  specs.push_back(Required(Enum("field", {"所属领域", "领域", "投资领域"},
                                {{"农业水利", "1"},
                                 {"生态环保", "2"},
                                 {"交通物流", "3"},
                                 {"能源", "4"},
                                 {"产业转型升级及科技创新", "5"},
                                 {"产业转型升级和科技创新", "5"},
                                 {"社会民生", "6"},
                                 {"文化旅游", "7"},
                                 {"城市基础设施", "8"}})));
  specs.push_back(Required(Enum("nature", {"建设性质"},
                                {{"新建", "1"},
                                 {"扩建", "2"},
                                 {"改建", "3"},
                                 {"技术改造", "3"},
                                 {"改建和技术改造", "3"},
                                 {"迁建", "4"},
                                 {"恢复", "5"},
                                 {"单纯购置", "6"},
                                 {"购置", "6"}})));
  specs.push_back(
      Required(Enum("regime", {"审批方式", "审批类型", "管理方式"},
                    {{"审批", "1"}, {"审批制", "1"}, {"核准", "2"}, {"核准制", "2"}, {"备案", "3"}, {"备案制", "3"}})));
}

void AddPeople(std::vector<ColumnSpec>& specs) {
  specs.push_back(Required(Text("owner_title", {"项目单位", "业主单位", "建设单位", "项目业主", "项目法人"}, 100)));
  specs.push_back(Text("owner_credit_code", {"统一社会信用代码", "信用代码"}, 40));
  specs.push_back(Text("competent_department", {"主管部门", "行业主管部门"}, 100));
  specs.push_back(Text("responsible_unit", {"责任单位"}, 100));
  specs.push_back(Text("responsible_person", {"责任人", "包抓责任人", "项目责任人"}, 50));
  specs.push_back(Text("content_and_scale", {"建设内容及规模", "建设内容", "主要建设内容", "建设规模及内容"}, 2000));
  specs.back().multiline = true;
  specs.push_back(Day("planned_start_on", {"拟开工日期", "拟开工时间", "计划开工时间", "计划开工日期"}));
  specs.push_back(
      Day("planned_completion_on", {"拟竣工日期", "拟竣工时间", "计划竣工时间", "计划竣工日期", "拟建成时间"}));
  specs.push_back(Required(Amount("total_investment", {"总投资", "项目总投资", "估算总投资", "概算总投资"})));
}

void AddStanding(std::vector<ColumnSpec>& specs) {
  specs.push_back(Enum("entry_kind", {"清单类别", "项目类别", "建设类别"},
                       {{"续建", "1"}, {"新建", "2"}, {"计划新开工", "2"}, {"新开工", "2"}, {"预备", "3"}}));
  specs.push_back(Enum("stage", {"项目阶段", "所处阶段", "建设阶段"},
                       {{"谋划", "1"},
                        {"储备", "2"},
                        {"前期", "3"},
                        {"开工", "4"},
                        {"在建", "5"},
                        {"停工", "6"},
                        {"竣工", "7"},
                        {"投运", "8"},
                        {"取消", "9"}}));
  specs.push_back(Flag("uses_new_land", {"新增用地", "新增建设用地"}));
  specs.push_back(Flag("uses_cultivated_land", {"占用耕地"}));
  specs.push_back(Flag("uses_forest_or_grass", {"占用林草地", "占用林地草地"}));
  specs.push_back(Flag("near_river", {"涉河取水", "涉河、取水"}));
  specs.push_back(Count("site_hectares_e2", {"用地面积（公顷）", "用地面积"}, 2, 100'000'000));
  specs.push_back(Count("earthwork_m3", {"土石方（立方米）", "土石方", "土石方量"}, 0, 1'000'000'000'000));
  specs.push_back(Count("energy_tce", {"年综合能耗（吨标煤）", "年综合能耗"}, 0, 1'000'000'000));
  specs.push_back(Count("electricity_kwh", {"年用电量（千瓦时）", "年用电量"}, 0, 1'000'000'000'000));
  specs.push_back(Flag("building_or_municipal", {"房建市政", "房建市政工程"}));
  specs.push_back(Flag("epc", {"EPC", "EPC总承包", "工程总承包"}));
  specs.push_back(Text("duplicate_override_reason", {"重复说明", "疑似重复说明"}, 500));
  specs.push_back(Text("admission_override_reason", {"准入说明"}, 500));
  specs.push_back(Flag("classified", {"涉密", "是否涉密"}));
}

void AddSources(std::vector<ColumnSpec>& specs) {
  const auto add = [&](std::string_view key, const Headings& names) {
    Headings headings;
    for (const std::string& name : names) {
      headings.push_back(name);
      headings.push_back("资金来源/" + name);
    }
    specs.push_back(Amount(std::string(key), std::move(headings)));
  };
  add("source_central_budget", {"中央预算内", "中央预算内投资"});
  add("source_other_central", {"其他中央", "其他中央资金"});
  add("source_provincial", {"省级", "省级资金"});
  add("source_municipal", {"市级", "市级资金"});
  add("source_county", {"县级", "县级资金"});
  add("source_special_bond", {"专项债券", "地方政府专项债券"});
  add("source_bank_loan", {"银行贷款"});
  add("source_own_funds", {"企业自有", "企业自有资金", "自筹资金"});
  add("source_other", {"其他", "其他资金"});
}

void AddPlans(std::vector<ColumnSpec>& specs) {
  for (int year = kFirstPlanYear; year <= kLastPlanYear; ++year) {
    const auto heading = [year](const char* form) { return fmt::format(fmt::runtime(form), year); };
    specs.push_back(
        Amount(PlanKey(year), {heading("{}年计划投资"), heading("年度计划/{}年计划投资"), heading("{}年度计划投资"),
                               heading("年度计划/{}年"), heading("{}年投资计划")}));
  }
}

std::vector<ColumnSpec> MakeColumns() {
  std::vector<ColumnSpec> specs;
  AddIdentity(specs);
  AddPeople(specs);
  AddSources(specs);
  AddStanding(specs);
  AddPlans(specs);
  return specs;
}

}  // namespace

const std::vector<ColumnSpec>& LedgerColumns() {
  static const auto* const kColumns = new std::vector<ColumnSpec>(MakeColumns());
  return *kColumns;
}

const ColumnSpec& LedgerColumn(std::string_view key) {
  const std::vector<ColumnSpec>& all = LedgerColumns();
  return *std::find_if(all.begin(), all.end(), [&](const ColumnSpec& spec) { return spec.key == key; });
}

std::string PlanKey(int year) {
  return fmt::format("{}{}", kPlanPrefix, year);
}

std::optional<int> YearOfPlanKey(std::string_view key) {
  if (!key.starts_with(kPlanPrefix)) return std::nullopt;
  key.remove_prefix(kPlanPrefix.size());
  int year = 0;
  std::from_chars(key.data(), key.data() + key.size(), year);
  return year;
}

const std::vector<SourceColumn>& SourceColumns() {
  static const auto* const kSources = new std::vector<SourceColumn>{
      {1, "source_central_budget"}, {2, "source_other_central"}, {3, "source_provincial"},
      {4, "source_municipal"},      {5, "source_county"},        {6, "source_special_bond"},
      {7, "source_bank_loan"},      {8, "source_own_funds"},     {9, "source_other"}};
  return *kSources;
}

std::string LabelOf(std::string_view key, int value) {
  const std::string wanted = fmt::format("{}", value);
  for (const sheet::EnumLabel& label : LedgerColumn(key).labels) {
    if (label.value == wanted) return label.label;
  }
  return "";
}

}  // namespace yaoshi::registry

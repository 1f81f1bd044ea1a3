// The catalogue and the graph of reference §2.3 and §2.4 as tests use them, with the calendars of 2021 and 2022.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "common/calendar/work_calendar.h"
#include "services/preapproval/domain/template.h"
#include "services/preapproval/domain/types.h"

namespace yaoshi::preapproval {

inline Date Day(std::string_view text) {
  return Date::Parse(text).value();
}

// The State Council's notices (国办发明电〔2020〕27号 and 〔2021〕11号).
inline std::vector<WorkYear> ReferenceYears() {
  const auto days = [](std::initializer_list<std::pair<std::string_view, int>> ranges) {
    std::vector<Date> all;
    for (const auto& [first, count] : ranges) {
      for (int i = 0; i < count; ++i) all.push_back(Day(first).AddDays(i));
    }
    return all;
  };
  return {{2021,
           days({{"2021-01-01", 3},
                 {"2021-02-11", 7},
                 {"2021-04-03", 3},
                 {"2021-05-01", 5},
                 {"2021-06-12", 3},
                 {"2021-09-19", 3},
                 {"2021-10-01", 7}}),
           days({{"2021-02-07", 1},
                 {"2021-02-20", 1},
                 {"2021-04-25", 1},
                 {"2021-05-08", 1},
                 {"2021-09-18", 1},
                 {"2021-09-26", 1},
                 {"2021-10-09", 1}})},
          {2022,
           days({{"2022-01-01", 3},
                 {"2022-01-31", 7},
                 {"2022-04-03", 3},
                 {"2022-04-30", 5},
                 {"2022-06-03", 3},
                 {"2022-09-10", 3},
                 {"2022-10-01", 7},
                 {"2022-12-31", 1}}),
           days({{"2022-01-29", 2}, {"2022-04-02", 1}, {"2022-04-24", 1}, {"2022-05-07", 1}, {"2022-10-08", 2}})}};
}

inline WorkCalendar ReferenceCalendar() {
  return WorkCalendar::Create(ReferenceYears()).value();
}

// A type with its legal limit; no limit when `days` is 0.
inline ProcedureType TypeOf(std::string_view code, std::string_view title, int days,
                            DayUnit unit = DayUnit::kWorkingDays) {
  ProcedureType type;
  type.code = code;
  type.title = title;
  type.stage = ApprovalStage::kPlanningPermission;
  type.department = "organizations/dept-01";
  type.terms = {{.effective_on = Day("2000-01-01"),
                 .legal_limit = days == 0 ? std::nullopt : std::optional<Days>(Days{days, unit}),
                 .promised_limit = std::nullopt,
                 .validity_months = 0,
                 .basis = "参考目录"}};
  return type;
}

inline std::vector<ProcedureType> ReferenceTypes() {
  std::vector<ProcedureType> types = {
      TypeOf("P00", "项目赋码", 0),
      TypeOf("P01", "项目建议书批复", 20),
      TypeOf("P02", "用地预审与选址意见书", 20),
      TypeOf("P03", "社会稳定风险评估", 0),
      TypeOf("P04", "节能审查", 20),
      TypeOf("P05", "环境影响评价", 30, DayUnit::kCalendarDays),
      TypeOf("P06", "水土保持方案", 10),
      TypeOf("P10", "可研批复", 20),
      TypeOf("P11", "土地报批", 0),
      TypeOf("P12", "划拨或出让", 0),
      TypeOf("P13", "建设用地规划许可证", 20),
      TypeOf("P20", "初步设计及概算批复", 20),
      TypeOf("P21", "建设工程规划许可证", 20),
      TypeOf("P30", "施工图审查", 10),
      TypeOf("P31", "消防设计审查", 15),
      TypeOf("P32", "财政评审", 0),
      TypeOf("P33", "招标", 0),
      TypeOf("P40", "施工许可证", 7, DayUnit::kCalendarDays),
      TypeOf("P50", "开工", 0),
      TypeOf("P60", "投资统计入库", 0),
      TypeOf("P70", "竣工联合验收", 12),
  };
  for (ProcedureType& type : types) type.after_start = type.code == "P50" || type.code == "P60" || type.code == "P70";
  return types;
}

inline Node NodeOf(std::string_view code, std::vector<std::string> prerequisites, bool gates_start = false,
                   std::vector<Rule> rules = {}) {
  return {.code = std::string(code),
          .prerequisites = std::move(prerequisites),
          .rules = std::move(rules),
          .preparation = std::nullopt,
          .gates_start = gates_start};
}

inline Rule NotRequired(std::string_view condition, std::string_view reason) {
  return {.condition = std::string(condition),
          .requirement = Requirement::kNotRequired,
          .merged_into = "",
          .reason = std::string(reason)};
}

inline Rule MergedInto(std::string_view condition, std::string_view target, std::string_view reason) {
  return {.condition = std::string(condition),
          .requirement = Requirement::kMerged,
          .merged_into = std::string(target),
          .reason = std::string(reason)};
}

// 审批制 (reference §2.4): without new land no P02 and P11 to P13; below 5000 万元 the 建议书 goes into the 可研.
inline Template ReferenceTemplate() {
  const auto no_land = [] { return std::vector<Rule>{NotRequired("uses_new_land = false", "不新增建设用地。")}; };
  Template subject;
  subject.name = "templates/approval";
  subject.title = "政府投资项目审批流程";
  subject.state = TemplateState::kPublished;
  subject.effective_on = Day("2021-07-01");
  subject.basis = "政府投资条例";
  subject.nodes = {
      NodeOf("P00", {}),
      NodeOf("P01", {"P00"}, false, {MergedInto("total_investment_fen < 500000000000", "P10", "以可研代建议书。")}),
      NodeOf("P02", {"P01"}, false, no_land()),
      NodeOf("P03", {"P01"}),
      NodeOf("P04", {"P01"}, false, {NotRequired("energy_tce < 1000 electricity_kwh < 5000000", "能耗低于门槛。")}),
      NodeOf("P05", {"P02"}, true),
      NodeOf("P06", {"P02"}, true),
      NodeOf("P10", {"P01", "P02", "P03", "P04"}, true),
      NodeOf("P11", {"P02", "P10"}, false, no_land()),
      NodeOf("P12", {"P11"}, false, no_land()),
      NodeOf("P13", {"P10", "P12"}, false, no_land()),
      NodeOf("P20", {"P10"}),
      NodeOf("P21", {"P13", "P20"}),
      NodeOf("P30", {"P20"}),
      NodeOf("P31", {"P30"}),
      NodeOf("P32", {"P30"}),
      NodeOf("P33", {"P20", "P32"}),
      NodeOf("P40", {"P12", "P13", "P21", "P30", "P31", "P33"}, true),
      NodeOf("P50", {"P05", "P06", "P40"}),
      NodeOf("P60", {"P50"}),
      NodeOf("P70", {"P50"}),
  };
  return subject;
}

// A project to which every procedure of the template applies.
inline ProjectAttributes LargeProject() {
  ProjectAttributes project;
  project.regime = 1;
  project.field = 8;
  project.nature = 1;
  project.total_investment_fen = 500'000'000'000;
  project.uses_new_land = true;
  project.energy_tce = 2000;
  return project;
}

}  // namespace yaoshi::preapproval

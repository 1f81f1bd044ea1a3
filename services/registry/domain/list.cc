#include "services/registry/domain/list.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "common/money/money.h"
#include "fmt/format.h"
#include "services/registry/domain/life_cycle.h"

namespace yaoshi::registry {
namespace {

using Violations = std::vector<FieldViolation>;

constexpr int kFirstYear = 2000;
constexpr int kLastYear = 2100;
constexpr std::string_view kNamePrefix = "lists/";

// How many years a list of each Horizon of the proto covers: 当年, 明年, 五年规划.
constexpr int kYearsOfHorizon[] = {0, 1, 1, 5};
constexpr int kHorizonCount = 4;

bool IsListName(std::string_view name) {
  return name.size() > kNamePrefix.size() && name.substr(0, kNamePrefix.size()) == kNamePrefix &&
         name.find('/', kNamePrefix.size()) == std::string_view::npos;
}

void CheckYears(const List& list, Violations& violations) {
  const auto check = [&](std::string_view field, int year) {
    if (year >= kFirstYear && year <= kLastYear) return true;
    violations.push_back({std::string(field), fmt::format("Must be {} to {}.", kFirstYear, kLastYear)});
    return false;
  };
  bool sound = check("first_year", list.first_year);
  sound = check("last_year", list.last_year) && sound;
  if (sound && list.last_year < list.first_year) {
    violations.push_back(
        {"last_year", fmt::format("Is before the first year, {}; give that year or a later one.", list.first_year)});
    sound = false;
  }
  if (list.horizon <= 0 || list.horizon >= kHorizonCount) {
    violations.push_back({"horizon", "Say which: THIS_YEAR, NEXT_YEAR or FIVE_YEARS."});
    return;
  }
  const int years = list.last_year - list.first_year + 1;
  if (!sound || years == kYearsOfHorizon[list.horizon]) return;
  violations.push_back(
      {"horizon", fmt::format("The list covers {} years from {} to {}, this horizon {}; change one of them.", years,
                              list.first_year, list.last_year, kYearsOfHorizon[list.horizon])});
}

void CheckParent(const List& list, Violations& violations) {
  switch (list.kind) {
    case ListKind::kMaster:
    case ListKind::kStandalone:
      if (list.parent.empty()) return;
      violations.push_back({"parent", "Only a sub-list has a parent; leave it empty, or make this a sub-list."});
      return;
    case ListKind::kSub:
      if (!IsListName(list.parent)) {
        violations.push_back({"parent", "A sub-list belongs to a master list; name it as \"lists/{id}\"."});
      } else if (list.parent == list.name) {
        violations.push_back({"parent", "A list cannot be its own parent; name its master list."});
      }
      return;
    case ListKind::kUnspecified:
      break;
  }
  violations.push_back({"kind", "Say which: MASTER, SUB or STANDALONE."});
}

void CheckRules(const AdmissionRules& rules, Violations& violations) {
  if (rules.min_total_investment_fen < 0 || rules.min_total_investment_fen > kMaxFen) {
    violations.push_back({"admission_rules.min_total_investment_fen", fmt::format("Must be 0 to {} fen.", kMaxFen)});
  }
  std::set<Stage> seen;
  for (std::size_t i = 0; i < rules.stages.size(); ++i) {
    const Stage stage = rules.stages[i];
    const std::string field = fmt::format("admission_rules.stages[{}]", i);
    if (stage == Stage::kUnspecified || static_cast<int>(stage) >= kStageCount) {
      violations.push_back({field, "Is no stage; name one, or leave it out."});
    } else if (stage == Stage::kCancelled) {
      violations.push_back({field, "A list admits no cancelled project; leave it out."});
    } else if (!seen.insert(stage).second) {
      violations.push_back({field, fmt::format("{} is there already; give each stage once.", StageName(stage))});
    }
  }
}

std::string YearsOf(const List& list) {
  return list.first_year == list.last_year ? fmt::format("{}", list.first_year)
                                           : fmt::format("{}–{}", list.first_year, list.last_year);
}

bool HasPlan(const Project& project, const List& list) {
  return std::any_of(project.annual_plans.begin(), project.annual_plans.end(), [&](const AnnualPlan& plan) {
    return plan.year >= list.first_year && plan.year <= list.last_year;
  });
}

// Why the stage is not admitted; "" when it is.
std::string StageRefusal(const std::vector<Stage>& stages, Stage stage) {
  if (stages.empty()) {
    return stage == Stage::kCancelled ? fmt::format("the project is {} ({})", StageName(stage), StageTitle(stage)) : "";
  }
  if (std::find(stages.begin(), stages.end(), stage) != stages.end()) return "";
  std::string admitted;
  for (const Stage one : stages) {
    if (!admitted.empty()) admitted += ", ";
    admitted += StageName(one);
  }
  return fmt::format("stage {} ({}) is not among {}", StageName(stage), StageTitle(stage), admitted);
}

}  // namespace

std::vector<FieldViolation> Validate(const List& list) {
  Violations violations;
  CheckParent(list, violations);
  CheckYears(list, violations);
  CheckRules(list.rules, violations);
  return violations;
}

std::vector<std::string> RefusalsOf(const AdmissionRules& rules, const List& list, const Project& project) {
  std::vector<std::string> refusals;
  if (project.total_investment_fen < rules.min_total_investment_fen) {
    refusals.push_back(fmt::format("total investment {} 万元 is below {} 万元", FormatWan(project.total_investment_fen),
                                   FormatWan(rules.min_total_investment_fen)));
  }
  if (rules.requires_project_code && project.project_code.empty()) {
    refusals.push_back("the project has no project code (待赋码)");
  }
  if (rules.requires_annual_plan && !HasPlan(project, list)) {
    refusals.push_back(fmt::format("the project has no annual plan for {}", YearsOf(list)));
  }
  if (std::string refusal = StageRefusal(rules.stages, project.stage); !refusal.empty()) {
    refusals.push_back(std::move(refusal));
  }
  return refusals;
}

}  // namespace yaoshi::registry

#include "services/registry/domain/project.h"

#include <algorithm>
#include <array>
#include <set>

#include "common/money/money.h"
#include "fmt/format.h"

namespace yaoshi::registry {
namespace {

using Violations = std::vector<FieldViolation>;

constexpr int kFirstYear = 2000;
constexpr int kLastYear = 2100;
constexpr std::size_t kMonths = 12;

// Limits of the attributes; beyond them somebody took the wrong unit.
constexpr int64_t kMaxSiteHectaresE2 = 100'000'000;        // 10 000 km².
constexpr int64_t kMaxEarthworkM3 = 1'000'000'000'000;     // 1 000 km³.
constexpr int64_t kMaxEnergyTce = 1'000'000'000;           // A fifth of the country's use of a year.
constexpr int64_t kMaxElectricityKwh = 1'000'000'000'000;  // An eighth of the country's use of a year.

bool IsAmount(int64_t fen) {
  return fen >= 0 && fen <= kMaxFen;
}

// The sum, or nullopt when an amount or the sum is no amount.
std::optional<int64_t> SumOf(const std::vector<int64_t>& amounts) {
  int64_t sum = 0;
  for (const int64_t amount : amounts) {
    if (!IsAmount(amount) || !IsAmount(sum + amount)) return std::nullopt;
    sum += amount;
  }
  return sum;
}

void CheckAmount(const std::string& field, int64_t fen, Violations& violations) {
  if (IsAmount(fen)) return;
  violations.push_back({field, fmt::format("{} fen is no amount; give 0 to {} fen.", fen, kMaxFen)});
}

void CheckRange(std::string_view field, int64_t value, int64_t max, std::string_view unit, Violations& violations) {
  if (value >= 0 && value <= max) return;
  violations.push_back(
      {fmt::format("attributes.{}", field), fmt::format("Must be 0 to {} {}; check the unit.", max, unit)});
}

void CheckOrganization(std::string_view field, const std::string& name, const References& references,
                       Violations& violations) {
  if (name.empty() || references.IsOrganization(name)) return;
  violations.push_back(
      {std::string(field), fmt::format("\"{}\" is no organization; name one as \"organizations/…\".", name)});
}

void CheckIdentity(const Project& project, const References& references, Violations& violations) {
  if (!references.IsRegion(project.region)) {
    violations.push_back(
        {"region",
         fmt::format("\"{}\" is no region of the directory; give the six digits of one that is.", project.region)});
  }
  if (!project.project_code.empty() && !FormatOf(project.project_code)) {
    violations.push_back(
        {"project_code",
         "Must be YYMM-RRRRRR-DD-TT-NNNNNC (since 2020-11) or YYYY-RRRRRR-II-TT-NNNNNN (before); leave it "
         "empty while none is assigned."});
  }
  if (!project.owner_credit_code.empty() && !IsCreditCode(project.owner_credit_code)) {
    violations.push_back({"owner_credit_code",
                          "Is no unified social credit code: 18 digits and capital letters (never I, O, S, V, Z) with "
                          "a check character that fits; compare it with the licence, or leave it empty."});
  }
  if (!project.industry.empty() && !IsIndustry(project.industry)) {
    violations.push_back({"industry",
                          "Is no GB/T 4754 code; give a letter A to T, or one with the 2 to 4 digits of a division of "
                          "that letter, such as N78."});
  }
  CheckOrganization("competent_department", project.competent_department, references, violations);
  CheckOrganization("responsible_unit", project.responsible_unit, references, violations);
}

void CheckDates(const Project& project, Violations& violations) {
  const auto check = [&](std::string_view field, const auto& start, const auto& completion) {
    if (!start || !completion || *completion >= *start) return;
    violations.push_back({std::string(field), fmt::format("{} is before the start on {}; correct one of them.",
                                                          completion->ToString(), start->ToString())});
  };
  check("planned_completion_on", project.planned_start_on, project.planned_completion_on);
  check("completed_on", project.started_on, project.completed_on);
}

void CheckSources(const Project& project, Violations& violations) {
  CheckAmount("total_investment_fen", project.total_investment_fen, violations);
  std::set<int> kinds;
  std::vector<int64_t> amounts;
  for (std::size_t i = 0; i < project.funding_sources.size(); ++i) {
    const FundingSource& source = project.funding_sources[i];
    if (!kinds.insert(source.kind).second) {
      violations.push_back({fmt::format("funding_sources[{}].kind", i), "This kind is there already; give each once."});
    }
    CheckAmount(fmt::format("funding_sources[{}].amount_fen", i), source.amount_fen, violations);
    amounts.push_back(source.amount_fen);
  }
  if (amounts.empty() || !std::all_of(amounts.begin(), amounts.end(), IsAmount)) return;
  const std::optional<int64_t> sum = SumOf(amounts);
  if (sum == project.total_investment_fen) return;
  violations.push_back(
      {"funding_sources",
       fmt::format("Sources add up to {} 万元, the total investment is {} 万元; make them equal, or give none.",
                   sum ? FormatWan(*sum) : "more than " + FormatWan(kMaxFen),
                   FormatWan(project.total_investment_fen))});
}

void CheckCurve(const std::string& path, const AnnualPlan& plan, Violations& violations) {
  if (plan.monthly_fen.empty()) return;
  if (plan.monthly_fen.size() != kMonths) {
    violations.push_back({path + ".monthly_fen", fmt::format("Has {} amounts; give 12, one for each month, or none.",
                                                             plan.monthly_fen.size())});
    return;
  }
  for (std::size_t i = 0; i < kMonths; ++i) {
    CheckAmount(fmt::format("{}.monthly_fen[{}]", path, i), plan.monthly_fen[i], violations);
  }
  if (!std::all_of(plan.monthly_fen.begin(), plan.monthly_fen.end(), IsAmount)) return;
  const std::optional<int64_t> sum = SumOf(plan.monthly_fen);
  if (sum == plan.planned_investment_fen) return;
  violations.push_back(
      {path + ".monthly_fen", fmt::format("The months add up to {} 万元, the plan of {} is {} 万元; make them equal.",
                                          sum ? FormatWan(*sum) : "more than " + FormatWan(kMaxFen), plan.year,
                                          FormatWan(plan.planned_investment_fen))});
}

void CheckPlans(const Project& project, Violations& violations) {
  std::set<int> years;
  std::vector<int64_t> amounts;
  for (std::size_t i = 0; i < project.annual_plans.size(); ++i) {
    const AnnualPlan& plan = project.annual_plans[i];
    const std::string path = fmt::format("annual_plans[{}]", i);
    if (plan.year < kFirstYear || plan.year > kLastYear) {
      violations.push_back({path + ".year", fmt::format("Must be {} to {}.", kFirstYear, kLastYear)});
    }
    if (!years.insert(plan.year).second) {
      violations.push_back({path + ".year", fmt::format("{} has a plan already; give one for each year.", plan.year)});
    }
    CheckAmount(path + ".planned_investment_fen", plan.planned_investment_fen, violations);
    CheckCurve(path, plan, violations);
    amounts.push_back(plan.planned_investment_fen);
  }
  if (!std::all_of(amounts.begin(), amounts.end(), IsAmount)) return;
  const std::optional<int64_t> sum = SumOf(amounts);
  if (sum && *sum <= project.total_investment_fen) return;
  violations.push_back(
      {"annual_plans",
       fmt::format("Plans add up to {} 万元, more than the total investment of {} 万元; lower one or raise the other.",
                   sum ? FormatWan(*sum) : "more than " + FormatWan(kMaxFen),
                   FormatWan(project.total_investment_fen))});
}

void CheckAttributes(const CategoryAttributes& attributes, Violations& violations) {
  CheckRange("site_hectares_e2", attributes.site_hectares_e2, kMaxSiteHectaresE2, "hundredths of a hectare",
             violations);
  CheckRange("earthwork_m3", attributes.earthwork_m3, kMaxEarthworkM3, "m³", violations);
  CheckRange("energy_tce", attributes.energy_tce, kMaxEnergyTce, "tonnes of coal equivalent", violations);
  CheckRange("electricity_kwh", attributes.electricity_kwh, kMaxElectricityKwh, "kWh", violations);
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool AllDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), IsDigit);
}

// 4-6-2-2-6 characters, digits but for the last one, which may be an X.
bool HasCodeShape(std::string_view code) {
  constexpr std::string_view kShape = "dddd-dddddd-dd-dd-dddddx";
  if (code.size() != kShape.size()) return false;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const bool fits = kShape[i] == '-' ? code[i] == '-' : IsDigit(code[i]) || (kShape[i] == 'x' && code[i] == 'X');
    if (!fits) return false;
  }
  return true;
}

// The 31 characters of GB 32100; a character's value is its place.
constexpr std::string_view kCreditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

// The registering authorities of GB 32100 with its amendment: 1 staffing office, 2 foreign affairs, 3 justice, 4
// culture, 5 civil affairs, 6 religion, 7 unions, 8 industry, 9 market regulation, A army, N agriculture, Y others.
constexpr std::string_view kCreditAuthorities = "123456789ANY";

// GB 32100: the first 17 values weighted with 3^i mod 31, and the 18th, add up to a multiple of 31.
bool CreditCheckFits(std::string_view code) {
  int sum = 0;
  int weight = 1;
  for (std::size_t i = 0; i < 17; ++i) {
    sum += static_cast<int>(kCreditAlphabet.find(code[i])) * weight;
    weight = weight * 3 % 31;
  }
  return (sum + static_cast<int>(kCreditAlphabet.find(code[17]))) % 31 == 0;
}

// GB 11714: the organization code in places 9 to 17 has a check character of its own, modulo 11; A counts 10 … Z 35.
bool OrganizationCheckFits(std::string_view code) {
  constexpr std::array<int, 8> kWeights = {3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t i = 0; i < kWeights.size(); ++i) {
    sum += (IsDigit(code[i]) ? code[i] - '0' : code[i] - 'A' + 10) * kWeights[i];
  }
  return code[8] == "0X987654321"[sum % 11];
}

}  // namespace

int64_t Project::PlannedInvestment(int first_year, int last_year) const {
  int64_t sum = 0;
  for (const AnnualPlan& plan : annual_plans) {
    if (plan.year >= first_year && plan.year <= last_year) sum += plan.planned_investment_fen;
  }
  return sum;
}

std::vector<FieldViolation> Validate(const Project& project, const References& references) {
  Violations violations;
  CheckIdentity(project, references, violations);
  CheckDates(project, violations);
  CheckSources(project, violations);
  CheckPlans(project, violations);
  CheckAttributes(project.attributes, violations);
  return violations;
}

bool IsIndustry(std::string_view code) {
  // The last division of each letter; the first is the one after the last of the letter before.
  constexpr int kLastDivision[] = {5, 12, 43, 46, 50, 52, 60, 62, 65, 69, 70, 72, 75, 79, 82, 83, 85, 90, 96, 97};
  if (code.empty() || code[0] < 'A' || code[0] > 'T') return false;
  if (code.size() == 1) return true;
  if (code.size() < 3 || code.size() > 5 || !AllDigits(code.substr(1))) return false;
  const int division = (code[1] - '0') * 10 + (code[2] - '0');
  const int letter = code[0] - 'A';
  return division <= kLastDivision[letter] && division > (letter == 0 ? 0 : kLastDivision[letter - 1]);
}

std::optional<ProjectCodeFormat> FormatOf(std::string_view project_code) {
  if (!HasCodeShape(project_code)) return std::nullopt;
  const int time = (project_code[0] - '0') * 1000 + (project_code[1] - '0') * 100 + (project_code[2] - '0') * 10 +
                   (project_code[3] - '0');
  const int month = time % 100;
  constexpr int kFirstMonth = 2011;  // 2020-11 as YYMM: the rule began.
  if (time >= kFirstMonth && month >= 1 && month <= 12) return ProjectCodeFormat::k2020;
  // 2013 to 2020 cannot be read as YYMM, so the formats never mix.
  const bool is_year = time >= 2013 && time <= 2020;
  return is_year && project_code.back() != 'X' ? std::optional(ProjectCodeFormat::k2016) : std::nullopt;
}

bool IsCreditCode(std::string_view code) {
  constexpr std::size_t kLength = 18;
  if (code.size() != kLength || code.find_first_not_of(kCreditAlphabet) != std::string_view::npos) return false;
  return kCreditAuthorities.find(code[0]) != std::string_view::npos && AllDigits(code.substr(2, 6)) &&
         OrganizationCheckFits(code.substr(8, 9)) && CreditCheckFits(code);
}

}  // namespace yaoshi::registry

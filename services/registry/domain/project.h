// An investment project (投资项目) and what must be true of one (reference §1.1, §3, §7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/calendar/date.h"
#include "common/ids/uuid.h"
#include "common/status/status.h"

namespace yaoshi::registry {

// The stages of a project's life; the numbers are those of the proto.
enum class Stage : uint8_t {
  kUnspecified = 0,
  kPlanned = 1,            // 谋划
  kReserved = 2,           // 储备
  kPreparing = 3,          // 前期
  kStarted = 4,            // 开工
  kUnderConstruction = 5,  // 在建
  kSuspended = 6,          // 停工
  kCompleted = 7,          // 竣工
  kOperating = 8,          // 投运
  kCancelled = 9,          // 取消
};
inline constexpr int kStageCount = 10;

enum class EntryKind : uint8_t { kUnspecified = 0, kContinuing = 1, kNewStart = 2, kStandby = 3 };

enum class ProjectCodeFormat : uint8_t { kNone = 0, k2020 = 1, k2016 = 2 };

struct FundingSource {
  int kind = 0;  // FundingKind of the proto.
  int64_t amount_fen = 0;
  friend bool operator==(const FundingSource&, const FundingSource&) = default;
};

struct AnnualPlan {
  int year = 0;
  int64_t planned_investment_fen = 0;
  std::vector<int64_t> monthly_fen;  // Empty or 12 amounts that add up to the plan.
  friend bool operator==(const AnnualPlan&, const AnnualPlan&) = default;
};

// Attributes that decide which procedures apply (reference §2.4).
struct CategoryAttributes {
  bool uses_new_land = false;
  bool uses_cultivated_land = false;
  bool uses_forest_or_grass = false;
  bool near_river = false;
  int64_t site_hectares_e2 = 0;  // Hectares × 100.
  int64_t earthwork_m3 = 0;
  int64_t energy_tce = 0;
  int64_t electricity_kwh = 0;
  bool building_or_municipal = false;
  bool epc = false;
  friend bool operator==(const CategoryAttributes&, const CategoryAttributes&) = default;
};

// The state of a project from `effective_on` on. Field, nature and regime carry the numbers of the proto's enums.
struct Project {
  Uuid id;
  std::string title;
  std::string project_code;
  std::string region;
  std::string place;
  std::string industry;
  int field = 0;
  int nature = 0;
  int regime = 0;
  Stage stage = Stage::kUnspecified;
  Date stage_since;
  std::string owner_title;
  std::string owner_credit_code;
  std::string competent_department;  // "organizations/{id}" or "".
  std::string responsible_unit;      // "organizations/{id}" or "".
  std::string responsible_person;
  std::string content_and_scale;
  std::optional<Date> planned_start_on;
  std::optional<Date> planned_completion_on;
  int64_t total_investment_fen = 0;
  std::vector<FundingSource> funding_sources;
  std::vector<AnnualPlan> annual_plans;  // In order of year.
  CategoryAttributes attributes;
  std::optional<Date> started_on;
  std::optional<Date> completed_on;
  Uuid merged_into;  // Nil when it was not merged.
  std::vector<Uuid> merged_from;
  std::string duplicate_override_reason;
  Date effective_on;

  friend bool operator==(const Project&, const Project&) = default;

  bool merged() const { return !merged_into.nil(); }
  // Planned investment of the years first…last in fen.
  int64_t PlannedInvestment(int first_year, int last_year) const;
};

// What a project's facts refer to; the directory answers.
class References {
 public:
  virtual ~References() = default;
  virtual bool IsRegion(std::string_view code) const = 0;
  virtual bool IsOrganization(std::string_view name) const = 0;  // "organizations/{id}"
};

// All that is wrong with a project's facts, paths relative to the project: illegal region, unknown organizations,
// ill-formed industry, project code or credit code, completion before start, sources that do not add up to the total,
// two plans of one year, a monthly curve that does not add up, plans above the total investment, energy and land
// attributes out of range.
std::vector<FieldViolation> Validate(const Project& project, const References& references);

// Which format a project code has (reference §3), or nullopt when it has neither. Both have one shape; the first four
// digits tell them apart: YYMM from 2011 (2020-11) on is a month, the years 2013 to 2020 are no month. Only the last
// place of the newer format may be an X. The check digit cannot be verified, and the other segments' tables are not
// published.
std::optional<ProjectCodeFormat> FormatOf(std::string_view project_code);

// Whether it is a unified social credit code (GB 32100-2015): 18 of its 31 characters, a registering authority, six
// digits of a region, an organization code with its check character (GB 11714) and the check character of the whole.
bool IsCreditCode(std::string_view code);

// Whether it is a code of GB/T 4754-2017: a letter A to T, or a letter with a division of its own and up to two digits
// more (N, N78, N7810). Groups and classes are not looked up.
bool IsIndustry(std::string_view code);

}  // namespace yaoshi::registry

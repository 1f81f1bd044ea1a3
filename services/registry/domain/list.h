// Lists (清单) and what admits a project to one (reference §1.1).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "services/registry/domain/project.h"

namespace yaoshi::registry {

enum class ListKind : uint8_t { kUnspecified = 0, kMaster = 1, kSub = 2, kStandalone = 3 };

struct AdmissionRules {
  int64_t min_total_investment_fen = 0;  // 0: no threshold.
  bool requires_project_code = false;
  bool requires_annual_plan = false;  // For a year of the list.
  std::vector<Stage> stages;          // Empty: any but kCancelled.
  friend bool operator==(const AdmissionRules&, const AdmissionRules&) = default;
};

struct List {
  std::string name;  // "lists/{id}"
  std::string title;
  ListKind kind = ListKind::kUnspecified;
  std::string parent;  // "lists/{id}" of the master list, for a sub-list.
  int horizon = 0;     // Horizon of the proto.
  int first_year = 0;
  int last_year = 0;
  AdmissionRules rules;
};

// A project on a list from `effective_on` on; the id is the same for the same list and project.
struct Entry {
  std::string list;  // "lists/{id}"
  Uuid project;
  Date effective_on;
  bool listed = false;  // False from the day of its removal.
  Date admitted_on;
  std::optional<Date> removed_on;
  EntryKind kind = EntryKind::kUnspecified;
  std::string reason;
  std::string admission_override_reason;
  std::string adjustment;  // "lists/{list}/adjustments/{uuid}"
};

// All that is wrong with a list's own facts, paths relative to the list: years out of order, a horizon that does not
// fit its years (THIS_YEAR and NEXT_YEAR cover one, FIVE_YEARS five), a parent without being a sub-list or the other
// way round, stages in the rules that are none, that come twice, or CANCELLED.
std::vector<FieldViolation> Validate(const List& list);

// Why the rules refuse the project, in words that name the rule and the value ("total investment 300 万元 is below 500
// 万元"); empty when they admit it.
std::vector<std::string> RefusalsOf(const AdmissionRules& rules, const List& list, const Project& project);

}  // namespace yaoshi::registry

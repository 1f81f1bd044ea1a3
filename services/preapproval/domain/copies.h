// What this service keeps of the registry's resources.
#pragma once

#include <optional>
#include <string>

#include "services/preapproval/domain/template.h"
#include "services/preapproval/domain/types.h"

namespace yaoshi::preapproval {

// The stages of a project that matter here; all of registry's numbers are kept.
inline constexpr int kStageCancelled = 9;

struct ProjectCopy {
  Uuid id;
  std::string title;
  std::string project_code;  // The national one; "" while it has none.
  std::string region;
  int stage = 0;           // The number of registry's proto.
  std::string stage_name;  // "PREPARING"
  std::optional<Date> planned_start_on;
  std::optional<Date> started_on;
  int64_t total_investment_fen = 0;
  std::optional<Uuid> merged_into;
  ProjectAttributes attributes;
  Date effective_on;
};

// Facts of a project that have just come, and are the latest by their date.
struct CopiedProject {
  ProjectCopy facts;
  std::optional<Date> planned_before;  // The planned start until now; that of `facts` when they are the first.
  std::string reason;                  // Why registry changed them, as it was said there.
};

// Whether a project is on a list.
struct EntryCopy {
  std::string list;  // "lists/{id}"
  Uuid project;
  bool listed = false;
  Date effective_on;
};

struct ListCopy {
  std::string name;  // "lists/{id}"
  std::string title;
  std::string parent;   // The master list that it is part of; "" when none.
  bool master = false;  // The union of the lists whose parent it is; has no entries of its own.
  int first_year = 0;
  int last_year = 0;
  std::string predecessor;  // The list of the year before; "" when none.
};

}  // namespace yaoshi::preapproval

// The words that people filter and order projects and entries by.
#pragma once

#include <cstdint>

#include "common/filter/bound.h"

namespace yaoshi::registry {

// The fields that projects and entries are filtered and ordered by; the order is that of ProjectFields().
enum class ProjectField : uint8_t {
  kTitle,
  kProjectCode,
  kRegion,
  kPlace,
  kIndustry,
  kField,
  kNature,
  kRegime,
  kStage,
  kOwnerTitle,
  kOwnerCreditCode,
  kCompetentDepartment,
  kResponsibleUnit,
  kTotalInvestment,
  kPlannedStart,
  kPlannedCompletion,
  kStarted,
  kCompleted,
  // Only of entries:
  kEntryKind,
  kAdmitted,
  kPlannedInvestment,
};

// The field tables of ListProjects and of ListEntries. Columns are those of the store's query (p: project, e: entry).
const filter::FieldTable& ProjectFields();
const filter::FieldTable& EntryFields();

}  // namespace yaoshi::registry

// The errors of preapproval by name: one reason each (docs/errors.md).
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace yaoshi::preapproval {

absl::Status RegionNotFound(std::string_view code);
absl::Status FileNotFinished(std::string_view name);
absl::Status RegistryUnavailable();
absl::Status WorkCalendarNotFound(std::string_view name);
absl::Status WorkCalendarExists(std::string_view name);
absl::Status TemplateNotFound(std::string_view name);
absl::Status TemplateExists(std::string_view name);
absl::Status TemplateNotDraft(std::string_view name);
absl::Status NoTemplateApplies();
absl::Status DelegationNotFound(std::string_view name);
// `department` decides, and the caller neither is it nor acts for it.
absl::Status NotYourProcedure(std::string_view department);
absl::Status ListNotFound(std::string_view name);
absl::Status ProjectNotFound(std::string_view name);
absl::Status CaseNotFound(std::string_view name);
absl::Status CaseExists(std::string_view name);
absl::Status ProcedureNotFound(std::string_view name);
// A code that was begun is not wanted any more.
absl::Status ProcedureBegun(std::string_view code);
absl::Status ScenarioNotFound(std::string_view name);
// Applied or dropped already.
absl::Status ScenarioClosed(std::string_view name);
// Of more cases than a scenario may have.
absl::Status ScenarioTooLarge(size_t most);
absl::Status ScenarioChangesLimits();
absl::Status CaseMigrationNotFound(std::string_view name);
// Applied already.
absl::Status CaseMigrationClosed(std::string_view name);
// Not applied, or taken back already.
absl::Status CaseMigrationNotApplied(std::string_view name);
// So many cases are refused, and are not to be left out.
absl::Status CaseMigrationRefused(int64_t cases);
// Of more cases than a migration may have.
absl::Status CaseMigrationTooLarge(size_t most);
// `name` moved since it was migrated.
absl::Status CaseMovedSince(std::string_view name);
// `name` is not any more as the scenario or migration counted it.
absl::Status CaseChanged(std::string_view name);
absl::Status ProcedureTypeNotFound(std::string_view name);
absl::Status ProcedureTypeExists(std::string_view name);

}  // namespace yaoshi::preapproval

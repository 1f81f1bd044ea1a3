#include "services/preapproval/errors.h"

#include <fmt/format.h>

#include "common/status/quote.h"
#include "common/status/status.h"

namespace yaoshi::preapproval {
namespace {

using Code = absl::StatusCode;

absl::Status NotFound(std::string_view reason, std::string_view type, std::string_view name, std::string_view remedy) {
  return WithResource(Error(Code::kNotFound, reason, fmt::format("There is no {} {}{}", type, Quote(name), remedy)),
                      type, name.substr(0, 100));
}

absl::Status Exists(std::string_view reason, std::string_view type, std::string_view name) {
  return WithResource(Error(Code::kAlreadyExists, reason,
                            fmt::format("{} is there already; update it, or choose another id.", Quote(name))),
                      type, name.substr(0, 100));
}

}  // namespace

absl::Status RegionNotFound(std::string_view code) {
  return NotFound("REGION_NOT_FOUND", "region", code,
                  ", or you may not see it; the regions are those of the county-level units in ListOrganizations.");
}

absl::Status WorkCalendarNotFound(std::string_view name) {
  return NotFound("WORK_CALENDAR_NOT_FOUND", "work calendar", name, "; list them to see which years there are.");
}

absl::Status WorkCalendarExists(std::string_view name) {
  return Exists("WORK_CALENDAR_EXISTS", "work calendar", name);
}

absl::Status TemplateNotFound(std::string_view name) {
  return NotFound("TEMPLATE_NOT_FOUND", "template", name, "; list the templates to see which there are.");
}

absl::Status TemplateExists(std::string_view name) {
  return Exists("TEMPLATE_EXISTS", "template", name);
}

absl::Status TemplateNotDraft(std::string_view name) {
  return Error(
      Code::kFailedPrecondition, "TEMPLATE_NOT_DRAFT",
      fmt::format("{} is published and never changes again; enter a new template that supersedes it.", Quote(name)));
}

absl::Status NoTemplateApplies() {
  return Error(Code::kFailedPrecondition, "NO_TEMPLATE_APPLIES",
               "No published template in force on that date is for such a project; publish one whose selector fits, "
               "or name a template.");
}

absl::Status DelegationNotFound(std::string_view name) {
  return NotFound("DELEGATION_NOT_FOUND", "delegation", name, ", or you may not see it; list the delegations.");
}

absl::Status NotYourProcedure(std::string_view department) {
  return Error(Code::kPermissionDenied, "NOT_YOUR_PROCEDURE",
               fmt::format("This is for {} to decide, and no delegation lets you act for it; ask that department.",
                           Quote(department)),
               {{"department", std::string(department)}});
}

absl::Status ListNotFound(std::string_view name) {
  return NotFound("LIST_NOT_FOUND", "list", name, "; see ListLists of the registry.");
}

absl::Status ProjectNotFound(std::string_view name) {
  return NotFound("PROJECT_NOT_FOUND", "project", name,
                  " here, or you may not see it; a new one arrives from the registry within seconds.");
}

absl::Status CaseNotFound(std::string_view name) {
  return NotFound("CASE_NOT_FOUND", "case", name, ", or you may not see it; open it with OpenCase.");
}

absl::Status CaseExists(std::string_view name) {
  return Exists("CASE_EXISTS", "case", name);
}

absl::Status ProcedureNotFound(std::string_view name) {
  return NotFound("PROCEDURE_NOT_FOUND", "procedure", name,
                  ", or you may not see it; see GetCase for those of a case.");
}

absl::Status ProcedureBegun(std::string_view code) {
  return Error(Code::kFailedPrecondition, "PROCEDURE_BEGUN",
               fmt::format("{} has begun and would not be required any more; withdraw it first.", code),
               {{"code", std::string(code)}});
}

absl::Status FileNotFinished(std::string_view name) {
  return Error(Code::kFailedPrecondition, "FILE_NOT_FINISHED",
               fmt::format("The upload of {} is not complete; finish it, then import it.", Quote(name)));
}

absl::Status RegistryUnavailable() {
  return Error(Code::kUnavailable, "REGISTRY_UNAVAILABLE",
               "The registry, which keeps the files, does not answer; send the request again.");
}

absl::Status ScenarioNotFound(std::string_view name) {
  return NotFound("SCENARIO_NOT_FOUND", "scenario", name, ", or you may not see it; list the scenarios.");
}

absl::Status ScenarioClosed(std::string_view name) {
  return Error(Code::kFailedPrecondition, "SCENARIO_CLOSED",
               fmt::format("{} was applied or dropped already; make a new one.", Quote(name)));
}

absl::Status ScenarioTooLarge(size_t most) {
  return Error(Code::kFailedPrecondition, "SCENARIO_TOO_LARGE",
               fmt::format("The list has more than {} cases there; make a scenario for each region.", most),
               {{"limit", fmt::format("{}", most)}});
}

absl::Status ScenarioChangesLimits() {
  return Error(Code::kFailedPrecondition, "SCENARIO_CHANGES_LIMITS",
               "Limits are changed in the catalogue, from a date on; change them there, and make a scenario without "
               "them to be applied.");
}

absl::Status CaseMigrationNotFound(std::string_view name) {
  return NotFound("CASE_MIGRATION_NOT_FOUND", "case migration", name, ", or you may not see it; list the migrations.");
}

absl::Status CaseMigrationClosed(std::string_view name) {
  return Error(Code::kFailedPrecondition, "CASE_MIGRATION_CLOSED",
               fmt::format("{} was applied already; make a new one.", Quote(name)));
}

absl::Status CaseMigrationNotApplied(std::string_view name) {
  return Error(Code::kFailedPrecondition, "CASE_MIGRATION_NOT_APPLIED",
               fmt::format("{} is not applied, or was taken back; there is nothing to take back.", Quote(name)));
}

absl::Status CaseMigrationRefused(int64_t cases) {
  return Error(Code::kFailedPrecondition, "CASE_MIGRATION_REFUSED",
               fmt::format("{} cases cannot be migrated, as `previews` say; clear what stands in the way, change the "
                           "rules, or make the migration with skip_refused.",
                           cases),
               {{"cases", fmt::format("{}", cases)}});
}

absl::Status CaseMigrationTooLarge(size_t most) {
  return Error(Code::kFailedPrecondition, "CASE_MIGRATION_TOO_LARGE",
               fmt::format("There are more than {} such cases; make a migration for each region.", most),
               {{"limit", fmt::format("{}", most)}});
}

absl::Status CaseMovedSince(std::string_view name) {
  return WithResource(
      Error(Code::kAborted, "CASE_MOVED_SINCE",
            fmt::format("{} moved since it was migrated, which would be lost; migrate back by a new migration instead.",
                        name),
            {{"case", std::string(name)}}),
      "case", name);
}

absl::Status CaseChanged(std::string_view name) {
  return WithResource(
      Error(Code::kAborted, "CASE_CHANGED",
            fmt::format("{} changed since this was counted, or its project did; make the scenario or migration anew.",
                        name),
            {{"case", std::string(name)}}),
      "case", name);
}

absl::Status ProcedureTypeNotFound(std::string_view name) {
  return NotFound("PROCEDURE_TYPE_NOT_FOUND", "procedure type", name, "; list the catalogue to see which there are.");
}

absl::Status ProcedureTypeExists(std::string_view name) {
  return Exists("PROCEDURE_TYPE_EXISTS", "procedure type", name);
}

}  // namespace yaoshi::preapproval

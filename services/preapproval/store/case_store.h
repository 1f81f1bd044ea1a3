// The columns of cases and procedures that SQL filters and sums, beside their versions (common/feed); the guard that
// keeps the moves of one case in order; and the past read from them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/db/session.h"
#include "common/feed/transact.h"
#include "common/ids/uuid.h"
#include "common/resource/moment.h"
#include "services/preapproval/domain/copies.h"
#include "services/preapproval/domain/types.h"

namespace yaoshi::preapproval {

// The tables of this store whose rows go with a discarded change set.
inline const std::vector<std::string> kCaseSideTables = {"case_version", "procedure_version"};

// "cases/{uuid}" and "cases/{uuid}/procedures/{code}".
std::string CaseName(const Uuid& project);
std::string ProcedureName(const Uuid& project, std::string_view code);
// What the codes that a region covers begin with: "621100" → "6211".
std::string RegionPrefix(std::string region);
// The id of a procedure of a case: always the same. That of a case is its project's, under the case's own type.
Uuid ProcedureId(const Uuid& project, std::string_view code);
Uuid CaseId(const Uuid& project);

// Raises the guard of cases, in order of id: of all that write to a case one goes on until its transaction ends, and
// the next begins with what it left. Makes the guard of a case that is new. CHANGE_IN_PROGRESS when a staged set holds
// a case.
absl::Status GuardCases(db::Session& tx, std::vector<Uuid> projects);

// Inserts the columns of versions that the same transaction writes to the feed.
struct CaseVersion {
  Case subject;
  int64_t version = 0;
};
struct ProcedureVersion {
  Procedure procedure;
  int64_t version = 0;
};
absl::Status InsertCases(db::Session& tx, const Uuid& change_set, const std::vector<CaseVersion>& cases);
absl::Status InsertProcedures(db::Session& tx, const Uuid& change_set, const std::vector<ProcedureVersion>& procedures);

// A serialised case or procedure with its version.
struct StoredBody {
  Uuid project;
  std::string code;  // "" of a case.
  int64_t version = 0;
  std::string body;
  Date effective_on = {};
};
// Every committed version of the procedures of cases, in order of case, code and version; at most 1 000 cases.
absl::StatusOr<std::vector<StoredBody>> LoadProcedureVersions(db::Session& session, const std::vector<Uuid>& projects);
// The newest committed version of each case that there is.
absl::StatusOr<std::vector<StoredBody>> LoadCases(db::Session& session, const std::vector<Uuid>& projects);
// The cases on a day as they were known, in order of project; those that there were.
absl::StatusOr<std::vector<StoredBody>> LoadCasesAsOf(db::Session& session, const std::vector<Uuid>& projects,
                                                      const resource::Past& at);
// The procedures of cases on a day as they were known, in order of case and code.
absl::StatusOr<std::vector<StoredBody>> LoadProceduresAsOf(db::Session& session, const std::vector<Uuid>& projects,
                                                           const resource::Past& at);
// The projects of a region that had a case on a day; "": everywhere.
absl::StatusOr<std::vector<Uuid>> LoadCaseProjectsAsOf(db::Session& session, const std::string& region,
                                                       const resource::Past& at);
// The copies of registry's facts on a day, as they were known: of projects, and of what is on lists.
absl::StatusOr<std::vector<ProjectCopy>> LoadProjectCopiesAsOf(db::Session& session, const std::vector<Uuid>& projects,
                                                               const resource::Past& at);
absl::StatusOr<std::vector<EntryCopy>> LoadEntryCopiesAsOf(db::Session& session, const std::vector<std::string>& lists,
                                                           const resource::Past& at);
// The bodies of resources at versions, in the order asked; "" where there is none.
absl::StatusOr<std::vector<std::string>> LoadBodies(db::Session& session,
                                                    const std::vector<std::pair<Uuid, int64_t>>& versions);

}  // namespace yaoshi::preapproval

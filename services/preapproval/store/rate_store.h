// What rates and efficiency need of the past, from the columns of copies and procedures.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/session.h"
#include "common/resource/moment.h"
#include "services/preapproval/domain/types.h"
#include "services/preapproval/store/case_store.h"

namespace yaoshi::preapproval {

// A project on a list (not a master list), with when it was planned to start.
struct ListedProject {
  std::string list;
  Uuid project;
  std::optional<Date> planned_start_on;
};
// What the registry knew of all lists on a day, in order of project.
absl::StatusOr<std::vector<ListedProject>> LoadListedProjects(db::Session& session, const resource::Past& at);

// Where a procedure stood, as far as rates ask; whether one that runs is late, its version's body says.
struct StandingProcedure {
  Uuid project;
  std::string code;
  std::string department = {};
  ProcedureState state = ProcedureState::kUnspecified;
  std::optional<Date> valid_until = {};
  int64_t version = 0;
};
// Of all procedures of the projects that had been moved by then, in no order.
absl::StatusOr<std::vector<StandingProcedure>> LoadStandingProcedures(db::Session& session,
                                                                      const std::vector<Uuid>& projects,
                                                                      const resource::Past& at);

// The approvals and rejections of a period as they were decided, in order of procedure and version. `region` and
// `department` are "" for all.
absl::StatusOr<std::vector<StoredBody>> LoadDecisions(db::Session& session, const std::string& region,
                                                      const std::string& department, Date from_on, Date to_on);

}  // namespace yaoshi::preapproval

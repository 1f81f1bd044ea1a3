// What rates and efficiency need of the past, from the columns of copies and procedures.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/session.h"
#include "common/resource/moment.h"
#include "services/preapproval/domain/copies.h"
#include "services/preapproval/store/case_store.h"

namespace yaoshi::preapproval {

// The projects that were on one of the lists on a day as the registry knew it, and were planned to start in the years
// given; each once, in order of id.
absl::StatusOr<std::vector<Uuid>> LoadRatedProjects(db::Session& session, const std::vector<std::string>& lists,
                                                    int first_year, int last_year, const resource::Past& at);

// The approvals and rejections of a period as they were decided, in order of procedure and version. `region` and
// `department` are "" for all.
absl::StatusOr<std::vector<StoredBody>> LoadDecisions(db::Session& session, const std::string& region,
                                                      const std::string& department, Date from_on, Date to_on);

}  // namespace yaoshi::preapproval

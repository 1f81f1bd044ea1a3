// The baselines of a case, counted from its versions: nothing of them is stored.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "common/feed/change_set.h"
#include "services/preapproval/case_convert.h"
#include "services/preapproval/context.h"
#include "services/preapproval/domain/schedule.h"

namespace yaoshi::preapproval {

// The versions of a case that made a baseline, newest first: the first one, and each that counts one more.
std::vector<feed::StoredVersion> BaselineVersions(std::vector<feed::StoredVersion> history);

// What was planned when the system learned a version, compared with `now` when there is a plan of today.
absl::StatusOr<v1::Baseline> BaselineOf(const Context& context, db::Session& session,
                                        const feed::StoredVersion& version, const std::optional<Schedule>& now);

}  // namespace yaoshi::preapproval

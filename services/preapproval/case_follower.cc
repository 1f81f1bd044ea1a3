#include "services/preapproval/case_follower.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "common/status/status.h"
#include "services/preapproval/case_convert.h"
#include "services/preapproval/case_writer.h"
#include "services/preapproval/domain/baseline.h"
#include "services/preapproval/store/case_store.h"

namespace yaoshi::preapproval {
namespace {

// The newest version of a case.
struct Newest {
  v1::Case proto;
  Date effective_on;
};

// Cases by project; those that there are.
absl::StatusOr<std::map<Uuid, Newest>> LoadNewest(db::Session& session, std::span<const CopiedProject> projects) {
  std::vector<Uuid> ids;
  for (const CopiedProject& one : projects) ids.push_back(one.facts.id);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  ASSIGN_OR_RETURN(const std::vector<StoredBody> stored, LoadCases(session, ids));
  std::map<Uuid, Newest> cases;
  for (const StoredBody& one : stored) {
    Newest& newest = cases[one.project];
    newest.proto.ParseFromString(one.body);
    newest.effective_on = one.effective_on;
  }
  return cases;
}

void FollowEnd(const ProjectCopy& project, Case& subject) {
  const bool ends = project.stage == kStageCancelled || project.merged_into.has_value();
  if (ends && !subject.closed_on) {
    subject.closed_on = project.effective_on;
    subject.closed_reason =
        project.merged_into ? fmt::format("项目已并入 {}", ProjectName(*project.merged_into)) : "项目已取消";
  } else if (!ends) {
    subject.closed_on.reset();
    subject.closed_reason.clear();
  }
}

}  // namespace

absl::Status FollowProjects(feed::Tx& tx, std::span<const CopiedProject> projects) {
  ASSIGN_OR_RETURN(auto cases, LoadNewest(tx.session(), projects));
  for (const CopiedProject& project : projects) {
    const auto found = cases.find(project.facts.id);
    if (found == cases.end()) continue;
    Newest& newest = found->second;
    Case subject = FromProto(newest.proto);
    const Case unchanged = subject;
    FollowEnd(project.facts, subject);
    FollowPlannedStart(project, subject);
    subject.region = project.facts.region;
    if (subject == unchanged) continue;
    // Never before what is known: the newest version is the one that holds today.
    subject.effective_on = std::max({project.facts.effective_on, subject.opened_on, newest.effective_on});
    RETURN_IF_ERROR(GuardCases(tx.session(), {subject.project}));
    ASSIGN_OR_RETURN(newest.proto, PutCase(tx, subject, newest.proto, "registry"));
    newest.effective_on = subject.effective_on;
  }
  return absl::OkStatus();
}

}  // namespace yaoshi::preapproval

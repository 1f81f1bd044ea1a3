#include "services/registry/timeline.h"

#include <map>

#include "common/page/field_mask.h"

namespace yaoshi::registry {
namespace {

bool SameAt(const std::string& path, const v1::Project& a, const v1::Project& b) {
  v1::Project only_a, only_b;
  ApplyMask({path}, a, only_a);
  ApplyMask({path}, b, only_b);
  return only_a.SerializeAsString() == only_b.SerializeAsString();
}

}  // namespace

Timeline TimelineOf(const std::vector<feed::StoredVersion>& history) {
  std::map<Date, v1::Project> by_date;
  for (const feed::StoredVersion& version : history) by_date[version.effective_on].ParseFromString(version.body);
  Timeline timeline;
  for (auto& [date, project] : by_date) timeline.push_back(std::move(project));
  return timeline;
}

const v1::Project* StateOn(const Timeline& timeline, Date date) {
  const v1::Project* state = nullptr;
  for (const v1::Project& project : timeline) {
    if (DateOr(project.effective_on(), Date()) <= date) state = &project;
  }
  return state;
}

std::vector<v1::Project> Amend(const Timeline& timeline, Date on, const std::vector<std::string>& paths,
                               const v1::Project& values) {
  const v1::Project before = *StateOn(timeline, on);
  std::vector<v1::Project> amended = {before};
  ApplyMask(paths, values, amended.front());
  amended.front().set_effective_on(on.ToString());
  for (const v1::Project& later : timeline) {
    if (DateOr(later.effective_on(), Date()) <= on) continue;
    v1::Project next = later;
    for (const std::string& path : paths) {
      if (SameAt(path, before, later)) ApplyMask({path}, values, next);
    }
    amended.push_back(std::move(next));
  }
  return amended;
}

}  // namespace yaoshi::registry

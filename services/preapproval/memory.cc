#include "services/preapproval/memory.h"

#include <algorithm>
#include <utility>

#include "services/preapproval/convert.h"

namespace yaoshi::preapproval {
namespace {

constexpr std::string_view kCalendar = "work_calendar";

constexpr std::string_view kDelegation = "delegation";

// All resources of a type as the domain knows them, in order of name.
template <class Proto>
auto All(const resource::ResourceMemory& resources, std::string_view type) {
  std::vector<decltype(FromProto(std::declval<Proto>()))> all;
  resources.Scan(type, "", [&](const std::string&, const resource::Row& row) {
    Proto proto;
    if (proto.ParseFromString(*row.body)) all.push_back(FromProto(proto));
    return true;
  });
  return all;
}

std::shared_ptr<const WorkCalendar> CalendarOf(const resource::ResourceMemory& resources) {
  auto calendar =
      WorkCalendar::Create(All<v1::WorkCalendar>(resources, kCalendar));  // Each year was checked when it was written.
  return std::make_shared<WorkCalendar>(calendar.ok() ? *std::move(calendar) : WorkCalendar());
}

}  // namespace

std::vector<std::string> SmallTypes() {
  return {"work_calendar", "procedure_type", "template", "delegation", "organization_copy", "list_copy"};
}

void Memory::Apply(const std::vector<feed::Change>& changes) {
  resources_.Apply(changes);
  const auto changed = [&](std::string_view type) {
    return std::any_of(changes.begin(), changes.end(), [&](const feed::Change& change) { return change.type == type; });
  };
  if (changed(kCalendar)) {
    std::shared_ptr<const WorkCalendar> calendar = CalendarOf(resources_);
    absl::MutexLock lock(&mutex_);
    calendar_ = std::move(calendar);
  }
  if (changed(kDelegation)) {
    auto delegations = std::make_shared<const std::vector<Delegation>>(All<v1::Delegation>(resources_, kDelegation));
    absl::MutexLock lock(&mutex_);
    delegations_ = std::move(delegations);
  }
}

std::shared_ptr<const WorkCalendar> Memory::calendar() const {
  absl::ReaderMutexLock lock(&mutex_);
  return calendar_;
}

std::shared_ptr<const std::vector<Delegation>> Memory::delegations() const {
  absl::ReaderMutexLock lock(&mutex_);
  return delegations_;
}

std::vector<Template> Memory::Templates() const {
  return All<v1::Template>(resources_, "template");
}

}  // namespace yaoshi::preapproval

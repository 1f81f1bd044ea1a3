#include "services/preapproval/memory.h"

#include <algorithm>
#include <utility>

#include "services/preapproval/convert.h"

namespace yaoshi::preapproval {
namespace {

constexpr std::string_view kCalendar = "work_calendar";

std::shared_ptr<const WorkCalendar> CalendarOf(const resource::ResourceMemory& resources) {
  std::vector<WorkYear> years;
  resources.Scan(kCalendar, "", [&](const std::string&, const resource::Row& row) {
    v1::WorkCalendar proto;
    if (proto.ParseFromString(*row.body)) years.push_back(FromProto(proto));
    return true;
  });
  auto calendar = WorkCalendar::Create(years);  // Each year was checked when it was written.
  return std::make_shared<WorkCalendar>(calendar.ok() ? *std::move(calendar) : WorkCalendar());
}

}  // namespace

std::vector<std::string> SmallTypes() {
  return {"work_calendar", "procedure_type", "template", "delegation", "organization_copy", "list_copy"};
}

void Memory::Apply(const std::vector<feed::Change>& changes) {
  resources_.Apply(changes);
  const bool calendars =
      std::any_of(changes.begin(), changes.end(), [](const feed::Change& change) { return change.type == kCalendar; });
  if (!calendars) return;
  std::shared_ptr<const WorkCalendar> calendar = CalendarOf(resources_);
  absl::MutexLock lock(&mutex_);
  calendar_ = std::move(calendar);
}

std::shared_ptr<const WorkCalendar> Memory::calendar() const {
  absl::ReaderMutexLock lock(&mutex_);
  return calendar_;
}

}  // namespace yaoshi::preapproval

#include "services/preapproval/memory.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "services/preapproval/case_convert.h"
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

// What a change means for the cases, decoded before the lock is taken.
using Taking = std::function<void(CaseBook&)>;

template <class Proto, class F>
Taking Decode(const feed::Change& change, F put) {
  Proto proto;
  if (!proto.ParseFromString(change.body)) return nullptr;
  return [value = FromProto(proto), version = change.version, put](CaseBook& book) { put(book, value, version); };
}

template <class T, class F>
Taking Decode(const absl::StatusOr<T>& copy, int64_t version, F put) {
  if (!copy.ok()) return nullptr;
  return [value = *copy, version, put](CaseBook& book) { put(book, value, version); };
}

Taking TakingOf(const feed::Change& change) {
  if (change.type == "procedure") {
    return Decode<v1::Procedure>(change, [](CaseBook& b, const Procedure& p, int64_t v) { b.PutProcedure(p, v); });
  }
  if (change.type == "case") {
    Case subject;
    v1::Case proto;
    if (!proto.ParseFromString(change.body)) return nullptr;
    subject = FromProto(proto);
    subject.effective_on = change.effective_on;
    return [subject, version = change.version](CaseBook& book) { book.PutCase(subject, version); };
  }
  if (change.type == "project_copy") {
    return Decode(ProjectCopyOf(change), change.version,
                  [](CaseBook& b, const ProjectCopy& p, int64_t v) { b.PutProject(p, v); });
  }
  if (change.type == "entry_copy") {
    return Decode(EntryCopyOf(change), change.version,
                  [](CaseBook& b, const EntryCopy& e, int64_t v) { b.PutEntry(e, v); });
  }
  if (change.type == "list_copy") {
    return Decode(ListCopyOf(change), change.version, [](CaseBook& b, const ListCopy& l, int64_t) { b.PutList(l); });
  }
  if (change.type == "procedure_type") {
    return Decode<v1::ProcedureType>(change, [](CaseBook& b, const ProcedureType& t, int64_t) { b.PutType(t); });
  }
  if (change.type == "template") {
    return Decode<v1::Template>(change, [](CaseBook& b, const Template& t, int64_t) { b.PutTemplate(t); });
  }
  if (change.type == kCalendar) {
    return Decode<v1::WorkCalendar>(change, [](CaseBook& b, const WorkYear& y, int64_t) { b.PutCalendar(y); });
  }
  return nullptr;
}

}  // namespace

std::vector<std::string> SmallTypes() {
  return {"work_calendar", "procedure_type", "template", "delegation", "organization_copy", "list_copy"};
}

Memory::Memory(resource::ResourceMemory& resources) : resources_(resources) {
  const auto before = [this](const CaseBook& book, const Uuid& project) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    rates_.Before(book, project);  // Called by Apply, which holds the lock.
  };
  book_.set_observer({before, [](const CaseBook&, const Uuid&) {}});
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
  std::vector<Taking> takings;
  for (const feed::Change& change : changes) {
    if (Taking taking = TakingOf(change)) takings.push_back(std::move(taking));
  }
  if (!takings.empty()) {
    absl::MutexLock lock(&book_mutex_);
    for (const Taking& taking : takings) taking(book_);
    // What these say concerns cases that the book does not name.
    if (changed("list_copy") || changed("procedure_type") || changed("template")) {
      rates_.Rebuild(book_, rates_.day());
    } else {
      rates_.Settle(book_, rates_.day());
    }
  }
}

std::shared_ptr<const WorkCalendar> Memory::calendar() const {
  absl::ReaderMutexLock lock(&mutex_);
  return calendar_;
}

absl::StatusOr<WorkCalendar> Memory::CalendarWith(const WorkYear& amended) const {
  std::vector<WorkYear> years = All<v1::WorkCalendar>(resources_, kCalendar);
  std::erase_if(years, [&](const WorkYear& year) { return year.year == amended.year; });
  years.push_back(amended);
  return WorkCalendar::Create(years);
}

std::shared_ptr<const std::vector<Delegation>> Memory::delegations() const {
  absl::ReaderMutexLock lock(&mutex_);
  return delegations_;
}

std::vector<Template> Memory::Templates() const {
  return All<v1::Template>(resources_, "template");
}

}  // namespace yaoshi::preapproval

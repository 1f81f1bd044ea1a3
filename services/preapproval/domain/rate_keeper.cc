#include "services/preapproval/domain/rate_keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "services/preapproval/domain/procedure.h"

namespace yaoshi::preapproval {
namespace {

// The lists whose rates a project counts in: those that it is on and their master lists, when it starts in their years.
std::vector<std::string> RatedLists(const CaseBook& book, const ProjectRow& project, const Uuid& id) {
  std::vector<std::string> names = book.ListsOf(id);
  for (size_t i = 0, own = names.size(); i < own; ++i) {
    const ListCopy* list = book.FindList(names[i]);
    if (list != nullptr && !list->parent.empty()) names.push_back(list->parent);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::erase_if(names, [&](const std::string& name) {
    const ListCopy* list = book.FindList(name);
    return list == nullptr || !StartsInYears(project.facts.planned_start_on, list->first_year, list->last_year);
  });
  return names;
}

}  // namespace

uint32_t Names::Number(const std::string& name) {
  const auto [at, added] = numbers_.try_emplace(name, static_cast<uint32_t>(names_.size()));
  if (added) names_.push_back(name);
  return at->second;
}

std::vector<NamedRateRow> Named(const std::vector<RateRow>& rows, const Names& departments, const Names& codes) {
  std::vector<NamedRateRow> named;
  named.reserve(rows.size());
  for (const RateRow& row : rows) {
    named.push_back({row.region == 0 ? "" : fmt::format("{:06}", row.region), departments.Name(row.department),
                     codes.Name(row.code), row.stage, row.rates});
  }
  std::sort(named.begin(), named.end(), [](const NamedRateRow& a, const NamedRateRow& b) {
    return std::tie(a.region, a.department, a.stage, a.code) < std::tie(b.region, b.department, b.stage, b.code);
  });
  return named;
}

bool StartsInYears(const std::optional<Date>& planned_start_on, int first_year, int last_year) {
  return planned_start_on && planned_start_on->year() >= first_year && planned_start_on->year() <= last_year;
}

bool IsRated(const CaseBook& book, const ListCopy& list, const CaseRow& subject) {
  const ProjectRow* project = book.FindProject(subject.project);
  return !subject.closed && project != nullptr &&
         StartsInYears(project->facts.planned_start_on, list.first_year, list.last_year);
}

RatedProject RateKeeper::Rated(const CaseBook& book, const CaseRow& subject) {
  RatedProject rated{subject.region, {}};
  const Profile& profile = *subject.profile;
  for (size_t place = 0; place < profile.procedures.size(); ++place) {
    if (!profile.gates_start[place] || !profile.Required(place)) continue;
    const std::string& code = profile.procedures[place].code;
    const ProcedureRow& row = subject.rows()[place];
    const ProcedureType* type = book.FindType(code);
    RatedProcedure procedure;
    procedure.department = departments_.Number(book.DepartmentOf(subject, place));
    procedure.code = codes_.Number(code);
    procedure.stage = type == nullptr ? ApprovalStage::kUnspecified : type->stage;
    procedure.done = IsDecided(row.state);
    if (row.state == ProcedureState::kApproved && row.valid_until) {
      procedure.valid_until = row.valid_until.date().days();
    }
    if (row.due) procedure.due_on = row.due.date().days();
    rated.procedures.push_back(procedure);
  }
  return rated;
}

void RateKeeper::Change(const CaseBook& book, const Uuid& project, bool add) {
  const CaseRow* subject = book.Find(project);
  const ProjectRow* facts = book.FindProject(project);
  if (subject == nullptr || facts == nullptr || subject->closed) return;
  const std::vector<std::string> lists = RatedLists(book, *facts, project);
  if (lists.empty()) return;
  const RatedProject rated = Rated(book, *subject);
  for (const std::string& list : lists) {
    if (add) {
      cubes_[list].Add(rated, day_);
    } else {
      cubes_[list].Remove(rated, day_);
    }
  }
  const int32_t next = rated.NextChange(day_);
  if (next == kNever) return;
  if (add) {
    changes_.emplace(next, project);
  } else {
    changes_.erase({next, project});
  }
}

void RateKeeper::Before(const CaseBook& book, const Uuid& project) {
  if (out_.insert(project).second) Change(book, project, false);
}

void RateKeeper::Settle(const CaseBook& book, Date today) {
  while (!changes_.empty() && changes_.begin()->first <= today.days()) {
    const auto [next, project] = *changes_.begin();
    Before(book, project);
    changes_.erase({next, project});
  }
  day_ = std::max(day_, today);
  for (const Uuid& project : out_) Change(book, project, true);
  out_.clear();
}

void RateKeeper::Rebuild(const CaseBook& book, Date today) {
  cubes_.clear();
  changes_.clear();
  out_.clear();
  day_ = std::max(day_, today);
  book.Visit(Uuid(), [&](const CaseRow& subject) {
    Change(book, subject.project, true);
    return true;
  });
}

Rates RateKeeper::Total(std::string_view list, uint32_t region) const {
  const auto found = cubes_.find(list);
  return found == cubes_.end() ? Rates() : found->second.Total(region);
}

std::vector<NamedRateRow> RateKeeper::By(std::string_view list, uint32_t region,
                                         const RateDimensions& dimensions) const {
  const auto found = cubes_.find(list);
  if (found == cubes_.end()) return {};
  return Named(found->second.By(region, dimensions), departments_, codes_);
}

}  // namespace yaoshi::preapproval

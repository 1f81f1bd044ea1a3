#include "services/preapproval/domain/case_book.h"

#include <queue>

#include "common/region/region.h"
#include "services/preapproval/domain/case_file.h"
#include "services/preapproval/domain/procedure.h"
#include "services/preapproval/domain/rates.h"

namespace yaoshi::preapproval {
namespace {

// Two cases share a profile when this is the same.
std::string KeyOf(const Case& subject) {
  std::string key = subject.template_name;
  for (const Applicability& one : subject.procedures) {
    key += '\n';
    key += static_cast<char>('0' + static_cast<int>(one.requirement));
    for (const std::string* text : {&one.code, &one.merged_into, &one.reason, &one.department}) {
      key += *text;
      key += '\0';
    }
  }
  return key;
}

// Whether a signature is asked for now: a 加签 waits for those before it.
bool SignsNow(const std::vector<Signature>& signatures, size_t index) {
  if (signatures[index].signed_on && signatures[index].agreed) return false;
  if (!signatures[index].sequential) return true;
  for (size_t i = 0; i < index; ++i) {
    if (signatures[i].sequential && !(signatures[i].signed_on && signatures[i].agreed)) return false;
  }
  return true;
}

constexpr uint16_t kNoDue = 0xffff;

uint16_t DueNumber(ShortDate due) {
  return due ? static_cast<uint16_t>(due.date().days()) : kNoDue;
}

}  // namespace

struct CaseBook::ListState {
  struct Entry {
    int64_t version = 0;
    bool listed = false;
  };
  ListCopy list;
  absl::btree_map<Uuid, Entry> entries;
};

int Profile::Find(std::string_view code) const {
  for (size_t i = 0; i < procedures.size(); ++i) {
    if (procedures[i].code == code) return static_cast<int>(i);
  }
  return -1;
}

bool operator<(const Todo& a, const Todo& b) {
  if (a.due != b.due) return a.due < b.due;
  if (a.subject->project != b.subject->project) return a.subject->project < b.subject->project;
  if (a.place != b.place) return a.place < b.place;
  return a.kind < b.kind;
}

CaseBook::CaseBook() : extras_(1), names_(1) {
  interned_[""] = 0;
}
CaseBook::~CaseBook() = default;

uint32_t CaseBook::Intern(const std::string& name) {
  const auto [at, fresh] = interned_.emplace(name, static_cast<uint32_t>(names_.size()));
  if (fresh) names_.push_back(name);
  return at->second;
}

void CaseBook::Before(const Uuid& project) const {
  if (observer_.before) observer_.before(*this, project);
}
void CaseBook::After(const Uuid& project) const {
  if (observer_.after) observer_.after(*this, project);
}

// ---- the catalogue

void CaseBook::PutCalendar(const WorkYear& year) {
  years_[year.year] = year;
  std::vector<WorkYear> years;
  for (const auto& [number, one] : years_) years.push_back(one);
  auto calendar = WorkCalendar::Create(years);  // Each year was checked when it was written.
  if (!calendar.ok()) return;
  calendar_ = *std::move(calendar);
  RecountDue();
}

void CaseBook::PutType(const ProcedureType& type) {
  types_[type.code] = std::make_shared<const ProcedureType>(type);
  RefreshProfiles([&](const Profile& profile) { return profile.Find(type.code) >= 0; });
}

void CaseBook::PutTemplate(const Template& subject) {
  templates_[subject.name] = subject;
  RefreshProfiles([&](const Profile& profile) { return profile.template_name == subject.name; });
}

const ProcedureType* CaseBook::FindType(std::string_view code) const {
  const auto found = types_.find(code);
  return found == types_.end() ? nullptr : found->second.get();
}

std::shared_ptr<const ProcedureType> CaseBook::ShareType(std::string_view code) const {
  const auto found = types_.find(code);
  return found == types_.end() ? nullptr : found->second;
}

const Template* CaseBook::FindTemplate(std::string_view name) const {
  const auto found = templates_.find(name);
  return found == templates_.end() ? nullptr : &found->second;
}

std::vector<Template> CaseBook::Templates() const {
  std::vector<Template> all;
  for (const auto& [name, one] : templates_) all.push_back(one);
  return all;
}

std::vector<ProcedureType> CaseBook::Types() const {
  std::vector<ProcedureType> all;
  for (const auto& [code, one] : types_) all.push_back(*one);
  return all;
}

// ---- profiles

void CaseBook::Fill(Profile& profile) const {
  const size_t count = profile.procedures.size();
  profile.gates_start.assign(count, false);
  profile.preparation.assign(count, std::nullopt);
  profile.prerequisites.assign(count, {});
  profile.graph = nullptr;
  const Template* subject = FindTemplate(profile.template_name);
  if (subject == nullptr) return;
  std::vector<ProcedureType> types;
  for (const Node& node : subject->nodes) {
    if (const ProcedureType* type = FindType(node.code)) types.push_back(*type);
    const int place = profile.Find(node.code);
    if (place < 0) continue;
    profile.gates_start[static_cast<size_t>(place)] = node.gates_start;
    profile.preparation[static_cast<size_t>(place)] = node.preparation;
    profile.prerequisites[static_cast<size_t>(place)] = node.prerequisites;
  }
  auto graph = CaseGraph::Create(*subject, profile.procedures, types);
  if (graph.ok()) profile.graph = std::make_shared<const CaseGraph>(*std::move(graph));
}

std::shared_ptr<Profile> CaseBook::ProfileOf(const Case& subject) {
  std::shared_ptr<Profile>& profile = profiles_[KeyOf(subject)];
  if (profile != nullptr) return profile;
  absl::erase_if(profiles_, [&](const auto& one) { return one.second != nullptr && one.second.use_count() == 1; });
  auto made = std::make_shared<Profile>();
  made->template_name = subject.template_name;
  made->procedures = subject.procedures;
  Fill(*made);
  profiles_[KeyOf(subject)] = made;
  return made;
}

void CaseBook::RefreshProfiles(const std::function<bool(const Profile&)>& concerns) {
  std::vector<const CaseRow*> concerned;
  for (const auto& [project, one] : cases_) {
    if (concerns(*one->profile)) concerned.push_back(one.get());
  }
  for (const CaseRow* one : concerned) {
    Before(one->project);
    ChangeTodos(*one, false);
  }
  for (const auto& [key, profile] : profiles_) {
    if (concerns(*profile)) Fill(*profile);
  }
  for (const CaseRow* one : concerned) {
    for (size_t place = 0; place < one->rows().size(); ++place) one->procedures[place].due = DueOf(*one, place);
    ChangeTodos(*one, true);
    After(one->project);
  }
}

// ---- copies

void CaseBook::PutProject(const ProjectCopy& project, int64_t version) {
  ProjectRow& row = projects_[project.id];
  if (version <= row.version) return;
  Before(project.id);
  row = {project, version};
  After(project.id);
}

void CaseBook::PutEntry(const EntryCopy& entry, int64_t version) {
  std::unique_ptr<ListState>& state = lists_[entry.list];
  if (state == nullptr) {  // The list itself comes later.
    state = std::make_unique<ListState>();
    state->list.name = entry.list;
  }
  ListState::Entry& known = state->entries[entry.project];
  if (version <= known.version) return;
  Before(entry.project);
  std::vector<const ListState*>& of = lists_of_[entry.project];
  std::erase(of, state.get());
  if (entry.listed) of.push_back(state.get());
  known = {version, entry.listed};
  After(entry.project);
}

void CaseBook::PutList(const ListCopy& list) {
  std::unique_ptr<ListState>& state = lists_[list.name];
  if (state == nullptr) state = std::make_unique<ListState>();
  for (const auto& [project, entry] : state->entries) Before(project);
  state->list = list;
  for (const auto& [project, entry] : state->entries) After(project);
}

const ProjectRow* CaseBook::FindProject(const Uuid& id) const {
  const auto found = projects_.find(id);
  return found == projects_.end() ? nullptr : &found->second;
}

const ListCopy* CaseBook::FindList(std::string_view name) const {
  const auto found = lists_.find(name);
  return found == lists_.end() ? nullptr : &found->second->list;
}

std::vector<std::string> CaseBook::SubLists(const ListCopy& list) const {
  if (!list.master) return {list.name};
  std::vector<std::string> subs;
  for (const auto& [name, state] : lists_) {
    if (state->list.parent == list.name) subs.push_back(name);
  }
  return subs;
}

std::vector<std::string> CaseBook::ListsOf(const Uuid& project) const {
  std::vector<std::string> names;
  const auto found = lists_of_.find(project);
  if (found == lists_of_.end()) return names;
  for (const ListState* state : found->second) names.push_back(state->list.name);
  return names;
}

bool CaseBook::IsListed(const ListCopy& list, const Uuid& project) const {
  const auto found = lists_of_.find(project);
  if (found == lists_of_.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(), [&](const ListState* state) {
    return state->list.name == list.name || (list.master && state->list.parent == list.name);
  });
}

void CaseBook::VisitList(const ListCopy& list, const Uuid& after, const std::function<bool(const Uuid&)>& visit) const {
  std::vector<const ListState*> states;
  for (const std::string& name : SubLists(list)) {
    if (const auto found = lists_.find(name); found != lists_.end()) states.push_back(found->second.get());
  }
  Uuid last = after;
  for (;;) {  // A union in order: the least of the next ones.
    std::optional<Uuid> next;
    for (const ListState* state : states) {
      auto at = state->entries.upper_bound(last);
      while (at != state->entries.end() && !at->second.listed) ++at;
      if (at != state->entries.end() && (!next || at->first < *next)) next = at->first;
    }
    if (!next || !visit(*next)) return;
    last = *next;
  }
}

// ---- cases

void CaseBook::PutCase(const Case& subject, int64_t version) {
  std::unique_ptr<CaseRow>& row = cases_[subject.project];
  if (row != nullptr && version <= row->version) return;
  Before(subject.project);
  Homeless& rows = homeless_[subject.project];
  if (row == nullptr) {
    row = std::make_unique<CaseRow>();
  } else {
    ChangeTodos(*row, false);
    for (size_t place = 0; place < row->rows().size(); ++place) {
      if (row->procedures[place].version > 0) rows[row->profile->procedures[place].code] = row->procedures[place];
    }
  }
  row->project = subject.project;
  row->version = static_cast<uint32_t>(version);
  row->region = RegionNumber(subject.region);
  row->opened = ShortDate(subject.opened_on);
  row->closed = ShortDate(subject.closed_on);
  row->target_start = ShortDate(subject.target_start_on);
  row->effective = ShortDate(subject.effective_on);
  row->baselines = subject.baselines;
  row->profile = ProfileOf(subject);
  row->procedures = std::make_unique<ProcedureRow[]>(subject.procedures.size());
  for (size_t place = 0; place < subject.procedures.size(); ++place) {
    const auto found = rows.find(subject.procedures[place].code);
    if (found == rows.end()) continue;
    row->procedures[place] = found->second;
    row->procedures[place].due = DueOf(*row, place);
    rows.erase(found);
  }
  if (rows.empty()) homeless_.erase(subject.project);
  ChangeTodos(*row, true);
  After(subject.project);
}

void CaseBook::PutProcedure(const Procedure& procedure, int64_t version) {
  const auto found = cases_.find(procedure.project);
  const int place = found == cases_.end() ? -1 : found->second->profile->Find(procedure.code);
  if (place < 0) {
    ProcedureRow& row = homeless_[procedure.project][procedure.code];
    if (version <= row.version) return;
    FreeExtras(row);
    row = RowOf(procedure, version);
    return;
  }
  CaseRow& subject = *found->second;
  ProcedureRow& row = subject.procedures[static_cast<size_t>(place)];
  if (version <= row.version) return;
  Before(procedure.project);
  ChangeTodos(subject, static_cast<size_t>(place), false);
  FreeExtras(row);
  row = RowOf(procedure, version);
  row.due = DueOf(subject, static_cast<size_t>(place));
  ChangeTodos(subject, static_cast<size_t>(place), true);
  After(procedure.project);
}

ProcedureRow CaseBook::RowOf(const Procedure& procedure, int64_t version) {
  ProcedureRow row;
  row.state = procedure.state;
  row.last_move = procedure.last_move;
  row.rounds = static_cast<uint8_t>(std::min(procedure.rounds, 255));
  row.version = static_cast<uint32_t>(version);
  row.department = Intern(procedure.department);
  row.state_since = ShortDate(procedure.state_since);
  row.submitted = ShortDate(procedure.submitted_on);
  row.accepted = ShortDate(procedure.accepted_on);
  row.decided = ShortDate(procedure.decided_on);
  if (procedure.approval) row.valid_until = ShortDate(procedure.approval->valid_until);
  ProcedureExtras extras{procedure.pauses, procedure.obligations, procedure.signatures};
  if (extras.empty()) return row;
  for (Signature& one : extras.signatures) one.opinion.clear();
  for (Pause& one : extras.pauses) one.reason.clear();
  if (free_extras_.empty()) {
    row.extras = static_cast<uint32_t>(extras_.size());
    extras_.push_back(std::move(extras));
  } else {
    row.extras = free_extras_.back();
    free_extras_.pop_back();
    extras_[row.extras] = std::move(extras);
  }
  return row;
}

void CaseBook::FreeExtras(const ProcedureRow& row) {
  if (row.extras == 0) return;
  extras_[row.extras] = {};
  free_extras_.push_back(row.extras);
}

const CaseRow* CaseBook::Find(const Uuid& project) const {
  const auto found = cases_.find(project);
  return found == cases_.end() ? nullptr : found->second.get();
}

void CaseBook::Visit(const Uuid& after, const std::function<bool(const CaseRow&)>& visit) const {
  for (auto at = after.nil() ? cases_.begin() : cases_.upper_bound(after); at != cases_.end(); ++at) {
    if (!visit(*at->second)) return;
  }
}

const ProcedureExtras& CaseBook::ExtrasOf(const ProcedureRow& row) const {
  return extras_[row.extras];
}

const std::string& CaseBook::DepartmentOf(const CaseRow& subject, size_t place) const {
  const ProcedureRow& row = subject.procedures[place];
  if (row.department != 0) return names_[row.department];
  const Applicability& applicability = subject.profile->procedures[place];
  if (!applicability.department.empty()) return applicability.department;
  const ProcedureType* type = FindType(applicability.code);
  return type == nullptr ? names_[0] : type->department;
}

std::optional<ClockFacts> CaseBook::ClockOf(const ProcedureRow& row) const {
  if (!row.accepted || !(IsRunning(row.state) || row.decided)) return std::nullopt;
  return ClockFacts{row.accepted.date(), row.decided.optional(), extras_[row.extras].pauses};
}

std::vector<std::string> CaseBook::OpenPrerequisites(const CaseRow& subject, size_t place, Date day) const {
  const CaseGraph* graph = subject.profile->graph.get();
  const int32_t node = graph == nullptr ? -1 : graph->Find(subject.profile->procedures[place].code);
  if (node < 0) return {};
  return preapproval::OpenPrerequisites(
      *graph, node, [&](int position) { return subject.procedures[static_cast<size_t>(position)].DoneOn(day); });
}

ShortDate CaseBook::DueOf(const CaseRow& subject, size_t place) const {
  const ProcedureRow& row = subject.procedures[place];
  if (!IsRunning(row.state)) return ShortDate();
  const std::optional<ClockFacts> facts = ClockOf(row);
  const ProcedureType* type = FindType(subject.profile->procedures[place].code);
  if (!facts || type == nullptr || type->terms.empty()) return ShortDate();
  const auto due = DueOn(*facts, TermsOn(*type, facts->accepted_on), calendar_);
  return due.ok() ? ShortDate(*due) : ShortDate();
}

void CaseBook::RecountDue() {
  for (const auto& [project, one] : cases_) {
    bool changed = false;
    for (size_t place = 0; place < one->rows().size(); ++place) {
      const ShortDate due = DueOf(*one, place);
      if (due == one->procedures[place].due) continue;
      if (!changed) {
        Before(project);
        ChangeTodos(*one, false);
      }
      changed = true;
      one->procedures[place].due = due;
    }
    if (!changed) continue;
    ChangeTodos(*one, true);
    After(project);
  }
}

// ---- what is to do

void CaseBook::ForEachTodo(const CaseRow& subject, size_t place,
                           const std::function<void(const std::string&, const Todo&)>& visit) const {
  const ProcedureRow& row = subject.procedures[place];
  if (subject.closed || row.version == 0) return;
  const std::string& department = DepartmentOf(subject, place);
  const auto todo = [&](TodoKind kind, uint16_t due) { return Todo{due, kind, static_cast<uint8_t>(place), &subject}; };
  if (row.state == ProcedureState::kSubmitted) visit(department, todo(TodoKind::kAcceptOrReturn, kNoDue));
  if (row.state == ProcedureState::kAccepted) visit(department, todo(TodoKind::kDecide, DueNumber(row.due)));
  if (row.state == ProcedureState::kInCorrection || row.state == ProcedureState::kInSpecialProcedure) {
    visit(department, todo(TodoKind::kWait, kNoDue));
  }
  const ProcedureExtras& extras = extras_[row.extras];
  for (size_t i = 0; i < extras.signatures.size() && IsRunning(row.state); ++i) {
    if (SignsNow(extras.signatures, i)) {
      visit(extras.signatures[i].department, todo(TodoKind::kSignOff, DueNumber(row.due)));
    }
  }
  for (const Obligation& one : extras.obligations) {
    const bool counts = IsRunning(row.state) || row.state == ProcedureState::kApproved ||
                        row.state == ProcedureState::kExpired;  // A lapse by date changes nothing here.
    if (counts && !one.fulfilled_on) visit(department, todo(TodoKind::kObligation, DueNumber(ShortDate(one.due_on))));
  }
}

void CaseBook::ChangeTodos(const CaseRow& subject, bool add) {
  for (size_t place = 0; place < subject.rows().size(); ++place) ChangeTodos(subject, place, add);
}

void CaseBook::ChangeTodos(const CaseRow& subject, size_t place, bool add) {
  const auto change = [&](TodoList& list, const Todo& todo) {
    const bool changed = add ? list.todos.insert(todo).second : list.todos.erase(todo) > 0;
    if (changed) list.counts[static_cast<size_t>(todo.kind)] += add ? 1 : -1;
  };
  ForEachTodo(subject, place, [&](const std::string& department, const Todo& todo) {
    change(by_department_[department], todo);
    change(by_region_[subject.region], todo);
  });
}

TodoPage CaseBook::Todos(const TodoQuery& query) const {
  std::vector<const TodoList*> lists;
  if (!query.department.empty()) {
    const auto found = by_department_.find(query.department);
    if (found != by_department_.end()) lists.push_back(&found->second);
    return Collect(lists, query);
  }
  const auto [first, last] = RegionRange(query.region);
  const bool everywhere = query.region == 0;
  for (auto at = everywhere ? by_region_.begin() : by_region_.lower_bound(first);
       at != by_region_.end() && (everywhere || at->first <= last); ++at) {
    lists.push_back(&at->second);
  }
  return Collect(lists, query);
}

TodoPage CaseBook::Collect(const std::vector<const TodoList*>& lists, const TodoQuery& query) const {
  TodoPage page;
  const auto within = [&](const Todo& todo) { return RegionCovers(query.region, todo.subject->region); };
  using Range = std::pair<absl::btree_set<Todo>::const_iterator, absl::btree_set<Todo>::const_iterator>;
  const auto later = [](const Range& a, const Range& b) { return *b.first < *a.first; };
  std::priority_queue<Range, std::vector<Range>, decltype(later)> next(later);
  for (const TodoList* list : lists) {
    // A department's list holds every region: it is counted by walking, the lists of regions are counted already.
    if (query.department.empty()) {
      for (size_t kind = 0; kind < page.counts.size(); ++kind) page.counts[kind] += list->counts[kind];
    }
    for (const Todo& todo : list->todos) {
      const bool overdue = todo.KindOn(query.today) == TodoKind::kOverdue;
      if (query.department.empty() && todo.due >= query.today.days()) break;
      if (!within(todo)) continue;
      if (!query.department.empty()) ++page.counts[static_cast<size_t>(todo.KindOn(query.today))];
      if (query.department.empty() && overdue) {
        ++page.counts[static_cast<size_t>(TodoKind::kOverdue)];
        --page.counts[static_cast<size_t>(TodoKind::kDecide)];
      }
    }
    const auto begin = query.after ? list->todos.upper_bound(*query.after) : list->todos.begin();
    if (begin != list->todos.end()) next.push({begin, list->todos.end()});
  }
  while (!next.empty() && page.todos.size() <= query.limit) {
    Range range = next.top();
    next.pop();
    const bool asked = query.kind == TodoKind{} || range.first->KindOn(query.today) == query.kind;
    if (asked && within(*range.first)) page.todos.push_back(*range.first);
    if (++range.first != range.second) next.push(range);
  }
  page.more = page.todos.size() > query.limit;
  if (page.more) page.todos.pop_back();
  return page;
}

}  // namespace yaoshi::preapproval

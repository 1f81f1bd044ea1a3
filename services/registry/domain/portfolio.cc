#include "services/registry/domain/portfolio.h"

#include <algorithm>

#include "common/region/region.h"

namespace yaoshi::registry {
namespace {

using filter::FieldValue;

constexpr ProjectField kPacked[] = {ProjectField::kTitle,      ProjectField::kProjectCode,
                                    ProjectField::kPlace,      ProjectField::kIndustry,
                                    ProjectField::kOwnerTitle, ProjectField::kOwnerCreditCode};

FieldValue Day(Date date) {
  return date == Date() ? FieldValue() : FieldValue(date);
}

Rollup::Values ValuesOf(const ProjectRow& row, EntryKind kind) {
  return {0, row.region, row.field, static_cast<uint32_t>(row.stage), row.department, static_cast<uint32_t>(kind)};
}

ProjectRow RowOf(const Project& project, int64_t version, std::string body) {
  ProjectRow row;
  row.id = project.id;
  row.version = version;
  row.region = RegionNumber(project.region);
  row.field = static_cast<uint8_t>(project.field);
  row.nature = static_cast<uint8_t>(project.nature);
  row.regime = static_cast<uint8_t>(project.regime);
  row.stage = project.stage;
  row.merged = project.merged();
  row.stage_since = project.stage_since;
  row.planned_start = project.planned_start_on.value_or(Date());
  row.planned_completion = project.planned_completion_on.value_or(Date());
  row.started = project.started_on.value_or(Date());
  row.completed = project.completed_on.value_or(Date());
  row.total_investment_fen = project.total_investment_fen;
  for (const AnnualPlan& plan : project.annual_plans) row.plans.emplace_back(plan.year, plan.planned_investment_fen);
  row.plans.shrink_to_fit();
  for (const std::string* text : {&project.title, &project.project_code, &project.place, &project.industry,
                                  &project.owner_title, &project.owner_credit_code}) {
    row.texts.append(*text).push_back('\0');
  }
  row.texts.shrink_to_fit();
  row.body = std::move(body);
  return row;
}

// Offers what a map holds in order of id until `offer` wants no more: of `few` alone if they are known, and only what
// follows `after` unless that is null.
template <class Map, class Offer>
void Walk(const Map& map, const std::optional<std::vector<Uuid>>& few, const Uuid* after, const Offer& offer) {
  if (!few) {
    auto it = after != nullptr ? map.upper_bound(*after) : map.begin();
    while (it != map.end() && offer(it->first, it->second)) ++it;
    return;
  }
  for (auto id = after != nullptr ? std::upper_bound(few->begin(), few->end(), *after) : few->begin(); id != few->end();
       ++id) {
    const auto found = map.find(*id);
    if (found != map.end() && !offer(found->first, found->second)) return;
  }
}

}  // namespace

std::string_view ProjectRow::Text(ProjectField wanted) const {
  std::string_view rest = texts;
  for (const ProjectField packed : kPacked) {
    const size_t end = rest.find('\0');
    if (packed == wanted) return rest.substr(0, end);
    rest.remove_prefix(end + 1);
  }
  return {};
}

int64_t ProjectRow::Planned(int first_year, int last_year) const {
  int64_t sum = 0;
  for (const auto& [year, fen] : plans) {
    if (year >= first_year && year <= last_year) sum += fen;
  }
  return sum;
}

struct Portfolio::Stored {
  ProjectRow row;
  uint32_t number = 0;  // In numbered_.
};

struct Portfolio::ListState {
  List list;
  bool known = false;                             // False while only its entries have come.
  absl::btree_map<Uuid, EntryRow> entries;        // By project.
  absl::flat_hash_map<Uuid, EntryState> removed;  // What was removed: a late older statement is ignored.
  absl::btree_map<Uuid, uint32_t> union_count;    // Of a master list: on how many of its sub-lists.
  Rollup rollup;
};

Portfolio::Portfolio() {
  names_.emplace_back();
}
Portfolio::~Portfolio() = default;

uint32_t Portfolio::Intern(const std::string& name) {
  if (name.empty()) return 0;
  const auto [it, inserted] = interned_.emplace(name, static_cast<uint32_t>(names_.size()));
  if (inserted) names_.push_back(name);
  return it->second;
}

const std::string& Portfolio::DepartmentName(uint32_t interned) const {
  return names_[interned];
}

void Portfolio::AddToAll(const Stored& stored, int sign) {
  const auto change = [&](Rollup& rollup, const Sums& sums) {
    const Rollup::Values values = ValuesOf(stored.row, EntryKind::kUnspecified);
    sign > 0 ? rollup.Add(values, sums) : rollup.Remove(values, sums);
  };
  change(all_[0], {1, stored.row.total_investment_fen, 0});
  for (const auto& [year, fen] : stored.row.plans) change(all_[year], {1, 0, fen});
}

void Portfolio::AddToList(ListState& list, const Uuid& project, EntryKind kind, int sign) {
  const auto stored = projects_.find(project);
  if (stored == projects_.end() || !list.known) return;  // Comes with the project, or with the list.
  const ProjectRow& row = stored->second->row;
  const Sums sums = {1, row.total_investment_fen, row.Planned(list.list.first_year, list.list.last_year)};
  sign > 0 ? list.rollup.Add(ValuesOf(row, kind), sums) : list.rollup.Remove(ValuesOf(row, kind), sums);
}

ListedProject Portfolio::MasterEntry(const ListState& master, const Uuid& project) const {
  ListedProject listed;
  for (const auto& [name, list] : lists_) {
    if (list->list.parent != master.list.name) continue;
    const auto entry = list->entries.find(project);
    if (entry == list->entries.end()) continue;
    const bool first = listed.kind == EntryKind::kUnspecified;
    listed.kind = first ? entry->second.kind : std::min(listed.kind, entry->second.kind);
    listed.admitted_on = first ? entry->second.admitted_on : std::min(listed.admitted_on, entry->second.admitted_on);
  }
  return listed;
}

Portfolio::ListState* Portfolio::MasterOf(const ListState& list) const {
  if (list.list.parent.empty()) return nullptr;
  const auto master = lists_.find(list.list.parent);
  return master == lists_.end() ? nullptr : master->second.get();
}

// Adds or removes what a project gives to the sums of every list it is on.
void Portfolio::AddToSums(const Stored& stored, int sign) {
  AddToAll(stored, sign);
  for (auto& [name, list] : lists_) {
    const auto entry = list->entries.find(stored.row.id);
    if (entry != list->entries.end()) AddToList(*list, stored.row.id, entry->second.kind, sign);
    if (list->union_count.contains(stored.row.id)) {
      AddToList(*list, stored.row.id, MasterKind(*list, stored.row.id), sign);
    }
  }
}

void Portfolio::PutProject(const Project& project, int64_t version, std::string body) {
  std::unique_ptr<Stored>& stored = projects_[project.id];
  if (stored != nullptr) {
    if (stored->row.version >= version) return;
    AddToSums(*stored, -1);
    by_region_[stored->row.region].erase(stored.get());
  } else {
    stored = std::make_unique<Stored>();
    stored->number = static_cast<uint32_t>(numbered_.size());
    numbered_.push_back(project.id);
  }
  if (const std::string_view before = stored->row.Text(ProjectField::kTitle); before != project.title) {
    titles_.Remove(stored->number, before);
    titles_.Put(stored->number, project.title);
  }
  stored->row = RowOf(project, version, std::move(body));
  region_names_.try_emplace(stored->row.region, project.region);
  stored->row.department = Intern(project.competent_department);
  stored->row.responsible_unit = Intern(project.responsible_unit);
  by_region_[stored->row.region].insert(stored.get());
  AddToSums(*stored, 1);
}

void Portfolio::PutList(const List& list) {
  std::unique_ptr<ListState>& state = lists_[list.name];
  if (state == nullptr) state = std::make_unique<ListState>();
  state->list = list;
  state->known = true;
  state->rollup = Rollup();
  for (const auto& [project, entry] : state->entries) AddToList(*state, project, entry.kind, 1);
  // The union may have come before its sub-list, or the other way round: made anew for whichever it concerns.
  for (auto& [name, master] : lists_) {
    if (master->list.kind != ListKind::kMaster || (name != list.parent && name != list.name)) continue;
    master->union_count.clear();
    master->rollup = Rollup();
    for (const auto& [sub_name, sub] : lists_) {
      if (sub->list.parent != name) continue;
      for (const auto& [project, entry] : sub->entries) ++master->union_count[project];
    }
    for (const auto& [project, count] : master->union_count) {
      AddToList(*master, project, MasterKind(*master, project), 1);
    }
  }
}

void Portfolio::PutEntry(const Entry& entry, int64_t version, std::string body) {
  std::unique_ptr<ListState>& state = lists_[entry.list];
  if (state == nullptr) {
    state = std::make_unique<ListState>();
    state->list.name = entry.list;
  }
  const auto removed = state->removed.find(entry.project);
  if (removed != state->removed.end() && removed->second.version >= version) return;
  const auto current = state->entries.find(entry.project);
  if (current != state->entries.end() && current->second.version >= version) return;

  ListState* master = MasterOf(*state);
  const bool in_union = master != nullptr && master->union_count.contains(entry.project);
  if (in_union) AddToList(*master, entry.project, MasterKind(*master, entry.project), -1);
  if (current != state->entries.end()) {
    AddToList(*state, entry.project, current->second.kind, -1);
    state->entries.erase(current);
    if (master != nullptr && --master->union_count[entry.project] == 0) master->union_count.erase(entry.project);
  }
  state->removed.erase(entry.project);
  if (entry.listed) {
    EntryRow row;
    row.version = version;
    row.kind = entry.kind;
    row.admitted_on = entry.admitted_on;
    row.effective_on = entry.effective_on;
    row.body = std::move(body);
    state->entries.emplace(entry.project, std::move(row));
    AddToList(*state, entry.project, entry.kind, 1);
    if (master != nullptr) ++master->union_count[entry.project];
  } else {
    state->removed[entry.project] = {version, entry.effective_on, false};
  }
  if (master != nullptr && master->union_count.contains(entry.project)) {
    AddToList(*master, entry.project, MasterKind(*master, entry.project), 1);
  }
}

const ProjectRow* Portfolio::Find(const Uuid& id) const {
  const auto found = projects_.find(id);
  return found == projects_.end() ? nullptr : &found->second->row;
}

const List* Portfolio::FindList(std::string_view name) const {
  const auto found = lists_.find(name);
  return found == lists_.end() || !found->second->known ? nullptr : &found->second->list;
}

std::vector<const List*> Portfolio::Lists() const {
  std::vector<const List*> lists;
  for (const auto& [name, state] : lists_) {
    if (state->known) lists.push_back(&state->list);
  }
  return lists;
}

std::vector<std::string> Portfolio::SubLists(const List& list) const {
  if (list.kind != ListKind::kMaster) return {list.name};
  std::vector<std::string> names;
  for (const auto& [name, state] : lists_) {
    if (state->known && state->list.parent == list.name) names.push_back(name);
  }
  return names;
}

const EntryRow* Portfolio::FindEntry(std::string_view list, const Uuid& project) const {
  const auto state = lists_.find(list);
  if (state == lists_.end()) return nullptr;
  const auto entry = state->second->entries.find(project);
  return entry == state->second->entries.end() ? nullptr : &entry->second;
}

Portfolio::EntryState Portfolio::StateOfEntry(std::string_view list, const Uuid& project) const {
  const auto state = lists_.find(list);
  if (state == lists_.end()) return {};
  if (const auto entry = state->second->entries.find(project); entry != state->second->entries.end()) {
    return {entry->second.version, entry->second.effective_on, true};
  }
  const auto removed = state->second->removed.find(project);
  return removed == state->second->removed.end() ? EntryState() : removed->second;
}

std::vector<std::string> Portfolio::ListsOf(const Uuid& project) const {
  std::vector<std::string> names;
  for (const auto& [name, state] : lists_) {
    if (state->entries.contains(project)) names.push_back(name);
  }
  return names;
}

FieldValue Portfolio::Value(const ProjectRow& row, size_t field) const {
  switch (static_cast<ProjectField>(field)) {
    case ProjectField::kRegion: {
      // Interned so that the view outlives the call.
      const auto name = region_names_.find(row.region);
      return name == region_names_.end() ? FieldValue() : FieldValue(std::string_view(name->second));
    }
    case ProjectField::kField:
      return int64_t{row.field};
    case ProjectField::kNature:
      return int64_t{row.nature};
    case ProjectField::kRegime:
      return int64_t{row.regime};
    case ProjectField::kStage:
      return static_cast<int64_t>(row.stage);
    case ProjectField::kCompetentDepartment:
      return std::string_view(names_[row.department]);
    case ProjectField::kResponsibleUnit:
      return std::string_view(names_[row.responsible_unit]);
    case ProjectField::kTotalInvestment:
      return row.total_investment_fen;
    case ProjectField::kPlannedStart:
      return Day(row.planned_start);
    case ProjectField::kPlannedCompletion:
      return Day(row.planned_completion);
    case ProjectField::kStarted:
      return Day(row.started);
    case ProjectField::kCompleted:
      return Day(row.completed);
    default:
      return row.Text(static_cast<ProjectField>(field));
  }
}

FieldValue Portfolio::Value(const List& list, const ListedProject& row, size_t field) const {
  switch (static_cast<ProjectField>(field)) {
    case ProjectField::kEntryKind:
      return static_cast<int64_t>(row.kind);
    case ProjectField::kAdmitted:
      return Day(row.admitted_on);
    case ProjectField::kPlannedInvestment:
      return row.project->Planned(list.first_year, list.last_year);
    default:
      return Value(*row.project, field);
  }
}

std::optional<std::vector<Uuid>> Portfolio::Few(const filter::BoundExpr* filter) const {
  if (filter == nullptr) return std::nullopt;
  // Each is looked up, which is dearer than the next of a walk; and of many, a walk fills its page soon.
  constexpr size_t kWalkIsCheaper = 16;
  const auto numbers = titles_.Candidates(*filter, projects_.size() / kWalkIsCheaper);
  if (!numbers) return std::nullopt;
  std::vector<Uuid> ids;
  ids.reserve(numbers->size());
  for (const uint32_t number : *numbers) ids.push_back(numbered_[number]);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

Portfolio::Page Portfolio::Projects(const PageQuery& query) const {
  PageCollector<const ProjectRow*, std::function<FieldValue(const ProjectRow* const&, size_t)>> collector(
      query, [this](const ProjectRow* row, size_t field) { return Value(*row, field); },
      [](const ProjectRow* row) { return row->id; });
  // Without an order the scan begins at the position itself: a page costs the same wherever it is.
  const bool seek = query.order.empty() && query.after != nullptr && !query.count;
  const auto offer = [&](const Uuid&, const std::unique_ptr<Stored>& stored) {
    return !RegionCovers(query.region, stored->row.region) || collector.Offer(&stored->row);
  };
  Walk(projects_, Few(query.filter), seek ? &query.after->id : nullptr, offer);
  Page page;
  collector.Finish(page);
  return page;
}

Portfolio::EntryPage Portfolio::Entries(const List& list, const PageQuery& query) const {
  EntryPage page;
  const auto state = lists_.find(list.name);
  if (state == lists_.end()) return page;
  PageCollector<ListedProject, std::function<FieldValue(const ListedProject&, size_t)>> collector(
      query, [this, &list](const ListedProject& row, size_t field) { return Value(list, row, field); },
      [](const ListedProject& row) { return row.project->id; });
  const auto offer = [&](const Uuid& project, ListedProject listed) {
    listed.project = Find(project);
    return listed.project == nullptr || !RegionCovers(query.region, listed.project->region) || collector.Offer(listed);
  };
  const bool seek = query.order.empty() && query.after != nullptr && !query.count;
  const Uuid* const after = seek ? &query.after->id : nullptr;
  const std::optional<std::vector<Uuid>> few = Few(query.filter);
  if (list.kind == ListKind::kMaster) {
    Walk(state->second->union_count, few, after,
         [&](const Uuid& project, uint32_t) { return offer(project, MasterEntry(*state->second, project)); });
  } else {
    Walk(state->second->entries, few, after, [&](const Uuid& project, const EntryRow& entry) {
      return offer(project, {nullptr, &entry, entry.kind, entry.admitted_on});
    });
  }
  collector.Finish(page);
  return page;
}

std::vector<Rollup::Group> Portfolio::Summarize(const List* list, uint32_t region,
                                                const std::vector<Dimension>& dimensions, int year) const {
  if (list != nullptr) {
    const auto state = lists_.find(list->name);
    return state == lists_.end() ? std::vector<Rollup::Group>() : state->second->rollup.By(region, dimensions);
  }
  const auto all = all_.find(0);
  if (all == all_.end()) return {};
  std::vector<Rollup::Group> groups = all->second.By(region, dimensions);
  const auto plans = all_.find(year);
  if (plans == all_.end()) return groups;
  absl::flat_hash_map<Rollup::Values, int64_t> planned;
  for (const Rollup::Group& plan : plans->second.By(region, dimensions)) {
    planned[plan.values] = plan.sums.planned_investment_fen;
  }
  for (Rollup::Group& group : groups) {
    const auto plan = planned.find(group.values);
    if (plan != planned.end()) group.sums.planned_investment_fen = plan->second;
  }
  return groups;
}

void Portfolio::Visit(const List* list, uint32_t region,
                      const std::function<void(const ListedProject&, int64_t)>& visit, int year) const {
  const auto one = [&](const Uuid& project, ListedProject listed, int first, int last) {
    listed.project = Find(project);
    if (listed.project != nullptr && RegionCovers(region, listed.project->region)) {
      visit(listed, listed.project->Planned(first, last));
    }
  };
  if (list == nullptr) {
    for (const auto& [id, stored] : projects_) one(id, {}, year, year);
    return;
  }
  const auto state = lists_.find(list->name);
  if (state == lists_.end()) return;
  for (const auto& [project, entry] : state->second->entries) {
    one(project, {nullptr, &entry, entry.kind, entry.admitted_on}, list->first_year, list->last_year);
  }
  for (const auto& [project, count] : state->second->union_count) {
    one(project, MasterEntry(*state->second, project), list->first_year, list->last_year);
  }
}

std::vector<Portfolio::Candidate> Portfolio::Similar(uint32_t region, const Likeness& likeness, int threshold,
                                                     size_t limit) const {
  std::vector<Candidate> candidates;
  const auto rows = by_region_.find(region);
  if (rows == by_region_.end()) return candidates;
  for (const Stored* stored : rows->second) {
    const ProjectRow& row = stored->row;
    if (row.merged || row.stage == Stage::kCancelled) continue;
    Likeness other = LikenessOf(row.Text(ProjectField::kTitle), row.Text(ProjectField::kPlace),
                                row.Text(ProjectField::kOwnerTitle), row.Text(ProjectField::kOwnerCreditCode));
    const int similarity = Similarity(likeness, other);
    if (similarity >= threshold) candidates.push_back({&row, similarity, std::move(other)});
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return a.similarity != b.similarity ? a.similarity > b.similarity : a.row->id < b.row->id;
  });
  if (candidates.size() > limit) candidates.resize(limit);
  return candidates;
}

size_t Portfolio::size() const {
  return projects_.size();
}

}  // namespace yaoshi::registry

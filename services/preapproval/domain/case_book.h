// The present of all cases in memory: what each project needs, where each procedure stands, who has what to do by when.
// Small enough for a million cases of thirty procedures (28 bytes each): texts of documents (number, issuer, opinions)
// are not here; pages read them from the versions by (id, version).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "common/calendar/work_calendar.h"
#include "services/preapproval/domain/clock.h"
#include "services/preapproval/domain/copies.h"
#include "services/preapproval/domain/graph.h"
#include "services/preapproval/domain/types.h"

namespace yaoshi::preapproval {

// A day in two bytes: days since 1970-01-01, 0 for none, up to 2149-06-06.
class ShortDate {
 public:
  static constexpr int32_t kLast = 65535;
  ShortDate() = default;
  explicit ShortDate(Date date) : days_(static_cast<uint16_t>(std::clamp(date.days(), 0, kLast))) {}
  explicit ShortDate(const std::optional<Date>& date) : ShortDate(date.value_or(Date())) {}
  explicit operator bool() const { return days_ != 0; }
  Date date() const { return Date::FromDays(days_); }
  std::optional<Date> optional() const { return days_ == 0 ? std::nullopt : std::optional<Date>(date()); }
  friend auto operator<=>(const ShortDate&, const ShortDate&) = default;

 private:
  uint16_t days_ = 0;
};

// What only few procedures have.
struct ProcedureExtras {
  std::vector<Pause> pauses;
  std::vector<Obligation> obligations;  // Documents named.
  std::vector<Signature> signatures;    // Opinions left out.
  bool empty() const { return pauses.empty() && obligations.empty() && signatures.empty(); }
};

// Where one procedure of a case stands. Its code and requirement are those of its place in the case's profile.
struct ProcedureRow {
  ProcedureState state = ProcedureState::kNotStarted;
  ProcedureMove last_move = ProcedureMove::kUnspecified;
  uint8_t rounds = 0;
  uint32_t version = 0;     // 0 before the first move.
  uint32_t department = 0;  // Interned; 0 before the first move: then the profile says who.
  uint32_t extras = 0;      // 0: none.
  ShortDate state_since, submitted, accepted, decided, valid_until;
  ShortDate due;  // The last day in time, counted with the present calendar; none when it does not run.
  // An approval lapses by its date.
  bool LapsedOn(Date day) const {
    return state == ProcedureState::kApproved && valid_until && valid_until.date() < day;
  }
  ProcedureState StateOn(Date day) const { return LapsedOn(day) ? ProcedureState::kExpired : state; }
  Date SinceOn(Date day) const { return LapsedOn(day) ? valid_until.date().AddDays(1) : state_since.date(); }
  bool DoneOn(Date day) const {
    return state == ProcedureState::kWaived || (state == ProcedureState::kApproved && !LapsedOn(day));
  }
};
static_assert(sizeof(ProcedureRow) == 28);

// What cases with the same template and the same decisions have in common. Immutable.
struct Profile {
  std::string template_name;
  std::vector<Applicability> procedures;                // In the template's order.
  std::vector<bool> gates_start;                        // By place.
  std::vector<std::optional<Days>> preparation;         // By place; the template's own.
  std::vector<std::vector<std::string>> prerequisites;  // By place; as the template says.
  std::shared_ptr<const CaseGraph> graph;               // Null while the template or a type is missing.
  int Find(std::string_view code) const;                // -1: none.
  bool Required(size_t place) const { return procedures[place].requirement == Requirement::kRequired; }
};

struct ProjectRow {
  ProjectCopy facts;
  int64_t version = 0;
};

struct CaseRow {
  Uuid project;
  uint32_t version = 0;
  uint32_t region = 0;  // The six-digit code as a number.
  ShortDate opened, closed, target_start, effective;
  int32_t baselines = 0;
  std::shared_ptr<const Profile> profile;
  std::unique_ptr<ProcedureRow[]> procedures;  // By place in the profile.
  std::span<const ProcedureRow> rows() const { return {procedures.get(), profile->procedures.size()}; }
};

// The kinds of to-do, in the numbers of Task.Kind of the proto; overdue ones are told apart when they are read.
enum class TodoKind : uint8_t {
  kOverdue = 1,
  kDecide = 2,
  kAcceptOrReturn = 3,
  kSignOff = 4,
  kWait = 5,
  kObligation = 6
};
inline constexpr int kTodoKindCount = 7;

// Something to do. Ordered by due date, what has none last.
struct Todo {
  uint16_t due = 0xffff;  // Days since 1970; 0xffff: none.
  TodoKind kind = TodoKind::kDecide;
  uint8_t place = 0;
  const CaseRow* subject = nullptr;
  TodoKind KindOn(Date day) const { return kind == TodoKind::kDecide && due < day.days() ? TodoKind::kOverdue : kind; }
  std::optional<Date> due_on() const { return due == 0xffff ? std::nullopt : std::optional<Date>(Date::FromDays(due)); }
};
bool operator<(const Todo& a, const Todo& b);

// Who asks for what to do.
struct TodoQuery {
  std::string department;  // "": everybody's.
  uint32_t region = 0;     // Only within this code; 0: everywhere.
  TodoKind kind{};         // Zero: all.
  Date today;
  size_t limit = 50;
  std::optional<Todo> after;  // Whose `subject` may be gone: then what comes behind it by due date.
};
struct TodoPage {
  std::vector<Todo> todos;
  bool more = false;
  std::array<int64_t, kTodoKindCount> counts{};
};

// Not thread-safe: the service's Memory guards it.
class CaseBook {
 public:
  CaseBook();
  ~CaseBook();

  // What the feed brings; a version that is not newer changes nothing. They may come in any order.
  void PutCalendar(const WorkYear& year);
  void PutType(const ProcedureType& type);
  void PutTemplate(const Template& subject);
  void PutProject(const ProjectCopy& project, int64_t version);
  void PutEntry(const EntryCopy& entry, int64_t version);
  void PutList(const ListCopy& list);
  void PutCase(const Case& subject, int64_t version);
  void PutProcedure(const Procedure& procedure, int64_t version);

  // Called before and after something changes that a case says or that is said of it: what derives sums from cases
  // takes the case out and in again. The case may be missing.
  struct Observer {
    std::function<void(const CaseBook&, const Uuid&project)> before, after;
  };
  void set_observer(Observer observer) { observer_ = std::move(observer); }

  // The catalogue.
  const WorkCalendar& calendar() const { return calendar_; }
  const ProcedureType* FindType(std::string_view code) const;
  std::shared_ptr<const ProcedureType> ShareType(std::string_view code) const;  // To be kept beyond the read.
  const Template* FindTemplate(std::string_view name) const;
  std::vector<Template> Templates() const;
  std::vector<ProcedureType> Types() const;

  // The copies.
  const ProjectRow* FindProject(const Uuid& id) const;
  const ListCopy* FindList(std::string_view name) const;
  // The lists that a figure of `list` is about: its sub-lists for a master list, itself otherwise.
  std::vector<std::string> SubLists(const ListCopy& list) const;
  // Lists (not master lists) that a project is on.
  std::vector<std::string> ListsOf(const Uuid& project) const;
  bool IsListed(const ListCopy& list, const Uuid& project) const;
  // Projects of a list in order of id, each once, from behind `after` (nil: from the first); until `visit` says false.
  void VisitList(const ListCopy& list, const Uuid& after, const std::function<bool(const Uuid&)>& visit) const;

  // The cases.
  const CaseRow* Find(const Uuid& project) const;
  // In order of project id from behind `after` (nil: from the first); until `visit` says false.
  void Visit(const Uuid& after, const std::function<bool(const CaseRow&)>& visit) const;
  size_t size() const { return cases_.size(); }
  const ProcedureExtras& ExtrasOf(const ProcedureRow& row) const;
  const std::string& DepartmentName(uint32_t interned) const { return names_[interned]; }
  // Who decides the procedure at a place: the row's department, else the case's, else the type's.
  const std::string& DepartmentOf(const CaseRow& subject, size_t place) const;
  // The facts of a clock; nullopt when none runs or ran. The pauses live until the next change.
  std::optional<ClockFacts> ClockOf(const ProcedureRow& row) const;
  // The codes that a procedure waits for and that are not done on that day.
  std::vector<std::string> OpenPrerequisites(const CaseRow& subject, size_t place, Date day) const;

  // What is to do, overdue first, then by due date.
  TodoPage Todos(const TodoQuery& query) const;

 private:
  struct ListState;
  struct TodoList {
    absl::btree_set<Todo> todos;
    std::array<int64_t, kTodoKindCount> counts{};
  };
  // What a procedure is without a place: its case is not here yet, or does not need it any more.
  using Homeless = absl::btree_map<std::string, ProcedureRow>;

  std::shared_ptr<Profile> ProfileOf(const Case& subject);
  void Fill(Profile& profile) const;
  void RefreshProfiles(const std::function<bool(const Profile&)>& concerns);
  ProcedureRow RowOf(const Procedure& procedure, int64_t version);
  void FreeExtras(const ProcedureRow& row);
  ShortDate DueOf(const CaseRow& subject, size_t place) const;
  void RecountDue();
  void ChangeTodos(const CaseRow& subject, bool add);
  void ChangeTodos(const CaseRow& subject, size_t place, bool add);
  void ForEachTodo(const CaseRow& subject, size_t place,
                   const std::function<void(const std::string& department, const Todo&)>& visit) const;
  TodoPage Collect(const std::vector<const TodoList*>& lists, const TodoQuery& query) const;
  uint32_t Intern(const std::string& name);
  void Before(const Uuid& project) const;
  void After(const Uuid& project) const;

  WorkCalendar calendar_;
  absl::btree_map<int, WorkYear> years_;
  absl::btree_map<std::string, std::shared_ptr<const ProcedureType>, std::less<>> types_;
  absl::btree_map<std::string, Template, std::less<>> templates_;
  absl::btree_map<Uuid, ProjectRow> projects_;
  absl::btree_map<std::string, std::unique_ptr<ListState>, std::less<>> lists_;
  absl::flat_hash_map<Uuid, std::vector<const ListState*>> lists_of_;
  absl::btree_map<Uuid, std::unique_ptr<CaseRow>> cases_;
  absl::flat_hash_map<Uuid, Homeless> homeless_;
  absl::flat_hash_map<std::string, std::shared_ptr<Profile>> profiles_;
  std::vector<ProcedureExtras> extras_;
  std::vector<uint32_t> free_extras_;
  absl::flat_hash_map<std::string, uint32_t> interned_;
  std::vector<std::string> names_;
  absl::flat_hash_map<std::string, TodoList> by_department_;
  absl::btree_map<uint32_t, TodoList> by_region_;
  Observer observer_;
};

}  // namespace yaoshi::preapproval

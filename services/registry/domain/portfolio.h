// The present of a city's portfolio in memory: every project, every list with its entries, and their sums. Reads of
// today are answered from here; the feed keeps it current. Pure: a project's message is carried as bytes that nobody
// here reads.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "services/registry/domain/duplicate.h"
#include "services/registry/domain/list.h"
#include "services/registry/domain/page_collector.h"
#include "services/registry/domain/project.h"
#include "services/registry/domain/project_fields.h"
#include "services/registry/domain/rollup.h"
#include "services/registry/domain/title_index.h"

namespace yaoshi::registry {

// A project in memory. Texts that are only filtered by are packed into one string.
struct ProjectRow {
  Uuid id;
  int64_t version = 0;
  uint32_t region = 0;
  uint32_t department = 0;  // Interned.
  uint32_t responsible_unit = 0;
  uint8_t field = 0, nature = 0, regime = 0;
  Stage stage = Stage::kUnspecified;
  bool merged = false;
  Date stage_since;
  Date planned_start, planned_completion, started, completed;  // 1970-01-01: none.
  int64_t total_investment_fen = 0;
  std::vector<std::pair<int32_t, int64_t>> plans;  // Year and fen.
  std::string texts;  // title, code, place, industry, owner, credit code, each ended by NUL.
  std::string body;   // The serialised message.

  std::string_view Text(ProjectField field) const;  // Of the six packed texts.
  int64_t Planned(int first_year, int last_year) const;
};

// What a list holds of a project in memory.
struct EntryRow {
  int64_t version = 0;
  EntryKind kind = EntryKind::kUnspecified;
  Date admitted_on;
  Date effective_on;
  std::string body;  // The serialised message.
};

// A project on a list. On a master list kind and date are the first of all its sub-lists, and there is no entry of its
// own.
struct ListedProject {
  const ProjectRow* project = nullptr;
  const EntryRow* entry = nullptr;
  EntryKind kind = EntryKind::kUnspecified;
  Date admitted_on;
};

class Portfolio {
 public:
  Portfolio();
  ~Portfolio();

  // Takes a newer version of a project; an older one is ignored.
  void PutProject(const Project& project, int64_t version, std::string body);
  // Takes a list of the catalogue.
  void PutList(const List& list);
  // Takes a newer version of an entry; an older one is ignored.
  void PutEntry(const Entry& entry, int64_t version, std::string body);

  const ProjectRow* Find(const Uuid& id) const;
  const List* FindList(std::string_view name) const;
  std::vector<const List*> Lists() const;
  // The lists that a figure of `list` is about: its sub-lists for a master list, itself otherwise.
  std::vector<std::string> SubLists(const List& list) const;
  // The entry of a project on a list (not a master list), or nullptr when it is not on it.
  const EntryRow* FindEntry(std::string_view list, const Uuid& project) const;
  // The newest statement about a project on a list, also when it says that it was removed; version 0 when there is
  // none.
  struct EntryState {
    int64_t version = 0;
    Date effective_on;
    bool listed = false;
  };
  EntryState StateOfEntry(std::string_view list, const Uuid& project) const;
  // The sub- and standalone lists that a project is on.
  std::vector<std::string> ListsOf(const Uuid& project) const;
  const std::string& DepartmentName(uint32_t interned) const;

  struct Page {
    std::vector<const ProjectRow*> rows;
    bool more = false;
    int64_t total = 0;
  };
  Page Projects(const PageQuery& query) const;

  struct EntryPage {
    std::vector<ListedProject> rows;
    bool more = false;
    int64_t total = 0;
  };
  // Entries of a list; of a master list each project once.
  EntryPage Entries(const List& list, const PageQuery& query) const;

  // The value that a row holds in a field, for filters, orders and page tokens.
  filter::FieldValue Value(const ProjectRow& row, size_t field) const;
  filter::FieldValue Value(const List& list, const ListedProject& row, size_t field) const;

  // The sums of a list by some dimensions, or of all projects when `list` is null; then planned investment is that of
  // `year`.
  std::vector<Rollup::Group> Summarize(const List* list, uint32_t region, const std::vector<Dimension>& dimensions,
                                       int year) const;
  // Visits all projects of a list (or all, without entries) within a region: for filtered sums.
  void Visit(const List* list, uint32_t region,
             const std::function<void(const ListedProject&, int64_t planned_fen)>& visit, int year) const;

  // Projects of the same county that look like the given one from `threshold` on, most alike first, at most `limit`.
  struct Candidate {
    const ProjectRow* row;
    int similarity;
    Likeness likeness;
  };
  std::vector<Candidate> Similar(uint32_t region, const Likeness& likeness, int threshold, size_t limit) const;

  size_t size() const;

 private:
  struct ListState;
  struct Stored;
  // The projects that a filter can mean, by id, when its words about titles leave few; then no other is looked at.
  std::optional<std::vector<Uuid>> Few(const filter::BoundExpr* filter) const;
  void AddToSums(const Stored& stored, int sign);
  void AddToAll(const Stored& stored, int sign);
  uint32_t Intern(const std::string& name);
  ListState* MasterOf(const ListState& list) const;
  void AddToList(ListState& list, const Uuid& project, EntryKind kind, int sign);
  // What the union says of a project: nothing when it is on none of the sub-lists.
  ListedProject MasterEntry(const ListState& master, const Uuid& project) const;
  EntryKind MasterKind(const ListState& master, const Uuid& project) const { return MasterEntry(master, project).kind; }

  absl::btree_map<Uuid, std::unique_ptr<Stored>> projects_;
  absl::flat_hash_map<uint32_t, absl::flat_hash_set<const Stored*>> by_region_;
  TitleIndex titles_;
  std::vector<Uuid> numbered_;  // By the number that titles_ knows a project by: in order of their coming.
  absl::btree_map<std::string, std::unique_ptr<ListState>, std::less<>> lists_;
  absl::flat_hash_map<std::string, uint32_t> interned_;
  std::vector<std::string> names_;
  absl::flat_hash_map<uint32_t, std::string> region_names_;
  absl::flat_hash_map<int, Rollup> all_;  // By year of the plan; year 0: counts and totals, plans 0.
};

}  // namespace yaoshi::registry

// Random histories: what memory, SQL and a model that knows nothing of either say about any date, known time, region
// and list is the same, and the rows behind a figure add up to it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "common/region/region.h"
#include "services/registry/domain/life_cycle.h"
#include "services/registry/store/project_store.h"
#include "services/registry/testing/registry_server.h"

namespace yaoshi::registry {
namespace {

using rpc::testing::CityOffice;
using testing::Must;
using testing::NewProjectRequest;

constexpr int64_t kWan = 1'000'000;  // 1 万元 in fen.
const Date kToday = *Date::Parse("2022-04-20");
const Date kFirstDay = *Date::Parse("2022-03-01");
const char* const kRegions[] = {"621121", "621122", "621125"};

struct Facts {
  std::string region = "621122";
  std::string department;
  int field = 1;
  Stage stage = Stage::kPlanned;
  int64_t total = 0;
  std::pair<int64_t, int64_t> plans;  // Of 2022 and of 2023.
};
struct Standing {
  bool listed = false;
  EntryKind kind = EntryKind::kUnspecified;
};
struct Sum {
  int64_t projects = 0, total = 0, planned = 0;
  friend bool operator==(const Sum&, const Sum&) = default;
  friend void PrintTo(const Sum& sum, std::ostream* out) {
    *out << sum.projects << " projects, " << sum.total << " fen, planned " << sum.planned;
  }
};
using Sums = std::map<std::string, Sum>;  // By group.

// All that was ever stated, by date; a copy of it is what was known at a time.
struct Model {
  std::map<std::string, std::map<Date, Facts>> projects;
  std::map<std::string, std::map<std::string, std::map<Date, Standing>>> lists;  // List, project.

  // States a fact from a day on, through later statements until one that says something else.
  template <class T>
  void State(const std::string& project, Date on, T Facts::*fact, const T& value) {
    std::map<Date, Facts>& line = projects.at(project);
    const Facts before = std::prev(line.upper_bound(on))->second;
    line.try_emplace(on, before);
    for (auto& [date, facts] : line) {
      if (date >= on && facts.*fact == before.*fact) facts.*fact = value;
    }
  }
  const Facts* On(const std::string& project, Date date) const {
    const auto& line = projects.at(project);
    const auto after = line.upper_bound(date);
    return after == line.begin() ? nullptr : &std::prev(after)->second;
  }
  Standing StandingOn(const std::string& list, const std::string& project, Date date) const {
    const auto lines = lists.find(list);
    if (lines == lists.end()) return {};
    const auto line = lines->second.find(project);
    if (line == lines->second.end()) return {};
    const auto after = line->second.upper_bound(date);
    return after == line->second.begin() ? Standing() : std::prev(after)->second;
  }
};

// What is asked: of all projects when `list` is "".
struct Question {
  std::string list, region;
  Date as_of;
  v1::Dimension by = v1::DIMENSION_UNSPECIFIED;
};

class HistoryTest : public ::testing::Test {
 protected:
  HistoryTest() {
    master_ = server_.NewList("all-2022", v1::List::MASTER);
    lists_ = {server_.NewList("one", v1::List::SUB, master_), server_.NewList("two", v1::List::SUB, master_),
              server_.NewList("next", v1::List::STANDALONE, "", 2023)};
  }

  int Any(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  Date AnyDay(Date from) { return from.AddDays(Any(kToday.days() - from.days() + 1)); }
  std::string AnyProject() { return names_[static_cast<size_t>(Any(static_cast<int>(names_.size())))]; }
  Date Born(const std::string& project) { return model_.projects.at(project).begin()->first; }

  std::vector<std::string> ListsOf(const std::string& list) const {
    if (list == master_) return {lists_[0], lists_[1]};
    return {list};
  }

  // One random write; the model follows it when it is accepted.
  void Step() {
    const int kind = names_.size() < 25 ? 0 : Any(20);
    if (kind == 0) {
      Create();
    } else if (kind < 7) {
      Update();
    } else if (kind < 11) {
      Move();
    } else {
      Adjust();
    }
    ASSERT_TRUE(server_.service().engine().Sync(std::chrono::steady_clock::now() + std::chrono::seconds(10)).ok());
    if (known_.size() * 12 < ++steps_) known_.emplace_back(server_.Now(), model_);
    server_.Advance(std::chrono::seconds(1));
  }

  void Create() {
    Facts facts;
    facts.region = kRegions[Any(3)];
    facts.field = 1 + Any(8);
    facts.total = (500 + Any(5000)) * kWan;
    facts.plans = {Any(100) * kWan, Any(100) * kWan};
    const Date on = AnyDay(kFirstDay);
    v1::CreateProjectRequest request =
        NewProjectRequest(fmt::format("第{}号渠", names_.size()), facts.region, on.ToString());
    v1::Project& project = *request.mutable_project();
    project.clear_competent_department();
    project.set_field(static_cast<v1::Field>(facts.field));
    project.set_total_investment_fen(facts.total);
    SetPlans(facts.plans, project);
    const std::string name = server_.Create(request).name();
    names_.push_back(name);
    model_.projects[name][on] = facts;
  }
  static void SetPlans(const std::pair<int64_t, int64_t>& plans, v1::Project& project) {
    project.clear_annual_plans();
    for (const auto& [year, fen] : {std::pair{2022, plans.first}, std::pair{2023, plans.second}}) {
      v1::AnnualPlan& plan = *project.add_annual_plans();
      plan.set_year(year);
      plan.set_planned_investment_fen(fen);
    }
  }

  void Update() {
    const std::string name = AnyProject();
    const Date on = AnyDay(Born(name));
    Facts facts = *model_.On(name, on);
    v1::UpdateProjectRequest request;
    request.mutable_project()->set_name(name);
    request.set_effective_on(on.ToString());
    const char* const kPaths[] = {"region", "competent_department", "field", "total_investment_fen", "annual_plans"};
    const int which = Any(5);
    request.mutable_update_mask()->add_paths(kPaths[which]);
    facts.region = kRegions[Any(3)];
    facts.department = Any(2) == 0 ? "" : "organizations/dept-01";
    facts.field = 1 + Any(8);
    facts.total = (500 + Any(5000)) * kWan;
    facts.plans = {Any(100) * kWan, Any(100) * kWan};
    request.mutable_project()->set_region(facts.region);
    request.mutable_project()->set_competent_department(facts.department);
    request.mutable_project()->set_field(static_cast<v1::Field>(facts.field));
    request.mutable_project()->set_total_investment_fen(facts.total);
    SetPlans(facts.plans, *request.mutable_project());
    Must(server_.Call<v1::Project>(CityOffice(), "ProjectService/UpdateProject", request));
    if (which == 0) model_.State(name, on, &Facts::region, facts.region);
    if (which == 1) model_.State(name, on, &Facts::department, facts.department);
    if (which == 2) model_.State(name, on, &Facts::field, facts.field);
    if (which == 3) model_.State(name, on, &Facts::total, facts.total);
    if (which == 4) model_.State(name, on, &Facts::plans, facts.plans);
  }

  void Move() {
    const std::string name = AnyProject();
    const Date on = AnyDay(Born(name));
    const auto move = static_cast<registry::Move>(1 + Any(kMoveCount - 1));
    v1::MoveProjectRequest request;
    request.set_name(name);
    request.set_effective_on(on.ToString());
    request.set_move(static_cast<v1::Move>(move));
    request.set_reason("试验");
    const auto moved = server_.Call<v1::Project>(CityOffice(), "ProjectService/MoveProject", request);
    const auto next = Next(model_.On(name, on)->stage, move);
    if (!moved.ok()) {
      const std::string reason = ReasonOf(moved.status());
      ASSERT_TRUE(reason == "LATER_MOVE_EXISTS" || reason == "INVALID_FIELDS" ||
                  (reason == "MOVE_NOT_ALLOWED" && !next))
          << moved.status();
      return;
    }
    ASSERT_TRUE(next.has_value());
    model_.State(name, on, &Facts::stage, *next);
    ++moves_;
  }

  // One order of up to eight changes of different projects.
  void Adjust() {
    v1::AdjustListRequest request;
    const std::string list = lists_[static_cast<size_t>(Any(3))];
    Date on = AnyDay(kFirstDay);
    request.set_parent(list);
    request.set_reason("试验");
    Model after = model_;
    std::set<std::string> named;
    for (int i = 0; i < 8; ++i) {
      const std::string name = AnyProject();
      auto& line = after.lists[list][name];
      if (!named.insert(name).second || Born(name) > on || (!line.empty() && line.rbegin()->first > on)) continue;
      Change(name, on, line, request, after);
    }
    if (request.additions_size() + request.removals_size() + request.amendments_size() == 0) return;
    request.set_effective_on(on.ToString());
    Must(server_.Call<v1::Adjustment>(CityOffice(), "ListService/AdjustList", request));
    model_ = std::move(after);
    ++orders_;
  }
  void Change(const std::string& name, Date on, std::map<Date, Standing>& line, v1::AdjustListRequest& request,
              Model& after) {
    const bool listed = !line.empty() && line.rbegin()->second.listed;
    const auto kind = static_cast<EntryKind>(1 + Any(3));
    if (!listed) {
      if (Any(3) == 0) return;
      v1::AdjustListRequest::Addition& addition = *request.add_additions();
      addition.set_project(name);
      addition.set_kind(static_cast<v1::EntryKind>(kind));
      addition.set_admission_override_reason("试验");
      line[on] = {true, kind};
    } else if (Any(3) == 0) {
      request.add_removals()->set_project(name);
      line[on] = {false, EntryKind::kUnspecified};
    } else {
      v1::AdjustListRequest::Amendment& amendment = *request.add_amendments();
      amendment.set_project(name);
      amendment.set_kind(static_cast<v1::EntryKind>(kind));
      if (line.rbegin()->second.kind != kind) line[on] = {true, kind};
      const int64_t total = (500 + Any(5000)) * kWan;
      amendment.set_total_investment_fen(total);
      auto plans = after.On(name, on)->plans;
      plans.first = Any(100) * kWan;
      v1::AnnualPlan& plan = *amendment.add_annual_plans();
      plan.set_year(2022);
      plan.set_planned_investment_fen(plans.first);
      after.State(name, on, &Facts::total, total);
      after.State(name, on, &Facts::plans, plans);
    }
  }

  Question AnyQuestion() {
    Question question;
    const std::string lists[] = {"", master_, lists_[0], lists_[1], lists_[2]};
    const char* const regions[] = {"", "621100", "621121", "621122", "621125"};
    question.list = lists[Any(5)];
    question.region = regions[Any(5)];
    question.as_of = AnyDay(kFirstDay.AddDays(-1));
    question.by = static_cast<v1::Dimension>(Any(question.list.empty() ? 5 : 6));
    return question;
  }

  static std::string GroupOf(v1::Dimension by, const Facts& facts, EntryKind kind) {
    switch (by) {
      case v1::BY_REGION:
        return facts.region;
      case v1::BY_FIELD:
        return std::to_string(facts.field);
      case v1::BY_STAGE:
        return std::to_string(static_cast<int>(facts.stage));
      case v1::BY_DEPARTMENT:
        return facts.department;
      case v1::BY_ENTRY_KIND:
        return std::to_string(static_cast<int>(kind));
      default:
        return "";
    }
  }

  // The model's answer.
  Sums Expected(const Model& model, const Question& question) const {
    Sums sums;
    for (const auto& [name, line] : model.projects) {
      const Facts* facts = model.On(name, question.as_of);
      if (facts == nullptr || (!question.region.empty() && !RegionCovers(question.region, facts->region))) continue;
      EntryKind kind = EntryKind::kUnspecified;
      bool listed = question.list.empty();
      if (!listed) {
        for (const std::string& list : ListsOf(question.list)) {
          const Standing standing = model.StandingOn(list, name, question.as_of);
          if (!standing.listed) continue;
          kind = listed ? std::min(kind, standing.kind) : standing.kind;
          listed = true;
        }
      }
      if (!listed) continue;
      Sum& sum = sums[GroupOf(question.by, *facts, kind)];
      ++sum.projects;
      sum.total += facts->total;
      sum.planned += question.list == lists_[2] ? facts->plans.second : facts->plans.first;
    }
    return sums;
  }

  // The answer of SummarizeProjects; known_at "" is now.
  Sums Summary(const Question& question, const std::string& known_at) {
    v1::SummarizeProjectsRequest request;
    request.set_list(question.list);
    request.set_region(question.region);
    request.set_as_of(question.as_of.ToString());
    request.set_known_at(known_at);
    if (question.by != v1::DIMENSION_UNSPECIFIED) request.add_group_by(question.by);
    const auto response =
        Must(server_.Call<v1::SummarizeProjectsResponse>(CityOffice(), "ProjectService/SummarizeProjects", request));
    Sums sums;
    Sum total;
    for (const auto& row : response.rows()) {
      Facts facts;
      facts.region = row.region();
      facts.department = row.department();
      facts.field = row.field();
      facts.stage = static_cast<Stage>(row.stage());
      sums[GroupOf(question.by, facts, static_cast<EntryKind>(row.entry_kind()))] = {
          row.projects(), row.total_investment_fen(), row.planned_investment_fen()};
      total.projects += row.projects();
      total.total += row.total_investment_fen();
      total.planned += row.planned_investment_fen();
    }
    EXPECT_EQ(total, (Sum{response.total().projects(), response.total().total_investment_fen(),
                          response.total().planned_investment_fen()}));
    return sums;
  }

  static int64_t PlannedIn(const v1::Project& project, int year) {
    for (const v1::AnnualPlan& plan : project.annual_plans()) {
      if (plan.year() == year) return plan.planned_investment_fen();
    }
    return 0;
  }
  static void AddRow(const Question& question, const v1::Project& project, EntryKind kind, int64_t planned,
                     Sums& sums) {
    Facts facts;
    facts.region = project.region();
    facts.department = project.competent_department();
    facts.field = project.field();
    facts.stage = static_cast<Stage>(project.stage());
    Sum& sum = sums[GroupOf(question.by, facts, kind)];
    ++sum.projects;
    sum.total += project.total_investment_fen();
    sum.planned += planned;
  }

  // The rows behind the figure, page by page: of ListEntries, or of ListProjects for all.
  Sums DrillDown(const Question& question, const std::string& known_at) {
    Sums sums;
    std::string token;
    do {
      if (question.list.empty()) {
        v1::ListProjectsRequest request;
        request.set_page_size(9);
        request.set_page_token(token);
        request.set_as_of(question.as_of.ToString());
        request.set_known_at(known_at);
        const auto page =
            Must(server_.Call<v1::ListProjectsResponse>(CityOffice(), "ProjectService/ListProjects", request));
        for (const v1::Project& project : page.projects()) {
          if (!question.region.empty() && !RegionCovers(question.region, project.region())) continue;
          AddRow(question, project, EntryKind::kUnspecified, PlannedIn(project, 2022), sums);
        }
        token = page.next_page_token();
      } else {
        v1::ListEntriesRequest request;
        request.set_parent(question.list);
        request.set_region(question.region);
        request.set_page_size(9);
        request.set_page_token(token);
        request.set_order_by("field desc, planned_investment_fen");
        request.set_as_of(question.as_of.ToString());
        request.set_known_at(known_at);
        const auto page = Must(server_.Call<v1::ListEntriesResponse>(CityOffice(), "ListService/ListEntries", request));
        for (const v1::Entry& entry : page.entries()) {
          AddRow(question, entry.project(), static_cast<EntryKind>(entry.kind()), entry.planned_investment_fen(), sums);
        }
        token = page.next_page_token();
      }
    } while (!token.empty());
    return sums;
  }

  // What SQL says of today, which the API answers from memory.
  Sums SqlToday(const Question& question) {
    const int year = question.list == lists_[2] ? 2023 : 2022;
    PastQuery query{{kToday, server_.now()}, {}, year, year, question.region, nullptr};
    if (!question.list.empty()) query.lists = ListsOf(question.list);
    std::vector<registry::Dimension> by;
    if (question.by != v1::DIMENSION_UNSPECIFIED) by.push_back(static_cast<registry::Dimension>(question.by));
    Sums sums;
    for (const PastSum& row : Must(SumPast(server_.session(), query, by))) {
      if (row.sums.projects == 0) continue;
      Facts facts;
      facts.region = row.region;
      facts.department = row.department;
      facts.field = row.field;
      facts.stage = static_cast<Stage>(row.stage);
      sums[GroupOf(question.by, facts, static_cast<EntryKind>(row.entry_kind))] = {
          row.sums.projects, row.sums.total_investment_fen, row.sums.planned_investment_fen};
    }
    return sums;
  }

  void CheckPast() {
    const auto& [known_at, model] = known_[static_cast<size_t>(Any(static_cast<int>(known_.size())))];
    const Question question = AnyQuestion();
    SCOPED_TRACE(fmt::format("list {} region {} as of {} known at {} by {}", question.list, question.region,
                             question.as_of.ToString(), known_at, static_cast<int>(question.by)));
    const Sums expected = Expected(model, question);
    EXPECT_EQ(Summary(question, known_at), expected);
    EXPECT_EQ(DrillDown(question, known_at), expected);
  }

  void CheckToday() {
    Question question = AnyQuestion();
    question.as_of = kToday;
    for (int by = 0; by < (question.list.empty() ? 5 : 6); ++by) {
      question.by = static_cast<v1::Dimension>(by);
      SCOPED_TRACE(fmt::format("today, list {} region {} by {}", question.list, question.region, by));
      const Sums expected = Expected(model_, question);
      EXPECT_EQ(Summary(question, ""), expected) << "memory";
      EXPECT_EQ(SqlToday(question), expected) << "SQL";
    }
    EXPECT_EQ(DrillDown(question, ""), Expected(model_, question));
  }

  // A fact changes no figure before its date.
  void CheckUpdate(int64_t total) {
    const std::string name = AnyProject();
    const Date on = AnyDay(Born(name));
    Question before = AnyQuestion();
    before.as_of = on.AddDays(-1);
    const Sums was = Summary(before, "");
    v1::UpdateProjectRequest request;
    request.mutable_project()->set_name(name);
    request.mutable_project()->set_total_investment_fen(total);
    request.set_effective_on(on.ToString());
    Must(server_.Call<v1::Project>(CityOffice(), "ProjectService/UpdateProject", request));
    model_.State(name, on, &Facts::total, total);
    EXPECT_EQ(Summary(before, ""), was);
    EXPECT_EQ(server_.Get(name, on.ToString()).total_investment_fen(), total);
  }

  testing::RegistryServer server_;
  std::mt19937 random_{20220420};
  std::string master_;
  std::vector<std::string> lists_;
  std::vector<std::string> names_;
  Model model_;
  std::vector<std::pair<std::string, Model>> known_;
  size_t steps_ = 0;
  int moves_ = 0, orders_ = 0;
};

TEST_F(HistoryTest, MemorySqlAndRowsAgreeAboutEveryDateAndKnownTime) {
  for (int i = 0; i < 300 && !HasFailure(); ++i) {
    SCOPED_TRACE(fmt::format("step {}", i));
    Step();
    if (i % 6 == 5) {
      CheckPast();
      CheckToday();
    }
  }
  for (int i = 0; i < 30 && !HasFailure(); ++i) CheckUpdate((6000 + i) * kWan);
  EXPECT_GT(moves_, 10);
  EXPECT_GT(orders_, 50);
  // A process that loads all at once says the same as one that followed.
  server_.Restart();
  for (int i = 0; i < 5; ++i) {
    CheckPast();
    CheckToday();
  }
}

}  // namespace
}  // namespace yaoshi::registry

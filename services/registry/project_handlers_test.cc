// Projects through the API: concurrency, repeated requests, moves, merges, and reads from memory and SQL alike.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "services/registry/domain/life_cycle.h"
#include "services/registry/testing/registry_server.h"
#include "yaoshi/common/v1/change_feed.pb.h"

namespace yaoshi::registry {
namespace {

using rpc::testing::CityOffice;
using ::testing::ElementsAre;
using testing::NewProjectRequest;
using testing::ReasonOr;
using testing::RegistryServer;
using testing::WrongFields;

constexpr char kUpdate[] = "/yaoshi.registry.v1.ProjectService/UpdateProject";

class ProjectHandlersTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new RegistryServer(); }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }
  static RegistryServer& server() { return *server_; }

  static absl::StatusOr<v1::Project> Create(const v1::CreateProjectRequest& request) {
    return server().Call<v1::Project>(CityOffice(), "ProjectService/CreateProject", request);
  }
  static absl::StatusOr<v1::Project> Update(const v1::UpdateProjectRequest& request) {
    return server().Call<v1::Project>(CityOffice(), "ProjectService/UpdateProject", request);
  }
  static v1::UpdateProjectRequest NewTotal(const v1::Project& project, int64_t fen, const std::string& on = "") {
    v1::UpdateProjectRequest request;
    request.mutable_project()->set_name(project.name());
    request.mutable_project()->set_etag(project.etag());
    request.mutable_project()->set_total_investment_fen(fen);
    request.mutable_update_mask()->add_paths("total_investment_fen");
    request.set_effective_on(on);
    return request;
  }
  static absl::StatusOr<v1::Project> Move(const std::string& name, v1::Move move, const std::string& on = "",
                                          bool validate_only = false) {
    v1::MoveProjectRequest request;
    request.set_name(name);
    request.set_move(move);
    request.set_effective_on(on);
    request.set_reason("按调度会议");
    request.set_validate_only(validate_only);
    return server().Call<v1::Project>(CityOffice(), "ProjectService/MoveProject", request);
  }
  static absl::StatusOr<v1::Project> Merge(const std::string& name, const std::string& into,
                                           const std::string& on = "") {
    v1::MergeProjectRequest request;
    request.set_name(name);
    request.set_into(into);
    request.set_effective_on(on);
    request.set_reason("同一项目");
    return server().Call<v1::Project>(CityOffice(), "ProjectService/MergeProject", request);
  }
  static void Admit(const std::string& list, const std::string& project, const std::string& on) {
    v1::AdjustListRequest request;
    request.set_parent(list);
    request.set_reason("纳入");
    request.set_effective_on(on);
    auto& addition = *request.add_additions();
    addition.set_project(project);
    addition.set_kind(v1::NEW_START);
    testing::Must(server().Call<v1::Adjustment>(CityOffice(), "ListService/AdjustList", request));
  }
  static std::vector<std::string> OnList(const std::string& list, const std::string& as_of) {
    v1::ListEntriesRequest request;
    request.set_parent(list);
    request.set_as_of(as_of);
    const auto page =
        testing::Must(server().Call<v1::ListEntriesResponse>(CityOffice(), "ListService/ListEntries", request));
    std::vector<std::string> names;
    for (const v1::Entry& entry : page.entries()) names.push_back(entry.project().name());
    return names;
  }
  // Titles page by page; `as_of` empty reads memory, a past one SQL.
  static std::vector<std::string> Titles(const std::string& filter, const std::string& order_by,
                                         const std::string& as_of, int page_size = 1000) {
    v1::ListProjectsRequest request;
    request.set_filter(filter);
    request.set_order_by(order_by);
    request.set_as_of(as_of);
    request.set_page_size(page_size);
    std::vector<std::string> titles;
    do {
      const auto page = server().Call<v1::ListProjectsResponse>(CityOffice(), "ProjectService/ListProjects", request);
      if (!page.ok()) return {page.status().ToString()};
      for (const v1::Project& project : page->projects()) titles.push_back(project.title());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return titles;
  }

 private:
  static inline RegistryServer* server_ = nullptr;
};

TEST_F(ProjectHandlersTest, OfTwoWritersOneWinsAndTheOtherIsToldTheCurrentEtag) {
  const v1::Project project = server().Create(NewProjectRequest("双写水库"));
  absl::StatusOr<v1::Project> answers[2];
  {
    std::vector<std::thread> writers;
    for (int i = 0; i < 2; ++i) {
      writers.emplace_back([&, i] {
        answers[i] = server().rpc().channel().Call<v1::Project>(kUpdate, NewTotal(project, 2'000'000'000 + i),
                                                                server().OptionsFor(CityOffice()));
      });
    }
    for (std::thread& writer : writers) writer.join();
  }
  const int winner = answers[0].ok() ? 0 : 1;
  ASSERT_TRUE(answers[winner].ok()) << answers[0].status() << answers[1].status();
  EXPECT_EQ(answers[winner]->etag(), "2");
  const absl::Status lost = answers[1 - winner].status();
  EXPECT_EQ(lost.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(lost), "ETAG_MISMATCH") << lost;
  EXPECT_EQ(MetadataOf(lost, "etag"), "2");
}

TEST_F(ProjectHandlersTest, AStaleEtagIsRefusedAndNothingChanges) {
  const v1::Project read = server().Create(NewProjectRequest("旧标签灌区"));
  ASSERT_TRUE(Update(NewTotal(read, 2'000'000'000)).ok());
  const auto late = Update(NewTotal(read, 3'000'000'000));
  EXPECT_EQ(ReasonOr(late), "ETAG_MISMATCH");
  EXPECT_EQ(MetadataOf(late.status(), "etag"), "2");
  EXPECT_EQ(server().Get(read.name()).total_investment_fen(), 2'000'000'000);
}

TEST_F(ProjectHandlersTest, ARepeatedRequestGetsTheFirstAnswerAlsoAfterARestart) {
  v1::CreateProjectRequest request = NewProjectRequest("重复请求泵站");
  request.set_request_id("0190a000-0000-7000-8000-000000000001");
  const v1::Project first = server().Create(request);
  EXPECT_EQ(server().Create(request).SerializeAsString(), first.SerializeAsString());
  server().Restart();
  EXPECT_EQ(server().Create(request).SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(Titles("title = \"重复请求泵站\"", "", "").size(), 1);

  request.mutable_project()->set_title("另一座泵站");
  EXPECT_EQ(ReasonOr(Create(request)), "REQUEST_ID_REUSED");
  EXPECT_TRUE(Titles("title = \"另一座泵站\"", "", "").empty());
}

TEST_F(ProjectHandlersTest, ARepeatedRequestGetsItsAnswerAlthoughItWouldBeRefusedByNow) {
  v1::CreateProjectRequest request = NewProjectRequest("改日期的园");
  request.set_request_id("0190a000-0000-7000-8000-000000000002");
  request.set_effective_on("2022-04-20");
  const v1::Project first = server().Create(request);
  // By the server's clock the same facts now lie in the future.
  server().Advance(-std::chrono::hours(24));
  const auto again = Create(request);
  v1::CreateProjectRequest other = request;
  other.set_request_id("0190a000-0000-7000-8000-000000000003");
  const auto fresh = Create(other);
  server().Advance(std::chrono::hours(24));
  EXPECT_EQ(ReasonOr(again), "OK");
  EXPECT_EQ(again.value_or(v1::Project()).name(), first.name());
  EXPECT_EQ(ReasonOr(fresh), "INVALID_FIELDS");
}

TEST_F(ProjectHandlersTest, ValidateOnlyChecksAndWritesNothing) {
  v1::CreateProjectRequest request = NewProjectRequest("只校验的桥");
  request.set_validate_only(true);
  EXPECT_EQ(ReasonOr(Create(request)), "OK");
  EXPECT_TRUE(Titles("title = \"只校验的桥\"", "", "").empty());
  request.mutable_project()->set_region("621199");
  EXPECT_EQ(ReasonOr(Create(request)), "INVALID_FIELDS");
}

TEST_F(ProjectHandlersTest, AllThatIsWrongIsSaidAtOnce) {
  v1::CreateProjectRequest request = NewProjectRequest("处处有误的厂房", "621199", "2022-04-21");
  v1::Project& project = *request.mutable_project();
  project.set_project_code("2213-621122-04-01-123456");
  project.set_owner_credit_code("91620000MA00000000");
  project.set_competent_department("organizations/nobody");
  project.set_planned_start_on("2023-01-01");
  project.set_planned_completion_on("2022-01-01");
  project.mutable_annual_plans(0)->set_planned_investment_fen(5'000'000'000);
  request.set_initial_stage(v1::COMPLETED);
  const auto answer = Create(request);
  EXPECT_EQ(ReasonOr(answer), "INVALID_FIELDS");
  EXPECT_EQ(WrongFields(answer.status()),
            "initial_stage effective_on project.region project.project_code project.owner_credit_code "
            "project.competent_department project.planned_completion_on project.annual_plans");
}

TEST_F(ProjectHandlersTest, AProjectCodeBelongsToOneProject) {
  v1::CreateProjectRequest request = NewProjectRequest("有码的一");
  request.mutable_project()->set_project_code("2203-621122-04-01-123456");
  ASSERT_TRUE(Create(request).ok());
  request.mutable_project()->set_title("有码的二");
  EXPECT_EQ(ReasonOr(Create(request)), "PROJECT_CODE_TAKEN");
}

// Every stage × every move, against the one table.
TEST_F(ProjectHandlersTest, MovesFollowTheLifeCycleTable) {
  const std::pair<v1::Stage, std::vector<v1::Move>> kPaths[] = {
      {v1::PLANNED, {}},
      {v1::RESERVED, {v1::RESERVE}},
      {v1::PREPARING, {v1::PREPARE}},
      {v1::STARTED, {v1::PREPARE, v1::START}},
      {v1::UNDER_CONSTRUCTION, {v1::PREPARE, v1::START, v1::BUILD}},
      {v1::SUSPENDED, {v1::PREPARE, v1::START, v1::SUSPEND}},
      {v1::COMPLETED, {v1::PREPARE, v1::START, v1::BUILD, v1::COMPLETE}},
      {v1::OPERATING, {v1::PREPARE, v1::START, v1::BUILD, v1::COMPLETE, v1::OPERATE}},
      {v1::CANCELLED, {v1::CANCEL}}};
  for (const auto& [stage, path] : kPaths) {
    const std::string name = server().Create(NewProjectRequest(fmt::format("第{}阶段的路", int{stage}))).name();
    for (const v1::Move move : path) testing::Must(Move(name, move));
    ASSERT_EQ(server().Get(name).stage(), stage);
    for (int m = 1; m < kMoveCount; ++m) {
      const auto moved = Move(name, static_cast<v1::Move>(m), "", true);
      const auto next = Next(static_cast<Stage>(stage), static_cast<registry::Move>(m));
      SCOPED_TRACE(fmt::format("{} {}", v1::Stage_Name(stage), v1::Move_Name(m)));
      EXPECT_EQ(ReasonOr(moved), next ? "OK" : "MOVE_NOT_ALLOWED");
      const int stage_now = moved.ok() ? static_cast<int>(moved->stage()) : 0;
      EXPECT_EQ(stage_now, next ? static_cast<int>(*next) : 0);
    }
  }
}

TEST_F(ProjectHandlersTest, AMoveIsNotDatedBeforeALaterOne) {
  const std::string name = server().Create(NewProjectRequest("先后有序的坝", "621122", "2022-03-01")).name();
  testing::Must(Move(name, v1::PREPARE, "2022-04-10"));
  const auto earlier = Move(name, v1::RESERVE, "2022-04-01");
  EXPECT_EQ(ReasonOr(earlier), "LATER_MOVE_EXISTS");
  EXPECT_EQ(MetadataOf(earlier.status(), "later"), "2022-04-10");
  EXPECT_EQ(ReasonOr(Move(name, v1::START, "2022-02-01")), "BEFORE_PROJECT");
  EXPECT_EQ(server().Get(name).stage(), v1::PREPARING);
}

TEST_F(ProjectHandlersTest, WhereSomebodySatIsToldToThoseWhoAudit) {
  v1::ListProjectVersionsRequest request;
  request.set_name(Create(NewProjectRequest("留痕水渠", "621122"))->name());
  const auto origin = [&](auth::Role role) {
    const auto page = server().Call<v1::ListProjectVersionsResponse>(rpc::testing::WithRole(role, "621100", ""),
                                                                     "ProjectService/ListProjectVersions", request);
    return page.ok() && page->versions_size() == 1 ? page->versions(0).origin() : page.status().ToString();
  };
  EXPECT_EQ(origin(auth::Role::kCityOffice), "");
  EXPECT_EQ(origin(auth::Role::kLeader), "");
  EXPECT_NE(origin(auth::Role::kAuditor), "");
}

TEST_F(ProjectHandlersTest, AMergeKeepsLineageAndEntries) {
  const std::string list = server().NewList("merge-2022");
  const std::string kept = server().Create(NewProjectRequest("保留的渠", "621122", "2022-03-01")).name();
  const std::string twin = server().Create(NewProjectRequest("重复的渠", "621122", "2022-03-01")).name();
  Admit(list, twin, "2022-03-10");
  EXPECT_EQ(ReasonOr(Merge(kept, kept)), "INVALID_FIELDS");
  const v1::Project heir = testing::Must(Merge(twin, kept, "2022-04-01"));
  EXPECT_THAT(heir.merged_from(), ElementsAre(twin));
  EXPECT_EQ(server().Get(twin).merged_into(), kept);
  EXPECT_EQ(server().Get(twin).stage(), v1::CANCELLED);
  EXPECT_EQ(ReasonOr(Move(twin, v1::RESTORE)), "PROJECT_MERGED");

  EXPECT_THAT(OnList(list, "2022-03-31"), ElementsAre(twin));
  EXPECT_THAT(OnList(list, "2022-04-01"), ElementsAre(kept));
  EXPECT_THAT(OnList(list, ""), ElementsAre(kept));
}

// Who may read the new region's entries hears of the entry; facts and dates of the entry stay.
TEST_F(ProjectHandlersTest, AProjectThatMovesToAnotherRegionTakesItsEntriesAlong) {
  const std::string list = server().NewList("moves-2022");
  const std::string name = server().Create(NewProjectRequest("迁址的厂", "621121", "2022-03-01")).name();
  Admit(list, name, "2022-03-10");
  v1::UpdateProjectRequest request;
  request.mutable_project()->set_name(name);
  request.mutable_project()->set_region("621122");
  request.mutable_update_mask()->add_paths("region");
  testing::Must(Update(request));

  common::v1::ListChangesRequest changes;
  changes.set_name(list + "/entries/" + name.substr(name.find('/') + 1));
  const auto told = testing::Must(server().Call<common::v1::ListChangesResponse>(
      rpc::testing::WithRole(auth::Role::kAuditor), "/yaoshi.common.v1.ChangeFeed/ListChanges", changes));
  ASSERT_EQ(told.changes_size(), 2);
  EXPECT_EQ(told.changes(0).region(), "621121");
  EXPECT_EQ(told.changes(1).region(), "621122");
  EXPECT_EQ(told.changes(1).effective_on(), "2022-03-10");
  EXPECT_EQ(told.changes(1).body(), told.changes(0).body());
  EXPECT_THAT(OnList(list, ""), ElementsAre(name));
  EXPECT_THAT(OnList(list, "2022-03-10"), ElementsAre(name));
}

// What was stated with effect after the merge's day ends with it, and earlier lineage stays.
TEST_F(ProjectHandlersTest, AMergeDatedBackHoldsForWhatWasStatedLater) {
  const v1::Project kept = server().Create(NewProjectRequest("留下的湖", "621122", "2022-03-01"));
  const v1::Project first = server().Create(NewProjectRequest("重复的湖一", "621122", "2022-03-01"));
  const v1::Project second = server().Create(NewProjectRequest("重复的湖二", "621122", "2022-03-01"));
  ASSERT_TRUE(Update(NewTotal(second, 2'000'000'000, "2022-04-15")).ok());
  testing::Must(Merge(first.name(), kept.name(), "2022-04-18"));
  testing::Must(Merge(second.name(), kept.name(), "2022-04-10"));

  EXPECT_THAT(server().Get(kept.name(), "2022-04-12").merged_from(), ElementsAre(second.name()));
  EXPECT_THAT(server().Get(kept.name()).merged_from(), ElementsAre(first.name(), second.name()));
  for (const char* day : {"2022-04-10", "2022-04-15", ""}) {
    EXPECT_EQ(server().Get(second.name(), day).merged_into(), kept.name()) << day;
    EXPECT_EQ(server().Get(second.name(), day).stage(), v1::CANCELLED) << day;
  }
  EXPECT_EQ(server().Get(second.name(), "2022-04-09").merged_into(), "");
}

// Projects with equal values in what lists are ordered by; facts hold from 2022-03-01, so that yesterday is the same.
class ProjectReadsTest : public ProjectHandlersTest {
 protected:
  static void SetUpTestSuite() {
    ProjectHandlersTest::SetUpTestSuite();
    std::vector<v1::CreateProjectRequest> requests;
    for (int i = 0; i < 24; ++i) {
      const char* const kRegions[] = {"621121", "621122", "621125"};
      auto request = NewProjectRequest(fmt::format("工程{:02}号", i * 7 % 24), kRegions[i % 3], "2022-03-01");
      v1::Project& project = *request.mutable_project();
      project.set_total_investment_fen(1'000'000'000 + i % 4 * 100);
      project.set_field(static_cast<v1::Field>(1 + i % 2));
      if (i % 3 != 0) project.set_planned_start_on(fmt::format("2022-0{}-01", 5 + i % 2));
      if (i % 5 == 0) project.set_competent_department("");
      if (i == 4) project.set_owner_title("甲%_\\业主");
      requests.push_back(request);
    }
    projects_ = server().Create(requests);
  }
  // Those of this suite alone: tests of a process share the database.
  static std::vector<std::string> Ours(const std::string& filter, const std::string& order_by, const std::string& as_of,
                                       int page_size = 1000) {
    const std::string ours = "title : \"工程\"";
    return Titles(filter.empty() ? ours : fmt::format("({}) AND {}", filter, ours), order_by, as_of, page_size);
  }
  static std::vector<std::string> Funnel(const std::string& list, const std::string& as_of) {
    v1::GetFunnelRequest request;
    request.set_list(list);
    request.set_as_of(as_of);
    const auto funnel = testing::Must(server().Call<v1::Funnel>(CityOffice(), "ProjectService/GetFunnel", request));
    std::vector<std::string> steps;
    for (const v1::Funnel::Step& step : funnel.steps()) {
      steps.push_back(fmt::format("{} {} median {} max {}", v1::Stage_Name(step.stage()), step.projects(),
                                  step.median_dwell_days(), step.max_dwell_days()));
    }
    return steps;
  }

  static inline std::vector<v1::Project> projects_;
};

TEST_F(ProjectReadsTest, PagesOfAnOrderWithTiesMissNothingAndRepeatNothing) {
  for (const char* order : {"total_investment_fen", "total_investment_fen desc", "field desc, total_investment_fen",
                            "planned_start_on, region desc", "planned_start_on desc", "title"}) {
    SCOPED_TRACE(order);
    const std::vector<std::string> whole = Ours("", order, "");
    EXPECT_EQ(whole.size(), 24);
    EXPECT_EQ(Ours("", order, "", 5), whole);
    EXPECT_EQ(Ours("", order, "2022-04-19"), whole) << "SQL orders like memory";
    EXPECT_EQ(Ours("", order, "2022-04-19", 5), whole);
  }
}

TEST_F(ProjectReadsTest, FiltersMeanTheSameToMemoryAndSql) {
  const std::pair<const char*, size_t> kFilters[] = {
      {"region = \"621121\"", 8},
      {"region = \"621121\" OR region = \"621125\"", 16},
      {"NOT region = \"621121\" AND field = ECOLOGY", 8},
      {"stage = PLANNED AND total_investment_fen >= 1000000300", 6},
      {"planned_start_on < \"2022-06-01\"", 8},
      {"planned_start_on > \"2022-01-01\" AND NOT planned_start_on = \"2022-05-01\"", 8},
      {"competent_department = \"organizations/dept-01\"", 19},
      {"title : \"程0\"", 10},
      {"owner_title : \"%_\\\\\"", 1},
      {"title = \"工程03号\"", 1},
      {"title = \"工程03号' OR 1=1 --\"", 0},
      {"程1", 10},
  };
  for (const auto& [filter, count] : kFilters) {
    SCOPED_TRACE(filter);
    const std::vector<std::string> now = Ours(filter, "title", "");
    EXPECT_EQ(now.size(), count) << (now.empty() ? "" : now.front());
    EXPECT_EQ(Ours(filter, "title", "2022-04-19"), now);
  }
}

TEST_F(ProjectReadsTest, TheFunnelCountsStagesAndDaysInThem) {
  const std::string list = server().NewList("funnel");
  for (const int i : {0, 1, 2, 3, 4}) Admit(list, projects_[static_cast<size_t>(i)].name(), "2022-03-01");
  testing::Must(Move(projects_[0].name(), v1::RESERVE, "2022-03-21"));
  testing::Must(Move(projects_[1].name(), v1::RESERVE, "2022-04-10"));
  testing::Must(Move(projects_[2].name(), v1::RESERVE, "2022-04-15"));
  EXPECT_THAT(Funnel(list, ""), ElementsAre("PLANNED 2 median 50 max 50", "RESERVED 3 median 10 max 30"));
  EXPECT_THAT(Funnel(list, "2022-04-19"), ElementsAre("PLANNED 2 median 49 max 49", "RESERVED 3 median 9 max 29"));
  EXPECT_THAT(Funnel(list, "2022-04-01"), ElementsAre("PLANNED 4 median 31 max 31", "RESERVED 1 median 11 max 11"));
}

}  // namespace
}  // namespace yaoshi::registry

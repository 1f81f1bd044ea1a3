// Lists through the API: adjustment orders and what they refuse, large ones, and the comparison of lists.
#include "services/registry/list_handlers.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/db/write.h"
#include "common/testing/test_database.h"
#include "services/registry/testing/registry_server.h"

namespace yaoshi::registry {
namespace {

using rpc::testing::CityOffice;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Must;
using testing::NewProjectRequest;
using testing::ReasonOr;
using testing::RegistryServer;
using testing::WrongFields;

constexpr char kNobody[] = "projects/01800000-0000-7000-8000-000000000000";

class ListHandlersTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new RegistryServer(); }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }
  static RegistryServer& server() { return *server_; }

  static v1::AdjustListRequest Order(const std::string& list, const std::string& on = "") {
    v1::AdjustListRequest request;
    request.set_parent(list);
    request.set_reason("动态调整");
    request.set_effective_on(on);
    return request;
  }
  static v1::AdjustListRequest::Addition& Add(v1::AdjustListRequest& order, const std::string& project) {
    auto& addition = *order.add_additions();
    addition.set_project(project);
    addition.set_kind(v1::NEW_START);
    return addition;
  }
  static void Take(v1::AdjustListRequest& order, const std::string& project) {
    order.add_removals()->set_project(project);
  }
  static absl::StatusOr<v1::Adjustment> Adjust(const v1::AdjustListRequest& order) {
    return server().Call<v1::Adjustment>(CityOffice(), "ListService/AdjustList", order);
  }
  static std::string NewProject(const std::string& title, const std::string& on = "2022-03-01") {
    return server().Create(NewProjectRequest(title, "621122", on)).name();
  }
  static v1::ListEntriesResponse Entries(const std::string& list, const std::string& as_of = "") {
    v1::ListEntriesRequest request;
    request.set_parent(list);
    request.set_as_of(as_of);
    request.set_page_size(1000);
    request.set_include_total_size(true);
    return Must(server().Call<v1::ListEntriesResponse>(CityOffice(), "ListService/ListEntries", request));
  }
  static v1::CompareListsResponse Compare(const v1::CompareListsRequest& request) {
    return Must(server().Call<v1::CompareListsResponse>(CityOffice(), "ListService/CompareLists", request));
  }

 private:
  static inline RegistryServer* server_ = nullptr;
};

TEST_F(ListHandlersTest, PlansAreMadeFromWhatHasCome) {
  EXPECT_EQ(yaoshi::testing::LateStatistics(server().session()), "");
}

TEST_F(ListHandlersTest, AnOrderThatCannotBeIsRefused) {
  const std::string master = server().NewList("refuse-all", v1::List::MASTER);
  const std::string list = server().NewList("refuse-one", v1::List::SUB, master);
  const std::string project = NewProject("被拒的塔");
  EXPECT_EQ(WrongFields(Adjust(Order(list)).status()), "additions");
  auto order = Order(list, "2022-04-21");
  Add(order, project);
  EXPECT_EQ(WrongFields(Adjust(order).status()), "effective_on");
  order = Order(list);
  Add(order, kNobody);
  EXPECT_EQ(ReasonOr(Adjust(order)), "PROJECT_NOT_FOUND");
  order = Order(list);
  Add(order, project);
  Take(order, project);
  EXPECT_EQ(WrongFields(Adjust(order).status()), "removals[0].project");
  order = Order(master);
  Add(order, project);
  EXPECT_EQ(ReasonOr(Adjust(order)), "LIST_IS_MASTER");
  order.set_parent("lists/none");
  EXPECT_EQ(ReasonOr(Adjust(order)), "LIST_NOT_FOUND");
  EXPECT_EQ(Entries(list).total_size(), 0);
}

// Each reason that a change may be refused for, all told in one answer; nothing is changed.
TEST_F(ListHandlersTest, AllRefusedChangesOfAnOrderAreToldAtOnce) {
  v1::CreateListRequest strict;
  strict.set_list_id("strict");
  strict.mutable_list()->set_title("有门槛的清单");
  strict.mutable_list()->set_kind(v1::List::STANDALONE);
  strict.mutable_list()->set_horizon(v1::List::THIS_YEAR);
  strict.mutable_list()->set_first_year(2022);
  strict.mutable_list()->set_last_year(2022);
  strict.mutable_list()->mutable_admission_rules()->set_min_total_investment_fen(500'000'000);
  const std::string list = Must(server().Call<v1::List>(CityOffice(), "ListService/CreateList", strict)).name();

  const std::string listed = NewProject("在册的站"), later = NewProject("后移出的站"),
                    absent = NewProject("不在册的站");
  const std::string merged = NewProject("已合并的站"), fresh = NewProject("可纳入的站");
  auto small = NewProjectRequest("太小的站", "621122", "2022-03-01");
  small.mutable_project()->set_total_investment_fen(400'000'000);
  const std::string below = server().Create(small).name();
  auto first = Order(list, "2022-03-10");
  Add(first, listed);
  Add(first, later);
  Must(Adjust(first));
  auto removal = Order(list, "2022-04-15");
  Take(removal, later);
  Must(Adjust(removal));
  v1::MergeProjectRequest merge;
  merge.set_name(merged);
  merge.set_into(listed);
  merge.set_reason("同一项目");
  Must(server().Call<v1::Project>(CityOffice(), "ProjectService/MergeProject", merge));

  auto order = Order(list, "2022-04-10");
  Add(order, listed);
  Add(order, later);
  Add(order, merged);
  Add(order, below);
  Add(order, fresh);
  Take(order, absent);
  order.add_amendments()->set_project(fresh);
  EXPECT_EQ(ReasonOr(Adjust(order)), "INVALID_FIELDS");  // It names one project twice.
  order.clear_amendments();
  auto& amendment = *order.add_amendments();
  amendment.set_project(NewProject("也不在册的站"));
  amendment.set_total_investment_fen(2'000'000'000);
  const auto refused = Adjust(order);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOr(refused), "ALREADY_ON_LIST");
  EXPECT_EQ(MetadataOf(refused.status(), "refusals"), "6");
  const std::string wire = ToWire(refused.status());
  for (const char* reason : {"ALREADY_ON_LIST", "LATER_CHANGE_EXISTS", "PROJECT_MERGED", "ADMISSION_REFUSED",
                             "NOT_ON_LIST", "removals[0].project", "amendments[0].project"}) {
    EXPECT_THAT(wire, HasSubstr(reason));
  }
  EXPECT_EQ(Entries(list).total_size(), 1);

  auto overridden = Order(list);
  Add(overridden, below).set_admission_override_reason("省重点");
  Must(Adjust(overridden));
  EXPECT_EQ(Entries(list).total_size(), 2);
}

// The rules judge the project as it was on the order's date, not as it became.
TEST_F(ListHandlersTest, AnOrderDatedBackIsJudgedByWhatHeldThen) {
  v1::CreateListRequest request;
  request.set_list_id("dated-back");
  request.mutable_list()->set_title("追溯清单");
  request.mutable_list()->set_kind(v1::List::STANDALONE);
  request.mutable_list()->set_horizon(v1::List::THIS_YEAR);
  request.mutable_list()->set_first_year(2022);
  request.mutable_list()->set_last_year(2022);
  request.mutable_list()->mutable_admission_rules()->set_min_total_investment_fen(500'000'000);
  const std::string list = Must(server().Call<v1::List>(CityOffice(), "ListService/CreateList", request)).name();
  auto facts = NewProjectRequest("后调增的站", "621122", "2022-03-01");
  facts.mutable_project()->set_total_investment_fen(400'000'000);
  const v1::Project project = server().Create(facts);
  v1::UpdateProjectRequest grown;
  grown.mutable_project()->set_name(project.name());
  grown.mutable_project()->set_total_investment_fen(600'000'000);
  grown.set_effective_on("2022-04-10");
  Must(server().Call<v1::Project>(CityOffice(), "ProjectService/UpdateProject", grown));

  const auto admit = [&](const std::string& on) {
    auto order = Order(list, on);
    Add(order, project.name());
    return ReasonOr(Adjust(order));
  };
  EXPECT_EQ(admit("2022-02-28"), "BEFORE_PROJECT");
  EXPECT_EQ(admit("2022-04-09"), "ADMISSION_REFUSED");
  EXPECT_EQ(admit("2022-04-10"), "OK");
}

TEST_F(ListHandlersTest, AnOrderHasAtMostTwentyThousandChangesInAll) {
  const std::string list = server().NewList("too-many");
  auto order = Order(list);
  for (int i = 0; i < 10'000; ++i) Add(order, kNobody);
  for (int i = 0; i < 10'000; ++i) Take(order, kNobody);
  EXPECT_EQ(ReasonOr(Adjust(order)), "PROJECT_NOT_FOUND");  // As many as there may be.
  Take(order, kNobody);
  const auto refused = Adjust(order);
  EXPECT_EQ(WrongFields(refused.status()), "additions");
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("20001"));
}

TEST_F(ListHandlersTest, ValidateOnlySaysWhatWouldBeAndChangesNothing) {
  const std::string list = server().NewList("dry-run");
  const std::string project = NewProject("演练的站");
  auto order = Order(list);
  order.set_validate_only(true);
  Add(order, project);
  EXPECT_EQ(Must(Adjust(order)).additions(), 1);
  EXPECT_EQ(Entries(list).total_size(), 0);
  Take(order, NewProject("演练中不在册的站"));
  EXPECT_EQ(ReasonOr(Adjust(order)), "NOT_ON_LIST");
}

TEST_F(ListHandlersTest, AProjectTellsSinceWhenItIsOnEachListAndSinceWhenNoMore) {
  const std::string first = server().NewList("of-project-1"), second = server().NewList("of-project-2");
  const std::string project = NewProject("清单上的站");
  for (const auto& [list, on] : {std::pair(first, "2022-03-10"), std::pair(second, "2022-03-20")}) {
    auto order = Order(list, on);
    Add(order, project);
    Must(Adjust(order));
  }
  auto removal = Order(first, "2022-04-15");
  Take(removal, project);
  Must(Adjust(removal));
  const auto told = [&](const std::string& as_of) {
    v1::ListProjectEntriesRequest request;
    request.set_parent(project);
    request.set_as_of(as_of);
    std::string text;
    const auto answer =
        Must(server().Call<v1::ListProjectEntriesResponse>(CityOffice(), "ListService/ListProjectEntries", request));
    for (const v1::Entry& entry : answer.entries()) {
      text += entry.name().substr(0, entry.name().find("/entries")) + " " + entry.admitted_on() + " " +
              entry.removed_on() + ";";
    }
    return text;
  };
  EXPECT_EQ(told("2022-03-09"), "");
  EXPECT_EQ(told("2022-03-10"), "lists/of-project-1 2022-03-10 ;");
  EXPECT_EQ(told("2022-04-14"), "lists/of-project-1 2022-03-10 ;lists/of-project-2 2022-03-20 ;");
  EXPECT_EQ(told(""), "lists/of-project-1 2022-03-10 2022-04-15;lists/of-project-2 2022-03-20 ;");
}

// Larger than one transaction: staged, and true by one row.
TEST_F(ListHandlersTest, ALargeOrderIsAllOrNothing) {
  const std::string list = server().NewList("large");
  std::vector<v1::CreateProjectRequest> requests;
  for (int i = 0; i < 450; ++i)
    requests.push_back(NewProjectRequest(fmt::format("大单{}号", i), "621121", "2022-03-01"));
  const std::vector<v1::Project> projects = server().Create(requests);
  auto order = Order(list, "2022-04-01");
  order.set_request_id("0190a000-0000-7000-8000-00000000000a");
  for (const v1::Project& project : projects) Add(order, project.name());
  auto wrong = order;
  Take(wrong, NewProject("大单外的站"));
  EXPECT_EQ(ReasonOr(Adjust(wrong)), "NOT_ON_LIST");
  EXPECT_EQ(Entries(list).total_size(), 0);

  const v1::Adjustment done = Must(Adjust(order));
  EXPECT_EQ(done.additions(), 450);
  EXPECT_EQ(Must(Adjust(order)).name(), done.name());
  server().Restart();
  EXPECT_EQ(Must(Adjust(order)).name(), done.name());
  EXPECT_EQ(Entries(list).total_size(), 450);
  EXPECT_EQ(Entries(list, "2022-04-01").total_size(), 450);
  EXPECT_EQ(Entries(list, "2022-03-31").total_size(), 0);
}

TEST_F(ListHandlersTest, WhatAStagedChangeHoldsIsInProgressUntilItIsGone) {
  const std::string list = server().NewList("held");
  const v1::Project project = server().Create(NewProjectRequest("被占用的站"));
  const Uuid id = *Uuid::Parse(std::string_view(project.name()).substr(std::string_view("projects/").size()));
  const Uuid held = Uuid::New(SystemClock());
  const Timestamp now = server().now();
  const Timestamp lease{now.micros + 600'000'000};
  const auto in_transaction = [](const std::function<absl::Status(db::Session&)>& body) {
    return db::RunTransaction(server().session(), std::chrono::steady_clock::now() + std::chrono::seconds(10), body);
  };
  ASSERT_TRUE(in_transaction([&](db::Session& tx) {
                RETURN_IF_ERROR(feed::BeginStaged(tx, held, {"city", "", "test", ""}, now, lease));
                const feed::Version version{"entry", EntryId(list, id), EntryName(list, id), 1, Date(), "621122", ""};
                return feed::StageChunk(tx, held, lease, {version});
              }).ok());
  auto order = Order(list);
  Add(order, project.name());
  const auto refused = Adjust(order);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOr(refused), "CHANGE_IN_PROGRESS");
  ASSERT_TRUE(
      in_transaction([&](db::Session& tx) { return feed::DiscardStaged(tx, held, kSideTables).status(); }).ok());
  EXPECT_EQ(ReasonOr(Adjust(order)), "OK");
}

TEST_F(ListHandlersTest, ComparisonSaysWhatCameWentAndChanged) {
  const std::string list = server().NewList("compared");
  const std::string stays = NewProject("比较不变"), goes = NewProject("比较移出"), grows = NewProject("比较调增");
  const std::string comes = NewProject("比较纳入");
  auto first = Order(list, "2022-03-10");
  for (const std::string& project : {stays, goes, grows}) Add(first, project);
  Must(Adjust(first));
  auto second = Order(list, "2022-04-10");
  Add(second, comes);
  Take(second, goes);
  auto& amendment = *second.add_amendments();
  amendment.set_project(grows);
  amendment.set_total_investment_fen(1'500'000'000);
  const v1::Adjustment adjusted = Must(Adjust(second));

  v1::CompareListsRequest request;
  request.set_from(list);
  request.set_from_as_of("2022-04-09");
  const v1::CompareListsResponse whole = Compare(request);
  std::vector<std::string> told;
  for (const auto& difference : whole.differences()) {
    const v1::Entry& entry = difference.has_to() ? difference.to() : difference.from();
    told.push_back(fmt::format("{} {}", entry.project().title(),
                               v1::CompareListsResponse::Difference::Kind_Name(difference.kind())));
    for (const std::string& field : difference.changed_fields()) told.back() += " " + field;
  }
  EXPECT_THAT(told, ElementsAre("比较移出 WENT", "比较调增 CHANGED total_investment_fen", "比较纳入 CAME"));
  const v1::Entry& came = whole.differences(2).to();
  EXPECT_EQ(came.admitted_on(), "2022-04-10");
  EXPECT_EQ(came.reason(), "动态调整");
  EXPECT_EQ(came.adjustment(), adjusted.name());
  EXPECT_EQ(whole.differences(0).from().admitted_on(), "2022-03-10");
  EXPECT_EQ(whole.came(), 1);
  EXPECT_EQ(whole.went(), 1);
  EXPECT_EQ(whole.changed(), 1);
  EXPECT_EQ(whole.total_investment_change_fen(), 500'000'000);
  EXPECT_EQ(whole.planned_investment_change_fen(), 0);

  request.set_page_size(1);
  std::vector<std::string> paged;
  do {
    const v1::CompareListsResponse page = Compare(request);
    ASSERT_EQ(page.differences_size(), 1);
    EXPECT_EQ(page.changed(), 1) << "counts are those of the whole";
    const auto& difference = page.differences(0);
    paged.push_back((difference.has_to() ? difference.to() : difference.from()).project().title());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(paged, ElementsAre("比较移出", "比较调增", "比较纳入"));
}

}  // namespace
}  // namespace yaoshi::registry

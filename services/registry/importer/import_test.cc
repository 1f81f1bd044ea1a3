#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/feed/change_set.h"
#include "common/import/temp_folder.h"
#include "common/sheet/workbook_reader.h"
#include "services/registry/importer/fetch.h"
#include "services/registry/testing/directory_server.h"
#include "services/registry/testing/import_server.h"
#include "yaoshi/common/v1/operation.pb.h"
#include "yaoshi/registry/v1/list.pb.h"

namespace yaoshi::registry {
namespace {

using google::longrunning::Operation;
using rpc::testing::CityOffice;
using rpc::testing::County;
using testing::Cells;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Ledger;
using testing::ReasonOr;
using testing::Rows;
using ::testing::SizeIs;

class ImportTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new testing::ImportServer(); }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }
  static testing::ImportServer& server() { return *server_; }

  static v1::ImportProjectsRequest Onto(const std::string& list) {
    v1::ImportProjectsRequest request;
    request.set_list(list);
    return request;
  }
  static v1::ImportResult Import(const std::vector<Cells>& rows, const v1::ImportProjectsRequest& request = {},
                                 const auth::Principal& who = CityOffice()) {
    const auto result = server().Import(Ledger(rows), request, who);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.value_or(v1::ImportResult());
  }
  static absl::StatusOr<Operation> Cancel(const std::string& name, const auth::Principal& who = CityOffice()) {
    common::v1::CancelOperationRequest request;
    request.set_name(name);
    return server().rpc().Call<Operation>(who, "/yaoshi.common.v1.OperationService/CancelOperation", request);
  }
  static absl::StatusOr<v1::Project> Retitle(const v1::Project& project, const std::string& place) {
    v1::UpdateProjectRequest request;
    request.mutable_project()->set_name(project.name());
    request.mutable_project()->set_place(place);
    request.mutable_update_mask()->add_paths("place");
    return server().Call<v1::Project>(CityOffice(), "ProjectService/UpdateProject", request);
  }
  static std::string Begin(const std::vector<Cells>& rows, v1::ImportProjectsRequest request = {},
                           const auth::Principal& who = CityOffice()) {
    request.set_file(server().Upload(Ledger(rows), who));
    request.set_reason("试验");
    const auto name = server().Begin(request, who);
    EXPECT_TRUE(name.ok()) << name.status();
    return name.value_or("");
  }
  static int64_t Unfinished() { return server().Count("SELECT COUNT(*) FROM change_set WHERE committed = 0"); }

 private:
  static inline testing::ImportServer* server_ = nullptr;
};

TEST_F(ImportTest, RefusesToBeginWhatCannotBe) {
  const auto reason = [&](const v1::ImportProjectsRequest& request, const auth::Principal& who = CityOffice()) {
    return ReasonOr(server().Begin(request, who));
  };
  v1::ImportProjectsRequest request;
  request.set_reason("试验");
  EXPECT_EQ(reason(request), "INVALID_FIELDS");
  request.set_file("files/00000000-0000-7000-8000-000000000000");
  EXPECT_EQ(reason(request), "FILE_NOT_FOUND");
  request.set_file(server().Upload(Ledger(Rows(1, "甲")), CityOffice()));
  EXPECT_EQ(reason(request, County("621122")), "FILE_NOT_FOUND") << "another account's";
  request.set_list("lists/none");
  EXPECT_EQ(reason(request), "LIST_NOT_FOUND");
  request.clear_list();
  request.set_mapping("importMappings/none");
  EXPECT_EQ(reason(request), "MAPPING_NOT_FOUND");
  request.clear_mapping();
  request.set_effective_on("2022-04-21");
  EXPECT_EQ(reason(request), "INVALID_FIELDS") << "the future";
  EXPECT_TRUE(absl::IsNotFound(server().Work())) << "nothing was begun";
}

TEST_F(ImportTest, AFileThatIsNoLedgerEndsWithItsReason) {
  EXPECT_EQ(ReasonOr(server().Import("%PDF-1.7", {}, CityOffice())), "NOT_A_WORKBOOK");
  EXPECT_EQ(ReasonOr(server().Import("名称甲,金额\r\n甲,1\r\n", {}, CityOffice())), "HEADINGS_NOT_FOUND");
}

TEST_F(ImportTest, ImportingTheSameLedgerAgainChangesNothing) {
  const std::string list = server().NewList("again");
  const std::vector<Cells> rows = Rows(6, "再来");
  const v1::ImportResult first = Import(rows, Onto(list));
  EXPECT_TRUE(first.applied());
  EXPECT_EQ(first.created(), 6);
  EXPECT_EQ(first.added_to_list(), 6);
  EXPECT_THAT(first.adjustment(), HasSubstr(list + "/adjustments/"));
  EXPECT_THAT(server().Projects("再来"), SizeIs(6));
  EXPECT_EQ(server().Listed(list), 6u);

  const int64_t versions = server().Count("SELECT COUNT(*) FROM resource_version");
  const v1::ImportResult again = Import(rows, Onto(list));
  EXPECT_TRUE(again.applied());
  EXPECT_EQ(again.created() + again.updated() + again.added_to_list(), 0);
  EXPECT_EQ(again.unchanged(), 6);
  EXPECT_EQ(again.adjustment(), "");
  EXPECT_EQ(server().Count("SELECT COUNT(*) FROM resource_version"), versions);
}

TEST_F(ImportTest, ReadsEveryFactOfARow) {
  std::vector<Cells> rows = Rows(1, "全要素");
  rows[0]["项目代码"] = "2203-621122-04-01-100001";
  rows[0]["主管部门"] = "定西市";
  rows[0]["拟开工日期"] = "2022年6月";
  rows[0]["拟竣工日期"] = "2023.10.31";
  rows[0]["专项债券（万元）"] = "400";
  rows[0]["企业自有（万元）"] = "600";
  rows[0]["清单类别"] = "续建";
  rows[0]["新增用地"] = "是";
  rows[0]["用地面积（公顷）"] = "1.5";
  EXPECT_EQ(Import(rows).created(), 1);
  const std::vector<v1::Project> found = server().Projects("全要素");
  ASSERT_THAT(found, SizeIs(1));
  const v1::Project& project = found[0];
  EXPECT_EQ(project.region(), "621122");
  EXPECT_EQ(project.project_code_format(), v1::CODE_2020);
  EXPECT_EQ(project.field(), v1::AGRICULTURE_WATER);
  EXPECT_EQ(project.competent_department(), "organizations/city");
  EXPECT_EQ(project.planned_start_on(), "2022-06-01");
  EXPECT_EQ(project.planned_completion_on(), "2023-10-31");
  EXPECT_EQ(project.total_investment_fen(), 1'000'000'000);
  ASSERT_EQ(project.annual_plans_size(), 1);
  EXPECT_EQ(project.annual_plans(0).planned_investment_fen(), 300'500'000);
  ASSERT_EQ(project.funding_sources_size(), 2);
  EXPECT_EQ(project.funding_sources(0).kind(), v1::SPECIAL_BOND);
  EXPECT_EQ(project.stage(), v1::UNDER_CONSTRUCTION) << "a continuing project is under construction";
  EXPECT_TRUE(project.attributes().uses_new_land());
  EXPECT_EQ(project.attributes().site_hectares_e2(), 150);
  EXPECT_EQ(project.effective_on(), "2022-04-20");
  EXPECT_EQ(project.create_account(), CityOffice().account);
}

TEST_F(ImportTest, NamesEveryWrongCellAndAppliesNothing) {
  const std::string list = server().NewList("wrong");
  std::vector<Cells> rows = Rows(5, "有错");
  rows[1]["县区"] = "不存在县";
  rows[1]["总投资（万元）"] = "-5";
  rows[1]["审批方式"] = "随便";
  rows[3]["国标行业"] = "Z99";
  const v1::ImportResult result = Import(rows, Onto(list));
  EXPECT_FALSE(result.applied());
  EXPECT_EQ(result.wrong(), 2);
  EXPECT_EQ(result.created(), 3);
  std::vector<std::string> cells;
  for (const common::v1::RowError& error : result.errors()) {
    cells.push_back(fmt::format("{}{} {} {}", error.column(), error.row(), error.heading(), error.value()));
    EXPECT_FALSE(error.message().empty());
  }
  EXPECT_THAT(cells, ::testing::UnorderedElementsAre("D3 县区 不存在县", "I3 审批方式 随便", "O3 总投资（万元） -5",
                                                     "F5 国标行业 Z99"));
  EXPECT_THAT(server().Projects("有错"), IsEmpty());
  EXPECT_EQ(server().Listed(list), 0u);
  EXPECT_EQ(Unfinished(), 0);

  const auto folder = imports::TempFolder::Make();
  const auto file = LoadOwnFile(server().session(), result.annotated_file(), CityOffice().account);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->filename, "台账_错误说明.xlsx");
  ASSERT_TRUE(SaveTo(server().session(), *file, folder->File("copy")).ok());
  const auto reader = sheet::WorkbookReader::Open(folder->File("copy"), {});
  ASSERT_TRUE(reader.ok()) << reader.status();
  std::vector<std::string> explained;
  ASSERT_TRUE((*reader)
                  ->ForEach([&](const sheet::Row& row) {
                    if (!row.cells.empty() && row.cells.size() > 26) explained.push_back(fmt::format("{}", row.number));
                    return true;
                  })
                  .ok());
  EXPECT_THAT(explained, ElementsAre("1", "3", "5")) << "the heading and the wrong rows have an explanation";
}

TEST_F(ImportTest, AppliesTheRightRowsWhenAsked) {
  const std::string list = server().NewList("valid-rows");
  std::vector<Cells> rows = Rows(4, "择优");
  rows[2]["国标行业"] = "Z99";
  v1::ImportProjectsRequest request = Onto(list);
  request.set_apply_valid_rows(true);
  const v1::ImportResult result = Import(rows, request);
  EXPECT_TRUE(result.applied());
  EXPECT_EQ(result.created(), 3);
  EXPECT_EQ(result.wrong(), 1);
  EXPECT_NE(result.annotated_file(), "");
  EXPECT_EQ(server().Listed(list), 3u);
}

TEST_F(ImportTest, ACheckOnlyWritesNothing) {
  v1::ImportProjectsRequest request;
  request.set_validate_only(true);
  const v1::ImportResult result = Import(Rows(3, "只查"), request);
  EXPECT_FALSE(result.applied());
  EXPECT_EQ(result.created(), 3);
  EXPECT_THAT(server().Projects("只查"), IsEmpty());
}

TEST_F(ImportTest, TellsRowsOfOtherRegionsFromItsOwn) {
  std::vector<Cells> rows = Rows(3, "外县");
  rows[0].erase("县区");  // Its own.
  rows[1]["县区"] = "漳县";
  rows[2]["县区"] = "定西市";
  const v1::ImportResult result = Import(rows, {}, County("621122"));
  EXPECT_FALSE(result.applied());
  EXPECT_EQ(result.wrong(), 2);
  EXPECT_EQ(result.errors(0).row(), 3);
  EXPECT_EQ(result.errors(0).heading(), "县区");

  // What another county has is not told: the same project is new to this one's eyes, and refused for its region alone.
  std::vector<Cells> theirs = Rows(1, "邻县");
  theirs[0]["县区"] = "漳县";
  theirs[0]["项目代码"] = "2203-621125-04-01-100002";
  EXPECT_EQ(Import(theirs).created(), 1);
  const v1::ImportResult foreign = Import(theirs, {}, County("621122"));
  EXPECT_EQ(foreign.updated() + foreign.unchanged() + foreign.created(), 0);
  EXPECT_EQ(foreign.errors(0).heading(), "县区");
}

TEST_F(ImportTest, CountsTenThousandWrongRowsAndTellsAThousand) {
  std::vector<Cells> rows = Rows(10'000, "万错");
  for (Cells& row : rows) row["县区"] = "不存在县";
  const v1::ImportResult result = Import(rows);
  EXPECT_EQ(result.wrong(), 10'000);
  EXPECT_EQ(result.errors_size(), 1000);
  EXPECT_NE(result.annotated_file(), "");
}

TEST_F(ImportTest, FindsWhatLooksAlike) {
  EXPECT_EQ(Import(Rows(1, "相似")).created(), 1);
  std::vector<Cells> rows = Rows(3, "近似");
  rows[0]["项目名称"] = "相似第1号引水渠新建";  // Like the one that is there.
  rows[0]["项目单位"] = "相似第1水务站";
  rows[0]["建设地点"] = "相似村1组";
  rows[2]["项目名称"] = "近似第2号引水渠新建";  // Like the row above.
  rows[2]["项目单位"] = rows[1]["项目单位"];
  rows[2]["建设地点"] = rows[1]["建设地点"];
  const v1::ImportResult refused = Import(rows);
  EXPECT_EQ(refused.wrong(), 2);
  EXPECT_THAT(refused.errors(0).message(), HasSubstr("相似第1号引水渠"));
  EXPECT_THAT(refused.errors(1).message(), HasSubstr("第3行"));
  for (const int i : {0, 2}) rows[static_cast<size_t>(i)]["重复说明"] = "二期工程，另有批复";
  EXPECT_EQ(Import(rows).created(), 3);
  EXPECT_EQ(Import(rows).unchanged(), 3) << "the reason is given once";

  std::vector<Cells> twice = Rows(2, "两遍");
  twice[1]["项目名称"] = twice[0]["项目名称"];
  twice[1]["项目单位"] = twice[0]["项目单位"];
  const v1::ImportResult twins = Import(twice);
  EXPECT_EQ(twins.wrong(), 1);
  EXPECT_THAT(twins.errors(0).message(), HasSubstr("与第2行是同一项目"));
}

TEST_F(ImportTest, ChangesWhatARowStatesAndLeavesTheRest) {
  std::vector<Cells> rows = Rows(2, "改数");
  for (Cells& row : rows) row["企业自有（万元）"] = row["总投资（万元）"];
  EXPECT_EQ(Import(rows).created(), 2);
  rows[0]["总投资（万元）"] = "2000";
  rows[0]["建设地点"] = "";
  rows[0]["企业自有（万元）"] = "";
  rows[0]["2022年计划投资（万元）"] = "500";
  const v1::ImportResult result = Import(rows);
  EXPECT_EQ(result.updated(), 1);
  EXPECT_EQ(result.unchanged(), 1);
  const v1::Project project = server().Projects("改数第1号")[0];
  EXPECT_EQ(project.total_investment_fen(), 2'000'000'000);
  EXPECT_EQ(project.place(), "改数村1组") << "an empty cell states nothing";
  EXPECT_EQ(project.funding_sources_size(), 0) << "they no longer added up";
  EXPECT_EQ(project.annual_plans(0).planned_investment_fen(), 500'000'000);
  EXPECT_EQ(project.etag(), "2");
}

TEST_F(ImportTest, AFactOfThePastRunsThroughToToday) {
  v1::ImportProjectsRequest january;
  january.set_effective_on("2022-01-10");
  EXPECT_EQ(Import(Rows(1, "追溯"), january).created(), 1);
  std::vector<Cells> rows = Rows(1, "追溯");
  rows[0]["建设地点"] = "新址";
  EXPECT_EQ(Import(rows).updated(), 1);  // From today on.
  rows = Rows(1, "追溯");
  rows[0]["总投资（万元）"] = "3000";
  v1::ImportProjectsRequest february;
  february.set_effective_on("2022-02-19");
  EXPECT_EQ(Import(rows, february).updated(), 1);
  const v1::Project now = server().Projects("追溯")[0];
  EXPECT_EQ(now.total_investment_fen(), 3'000'000'000);
  EXPECT_EQ(now.place(), "新址") << "what was changed later stays";
  v1::ImportProjectsRequest before;
  before.set_effective_on("2022-01-09");
  EXPECT_EQ(Import(rows, before).wrong(), 1) << "it was not there yet";
}

TEST_F(ImportTest, HoldsTheRulesOfTheList) {
  const std::string list = server().NewList("rules", 500);
  std::vector<Cells> rows = Rows(3, "准入");
  rows[0]["总投资（万元）"] = "400";
  rows[1]["清单类别"] = "";
  const v1::ImportResult refused = Import(rows, Onto(list));
  EXPECT_EQ(refused.wrong(), 2);
  EXPECT_EQ(refused.errors(1).heading(), "清单类别");
  rows[0]["准入说明"] = "市政府专题会议同意";
  rows[1]["清单类别"] = "预备";
  EXPECT_EQ(Import(rows, Onto(list)).added_to_list(), 3);
  rows[1]["清单类别"] = "新建";
  const v1::ImportResult amended = Import(rows, Onto(list));
  EXPECT_EQ(amended.unchanged(), 3) << "the projects are as they were";
  EXPECT_NE(amended.adjustment(), "") << "but one stands otherwise on the list";
  EXPECT_EQ(Import(rows, Onto(list)).adjustment(), "");
}

// The rules judge the project as it was on the import's date, not as it became.
TEST_F(ImportTest, AnImportDatedBackIsJudgedByWhatHeldThen) {
  const std::string list = server().NewList("rules-then", 500);
  std::vector<Cells> rows = Rows(1, "追溯准入");
  rows[0]["总投资（万元）"] = "400";
  v1::ImportProjectsRequest january;
  january.set_effective_on("2022-01-10");
  EXPECT_EQ(Import(rows, january).created(), 1);
  rows[0]["总投资（万元）"] = "600";
  EXPECT_EQ(Import(rows).updated(), 1);  // From today on.
  rows[0]["总投资（万元）"] = "400";
  v1::ImportProjectsRequest onto = Onto(list);
  onto.set_effective_on("2022-01-20");
  EXPECT_EQ(Import(rows, onto).wrong(), 1);
}

TEST_F(ImportTest, KilledInTheMiddleItIsBegunAnewAndNeverHalfVisible) {
  const std::string list = server().NewList("killed");
  const std::string name = Begin(Rows(700, "被杀"), Onto(list));
  int chunks = 0;
  EXPECT_FALSE(server().Work([&] { return ++chunks < 2; }).ok());
  EXPECT_THAT(server().Projects("被杀"), IsEmpty());
  EXPECT_EQ(server().Listed(list), 0u);
  EXPECT_EQ(Unfinished(), 1);
  EXPECT_TRUE(absl::IsNotFound(server().Work())) << "its lease holds";

  server().clock().Advance(std::chrono::seconds(61));
  EXPECT_TRUE(server()
                  .Work([&] {
                    EXPECT_THAT(server().Projects("被杀"), IsEmpty());
                    return true;
                  })
                  .ok());
  EXPECT_TRUE(server().Operation(name, CityOffice()).done());
  EXPECT_THAT(server().Projects("被杀"), SizeIs(700));
  EXPECT_EQ(server().Listed(list), 700u);
  EXPECT_EQ(Unfinished(), 0);
  EXPECT_EQ(server().Count("SELECT COUNT(*) FROM project_version WHERE title LIKE '被杀%'"), 700);
}

TEST_F(ImportTest, GivesUpAnImportThatKillsItsRunnerAgainAndAgain) {
  const std::string name = Begin(Rows(1, "致死"));
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(server().Work([] { return false; }).ok());
    server().clock().Advance(std::chrono::seconds(61));
  }
  EXPECT_TRUE(server().Work().ok());
  EXPECT_THAT(server().Operation(name, CityOffice()).error().message(), HasSubstr("5 times"));
  EXPECT_EQ(Unfinished(), 0);
}

TEST_F(ImportTest, CancelledItLeavesNothing) {
  const std::string name = Begin(Rows(300, "撤销"));
  EXPECT_TRUE(server()
                  .Work([&] {
                    EXPECT_TRUE(Cancel(name).ok());
                    return true;
                  })
                  .ok());
  const Operation operation = server().Operation(name, CityOffice());
  EXPECT_EQ(operation.error().code(), static_cast<int>(absl::StatusCode::kCancelled));
  EXPECT_THAT(server().Projects("撤销"), IsEmpty());
  EXPECT_EQ(Unfinished(), 0);
  EXPECT_TRUE(Cancel(name).ok()) << "again: nothing more";

  const std::string done = Begin(Rows(1, "已成"));
  EXPECT_TRUE(server().Work().ok());
  EXPECT_EQ(ReasonOr(Cancel(done)), "OPERATION_DONE");
}

TEST_F(ImportTest, AWriterThatComesBetweenIsSeenOrToldToWait) {
  std::vector<Cells> rows = Rows(600, "并发");
  EXPECT_EQ(Import(rows).created(), 600);
  for (Cells& row : rows) row["建设地点"] = "新地点";
  const v1::Project first = server().Projects("并发第1号")[0], last = server().Projects("并发第600号")[0];
  const std::string name = Begin(rows);
  bool raced = false;
  EXPECT_TRUE(server()
                  .Work([&] {
                    if (raced) return true;
                    raced = true;
                    EXPECT_EQ(ReasonOr(Retitle(first, "别处")), "CHANGE_IN_PROGRESS") << "the import holds it";
                    EXPECT_TRUE(Retitle(last, "别处").ok()) << "not staged yet";
                    return true;
                  })
                  .ok());
  EXPECT_FALSE(server().Operation(name, CityOffice()).has_error());
  const v1::Project now = server().Projects("并发第600号")[0];
  EXPECT_EQ(now.etag(), "3") << "both writes stand, one after the other";
  EXPECT_EQ(now.place(), "新地点");
  EXPECT_EQ(server().Projects("并发第1号")[0].etag(), "2");
  EXPECT_EQ(Unfinished(), 0);
}

TEST_F(ImportTest, OneRequestIsOneImport) {
  v1::ImportProjectsRequest request;
  request.set_file(server().Upload(Ledger(Rows(1, "一次")), CityOffice()));
  request.set_reason("试验");
  request.set_request_id("11111111-2222-4333-8444-555555555555");
  const auto first = server().Begin(request, CityOffice()), again = server().Begin(request, CityOffice());
  EXPECT_EQ(*first, *again);
  EXPECT_TRUE(server().Work().ok());
  EXPECT_TRUE(absl::IsNotFound(server().Work()));
}

TEST_F(ImportTest, AnOperationIsSeenByItsAccountAndItsRegion) {
  const std::string name = Begin(Rows(1, "可见"), {}, County("621122"));
  common::v1::GetOperationRequest request;
  request.set_name(name);
  const auto get = [&](const auth::Principal& who) {
    return ReasonOr(server().rpc().Call<Operation>(who, "/yaoshi.common.v1.OperationService/GetOperation", request));
  };
  EXPECT_EQ(get(County("621122")), "OK");
  EXPECT_EQ(get(CityOffice()), "OK");
  auth::Principal neighbour = County("621125");
  neighbour.account = "neighbour";
  EXPECT_EQ(get(neighbour), "OPERATION_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Cancel(name, neighbour)), "OPERATION_NOT_FOUND");
  EXPECT_TRUE(server().Work().ok());
}

TEST_F(ImportTest, RefusesClassifiedRowsAndTakenCodes) {
  std::vector<Cells> rows = Rows(2, "密码");
  rows[0]["项目代码"] = rows[1]["项目代码"] = "2203-621122-04-01-100009";
  rows[1]["涉密"] = "是";
  const v1::ImportResult result = Import(rows);
  EXPECT_EQ(result.wrong(), 1);
  std::vector<std::string> headings;
  for (const common::v1::RowError& error : result.errors()) headings.push_back(error.heading());
  EXPECT_THAT(headings, ::testing::UnorderedElementsAre("项目代码", "涉密"));
}

TEST_F(ImportTest, PreviewSaysWhatEachColumnIs) {
  v1::PreviewImportRequest request;
  request.set_file(server().Upload("序号,项目名称,密级说明,总投资（亿元）\r\n1,某渠,无,1.5\r\n", CityOffice()));
  const auto preview = server().Call<v1::PreviewImportResponse>(CityOffice(), "ImportService/PreviewImport", request);
  ASSERT_TRUE(preview.ok()) << preview.status();
  std::vector<std::string> columns;
  for (const auto& column : preview->columns()) {
    columns.push_back(fmt::format("{} {}={} {}", column.column(), column.heading(), column.key(), column.sample()));
  }
  EXPECT_THAT(columns, ElementsAre("A 序号= 1", "B 项目名称=title 某渠", "C 密级说明= 无",
                                   "D 总投资（亿元）=total_investment 1.5"));
  EXPECT_EQ(preview->heading_row(), 1);
  EXPECT_THAT(preview->missing(), ElementsAre("县区", "所属领域", "建设性质", "审批方式", "项目单位"));
}

}  // namespace
}  // namespace yaoshi::registry

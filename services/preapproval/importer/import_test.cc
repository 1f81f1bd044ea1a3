// Imports of procedure ledgers: a registry that keeps the files, cases on a real database.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "common/db/write.h"
#include "common/feed/change_set.h"
#include "google/api/httpbody.pb.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/wrappers.pb.h"
#include "services/preapproval/case_convert.h"
#include "services/preapproval/store/case_store.h"
#include "services/preapproval/testing/preapproval_server.h"
#include "yaoshi/common/v1/operation.pb.h"
#include "yaoshi/preapproval/v1/procedure_import.pb.h"
#include "yaoshi/preapproval/v1/procedure_type.pb.h"
#include "yaoshi/preapproval/v1/template.pb.h"
#include "yaoshi/preapproval/v1/work_calendar.pb.h"
#include "yaoshi/registry/v1/file.pb.h"

namespace yaoshi::preapproval::testing {
namespace {

using google::longrunning::Operation;
using rpc::testing::CityOffice;
using rpc::testing::County;
namespace files = ::yaoshi::registry::v1;

// The registry's FileService in memory: what is asked of it, it does as the registry does.
class FileShelf {
 public:
  FileShelf() : server_({Bind()}) {}

  std::string Put(const std::string& account, const std::string& bytes, bool finished = true) {
    absl::MutexLock lock(&mutex_);
    return Add(account, bytes, "台账.csv", finished);
  }
  std::string BytesOf(const std::string& name) {
    absl::MutexLock lock(&mutex_);
    return files_[name].bytes;
  }
  rpc::testing::TestServer& server() { return server_; }

 private:
  struct Kept {
    std::string account, bytes, filename;
    bool finished = false;
  };
  static files::File ToProto(const std::string& name, const Kept& kept) {
    files::File file;
    file.set_name(name);
    file.set_filename(kept.filename);
    file.set_finished(kept.finished);
    return file;
  }
  std::string Add(const std::string& account, std::string bytes, const std::string& filename, bool finished) {
    std::string name = fmt::format("files/{}", Uuid::New(SystemClock()).ToString());
    files_[name] = {account, std::move(bytes), filename, finished};
    return name;
  }
  absl::StatusOr<Kept*> Own(rpc::Call& call, const std::string& name) {
    const auto found = files_.find(name);
    if (found == files_.end() || found->second.account != call.principal().account) {
      return Error(absl::StatusCode::kNotFound, "FILE_NOT_FOUND", "There is no such file.");
    }
    return &found->second;
  }
  rpc::BoundService Bind() {
    rpc::ServiceBuilder builder(files::File::descriptor()->file()->FindServiceByName("FileService"));
    builder.Memory("CreateFile", [this](rpc::Call& call, const files::CreateFileRequest& request) {
      absl::MutexLock lock(&mutex_);
      const std::string name = Add(call.principal().account, "", request.filename(), false);
      return absl::StatusOr<files::File>(ToProto(name, files_[name]));
    });
    builder.Memory("WriteFile",
                   [this](rpc::Call& call, const files::WriteFileRequest& request) -> absl::StatusOr<files::File> {
                     absl::MutexLock lock(&mutex_);
                     ASSIGN_OR_RETURN(Kept * kept, Own(call, request.name()));
                     kept->bytes += request.data();
                     return ToProto(request.name(), *kept);
                   });
    builder.Memory("FinishFile",
                   [this](rpc::Call& call, const files::FinishFileRequest& request) -> absl::StatusOr<files::File> {
                     absl::MutexLock lock(&mutex_);
                     ASSIGN_OR_RETURN(Kept * kept, Own(call, request.name()));
                     kept->finished = request.sha256() == absl::BytesToHexString(feed::Sha256(kept->bytes));
                     return ToProto(request.name(), *kept);
                   });
    builder.Memory("GetFile",
                   [this](rpc::Call& call, const files::GetFileRequest& request) -> absl::StatusOr<files::File> {
                     absl::MutexLock lock(&mutex_);
                     ASSIGN_OR_RETURN(const Kept* kept, Own(call, request.name()));
                     return ToProto(request.name(), *kept);
                   });
    builder.Stream(
        "DownloadFile",
        [this](rpc::Call& call, const files::DownloadFileRequest& request, rpc::StreamWriter& stream) -> absl::Status {
          absl::MutexLock lock(&mutex_);
          ASSIGN_OR_RETURN(const Kept* kept, Own(call, request.name()));
          google::api::HttpBody body;
          google::protobuf::StringValue filename;
          filename.set_value(kept->filename);
          body.add_extensions()->PackFrom(filename);
          body.set_data(kept->bytes);
          stream.Write(body);
          return absl::OkStatus();
        });
    return builder.Finish();
  }

  absl::Mutex mutex_;
  std::map<std::string, Kept> files_;
  rpc::testing::TestServer server_;
};

class ProcedureImportTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    shelf_ = new FileShelf;
    server_ = new PreapprovalServer(shelf_->server().shared_channel(), "",
                                    [](const auth::Principal& who) { return shelf_->server().Token(who); });
    Must(server_->Call<v1::WorkCalendar>(
        CityOffice(), "WorkCalendarService/CreateWorkCalendar",
        Parse<v1::CreateWorkCalendarRequest>("work_calendar { year: 2021 source: '通知' }")));
    const std::pair<std::string, std::string> kTypes[] = {{"P01", "项目建议书批复"}, {"P10", "可行性研究报告批复"}};
    for (const auto& [code, title] : kTypes) {
      Must(server_->Call<v1::ProcedureType>(
          CityOffice(), "ProcedureTypeService/CreateProcedureType",
          Parse<v1::CreateProcedureTypeRequest>(fmt::format(
              "procedure_type_id: '{}' procedure_type {{ title: '{}' stage: PLANNING_PERMISSION department: "
              "'organizations/dept-01' terms {{ effective_on: '2019-01-01' basis: '条例' }} }}",
              code, title))));
    }
    Must(server_->Call<v1::Template>(
        CityOffice(), "TemplateService/CreateTemplate",
        Parse<v1::CreateTemplateRequest>("template_id: 'small' template { title: '审批制' effective_on: '2021-01-01' "
                                         "basis: '条例' nodes { code: 'P01' gates_start: true } "
                                         "nodes { code: 'P10' prerequisites: 'P01' gates_start: true } }")));
    Must(server_->Call<v1::Template>(CityOffice(), "TemplateService/PublishTemplate",
                                     Parse<v1::PublishTemplateRequest>("name: 'templates/small'")));
  }
  static void TearDownTestSuite() {
    delete server_;
    delete shelf_;
  }

  // A project with an open case.
  static Uuid Open(const std::string& title, const std::string& region = "621122") {
    const registry::v1::Project project = NewProject(title, region);
    server_->Copy(project);
    Case subject;
    subject.project = *ParseProjectName(project.name(), "project");
    subject.region = region;
    subject.template_name = "templates/small";
    subject.opened_on = subject.effective_on = *Date::Parse("2021-01-05");
    for (const char* code : {"P01", "P10"}) subject.procedures.push_back({code, Requirement::kRequired, "", ""});
    const Uuid set = Uuid::New(SystemClock());
    const feed::Version version = VersionOf(ToProto(subject, Stamp{1, "", "", ""}), subject.effective_on);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    const absl::Status written = db::RunTransaction(server_->session(), deadline, [&](db::Session& tx) -> absl::Status {
      RETURN_IF_ERROR(feed::Write(tx, set, {"city", "", "test", ""}, server_->now(), {version}));
      return InsertCases(tx, set, {{subject, 1}});
    });
    EXPECT_TRUE(written.ok()) << written;
    EXPECT_TRUE(server_->service().engine().Sync(deadline).ok());
    return subject.project;
  }
  static std::string Ledger(const std::vector<std::string>& rows) {
    std::string text = "项目名称,事项,报送日期,受理日期,批复日期,文号,批准机关,有效期\r\n";
    for (const std::string& row : rows) text += row + "\r\n";
    return text;
  }
  static absl::StatusOr<Operation> Begin(const std::string& file, const auth::Principal& who, bool valid_rows = false) {
    v1::ImportProceduresRequest request;
    request.set_file(file);
    request.set_reason("补录");
    request.set_apply_valid_rows(valid_rows);
    return server_->Call<Operation>(who, "ProcedureImportService/ImportProcedures", request);
  }
  // Asks until the runner has brought it to its end.
  static v1::ImportProceduresResult Import(const std::vector<std::string>& rows,
                                           const auth::Principal& who = CityOffice(), bool valid_rows = false) {
    Operation operation = Must(Begin(shelf_->Put(who.account, Ledger(rows)), who, valid_rows));
    common::v1::GetOperationRequest request;
    request.set_name(operation.name());
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!operation.done() && std::chrono::steady_clock::now() < deadline) {
      operation = Must(server_->Call<Operation>(who, "/yaoshi.common.v1.OperationService/GetOperation", request));
    }
    EXPECT_TRUE(operation.done());
    EXPECT_FALSE(operation.has_error()) << operation.error().message();
    v1::ImportProceduresResult result;
    EXPECT_TRUE(operation.response().UnpackTo(&result));
    return result;
  }
  static std::vector<StoredBody> VersionsOf(const Uuid& project) {
    return *LoadProcedureVersions(server_->session(), {project});
  }

  static inline FileShelf* shelf_ = nullptr;
  static inline PreapprovalServer* server_ = nullptr;
};

TEST_F(ProcedureImportTest, RefusesToBeginWhatCannotBe) {
  EXPECT_EQ(ReasonOr(Begin("", CityOffice())), "INVALID_FIELDS");
  EXPECT_EQ(ReasonOr(Begin("files/00000000-0000-7000-8000-000000000000", CityOffice())), "FILE_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Begin(shelf_->Put(CityOffice().account, "甲", false), CityOffice())), "FILE_NOT_FINISHED");
  EXPECT_EQ(ReasonOr(Begin(shelf_->Put("somebody", "甲"), CityOffice())), "FILE_NOT_FOUND") << "another account's";
}

TEST_F(ProcedureImportTest, AnImportOfAnotherRegionIsNotThere) {
  const auth::Principal zhangxian = {"zhangxian", auth::Role::kCounty, "621125", "", false};
  const Operation operation = Must(Begin(shelf_->Put(zhangxian.account, Ledger({})), zhangxian));
  common::v1::GetOperationRequest get;
  get.set_name(operation.name());
  common::v1::CancelOperationRequest cancel;
  cancel.set_name(operation.name());
  const std::string service = "/yaoshi.common.v1.OperationService/";
  EXPECT_EQ(ReasonOr(server_->Call<Operation>(County("621122"), service + "GetOperation", get)), "OPERATION_NOT_FOUND");
  EXPECT_EQ(ReasonOr(server_->Call<Operation>(County("621122"), service + "CancelOperation", cancel)),
            "OPERATION_NOT_FOUND");
  EXPECT_EQ(ReasonOr(server_->Call<Operation>(CityOffice(), service + "GetOperation", get)), "OK");
}

TEST_F(ProcedureImportTest, ALedgerBecomesMovesAndTheSameAgainNothing) {
  const Uuid project = Open("供水工程");
  const std::vector<std::string> rows = {
      "供水工程,可行性研究报告批复,2021-03-01,2021-03-02,2021-03-20,定发改〔2021〕9号,市发改委,2023-03-20",
      "供水工程,P01,,2021-02-01,2021-02-10,定发改〔2021〕3号,市发改委,"};
  const v1::ImportProceduresResult first = Import(rows);
  EXPECT_TRUE(first.applied());
  EXPECT_EQ(first.changed(), 2);
  EXPECT_EQ(first.moves(), 6);
  const std::vector<StoredBody> versions = VersionsOf(project);
  ASSERT_EQ(versions.size(), 6u);
  v1::Procedure newest;
  newest.ParseFromString(versions.back().body);
  EXPECT_EQ(newest.code(), "P10");
  EXPECT_EQ(newest.state(), v1::APPROVED);
  EXPECT_EQ(newest.approval().number(), "定发改〔2021〕9号");
  EXPECT_EQ(newest.approval().valid_until(), "2023-03-20");
  EXPECT_EQ(newest.department(), "organizations/dept-01");
  EXPECT_EQ(newest.update_account(), CityOffice().account);

  const v1::ImportProceduresResult again = Import(rows);
  EXPECT_EQ(again.unchanged(), 2);
  EXPECT_EQ(again.moves(), 0);
  EXPECT_EQ(VersionsOf(project).size(), 6u);
}

TEST_F(ProcedureImportTest, WhileARowIsWrongNothingIsAppliedUnlessAsked) {
  const Uuid project = Open("引洮工程"), other = Open("漳县工程", "621125");
  const std::vector<std::string> rows = {"引洮工程,P01,,2021-02-01,2021-02-10,1号,市发改委,",
                                         "引洮工程,P10,,2021-02-09,,,,",  // Before P01 was approved.
                                         "漳县工程,P01,,2021-02-01,,,,",  // Another county's.
                                         "引洮工程,P77,,2021-02-01,,,,"};
  const v1::ImportProceduresResult refused = Import(rows, County("621122"));
  EXPECT_FALSE(refused.applied());
  EXPECT_EQ(refused.wrong(), 3);
  std::vector<std::string> cells;
  for (const common::v1::RowError& error : refused.errors()) {
    cells.push_back(fmt::format("{}{} {}", error.column(), error.row(), error.value()));
  }
  EXPECT_THAT(cells, ::testing::UnorderedElementsAre("D3 2021-02-09", "A4 漳县工程", "B5 P77"));
  EXPECT_TRUE(VersionsOf(project).empty());
  EXPECT_TRUE(shelf_->BytesOf(refused.annotated_file()).starts_with("PK")) << "a workbook that says what is wrong";

  const v1::ImportProceduresResult some = Import(rows, County("621122"), true);
  EXPECT_TRUE(some.applied());
  EXPECT_EQ(some.changed(), 1);
  EXPECT_EQ(VersionsOf(project).size(), 3u);
  EXPECT_TRUE(VersionsOf(other).empty());
}

TEST_F(ProcedureImportTest, OneRowForAProcedureAndOneProjectForATitle) {
  Open("同名工程");
  Open("同名工程");
  Open("独名工程");
  const v1::ImportProceduresResult result =
      Import({"同名工程,P01,,2021-02-01,,,,", "独名工程,P01,,2021-02-01,,,,", "独名工程,P01,,2021-02-02,,,,"});
  EXPECT_EQ(result.wrong(), 2);
  EXPECT_THAT(result.errors(1).message(), ::testing::HasSubstr("第3行"));
}

// More than one staged transaction: all of it or nothing is seen, and it is one change.
TEST_F(ProcedureImportTest, ManyCasesAreOneChange) {
  std::vector<std::string> rows;
  std::vector<Uuid> projects;
  for (int i = 0; i < 120; ++i) {
    projects.push_back(Open(fmt::format("第{}号工程", i)));
    rows.push_back(fmt::format("第{}号工程,P01,,2021-02-01,2021-02-10,{}号,市发改委,", i, i));
  }
  const v1::ImportProceduresResult result = Import(rows);
  EXPECT_TRUE(result.applied());
  EXPECT_EQ(result.moves(), 360);
  auto sets = server_->session().Query(
      "SELECT COUNT(DISTINCT change_set_id), COUNT(*) FROM procedure_version WHERE department <> '' AND project_id "
      "IN " +
          db::Placeholders(1, projects.size()),
      db::Values(projects.begin(), projects.end()));
  ASSERT_TRUE(sets.ok() && sets->Next());
  EXPECT_EQ(sets->Int(1), 1);
  EXPECT_EQ(sets->Int(2), 360);
}

}  // namespace
}  // namespace yaoshi::preapproval::testing

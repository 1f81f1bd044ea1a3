#include "services/registry/export.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/api/httpbody.pb.h"
#include "google/protobuf/wrappers.pb.h"
#include "services/registry/testing/directory_server.h"
#include "services/registry/testing/import_server.h"

namespace yaoshi::registry {
namespace {

using rpc::testing::CityOffice;
using rpc::testing::County;
using testing::Cells;
using ::testing::HasSubstr;
using testing::Ledger;
using ::testing::Not;
using testing::Rows;

// What a caller of a download gets.
struct Download : rpc::StreamWriter {
  bool WriteBytes(std::string serialized) override {
    google::api::HttpBody body;
    body.ParseFromString(serialized);
    if (pieces++ == 0) {
      content_type = body.content_type();
      google::protobuf::StringValue name;
      if (body.extensions_size() > 0) body.extensions(0).UnpackTo(&name);
      filename = name.value();
    }
    largest = std::max(largest, body.data().size());
    bytes += body.data();
    return pieces < reads;
  }

  std::string bytes, content_type, filename;
  size_t pieces = 0, largest = 0;
  size_t reads = 1'000'000;  // The caller goes away after so many pieces.
};

class ExportTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new testing::ImportServer(); }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }
  static testing::ImportServer& server() { return *server_; }

  static absl::Status Entries(const v1::ExportEntriesRequest& request, const auth::Principal& who, Download& download) {
    static const std::string kMethod = "/yaoshi.registry.v1.ListService/ExportEntries", kPermission = "exports.read";
    rpc::CallInfo info;
    info.principal = who;
    info.method = &kMethod;
    info.permission = &kPermission;
    info.reach = auth::ReachOf(who.role, kPermission);
    info.now = server().clock().Now();
    rpc::Call call(std::move(info));
    return ExportEntries(server().context(), call, request, download);
  }

 private:
  static inline testing::ImportServer* server_ = nullptr;
};

TEST_F(ExportTest, RefusesWhatIsNotThere) {
  Download download;
  v1::ExportEntriesRequest request;
  request.set_parent("lists/none");
  EXPECT_EQ(ReasonOf(Entries(request, CityOffice(), download)), "LIST_NOT_FOUND");
  request.set_parent(server().NewList("refused"));
  request.set_filter("nonsense = 1");
  EXPECT_EQ(ReasonOf(Entries(request, CityOffice(), download)), "INVALID_FILTER");
  request.clear_filter();
  request.set_as_of("2022-04-21");
  EXPECT_EQ(ReasonOf(Entries(request, CityOffice(), download)), "INVALID_FIELDS");
  EXPECT_EQ(download.pieces, 0u);
}

TEST_F(ExportTest, AnExportedLedgerCanBeImportedAgainAndChangesNothing) {
  const std::string list = server().NewList("export");
  std::vector<Cells> rows = Rows(1100, "导出");  // More than a page.
  rows[0]["项目名称"] = "=HYPERLINK(1)导出";
  rows[1]["主管部门"] = "定西市";
  rows[1]["拟开工日期"] = "2022-06-01";
  rows[2]["企业自有（万元）"] = rows[2]["总投资（万元）"];
  rows[3]["用地面积（公顷）"] = "1.25";
  v1::ImportProjectsRequest onto;
  onto.set_list(list);
  const auto imported = server().Import(Ledger(rows), onto, CityOffice());
  ASSERT_TRUE(imported.ok()) << imported.status();
  ASSERT_EQ(imported->created(), 1100) << imported->DebugString();
  ASSERT_EQ(server().Listed(list), 1100u);

  for (const v1::ExportFormat format : {v1::XLSX, v1::CSV}) {
    Download download;
    v1::ExportEntriesRequest request;
    request.set_parent(list);
    request.set_format(format);
    ASSERT_TRUE(Entries(request, CityOffice(), download).ok());
    EXPECT_EQ(download.filename, format == v1::CSV ? "清单export_2022-04-20.csv" : "清单export_2022-04-20.xlsx");
    EXPECT_THAT(download.content_type, HasSubstr(format == v1::CSV ? "text/csv" : "spreadsheetml"));
    EXPECT_LE(download.largest, size_t{512} << 10);
    if (format == v1::CSV) {
      EXPECT_THAT(download.bytes, HasSubstr(",'=HYPERLINK(1)导出,")) << "no formula";
    }
    const auto again = server().Import(download.bytes, onto, CityOffice());
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->unchanged(), 1100) << again->ShortDebugString().substr(0, 500);
    EXPECT_EQ(again->adjustment(), "");
  }
}

TEST_F(ExportTest, ACountyGetsItsOwnRowsAlone) {
  const std::string list = server().NewList("counties");
  std::vector<Cells> rows = Rows(2, "两县");
  rows[1]["县区"] = "漳县";
  v1::ImportProjectsRequest onto;
  onto.set_list(list);
  ASSERT_EQ(server().Import(Ledger(rows), onto, CityOffice())->created(), 2);
  Download download;
  v1::ExportEntriesRequest request;
  request.set_parent(list);
  request.set_format(v1::CSV);
  ASSERT_TRUE(Entries(request, County("621125"), download).ok());
  EXPECT_THAT(download.bytes, HasSubstr("两县第2号"));
  EXPECT_THAT(download.bytes, Not(HasSubstr("两县第1号")));
  request.set_region("621122");
  EXPECT_EQ(ReasonOf(Entries(request, County("621125"), download)), "REGION_NOT_FOUND");
}

TEST_F(ExportTest, EndsWhenNobodyReads) {
  const std::string list = server().NewList("gone");
  Download download;
  download.reads = 1;
  v1::ExportEntriesRequest request;
  request.set_parent(list);
  EXPECT_TRUE(absl::IsCancelled(Entries(request, CityOffice(), download)));
}

}  // namespace
}  // namespace yaoshi::registry

// The lists' catalogue and the import mappings.
#include <gtest/gtest.h>

#include "google/api/httpbody.pb.h"
#include "google/longrunning/operations.pb.h"
#include "services/registry/import_mapping_handlers.h"
#include "services/registry/list_catalogue_handlers.h"
#include "services/registry/testing/directory_server.h"
#include "yaoshi/registry/v1/list.pb.h"

namespace yaoshi::registry {
namespace {

using rpc::testing::CityOffice;
using rpc::testing::County;
using testing::ReasonOr;
using testing::WrongFields;

// The methods of the services that are not tested here.
template <class Response, class Request>
absl::StatusOr<Response> Absent(rpc::Call&, const Request&) {
  return absl::UnimplementedError("not bound");
}

rpc::BoundService BindLists(ListCatalogueHandlers& catalogue) {
  rpc::ServiceBuilder builder(v1::List::descriptor()->file()->FindServiceByName("ListService"));
  catalogue.Bind(builder);
  builder.Memory("ListEntries", Absent<v1::ListEntriesResponse, v1::ListEntriesRequest>);
  builder.Memory("AdjustList", Absent<v1::Adjustment, v1::AdjustListRequest>);
  builder.Memory("GetAdjustment", Absent<v1::Adjustment, v1::GetAdjustmentRequest>);
  builder.Memory("ListAdjustments", Absent<v1::ListAdjustmentsResponse, v1::ListAdjustmentsRequest>);
  builder.Memory("ListProjectEntries", Absent<v1::ListProjectEntriesResponse, v1::ListProjectEntriesRequest>);
  builder.Memory("CompareLists", Absent<v1::CompareListsResponse, v1::CompareListsRequest>);
  builder.Stream("ExportEntries", [](rpc::Call&, const v1::ExportEntriesRequest&, rpc::StreamWriter&) -> absl::Status {
    return absl::UnimplementedError("not bound");
  });
  return builder.Finish();
}

rpc::BoundService BindMappings(ImportMappingHandlers& mappings) {
  rpc::ServiceBuilder builder(v1::ImportMapping::descriptor()->file()->FindServiceByName("ImportService"));
  mappings.Bind(builder);
  builder.Memory("ImportProjects", Absent<google::longrunning::Operation, v1::ImportProjectsRequest>);
  builder.Memory("PreviewImport", Absent<v1::PreviewImportResponse, v1::PreviewImportRequest>);
  return builder.Finish();
}

class CatalogueTest : public ::testing::Test {
 protected:
  struct Fixture {
    std::unique_ptr<ListCatalogueHandlers> catalogue;
    std::unique_ptr<ImportMappingHandlers> mappings;
    testing::DirectoryServer server{[this](const DirectoryContext& context, const db::Options&) {
      catalogue = std::make_unique<ListCatalogueHandlers>(context);
      mappings = std::make_unique<ImportMappingHandlers>(context);
      return std::vector<rpc::BoundService>{BindLists(*catalogue), BindMappings(*mappings)};
    }};
  };
  static void SetUpTestSuite() { fixture_ = new Fixture(); }
  static void TearDownTestSuite() {
    delete fixture_;
    fixture_ = nullptr;
  }
  static testing::DirectoryServer& server() { return fixture_->server; }

  static v1::CreateListRequest Year(const std::string& id, v1::List::Kind kind, const std::string& parent = "") {
    v1::CreateListRequest request;
    request.set_list_id(id);
    v1::List& list = *request.mutable_list();
    list.set_title("2022年投资项目清单");
    list.set_kind(kind);
    list.set_parent(parent);
    list.set_horizon(v1::List::THIS_YEAR);
    list.set_first_year(2022);
    list.set_last_year(2022);
    return request;
  }
  static absl::StatusOr<v1::List> Create(const v1::CreateListRequest& request) {
    return server().Call<v1::List>(CityOffice(), "ListService/CreateList", request);
  }
  static absl::StatusOr<v1::List> Get(const std::string& name, const auth::Principal& who) {
    v1::GetListRequest request;
    request.set_name(name);
    return server().Call<v1::List>(who, "ListService/GetList", request);
  }
  static absl::StatusOr<v1::ImportMapping> Save(const std::string& id, const std::string& heading,
                                                const std::string& key, const auth::Principal& who) {
    v1::SaveImportMappingRequest request;
    request.set_import_mapping_id(id);
    (*request.mutable_mapping()->mutable_keys())[heading] = key;
    return server().Call<v1::ImportMapping>(who, "ImportService/SaveImportMapping", request);
  }

 private:
  static inline Fixture* fixture_ = nullptr;
};

TEST_F(CatalogueTest, RefusesListsThatCannotBe) {
  ASSERT_TRUE(Create(Year("master", v1::List::MASTER)).ok());
  ASSERT_TRUE(Create(Year("sub", v1::List::SUB, "lists/master")).ok());
  auto backwards = Year("x", v1::List::STANDALONE);
  backwards.mutable_list()->set_last_year(2021);
  auto low = Year("x", v1::List::STANDALONE);
  low.mutable_list()->mutable_admission_rules()->set_min_total_investment_fen(-1);
  struct Case {
    const char* what;
    v1::CreateListRequest request;
    std::string reason, fields;
  };
  const Case cases[] = {
      {"the same id", Year("master", v1::List::MASTER), "LIST_EXISTS", ""},
      {"no kind", Year("x", v1::List::KIND_UNSPECIFIED), "INVALID_FIELDS", "list.kind"},
      {"a sub-list of nothing", Year("x", v1::List::SUB), "INVALID_FIELDS", "list.parent"},
      {"a sub-list of an unknown list", Year("x", v1::List::SUB, "lists/none"), "LIST_NOT_FOUND", "list.parent"},
      {"a sub-list of a sub-list", Year("x", v1::List::SUB, "lists/sub"), "INVALID_FIELDS", "list.parent"},
      {"a master with a parent", Year("x", v1::List::MASTER, "lists/master"), "INVALID_FIELDS", "list.parent"},
      {"years backwards", backwards, "INVALID_FIELDS", "list.last_year"},
      {"a threshold below zero", low, "INVALID_FIELDS", "list.admission_rules.min_total_investment_fen"},
  };
  for (const Case& c : cases) {
    const auto result = Create(c.request);
    EXPECT_EQ(ReasonOr(result), c.reason) << c.what << ": " << result.status();
    EXPECT_EQ(WrongFields(result.status()), c.fields) << c.what;
  }
  v1::UpdateListRequest update;
  update.mutable_list()->set_name("lists/sub");
  update.mutable_list()->set_kind(v1::List::MASTER);
  update.mutable_update_mask()->add_paths("kind");
  update.mutable_update_mask()->add_paths("parent");
  EXPECT_EQ(WrongFields(server().Call<v1::List>(CityOffice(), "ListService/UpdateList", update).status()), "list.kind");
}

TEST_F(CatalogueTest, CountiesReadTheListsOfTheirCity) {
  ASSERT_TRUE(Create(Year("invest-2022", v1::List::STANDALONE)).ok());
  EXPECT_EQ(Get("lists/invest-2022", County("621122"))->title(), "2022年投资项目清单");
  EXPECT_EQ(ReasonOr(Get("lists/invest-2022", County("620502"))), "LIST_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Get("lists/invest-2022", CityOffice("620500"))), "LIST_NOT_FOUND");
  v1::ListListsRequest list;
  list.set_filter("kind = STANDALONE AND first_year = 2022");
  const auto mine = server().Call<v1::ListListsResponse>(County("621122"), "ListService/ListLists", list);
  const auto theirs = server().Call<v1::ListListsResponse>(County("620502"), "ListService/ListLists", list);
  EXPECT_EQ(mine->lists_size(), 1) << mine.status();
  EXPECT_EQ(theirs->lists_size(), 0) << theirs.status();
}

TEST_F(CatalogueTest, AListFollowsOneOfEarlierYears) {
  v1::CreateListRequest before = Year("invest-before", v1::List::STANDALONE);
  before.mutable_list()->set_first_year(2021);
  before.mutable_list()->set_last_year(2021);
  ASSERT_TRUE(Create(before).ok());
  v1::CreateListRequest list = Year("invest-after", v1::List::STANDALONE);
  list.mutable_list()->set_predecessor("lists/never-made");
  EXPECT_EQ(ReasonOr(Create(list)), "LIST_NOT_FOUND");
  list.mutable_list()->set_first_year(2021);
  list.mutable_list()->set_last_year(2021);
  list.mutable_list()->set_predecessor("lists/invest-before");
  EXPECT_EQ(WrongFields(Create(list).status()), "list.predecessor") << "both are of 2021";
  list.mutable_list()->set_first_year(2022);
  list.mutable_list()->set_last_year(2022);
  const auto made = Create(list);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->predecessor(), "lists/invest-before");
}

TEST_F(CatalogueTest, MappingsAreSavedAndReplaced) {
  EXPECT_EQ(WrongFields(Save("m", "总投资", "Total Investment", CityOffice()).status()), "mapping.keys[\"总投资\"]");
  EXPECT_EQ(WrongFields(Save("m", "", "title", CityOffice()).status()), "mapping.keys");
  ASSERT_TRUE(Save("m", "总投资", "total_investment", CityOffice()).ok());
  ASSERT_TRUE(Save("m", "总投资", "total_investment", CityOffice()).ok()) << "the same again";
  ASSERT_TRUE(Save("m", "投资总额", "total_investment", CityOffice()).ok());
  EXPECT_EQ(ReasonOr(Save("m", "总投资", "", County("621122"))), "MAPPING_EXISTS");
  v1::ListImportMappingsRequest list;
  const auto seen =
      server().Call<v1::ListImportMappingsResponse>(County("621122"), "ImportService/ListImportMappings", list);
  ASSERT_EQ(seen->import_mappings_size(), 1) << seen.status();
  EXPECT_EQ(seen->import_mappings(0).name(), "importMappings/m");
  EXPECT_EQ(seen->import_mappings(0).keys_size(), 1);
  EXPECT_EQ(seen->import_mappings(0).keys().at("投资总额"), "total_investment");
}

}  // namespace
}  // namespace yaoshi::registry

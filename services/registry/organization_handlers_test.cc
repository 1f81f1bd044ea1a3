#include "services/registry/organization_handlers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "services/registry/store/directory.h"
#include "services/registry/testing/directory_server.h"
#include "yaoshi/registry/v1/organization.pb.h"

namespace yaoshi::registry {
namespace {

using rpc::testing::CityOffice;
using rpc::testing::County;
using testing::ReasonOr;
using testing::WrongFields;

class OrganizationTest : public ::testing::Test {
 protected:
  struct Fixture {
    std::unique_ptr<OrganizationHandlers> handlers;
    testing::DirectoryServer server{[this](const DirectoryContext& context, const db::Options& database) {
      testing::BootstrapCity(database);
      handlers = std::make_unique<OrganizationHandlers>(context);
      return std::vector<rpc::BoundService>{handlers->Bind()};
    }};
  };
  static void SetUpTestSuite() { fixture_ = new Fixture(); }
  static void TearDownTestSuite() {
    delete fixture_;
    fixture_ = nullptr;
  }
  static testing::DirectoryServer& server() { return fixture_->server; }

  static v1::CreateOrganizationRequest Unit(const std::string& id, v1::Organization::Kind kind,
                                            const std::string& region) {
    v1::CreateOrganizationRequest request;
    request.set_organization_id(id);
    request.mutable_organization()->set_title(id + " 单位");
    request.mutable_organization()->set_kind(kind);
    request.mutable_organization()->set_region(region);
    return request;
  }
  static absl::StatusOr<v1::Organization> Create(const v1::CreateOrganizationRequest& request,
                                                 const auth::Principal& who = CityOffice()) {
    return server().Call<v1::Organization>(who, "OrganizationService/CreateOrganization", request);
  }
  static absl::StatusOr<v1::Organization> Update(const v1::UpdateOrganizationRequest& request,
                                                 const auth::Principal& who = CityOffice()) {
    return server().Call<v1::Organization>(who, "OrganizationService/UpdateOrganization", request);
  }
  static absl::StatusOr<v1::Organization> Get(const std::string& name, const auth::Principal& who = CityOffice()) {
    v1::GetOrganizationRequest request;
    request.set_name(name);
    return server().Call<v1::Organization>(who, "OrganizationService/GetOrganization", request);
  }
  static absl::StatusOr<v1::ListOrganizationsResponse> List(const std::string& filter, int size = 0,
                                                            const std::string& token = "") {
    v1::ListOrganizationsRequest request;
    request.set_filter(filter);
    request.set_page_size(size);
    request.set_page_token(token);
    return server().Call<v1::ListOrganizationsResponse>(County("621122"), "OrganizationService/ListOrganizations",
                                                        request);
  }

 private:
  static inline Fixture* fixture_ = nullptr;
};

TEST_F(OrganizationTest, RefusesWhatCannotBe) {
  struct Case {
    const char* what;
    v1::CreateOrganizationRequest request;
    std::string reason;
    std::string fields;
  };
  auto bad_code = Unit("bad-code", v1::Organization::DEPARTMENT, "621100");
  bad_code.mutable_organization()->set_credit_code("91620000000000000X");
  auto two_wrong = bad_code;
  two_wrong.mutable_organization()->set_region("621199");
  const Case cases[] = {
      {"no id", Unit("", v1::Organization::DEPARTMENT, "621100"), "INVALID_FIELDS", "organization_id"},
      {"an id in capitals", Unit("FGW", v1::Organization::DEPARTMENT, "621100"), "INVALID_FIELDS", "organization_id"},
      {"no kind", Unit("no-kind", v1::Organization::KIND_UNSPECIFIED, "621100"), "INVALID_FIELDS", "organization.kind"},
      {"a region that is no code", Unit("x", v1::Organization::DEPARTMENT, "6211"), "INVALID_FIELDS",
       "organization.region"},
      {"a department in a region without a unit", Unit("x", v1::Organization::DEPARTMENT, "621199"), "REGION_NOT_FOUND",
       "organization.region"},
      {"a county of another city", Unit("x", v1::Organization::COUNTY_LEVEL, "620502"), "INVALID_FIELDS",
       "organization.region"},
      {"a wrong check character", bad_code, "INVALID_FIELDS", "organization.credit_code"},
      {"everything at once", two_wrong, "INVALID_FIELDS", "organization.credit_code organization.region"},
      {"the city once more", Unit("city", v1::Organization::DEPARTMENT, "621100"), "ORGANIZATION_EXISTS", ""},
      {"the city's region once more", Unit("town", v1::Organization::COUNTY_LEVEL, "621100"), "REGION_TAKEN", ""},
  };
  for (const Case& c : cases) {
    const auto result = Create(c.request);
    EXPECT_EQ(ReasonOr(result), c.reason) << c.what << ": " << result.status();
    EXPECT_EQ(WrongFields(result.status()), c.fields) << c.what;
  }
  EXPECT_EQ(ReasonOr(Create(Unit("x", v1::Organization::DEPARTMENT, "621100"), County("621122"))), "PERMISSION_DENIED");
}

TEST_F(OrganizationTest, CreatesReadsAndChanges) {
  const auto created = Create(Unit("longxi", v1::Organization::COUNTY_LEVEL, "621122"));
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->name(), "organizations/longxi");
  EXPECT_EQ(created->etag(), "1");
  EXPECT_EQ(created->update_account(), "CITY_OFFICE-account");
  EXPECT_EQ(created->create_time(), "2022-04-20T00:00:00.000000Z");
  // A county reads its city's directory, and at once.
  const auto read = Get("organizations/longxi", County("621121"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->SerializeAsString(), created->SerializeAsString());

  v1::UpdateOrganizationRequest update;
  update.mutable_organization()->set_name("organizations/longxi");
  update.mutable_organization()->set_title("陇西县");
  update.mutable_organization()->set_etag("1");
  const auto changed = Update(update);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->title(), "陇西县");
  EXPECT_EQ(changed->kind(), v1::Organization::COUNTY_LEVEL);
  EXPECT_EQ(changed->etag(), "2");
  const auto late = Update(update);
  EXPECT_EQ(ReasonOr(late), "ETAG_MISMATCH");
  EXPECT_EQ(MetadataOf(late.status(), "etag"), "2");
  // Nothing new makes no version.
  update.mutable_organization()->clear_etag();
  EXPECT_EQ(Update(update)->etag(), "2");
  EXPECT_EQ(Get("organizations/longxi")->etag(), "2");
  // A mask names what is changed, the rest of the body does not count.
  update.mutable_update_mask()->add_paths("credit_code");
  update.mutable_organization()->set_title("别的");
  EXPECT_EQ(Update(update)->title(), "陇西县");
  for (const char* path : {"title", "etag", "colour"}) update.mutable_update_mask()->add_paths(path);
  EXPECT_EQ(WrongFields(Update(update).status()), "update_mask update_mask");
  update.mutable_organization()->set_name("organizations/nobody");
  update.clear_update_mask();
  EXPECT_EQ(ReasonOr(Update(update)), "ORGANIZATION_NOT_FOUND");
}

TEST_F(OrganizationTest, GivesTheFirstAnswerAgain) {
  auto request = Unit("weiyuan", v1::Organization::COUNTY_LEVEL, "621123");
  request.set_request_id("018f3c5e-7b1a-7c3d-8e9f-0123456789ab");
  const auto first = Create(request), again = Create(request);
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  request.mutable_organization()->set_title("渭源县");
  EXPECT_EQ(ReasonOr(Create(request)), "REQUEST_ID_REUSED");
}

TEST_F(OrganizationTest, ValidateOnlyWritesNothing) {
  auto request = Unit("lintao", v1::Organization::COUNTY_LEVEL, "621124");
  request.set_validate_only(true);
  EXPECT_EQ(Create(request)->name(), "organizations/lintao");
  EXPECT_EQ(ReasonOr(Get("organizations/lintao")), "ORGANIZATION_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Create(Unit("other", v1::Organization::COUNTY_LEVEL, "621124"))), "OK");
}

TEST_F(OrganizationTest, RegionsFollowTheirUnits) {
  ASSERT_TRUE(Create(Unit("zhang", v1::Organization::COUNTY_LEVEL, "621125")).ok());
  EXPECT_EQ(ReasonOr(Create(Unit("zhang-two", v1::Organization::COUNTY_LEVEL, "621125"))), "REGION_TAKEN");
  const Directory directory(server().memory());
  ASSERT_TRUE(Get("organizations/zhang").ok());
  EXPECT_TRUE(directory.IsRegion("621125"));
  EXPECT_TRUE(directory.IsRegion("621100"));
  EXPECT_FALSE(directory.IsRegion("621126"));
  EXPECT_TRUE(directory.IsOrganization("organizations/zhang"));
  EXPECT_FALSE(directory.IsOrganization("organizations/zhang-two"));
  v1::UpdateOrganizationRequest move;
  move.mutable_organization()->set_name("organizations/zhang");
  move.mutable_organization()->set_region("621126");
  ASSERT_TRUE(Update(move).ok());
  ASSERT_TRUE(Get("organizations/zhang").ok());
  EXPECT_FALSE(directory.IsRegion("621125"));
  EXPECT_TRUE(directory.IsRegion("621126"));
  EXPECT_EQ(ReasonOr(Create(Unit("zhang-two", v1::Organization::COUNTY_LEVEL, "621125"))), "OK");
}

// Whoever writes at once: one unit gets the region, one request the id.
TEST_F(OrganizationTest, OneWinsARace) {
  constexpr int kRacers = 8;
  const auto race = [](const std::function<v1::CreateOrganizationRequest(int)>& request) {
    std::vector<std::string> reasons(kRacers);
    std::vector<std::thread> racers;
    for (int i = 0; i < kRacers; ++i) {
      racers.emplace_back([&, i] {
        auto& rpc = server().rpc();
        reasons[i] = ReasonOr(rpc.Call<v1::Organization>(
            CityOffice(), testing::kRegistry + "OrganizationService/CreateOrganization", request(i)));
      });
    }
    for (std::thread& racer : racers) racer.join();
    std::sort(reasons.begin(), reasons.end());
    return reasons;
  };
  std::vector<std::string> expected(kRacers, "REGION_TAKEN");
  expected.front() = "OK";  // Sorted: before both reasons.
  EXPECT_EQ(race([](int i) { return Unit("racer-" + std::to_string(i), v1::Organization::COUNTY_LEVEL, "621171"); }),
            expected);
  expected.assign(kRacers, "ORGANIZATION_EXISTS");
  expected.front() = "OK";
  EXPECT_EQ(race([](int i) {
              auto request = Unit("racer", v1::Organization::STATE_OWNED_COMPANY, "621100");
              request.mutable_organization()->set_title("国有企业" + std::to_string(i));
              return request;
            }),
            expected);
}

TEST_F(OrganizationTest, PagesInOrderOfId) {
  for (const char* id : {"page-c", "page-a", "page-b", "page-d", "page-e"}) {
    ASSERT_TRUE(Create(Unit(id, v1::Organization::SUPERVISING_BODY, "621100")).ok());
  }
  const std::string filter = "kind = SUPERVISING_BODY AND title:page";
  std::string names, token;
  int pages = 0;
  do {
    const auto page = List(filter, 2, token);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const auto& unit : page->organizations()) names += unit.name().substr(14) + " ";
    token = page->next_page_token();
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(names, "page-a page-b page-c page-d page-e ");
  EXPECT_EQ(pages, 3);

  const auto first = List(filter, 2);
  EXPECT_EQ(ReasonOr(List("kind = DEPARTMENT", 2, first->next_page_token())), "INVALID_PAGE_TOKEN");
  EXPECT_EQ(ReasonOr(List(filter, 2, first->next_page_token() + "x")), "INVALID_PAGE_TOKEN");
  EXPECT_EQ(ReasonOr(List(filter, -1)), "INVALID_FIELDS");
  EXPECT_EQ(ReasonOr(List("colour = red")), "INVALID_FILTER");
}

}  // namespace
}  // namespace yaoshi::registry

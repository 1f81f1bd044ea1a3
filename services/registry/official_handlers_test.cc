#include "services/registry/official_handlers.h"

#include <gtest/gtest.h>

#include "services/registry/testing/directory_server.h"
#include "yaoshi/registry/v1/official.pb.h"

namespace yaoshi::registry {
namespace {

using rpc::testing::CityOffice;
using rpc::testing::County;
using testing::ReasonOr;
using testing::WrongFields;

class OfficialTest : public ::testing::Test {
 protected:
  static v1::CreateOfficialRequest Post(const std::string& id) {
    v1::CreateOfficialRequest request;
    request.set_official_id(id);
    request.mutable_official()->set_title("市级领导01");
    request.mutable_official()->set_rank(v1::Official::CITY_LEADER);
    request.mutable_official()->set_organization("organizations/city");
    request.mutable_official()->set_term_from("2021-11-01");
    return request;
  }
  absl::StatusOr<v1::Official> Create(const v1::CreateOfficialRequest& request,
                                      const auth::Principal& who = CityOffice()) {
    return server_.Call<v1::Official>(who, "OfficialService/CreateOfficial", request);
  }

  std::unique_ptr<OfficialHandlers> handlers_;
  testing::DirectoryServer server_{[this](const DirectoryContext& context, const db::Options& database) {
    testing::BootstrapCity(database);
    handlers_ = std::make_unique<OfficialHandlers>(context);
    return std::vector<rpc::BoundService>{handlers_->Bind()};
  }};
};

TEST_F(OfficialTest, RefusesWhatCannotBe) {
  struct Case {
    const char* what;
    std::function<void(v1::Official&)> spoil;
    std::string reason;
    std::string fields;
  };
  const Case cases[] = {
      {"no title", [](auto& o) { o.clear_title(); }, "INVALID_FIELDS", "official.title"},
      {"a day that is none", [](auto& o) { o.set_term_from("2022-02-30"); }, "INVALID_FIELDS", "official.term_from"},
      {"an end before the beginning", [](auto& o) { o.set_term_to("2021-10-31"); }, "INVALID_FIELDS",
       "official.term_to"},
      {"an end without a beginning",
       [](auto& o) {
         o.clear_term_from();
         o.set_term_to("2022-10-31");
       },
       "INVALID_FIELDS", "official.term_from"},
      {"an unknown unit", [](auto& o) { o.set_organization("organizations/nobody"); }, "ORGANIZATION_NOT_FOUND",
       "official.organization"},
      {"all at once",
       [](auto& o) {
         o.set_organization("city");
         o.set_term_to("2021-10-31");
       },
       "INVALID_FIELDS", "official.organization official.term_to"},
  };
  for (const Case& c : cases) {
    v1::CreateOfficialRequest request = Post("refused");
    c.spoil(*request.mutable_official());
    const auto result = Create(request);
    EXPECT_EQ(ReasonOr(result), c.reason) << c.what << ": " << result.status();
    EXPECT_EQ(WrongFields(result.status()), c.fields) << c.what;
  }
  EXPECT_EQ(ReasonOr(Create(Post("refused"), County("621122"))), "PERMISSION_DENIED");
  EXPECT_EQ(WrongFields(Create(Post("refused"), CityOffice("620500")).status()), "official.region");
}

TEST_F(OfficialTest, TermsEndByUpdate) {
  ASSERT_TRUE(Create(Post("leader-01")).ok());
  EXPECT_EQ(ReasonOr(Create(Post("leader-01"))), "OFFICIAL_EXISTS");
  v1::UpdateOfficialRequest update;
  update.mutable_official()->set_name("officials/leader-01");
  update.mutable_official()->set_term_to("2021-01-01");
  const auto refused = server_.Call<v1::Official>(CityOffice(), "OfficialService/UpdateOfficial", update);
  EXPECT_EQ(WrongFields(refused.status()), "official.term_to");
  update.mutable_official()->set_term_to("2021-11-01");
  const auto ended = server_.Call<v1::Official>(CityOffice(), "OfficialService/UpdateOfficial", update);
  EXPECT_EQ(ended->term_to(), "2021-11-01") << ended.status();
  v1::ListOfficialsRequest list;
  list.set_filter("rank = CITY_LEADER AND organization = \"organizations/city\" AND 领导01");
  const auto found = server_.Call<v1::ListOfficialsResponse>(County("621122"), "OfficialService/ListOfficials", list);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->officials_size(), 1);
  EXPECT_EQ(found->officials(0).SerializeAsString(), ended->SerializeAsString());
}

}  // namespace
}  // namespace yaoshi::registry

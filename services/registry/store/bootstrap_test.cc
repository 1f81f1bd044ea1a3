#include "services/registry/store/bootstrap.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/feed/change_set.h"
#include "common/status/status.h"
#include "common/testing/test_database.h"
#include "services/registry/store/account_store.h"
#include "services/registry/store/region_store.h"
#include "yaoshi/registry/v1/organization.pb.h"

namespace yaoshi::registry {

std::span<const db::Migration> Migrations();

namespace {

class BootstrapTest : public ::testing::Test {
 protected:
  BootstrapTest() {
    path_ = std::filesystem::temp_directory_path() / "yaoshi-bootstrap-XXXXXX";
    close(mkstemp(path_.data()));
  }
  ~BootstrapTest() override { std::filesystem::remove(path_); }

  absl::Status With(const std::string& text) {
    std::ofstream(path_) << text;
    return Bootstrap(session_, path_, SystemClock());
  }

  std::string path_;
  db::Session session_{yaoshi::testing::TestDatabase(Migrations())};
};

TEST_F(BootstrapTest, RefusesWhatCannotBeThenMakesTheFirstAccountOnce) {
  const char* const kUnusable[] = {
      "",
      "[]",
      "{",
      R"({"account": "operator"})",
      R"({"password": "eleven char"})",
      R"({"password": 123456789012})",
      R"({"password": "twelve chars", "account": "Ope rator"})",
      R"({"password": "twelve chars", "account": ""})",
      R"({"password": "twelve chars", "city": "定西市"})",
      R"({"password": "twelve chars", "city": {"region": "6211"}})",
      R"({"password": "twelve chars", "city": {"id": "organizations/city"}})",
  };
  for (const char* text : kUnusable) EXPECT_EQ(ReasonOf(With(text)), "BOOTSTRAP_UNUSABLE") << text;
  EXPECT_EQ(ReasonOf(Bootstrap(session_, path_ + ".none", SystemClock())), "BOOTSTRAP_UNUSABLE");
  EXPECT_FALSE(*AnyAccountExists(session_));

  ASSERT_TRUE(With(R"({"account": "ops", "password": "twelve chars", "city": {"id": "tianshui", "title": "天水市",
                       "region": "620500"}})")
                  .ok());
  EXPECT_TRUE(*AnyAccountExists(session_));
  EXPECT_EQ(*UnitOfRegion(session_, "620500"), "organizations/tianshui");
  const auto city = feed::LoadLatest(session_, feed::NamedId("organization", "organizations/tianshui"));
  ASSERT_TRUE(city.ok()) << city.status();
  v1::Organization organization;
  ASSERT_TRUE(organization.ParseFromString(city->body));
  EXPECT_EQ(organization.title(), "天水市");
  EXPECT_EQ(organization.kind(), v1::Organization::CITY);
  const std::string hash = *LoadPasswordHash(session_, "accounts/ops");
  EXPECT_EQ(hash.rfind("$argon2id$", 0), 0u);

  // The second start, whatever its file says, changes nothing.
  EXPECT_TRUE(With(R"({"account": "ops", "password": "another password"})").ok());
  EXPECT_TRUE(With("").ok());
  EXPECT_EQ(*LoadPasswordHash(session_, "accounts/ops"), hash);
}

}  // namespace
}  // namespace yaoshi::registry

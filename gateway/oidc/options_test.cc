#include "gateway/oidc/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yaoshi::gateway::oidc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Options Good() {
  Options options;
  options.issuer = "https://id.example.gov.cn/realms/city";
  options.client_id = "yaoshi";
  options.public_url = "https://yaoshi.example.gov.cn";
  return options;
}

TEST(OidcOptions, TellAllTheirProblemsAtOnce) {
  Options wrong;
  wrong.issuer = "http://id.example.gov.cn";
  wrong.public_url = "https://yaoshi.example.gov.cn/portal";
  wrong.scopes = "profile openid2";
  wrong.account_claim = "";
  wrong.authorities = "/no/such/file";
  EXPECT_THAT(
      Problems(wrong, "/no/such/secret"),
      ElementsAre(HasSubstr("--oidc-issuer must begin with https"), HasSubstr("--oidc-public-url must end"),
                  HasSubstr("--oidc-client-id"), HasSubstr("--oidc-client-secret-file"),
                  HasSubstr("--oidc-account-claim"), HasSubstr("--oidc-scopes"), HasSubstr("--oidc-authorities")));
}

TEST(OidcOptions, AreNothingWithoutAnIssuer) {
  EXPECT_THAT(Problems(Options(), ""), IsEmpty());
  EXPECT_THAT(Problems(Options(), "secret"), ElementsAre(HasSubstr("--oidc-issuer must be given")));
  Options without = Good();
  without.issuer = "";
  EXPECT_THAT(Problems(without, ""), ElementsAre(HasSubstr("--oidc-issuer must be given")));
}

TEST(OidcOptions, TakePlainHttpOnThisMachineAlone) {
  EXPECT_THAT(Problems(Good(), ""), IsEmpty());
  Options local = Good();
  local.issuer = "http://localhost/realms/city";
  local.public_url = "http://localhost";
  EXPECT_THAT(Problems(local, ""), IsEmpty());
  EXPECT_EQ(local.RedirectUri(), "http://localhost/v1/sessions/oidc/callback");
  for (const char* url : {"", "http://yaoshi.gov.cn", "https://yaoshi.gov.cn/", "https://yaoshi.gov.cn?x=1"}) {
    local.public_url = url;
    EXPECT_THAT(Problems(local, ""), ElementsAre(HasSubstr("--oidc-public-url"))) << url;
  }
}

}  // namespace
}  // namespace yaoshi::gateway::oidc

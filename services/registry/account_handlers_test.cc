#include "services/registry/account_handlers.h"

#include <gtest/gtest.h>

#include "services/registry/testing/directory_server.h"

namespace yaoshi::registry {
namespace {

using rpc::testing::CityOffice;
using rpc::testing::ServicePrincipal;
using rpc::testing::WithRole;
using testing::ReasonOr;
using testing::WrongFields;

const auth::Principal kOperator{"operator", auth::Role::kOperator, "621100", "city", false};

class AccountTest : public ::testing::Test {
 protected:
  struct Fixture {
    std::unique_ptr<AccountHandlers> handlers;
    testing::DirectoryServer server{[this](const DirectoryContext& context, const db::Options& database) {
      testing::BootstrapCity(database);
      handlers = std::make_unique<AccountHandlers>(context);
      return std::vector<rpc::BoundService>{handlers->Bind()};
    }};
  };
  static void SetUpTestSuite() { fixture_ = new Fixture(); }
  static void TearDownTestSuite() {
    delete fixture_;
    fixture_ = nullptr;
  }
  static testing::DirectoryServer& server() { return fixture_->server; }

  static v1::CreateAccountRequest Person(const std::string& id, v1::Account::Role role = v1::Account::LEADER) {
    v1::CreateAccountRequest request;
    request.set_account_id(id);
    request.set_password("initial password");
    v1::Account& account = *request.mutable_account();
    account.set_title("市级领导01");
    account.set_role(role);
    account.set_region("621100");
    account.set_organization("organizations/city");
    return request;
  }
  static absl::StatusOr<v1::Account> Create(const v1::CreateAccountRequest& request,
                                            const auth::Principal& who = CityOffice()) {
    return server().Call<v1::Account>(who, "AccountService/CreateAccount", request);
  }
  static absl::StatusOr<v1::Account> Update(const v1::Account& account, const auth::Principal& who = CityOffice()) {
    v1::UpdateAccountRequest request;
    *request.mutable_account() = account;
    return server().Call<v1::Account>(who, "AccountService/UpdateAccount", request);
  }
  static absl::StatusOr<v1::Account> SignIn(const std::string& account, const std::string& password) {
    v1::AuthenticateRequest request;
    request.set_account(account);
    request.set_password(password);
    return server().Call<v1::Account>(ServicePrincipal(), "AccountService/Authenticate", request);
  }
  static absl::StatusOr<v1::Account> Check(const std::string& account, const std::string& sign_in_time = "") {
    v1::CheckAccountRequest request;
    request.set_account(account);
    request.set_sign_in_time(sign_in_time);
    return server().Call<v1::Account>(ServicePrincipal(), "AccountService/CheckAccount", request);
  }
  static std::string SetPassword(const std::string& name, const std::string& password, const auth::Principal& who) {
    v1::SetPasswordRequest request;
    request.set_name(name);
    request.set_password(password);
    return ReasonOr(server().Call<google::protobuf::Empty>(who, "AccountService/SetPassword", request));
  }

 private:
  static inline Fixture* fixture_ = nullptr;
};

TEST_F(AccountTest, RefusesWhatCannotBe) {
  struct Case {
    const char* what;
    std::function<void(v1::CreateAccountRequest&)> spoil;
    std::string reason;
    std::string fields;
  };
  const Case cases[] = {
      {"a short password", [](auto& r) { r.set_password("elf Zeichen"); }, "INVALID_FIELDS", "password"},
      {"an id with a slash", [](auto& r) { r.set_account_id("a/b"); }, "INVALID_FIELDS", "account_id"},
      {"no role", [](auto& r) { r.mutable_account()->clear_role(); }, "INVALID_FIELDS", "account.role"},
      {"a role of tomorrow", [](auto& r) { r.mutable_account()->set_role(static_cast<v1::Account::Role>(99)); },
       "INVALID_FIELDS", "account.role"},
      {"an unknown unit", [](auto& r) { r.mutable_account()->set_organization("organizations/nobody"); },
       "ORGANIZATION_NOT_FOUND", "account.organization"},
      {"an unknown region", [](auto& r) { r.mutable_account()->set_region("621199"); }, "REGION_NOT_FOUND",
       "account.region"},
      {"unknown unit and region",
       [](auto& r) {
         r.mutable_account()->set_organization("organizations/nobody");
         r.mutable_account()->set_region("621199");
       },
       "INVALID_FIELDS", "account.organization account.region"},
      {"an id that is taken", [](auto& r) { r.set_account_id("operator"); }, "ACCOUNT_EXISTS", ""},
      {"an operator made by the city office", [](auto& r) { r.mutable_account()->set_role(v1::Account::OPERATOR); },
       "ROLE_NOT_GRANTED", ""},
  };
  for (const Case& c : cases) {
    v1::CreateAccountRequest request = Person("refused");
    c.spoil(request);
    const auto result = Create(request);
    EXPECT_EQ(ReasonOr(result), c.reason) << c.what << ": " << result.status();
    EXPECT_EQ(WrongFields(result.status()), c.fields) << c.what;
  }
  EXPECT_EQ(ReasonOr(SignIn("refused", "initial password")), "WRONG_CREDENTIALS");
}

TEST_F(AccountTest, TheOperatorIsBeyondTheCityOffice) {
  v1::Account account;
  account.set_name("accounts/operator");
  account.set_disabled(true);
  EXPECT_EQ(ReasonOr(Update(account)), "ROLE_NOT_GRANTED");
  EXPECT_EQ(SetPassword("accounts/operator", "taken over by me", CityOffice()), "ROLE_NOT_GRANTED");
  EXPECT_EQ(ReasonOr(SignIn("operator", "correct horse battery")), "OK");
  EXPECT_EQ(WrongFields(Update(account, kOperator).status()), "account.disabled");
  for (const auto role : {auth::Role::kCounty, auth::Role::kDepartment, auth::Role::kAuditor}) {
    EXPECT_EQ(ReasonOr(Create(Person("nobody"), WithRole(role))), "PERMISSION_DENIED");
  }
}

TEST_F(AccountTest, SignsInAndOut) {
  ASSERT_TRUE(Create(Person("leader-01")).ok());
  const auto account = SignIn("leader-01", "initial password");
  ASSERT_TRUE(account.ok()) << account.status();
  EXPECT_EQ(account->name(), "accounts/leader-01");
  EXPECT_EQ(account->role(), v1::Account::LEADER);
  const auto wrong = SignIn("leader-01", "wrong password"), nobody = SignIn("nobody", "initial password"),
             empty = SignIn("", "");
  EXPECT_EQ(wrong.status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(wrong.status(), nobody.status());
  EXPECT_EQ(wrong.status(), empty.status());

  EXPECT_EQ(SetPassword("accounts/leader-01", "another password", CityOffice()), "OK");
  EXPECT_EQ(ReasonOr(SignIn("leader-01", "initial password")), "WRONG_CREDENTIALS");
  EXPECT_EQ(SignIn("leader-01", "another password")->etag(), "2");
  EXPECT_EQ(SetPassword("accounts/nobody", "another password", CityOffice()), "ACCOUNT_NOT_FOUND");

  EXPECT_EQ(ReasonOr(Check("leader-01")), "OK");
  v1::Account disabled;
  disabled.set_name("accounts/leader-01");
  disabled.set_disabled(true);
  ASSERT_TRUE(Update(disabled).ok());
  EXPECT_EQ(SignIn("leader-01", "another password").status(), wrong.status());
  EXPECT_EQ(Check("leader-01").status(), wrong.status());
  EXPECT_EQ(Check("nobody").status(), wrong.status());
}

TEST_F(AccountTest, OnlyTheGatewayAsksForPasswords) {
  v1::AuthenticateRequest request;
  request.set_account("operator");
  for (const auth::Principal& who : {CityOffice(), kOperator}) {
    EXPECT_EQ(ReasonOr(server().Call<v1::Account>(who, "AccountService/Authenticate", request)), "PERMISSION_DENIED");
  }
}

TEST_F(AccountTest, AnotherCityIsAbsent) {
  ASSERT_TRUE(Create(Person("leader-02")).ok());
  v1::GetAccountRequest request;
  request.set_name("accounts/leader-02");
  const auto get = [&](const auth::Principal& who) {
    return ReasonOr(server().Call<v1::Account>(who, "AccountService/GetAccount", request));
  };
  EXPECT_EQ(get(CityOffice()), "OK");
  EXPECT_EQ(get(kOperator), "OK");
  EXPECT_EQ(get(CityOffice("620500")), "ACCOUNT_NOT_FOUND");
  v1::ListAccountsRequest list;
  EXPECT_EQ(server()
                .Call<v1::ListAccountsResponse>(CityOffice("620500"), "AccountService/ListAccounts", list)
                ->accounts_size(),
            0);
  v1::Account change;
  change.set_name("accounts/leader-02");
  change.set_title("别的");
  EXPECT_EQ(ReasonOr(Update(change, CityOffice("620500"))), "ACCOUNT_NOT_FOUND");
  EXPECT_EQ(SetPassword("accounts/leader-02", "another password", CityOffice("620500")), "ACCOUNT_NOT_FOUND");
}

TEST_F(AccountTest, PasswordsStayOutOfVersionsAndAnswers) {
  auto request = Person("leader-03");
  request.set_request_id("018f3c5e-7b1a-7c3d-8e9f-0123456789ac");
  const auto created = Create(request);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(Create(request)->SerializeAsString(), created->SerializeAsString());
  db::Session session(server().database());
  const auto history = feed::LoadHistory(session, feed::NamedId("account", "accounts/leader-03"));
  ASSERT_EQ(history->size(), 1u);
  EXPECT_EQ(history->front().body.find("argon2"), std::string::npos);
  EXPECT_EQ(history->front().body.find("initial password"), std::string::npos);
}

TEST_F(AccountTest, BootstrapHappensOnce) {
  testing::BootstrapCity(server().database());
  db::Session session(server().database());
  EXPECT_EQ(feed::LoadHistory(session, feed::NamedId("organization", "organizations/city"))->size(), 1u);
}

TEST_F(AccountTest, ANewPasswordEndsTheSessionsOfTheOldOne) {
  ASSERT_EQ(ReasonOr(Create(Person("leader-29"))), "OK");
  const std::string before = server().rpc().clock().Now().ToString();
  server().rpc().clock().Advance(std::chrono::seconds(1));
  EXPECT_EQ(ReasonOr(Check("leader-29", before)), "OK");
  ASSERT_EQ(SetPassword("accounts/leader-29", "a quite new password", kOperator), "OK");
  EXPECT_EQ(ReasonOr(Check("leader-29", before)), "WRONG_CREDENTIALS");
  server().rpc().clock().Advance(std::chrono::seconds(1));
  EXPECT_EQ(ReasonOr(Check("leader-29", server().rpc().clock().Now().ToString())), "OK");
}

}  // namespace
}  // namespace yaoshi::registry

// Delegations through the API: who may delegate what, for how long, how far.
#include <gtest/gtest.h>

#include <thread>

#include "services/preapproval/testing/preapproval_server.h"
#include "yaoshi/preapproval/v1/delegation.pb.h"

namespace yaoshi::preapproval::testing {
namespace {

using rpc::testing::CityOffice;
using rpc::testing::County;
using rpc::testing::WithRole;

auth::Principal Department(const std::string& name) {
  return WithRole(auth::Role::kDepartment, "621100", name);
}

class DelegationHandlersTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = new PreapprovalServer;
    for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
      registry::v1::Organization unit;
      unit.set_name(std::string("organizations/dept-") + name);
      unit.set_region("621100");
      server_->Copy(unit);
    }
  }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }
  static absl::StatusOr<v1::Delegation> Create(const std::string& from, const std::string& to,
                                               const auth::Principal& who = CityOffice(),
                                               const std::string& more = "to_on: '2022-12-31'") {
    return server_->Call<v1::Delegation>(
        who, "DelegationService/CreateDelegation",
        Parse<v1::CreateDelegationRequest>("delegation { from_department: 'organizations/" + from +
                                           "' to_department: 'organizations/" + to +
                                           "' from_on: '2022-01-01' reason: '借调' " + more + "}"));
  }
  static absl::StatusOr<v1::Delegation> End(const std::string& name, const auth::Principal& who,
                                            const std::string& to_on = "") {
    return server_->Call<v1::Delegation>(
        who, "DelegationService/EndDelegation",
        Parse<v1::EndDelegationRequest>("name: '" + name + "' to_on: '" + to_on + "' reason: '归还'"));
  }
  static PreapprovalServer* server_;
};
PreapprovalServer* DelegationHandlersTest::server_ = nullptr;

TEST_F(DelegationHandlersTest, OnlyADepartmentItselfOrItsGovernmentDelegates) {
  EXPECT_EQ(ReasonOr(Create("dept-a", "dept-b", Department("dept-b"))), "NOT_YOUR_PROCEDURE");
  EXPECT_EQ(ReasonOr(Create("dept-a", "dept-b", County("621122"))), "NOT_YOUR_PROCEDURE");
  EXPECT_EQ(ReasonOr(Create("dept-a", "nobody")), "ORGANIZATION_NOT_FOUND");
  EXPECT_EQ(WrongFields(Create("dept-a", "dept-b", CityOffice(), "to_on: '2021-12-31'").status()), "delegation.to_on");
  const auto made = Must(Create("dept-a", "dept-b", Department("dept-a")));
  EXPECT_EQ(ReasonOr(End(made.name(), Department("dept-b"))), "DELEGATION_NOT_FOUND");
  EXPECT_EQ(WrongFields(End(made.name(), Department("dept-a"), "2022-04-19").status()), "to_on");
  EXPECT_EQ(WrongFields(End(made.name(), Department("dept-a"), "2023-01-01").status()), "to_on");
  EXPECT_EQ(Must(End(made.name(), Department("dept-a"))).to_on(), "2022-04-20");
  EXPECT_EQ(Must(feed::LoadHistory(server_->session(), feed::NamedId("delegation", made.name())))[1].author.reason,
            "归还");
}

TEST_F(DelegationHandlersTest, ChainsAreShortAndEnd) {
  Must(Create("dept-c", "dept-d"));
  EXPECT_EQ(ReasonOr(Create("dept-d", "dept-c")), "DELEGATION_CYCLE");
  Must(Create("dept-d", "dept-e"));
  Must(Create("dept-e", "dept-f"));
  EXPECT_EQ(ReasonOr(Create("dept-f", "dept-a")), "DELEGATION_CHAIN_TOO_LONG");
}

TEST_F(DelegationHandlersTest, OfTwoThatWouldCloseACycleOneIsMade) {
  std::vector<std::string> reasons(2);
  std::thread other([&] { reasons[0] = ReasonOr(Create("dept-g", "dept-h")); });
  reasons[1] = ReasonOr(Create("dept-h", "dept-g"));
  other.join();
  std::sort(reasons.begin(), reasons.end());
  EXPECT_EQ(reasons, (std::vector<std::string>{"DELEGATION_CYCLE", "OK"}));
}

TEST_F(DelegationHandlersTest, AllOfARegionAreListed) {
  Must(Create("dept-a", "dept-h", CityOffice(), "to_on: '2022-01-31' codes: 'P10'"));
  const auto list = Must(server_->Call<v1::ListDelegationsResponse>(
      Department("dept-b"), "DelegationService/ListDelegations",
      Parse<v1::ListDelegationsRequest>("filter: 'to_department = \"organizations/dept-h\" AND to_on < 2022-02-01'")));
  ASSERT_EQ(list.delegations_size(), 1);
  EXPECT_EQ(list.delegations(0).codes(0), "P10");
}

}  // namespace
}  // namespace yaoshi::preapproval::testing

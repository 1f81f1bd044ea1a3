// The catalogue of procedures through the API.
#include <gtest/gtest.h>

#include "services/preapproval/testing/preapproval_server.h"
#include "yaoshi/preapproval/v1/procedure_type.pb.h"

namespace yaoshi::preapproval::testing {
namespace {

using rpc::testing::CityOffice;
using rpc::testing::County;

class ProcedureTypeTest : public ::testing::Test {
 protected:
  static PreapprovalServer& server() {
    static PreapprovalServer server;
    return server;
  }
  static v1::CreateProcedureTypeRequest Request(const std::string& code, const std::string& terms) {
    return Parse<v1::CreateProcedureTypeRequest>("procedure_type_id: '" + code +
                                                 "' procedure_type { title: '可研报告审批' stage: PLANNING_PERMISSION "
                                                 "department: 'organizations/dept-01' " +
                                                 terms + "}");
  }
  static absl::StatusOr<v1::ProcedureType> Create(const v1::CreateProcedureTypeRequest& request,
                                                  const auth::Principal& who = CityOffice()) {
    return server().Call<v1::ProcedureType>(who, "ProcedureTypeService/CreateProcedureType", request);
  }
};

const std::string kTerms2019 =
    "terms { effective_on: '2019-01-01' legal_limit { count: 20 unit: WORKING_DAYS } basis: '政府投资条例' }";

TEST_F(ProcedureTypeTest, WhatIsWrongIsNamedAllAtOnce) {
  const auto wrong = Create(
      Request("P10", kTerms2019 + "terms { effective_on: '2019-01-01' promised_limit { count: 8 } basis: '承诺' }"
                                  "preparation { count: 30 }"));
  EXPECT_EQ(WrongFields(wrong.status()),
            "procedure_type.terms[1].effective_on procedure_type.terms[1].promised_limit.unit "
            "procedure_type.preparation.unit");
  EXPECT_EQ(ReasonOr(Create(Request("p10", kTerms2019))), "INVALID_FIELDS") << "codes are of capitals and digits";
  EXPECT_EQ(ReasonOr(Create(Request("P10", ""))), "INVALID_FIELDS") << "a type without terms has no limit at all";
  auto department = Request("P10", kTerms2019);
  department.mutable_procedure_type()->set_department("发改委");
  EXPECT_EQ(WrongFields(Create(department).status()), "procedure_type.department");
}

TEST_F(ProcedureTypeTest, ACountyReadsTheCatalogueAndDoesNotWriteIt) {
  EXPECT_EQ(ReasonOr(Create(Request("P11", kTerms2019), County("621122"))), "PERMISSION_DENIED");
  const auto made = Must(Create(Request("P11", kTerms2019)));
  EXPECT_EQ(made.name(), "procedureTypes/P11");
  EXPECT_EQ(ReasonOr(Create(Request("P11", kTerms2019))), "PROCEDURE_TYPE_EXISTS");
  v1::GetProcedureTypeRequest get;
  get.set_name(made.name());
  const auto seen =
      Must(server().Call<v1::ProcedureType>(County("621122"), "ProcedureTypeService/GetProcedureType", get));
  EXPECT_EQ(seen.terms(0).legal_limit().count(), 20);
  get.set_name("procedureTypes/P99");
  EXPECT_EQ(ReasonOr(server().Call<v1::ProcedureType>(County("621122"), "ProcedureTypeService/GetProcedureType", get)),
            "PROCEDURE_TYPE_NOT_FOUND");
}

TEST_F(ProcedureTypeTest, ANewLawIsARowWithItsDate) {
  const auto made = Must(Create(Request("P12", kTerms2019)));
  v1::UpdateProcedureTypeRequest update;
  *update.mutable_procedure_type() = made;
  update.mutable_update_mask()->add_paths("terms");
  auto& terms = *update.mutable_procedure_type()->add_terms();
  terms.set_effective_on("2021-07-01");
  terms.set_basis("新修订");
  terms.set_validity_months(24);
  const auto changed =
      Must(server().Call<v1::ProcedureType>(CityOffice(), "ProcedureTypeService/UpdateProcedureType", update));
  EXPECT_EQ(changed.terms_size(), 2);
  EXPECT_EQ(changed.etag(), "2");
  EXPECT_EQ(
      ReasonOr(server().Call<v1::ProcedureType>(CityOffice(), "ProcedureTypeService/UpdateProcedureType", update)),
      "ETAG_MISMATCH");
}

}  // namespace
}  // namespace yaoshi::preapproval::testing

// Templates through the API: drafts, publishing, what a project is asked for.
#include <gtest/gtest.h>

#include "services/preapproval/testing/preapproval_server.h"
#include "yaoshi/preapproval/v1/procedure_type.pb.h"
#include "yaoshi/preapproval/v1/template.pb.h"

namespace yaoshi::preapproval::testing {
namespace {

using rpc::testing::CityOffice;
using rpc::testing::County;

// 建议书 → 可研 → 开工. Small projects do without the first.
const std::string kNodes =
    "nodes { code: 'P01' gates_start: true rules { condition: 'total_investment_fen < 5000000000' "
    "requirement: MERGED merged_into: 'P10' reason: '可研代建议书' } } "
    "nodes { code: 'P10' prerequisites: 'P01' gates_start: true } nodes { code: 'P50' prerequisites: 'P10' } ";

constexpr int64_t kSmall = 1'000'000'000;

class TemplateTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = new PreapprovalServer;
    for (const char* code : {"P01", "P10", "P50"}) {
      Must(server_->Call<v1::ProcedureType>(
          CityOffice(), "ProcedureTypeService/CreateProcedureType",
          Parse<v1::CreateProcedureTypeRequest>(std::string("procedure_type_id: '") + code +
                                                "' procedure_type { title: '手续' stage: PLANNING_PERMISSION "
                                                "department: 'organizations/dept-01' "
                                                "terms { effective_on: '2019-01-01' basis: '条例' } after_start: " +
                                                (std::string(code) == "P50" ? "true" : "false") + "}")));
    }
  }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }
  static v1::CreateTemplateRequest Request(const std::string& id, const std::string& body) {
    return Parse<v1::CreateTemplateRequest>(
        "template_id: '" + id + "' template { title: '审批制' effective_on: '2021-01-01' basis: '条例' " + body + "}");
  }
  static absl::StatusOr<v1::Template> Create(const v1::CreateTemplateRequest& request,
                                             const auth::Principal& who = CityOffice()) {
    return server_->Call<v1::Template>(who, "TemplateService/CreateTemplate", request);
  }
  static absl::StatusOr<v1::Template> Publish(const std::string& name, const std::string& more = "") {
    return server_->Call<v1::Template>(CityOffice(), "TemplateService/PublishTemplate",
                                       Parse<v1::PublishTemplateRequest>("name: '" + name + "' " + more));
  }
  static absl::StatusOr<v1::ApplyTemplateResponse> Apply(registry::v1::Regime regime, int64_t total_investment_fen,
                                                         const std::string& more = "") {
    auto request = Parse<v1::ApplyTemplateRequest>(more);
    *request.mutable_project() = NewProject("供水工程");
    request.mutable_project()->set_owner_title("水务局");
    request.mutable_project()->set_regime(regime);
    request.mutable_project()->set_total_investment_fen(total_investment_fen);
    return server_->Call<v1::ApplyTemplateResponse>(County("621122"), "TemplateService/ApplyTemplate", request);
  }
  static PreapprovalServer* server_;
};
PreapprovalServer* TemplateTest::server_ = nullptr;

TEST_F(TemplateTest, WhatCannotBePublishedStaysADraft) {
  struct Case {
    const char* id;
    std::string nodes;
    const char* field;
  };
  const std::vector<Case> cases = {
      {"cycle",
       "nodes { code: 'P01' prerequisites: 'P10' gates_start: true } nodes { code: 'P10' prerequisites: 'P01' }",
       "template.nodes[0].prerequisites"},
      {"unknown", "nodes { code: 'P77' gates_start: true }", "template.nodes[0].code"},
  };
  for (const Case& one : cases) {
    const auto draft = Must(Create(Request(one.id, one.nodes)));
    EXPECT_EQ(draft.state(), v1::Template::DRAFT);
    const auto refused = Publish(draft.name());
    EXPECT_EQ(ReasonOr(refused), "INVALID_FIELDS") << one.id;
    EXPECT_NE(WrongFields(refused.status()).find(one.field), std::string::npos) << WrongFields(refused.status());
    v1::GetTemplateRequest get;
    get.set_name(draft.name());
    const auto kept = Must(server_->Call<v1::Template>(County("621122"), "TemplateService/GetTemplate", get));
    EXPECT_EQ(kept.state(), v1::Template::DRAFT);
    EXPECT_EQ(kept.etag(), "1");
  }
}

TEST_F(TemplateTest, RefusesWhatIsWrongInADraft) {
  const auto twice = Create(Request("twice", "nodes { code: 'P01' } nodes { code: 'P01' }"));
  EXPECT_EQ(WrongFields(twice.status()), "template.nodes[1].code");
  EXPECT_EQ(ReasonOr(Create(Request("next", kNodes + "supersedes: 'templates/never-made'"))), "TEMPLATE_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Create(Request("county", kNodes), County("621122"))), "PERMISSION_DENIED");
  auto published = Request("born-published", kNodes);
  published.mutable_template_()->set_state(v1::Template::PUBLISHED);
  EXPECT_EQ(Must(Create(published)).state(), v1::Template::DRAFT) << "only PublishTemplate publishes";
}

TEST_F(TemplateTest, APublishedTemplateNeverChanges) {
  const auto draft = Must(Create(Request("approval", kNodes + "selector { regimes: APPROVAL }")));
  EXPECT_EQ(ReasonOr(Apply(registry::v1::APPROVAL, kSmall)), "NO_TEMPLATE_APPLIES") << "drafts are for nobody";
  EXPECT_EQ(ReasonOr(Publish(draft.name(), "etag: '7'")), "ETAG_MISMATCH");
  EXPECT_EQ(Must(Publish(draft.name(), "validate_only: true")).state(), v1::Template::PUBLISHED);
  const auto published = Must(Publish(draft.name(), "etag: '1' request_id: '01900000-0000-7000-8000-000000000001'"));
  EXPECT_EQ(published.state(), v1::Template::PUBLISHED);
  EXPECT_EQ(published.etag(), "2");
  EXPECT_EQ(Must(Publish(draft.name(), "etag: '1' request_id: '01900000-0000-7000-8000-000000000001'")).etag(), "2")
      << "repeated";
  EXPECT_EQ(ReasonOr(Publish(draft.name())), "TEMPLATE_NOT_DRAFT");
  v1::UpdateTemplateRequest update;
  update.mutable_template_()->set_name(draft.name());
  update.mutable_template_()->set_title("另一个");
  EXPECT_EQ(ReasonOr(server_->Call<v1::Template>(CityOffice(), "TemplateService/UpdateTemplate", update)),
            "TEMPLATE_NOT_DRAFT");

  const auto small = Must(Apply(registry::v1::APPROVAL, kSmall));
  EXPECT_EQ(small.template_(), "templates/approval");
  ASSERT_EQ(small.procedures_size(), 3);
  EXPECT_EQ(small.procedures(0).requirement(), v1::MERGED);
  EXPECT_EQ(small.procedures(0).merged_into(), "P10");
  EXPECT_EQ(small.procedures(0).reason(), "可研代建议书");
  EXPECT_EQ(small.procedures(1).requirement(), v1::REQUIRED);
  const auto large = Must(Apply(registry::v1::FILING, 9'000'000'000, "template: 'templates/approval'"));
  EXPECT_EQ(large.procedures(0).requirement(), v1::REQUIRED);
  EXPECT_EQ(ReasonOr(Apply(registry::v1::APPROVAL, kSmall, "on: '2020-12-31'")), "NO_TEMPLATE_APPLIES");
  EXPECT_EQ(ReasonOr(Apply(registry::v1::FILING, kSmall)), "NO_TEMPLATE_APPLIES");
  EXPECT_EQ(ReasonOr(Apply(registry::v1::FILING, kSmall, "template: 'templates/never-made'")), "TEMPLATE_NOT_FOUND");
}

}  // namespace
}  // namespace yaoshi::preapproval::testing

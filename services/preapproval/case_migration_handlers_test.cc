// Migrations of running cases through the API: previewed, applied, taken back; many cases at once, all or nothing.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "services/preapproval/domain/procedure.h"
#include "services/preapproval/testing/rates_world.h"
#include "yaoshi/preapproval/v1/case.pb.h"
#include "yaoshi/preapproval/v1/case_migration.pb.h"
#include "yaoshi/preapproval/v1/procedure_type.pb.h"

namespace yaoshi::preapproval::testing {
namespace {

using rpc::testing::CityOffice;
using rpc::testing::County;

const std::string kNobodys = "caseMigrations/00000000-0000-7000-8000-000000000009";
// 可研 under another code, 初设 done away with.
const std::string kRules =
    "rules { from: 'P10' to: 'Q10' reason: '可研改由新事项办理' } rules { from: 'P20' reason: '初设取消' } ";
const std::string kOldToNew = "from_template: 'templates/small' to_template: 'templates/small-2022' ";
const std::string kForward = kOldToNew + kRules;

void EnterTemplate(PreapprovalServer& server, const std::string& id, const std::string& text, bool publish = true) {
  Must(server.Call<v1::Template>(CityOffice(), "TemplateService/CreateTemplate",
                                 Parse<v1::CreateTemplateRequest>(fmt::format(
                                     "template_id: '{}' template {{ title: '{}' basis: '条例' {} }}", id, id, text))));
  if (!publish) return;
  Must(server.Call<v1::Template>(CityOffice(), "TemplateService/PublishTemplate",
                                 Parse<v1::PublishTemplateRequest>(fmt::format("name: 'templates/{}'", id))));
}

// It is 2022-04-20. The old template asks for P01 → P10 → P20, the new one for P01 → Q10 → P30.
class CaseMigrationTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = new RatesWorld;
    PreapprovalServer& server = world_->server();
    for (const char* code : {"Q10", "P30"}) {
      Must(server.Call<v1::ProcedureType>(
          CityOffice(), "ProcedureTypeService/CreateProcedureType",
          Parse<v1::CreateProcedureTypeRequest>(
              fmt::format("procedure_type_id: '{}' procedure_type {{ title: '手续' stage: ENGINEERING_PERMISSION "
                          "department: 'organizations/dept-03' terms {{ effective_on: '2019-01-01' basis: '条例' "
                          "legal_limit {{ count: 20 unit: WORKING_DAYS }} }} }}",
                          code))));
    }
    const std::string nodes =
        "nodes { code: 'P01' gates_start: true } nodes { code: 'Q10' prerequisites: 'P01' gates_start: true } "
        "nodes { code: 'P30' prerequisites: 'Q10' gates_start: true } nodes { code: 'P50' prerequisites: 'P30' }";
    EnterTemplate(server, "small-2022", "effective_on: '2022-04-01' supersedes: 'templates/small' " + nodes);
    EnterTemplate(server, "small-2023", "effective_on: '2022-05-01' " + nodes);
    EnterTemplate(server, "small-draft", "effective_on: '2022-04-01' " + nodes, false);
    EnterTemplate(server, "large-2022", "effective_on: '2022-04-01' selector { regimes: FILING } " + nodes);
  }
  static void TearDownTestSuite() {
    delete world_;
    world_ = nullptr;
  }

  static std::string NewCase(const std::string& region = "621122", bool listed = false) {
    const Uuid project = world_->NewProjectOf("灌区改造", region, "2022-09-01");
    if (listed) world_->PutOn(world_->list(), project);
    world_->Write(world_->NewCase(project, region, *Date::Parse("2022-01-04")));
    return "cases/" + project.ToString();
  }
  static std::vector<std::string> Open(int count) {
    v1::BatchOpenCasesRequest request;
    for (int i = 0; i < count; ++i) {
      const Uuid project = world_->NewProjectOf("灌区改造", "621122", "2022-09-01");
      v1::OpenCaseRequest& one = *request.add_requests();
      one.set_project("projects/" + project.ToString());
      one.set_template_("templates/small");
      one.set_opened_on("2022-01-04");
    }
    std::vector<std::string> names;
    const auto opened =
        Must(world_->server().Call<v1::BatchOpenCasesResponse>(CityOffice(), "CaseService/BatchOpenCases", request));
    for (const v1::Case& one : opened.cases()) names.push_back(one.name());
    std::sort(names.begin(), names.end());
    return names;
  }

  static absl::StatusOr<v1::Procedure> Move(const std::string& subject, const std::string& code, v1::ProcedureMove move,
                                            const std::string& on = "2022-03-01") {
    v1::MoveProcedureRequest request;
    request.set_name(subject + "/procedures/" + code);
    request.set_move(move);
    request.set_effective_on(on);
    if (NeedsReason(static_cast<ProcedureMove>(move))) request.set_reason("依据");
    if (move == v1::APPROVE) {
      request.set_etag(Read(request.name()).etag());
      request.mutable_approval()->set_number("定发改〔2022〕1号");
      request.mutable_approval()->set_issuer("定西市发展和改革委员会");
    }
    return world_->server().Call<v1::Procedure>(CityOffice(), "ProcedureService/MoveProcedure", request);
  }
  static void Accept(const std::string& subject, const std::string& code) {
    Must(Move(subject, code, v1::SUBMIT));
    Must(Move(subject, code, v1::ACCEPT));
  }
  static void Approve(const std::string& subject, const std::string& code) {
    Accept(subject, code);
    Must(Move(subject, code, v1::APPROVE));
  }
  static v1::Procedure Read(const std::string& name) {
    v1::GetProcedureRequest request;
    request.set_name(name);
    return Must(world_->server().Call<v1::Procedure>(CityOffice(), "ProcedureService/GetProcedure", request));
  }
  static v1::CaseView Page(const std::string& name, const std::string& as_of = "") {
    v1::GetCaseRequest request;
    request.set_name(name);
    request.set_as_of(as_of);
    return Must(world_->server().Call<v1::CaseView>(CityOffice(), "CaseService/GetCase", request));
  }
  // "P01 APPROVED, Q10 ACCEPTED, P20! APPROVED": with what is not required marked.
  static std::string Stand(const v1::CaseView& page) {
    std::string text;
    for (const v1::Procedure& one : page.procedures()) {
      text += (text.empty() ? "" : ", ") + one.code() + (one.requirement() == v1::REQUIRED ? "" : "!") + " " +
              std::string(StateName(static_cast<ProcedureState>(one.state())));
    }
    return text;
  }
  static std::vector<v1::Baseline> Baselines(const std::string& name) {
    v1::ListBaselinesRequest request;
    request.set_name(name);
    const auto listed =
        Must(world_->server().Call<v1::ListBaselinesResponse>(CityOffice(), "CaseService/ListBaselines", request));
    return {listed.baselines().begin(), listed.baselines().end()};
  }

  static v1::CreateCaseMigrationRequest Request(const std::string& text, const std::vector<std::string>& cases = {}) {
    v1::CreateCaseMigrationRequest request = Parse<v1::CreateCaseMigrationRequest>(text);
    for (const std::string& one : cases) request.add_cases(one);
    return request;
  }
  static absl::StatusOr<v1::CaseMigration> Create(const v1::CreateCaseMigrationRequest& request,
                                                  const auth::Principal& who = County("621122")) {
    return world_->server().Call<v1::CaseMigration>(who, "CaseMigrationService/CreateCaseMigration", request);
  }
  static absl::StatusOr<v1::CaseMigration> Get(const std::string& name, const auth::Principal& who = County("621122")) {
    v1::GetCaseMigrationRequest request;
    request.set_name(name);
    return world_->server().Call<v1::CaseMigration>(who, "CaseMigrationService/GetCaseMigration", request);
  }
  static absl::StatusOr<v1::CaseMigration> Apply(const std::string& name, const std::string& more = "",
                                                 const auth::Principal& who = County("621122")) {
    auto request = Parse<v1::ApplyCaseMigrationRequest>("reason: '新条例施行' " + more);
    request.set_name(name);
    return world_->server().Call<v1::CaseMigration>(who, "CaseMigrationService/ApplyCaseMigration", request);
  }
  static absl::StatusOr<v1::CaseMigration> Revert(const std::string& name, const std::string& more = "",
                                                  const auth::Principal& who = County("621122")) {
    auto request = Parse<v1::RevertCaseMigrationRequest>("reason: '条例暂缓' " + more);
    request.set_name(name);
    return world_->server().Call<v1::CaseMigration>(who, "CaseMigrationService/RevertCaseMigration", request);
  }
  static std::string Wrong(const v1::CreateCaseMigrationRequest& request) {
    return WrongFields(Create(request).status());
  }
  // The project's id of "cases/{uuid}", as SQL writes it.
  static std::string Hex(std::string name) {
    name.erase(0, name.find('/') + 1);
    std::erase(name, '-');
    return name;
  }
  static int64_t Count(const std::string& sql) {
    auto rows = Must(world_->server().session().Query(sql, {}));
    return rows.Next() ? rows.Int(1) : -1;
  }

  static inline RatesWorld* world_ = nullptr;
};

TEST_F(CaseMigrationTest, NamesWhatIsWrong) {
  const std::string mine = NewCase(), theirs = NewCase("621121");
  const std::string to_new = "to_template: 'templates/small-2022' ", from_old = "from_template: 'templates/small' ";
  EXPECT_EQ(ReasonOr(Create(Request(to_new + "from_template: 'templates/none'", {mine}))), "TEMPLATE_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Create(Request(from_old + "to_template: 'templates/none'", {mine}))), "TEMPLATE_NOT_FOUND");
  EXPECT_EQ(Wrong(Request(from_old)), "to_template");
  EXPECT_EQ(Wrong(Request(from_old + "to_template: 'templates/small' ", {mine})), "to_template");
  EXPECT_EQ(Wrong(Request(from_old + "to_template: 'templates/small-draft' " + kRules, {mine})), "to_template");
  EXPECT_EQ(Wrong(Request(from_old + "to_template: 'templates/small-2023' " + kRules, {mine})), "to_template")
      << "is not in force yet";
  EXPECT_EQ(Wrong(Request(kOldToNew, {mine})), "rules rules") << "P10 and P20";
  EXPECT_EQ(Wrong(Request(kOldToNew + "rules { from: 'P10' to: 'P01' reason: '并' } rules { from: 'P20' }", {mine})),
            "rules[1].reason");
  EXPECT_EQ(Wrong(Request(kOldToNew + "rules { from: 'P10' to: 'P01' reason: '并' } rules { from: 'P50' reason: '无' }",
                          {mine})),
            "rules[0].to rules[1].from rules");
  EXPECT_EQ(Wrong(Request(kForward + "list: 'lists/none' region: '621122'", {mine})), "list region");
  EXPECT_EQ(Wrong(Request(kForward, {"cases/1"})), "cases[0]");
  EXPECT_EQ(ReasonOr(Create(Request(kForward, {theirs}))), "CASE_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Create(Request(kForward + "list: 'lists/none'"))), "LIST_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Create(Request(kForward + "region: '621121'"))), "REGION_NOT_FOUND");
  for (const std::string& name : {std::string("caseMigrations/1"), kNobodys}) {
    const std::string reason = name == kNobodys ? "CASE_MIGRATION_NOT_FOUND" : "INVALID_FIELDS";
    EXPECT_EQ(ReasonOr(Get(name)), reason);
    EXPECT_EQ(ReasonOr(Apply(name)), reason);
    EXPECT_EQ(ReasonOr(Revert(name)), reason);
  }
  v1::ApplyCaseMigrationRequest silent;
  silent.set_name(kNobodys);
  EXPECT_EQ(WrongFields(world_->server()
                            .Call<v1::CaseMigration>(CityOffice(), "CaseMigrationService/ApplyCaseMigration", silent)
                            .status()),
            "reason");
}

TEST_F(CaseMigrationTest, AClosedCaseAndOneOfAnotherTemplateAreNotMigrated) {
  const Uuid project = world_->NewProjectOf("灌区改造", "621122", "2022-06-01");
  Case closed = world_->NewCase(project, "621122", *Date::Parse("2022-01-04"));
  closed.closed_on = *Date::Parse("2022-02-01");
  world_->Write(closed);
  EXPECT_EQ(Wrong(Request(kForward, {"cases/" + project.ToString()})), "cases[0]");
  const std::string migrated = NewCase();
  Must(Apply(Must(Create(Request(kForward, {migrated}))).name()));
  EXPECT_EQ(Wrong(Request(kForward, {migrated})), "cases[0]");
}

TEST_F(CaseMigrationTest, ACaseWithADroppedProcedureUnderWayIsRefusedOrLeftOut) {
  const std::string stuck = NewCase(), free = NewCase();
  Approve(stuck, "P01");
  Approve(stuck, "P10");
  Must(Move(stuck, "P20", v1::SUBMIT));
  const v1::CaseMigration refused = Must(Create(Request(kForward, {stuck, free})));
  EXPECT_EQ(refused.cases(), 2);
  EXPECT_EQ(refused.cases_refused(), 1);
  EXPECT_EQ(refused.previews(0).case_(), stuck);
  EXPECT_EQ(refused.previews(0).refusal(), "P20已报送，须先办结、退回或撤回");
  EXPECT_EQ(refused.previews(1).refusal(), "");
  const absl::Status status = Apply(refused.name()).status();
  EXPECT_EQ(ReasonOf(status), "CASE_MIGRATION_REFUSED");
  EXPECT_EQ(MetadataOf(status, "cases"), "1");
  EXPECT_EQ(Page(free).case_().template_(), "templates/small");
  const v1::CaseMigration without = Must(Create(Request(kForward + "skip_refused: true", {stuck, free})));
  Must(Apply(without.name()));
  EXPECT_EQ(Page(free).case_().template_(), "templates/small-2022");
  EXPECT_EQ(Page(stuck).case_().template_(), "templates/small");
  EXPECT_EQ(Page(stuck).case_().etag(), "1");
}

TEST_F(CaseMigrationTest, ATemplateThatIsNotForTheProjectIsRefused) {
  const v1::CaseMigration refused = Must(
      Create(Request("from_template: 'templates/small' to_template: 'templates/large-2022' " + kRules, {NewCase()})));
  EXPECT_EQ(refused.cases_refused(), 1);
  EXPECT_EQ(refused.previews(0).refusal(), "新模板不适用于该项目");
}

TEST_F(CaseMigrationTest, OnlyCountingKeepsNothing) {
  const std::string name = NewCase();
  Approve(name, "P01");
  Accept(name, "P10");
  const int64_t kept = Count("SELECT COUNT(*) FROM case_migration");
  const v1::CaseMigration counted = Must(Create(Request(kForward + "validate_only: true", {name})));
  EXPECT_EQ(counted.name() + counted.etag(), "");
  EXPECT_EQ(counted.cases(), 1);
  ASSERT_EQ(counted.previews_size(), 1);
  EXPECT_EQ(counted.previews(0).title(), "灌区改造");
  EXPECT_EQ(counted.previews(0).case_etag(), "1");
  std::string changes;
  for (const v1::CaseMigration::Change& one : counted.previews(0).changes()) {
    changes += fmt::format("{} {}>{} {} {}\n", v1::CaseMigration::Effect_Name(one.effect()), one.from(), one.to(),
                           v1::ProcedureState_Name(one.state()), one.reason());
  }
  EXPECT_EQ(changes,
            "KEPT P01>P01 APPROVED \nMAPPED P10>Q10 ACCEPTED 可研改由新事项办理\nNEWLY_REQUIRED >P30 NOT_STARTED \n"
            "KEPT P50>P50 NOT_STARTED \nNO_LONGER_REQUIRED P20> NOT_STARTED 初设取消\n");
  EXPECT_EQ(counted.totals_size(), 5);
  EXPECT_EQ(Count("SELECT COUNT(*) FROM case_migration"), kept);
  EXPECT_EQ(Page(name).case_().etag(), "1");
}

TEST_F(CaseMigrationTest, WhatHasBegunGoesOnOrStaysWithItsHistory) {
  const std::string name = NewCase();
  for (const char* code : {"P01", "P10", "P20"}) Approve(name, code);
  const v1::Procedure before = Read(name + "/procedures/P10");
  const v1::CaseMigration previewed = Must(Create(Request(kForward, {name})));
  EXPECT_EQ(previewed.state(), v1::CaseMigration::PREVIEWED);
  EXPECT_EQ(Must(Get(previewed.name())).SerializeAsString(), previewed.SerializeAsString());
  EXPECT_EQ(ReasonOr(Apply(previewed.name(), "etag: '7'")), "ETAG_MISMATCH");
  const std::string once = "etag: '1' request_id: '00000000-0000-4000-8000-000000000021'";
  const v1::CaseMigration applied = Must(Apply(previewed.name(), once));
  EXPECT_EQ(applied.state(), v1::CaseMigration::APPLIED);
  EXPECT_EQ(applied.apply_account(), County("621122").account);
  EXPECT_EQ(applied.apply_reason(), "新条例施行");
  const v1::CaseView page = Page(name);
  EXPECT_EQ(page.case_().template_(), "templates/small-2022");
  EXPECT_EQ(page.case_().baselines(), 1);
  EXPECT_EQ(Stand(page), "P01 APPROVED, Q10 APPROVED, P30 NOT_STARTED, P50 NOT_STARTED, P20! APPROVED");
  EXPECT_EQ(page.procedures(4).requirement_reason(), "初设取消");
  EXPECT_EQ(page.procedures(4).approval().number(), "定发改〔2022〕1号");
  EXPECT_EQ(page.procedures(1).approval().number(), before.approval().number());
  EXPECT_EQ(page.procedures(1).accepted_on(), before.accepted_on());
  EXPECT_EQ(
      Count("SELECT COUNT(*) FROM procedure_version WHERE last_move = 12 AND project_id = UNHEX('" + Hex(name) + "')"),
      3)
      << "each decision counts once in the efficiency of departments";
  EXPECT_EQ(Stand(Page(name, "2022-04-19")), "P01 APPROVED, P10 APPROVED, P20 APPROVED, P50 NOT_STARTED");
  EXPECT_EQ(ReasonOr(Apply(previewed.name())), "CASE_MIGRATION_CLOSED");
  EXPECT_EQ(Must(Apply(previewed.name(), once)).SerializeAsString(), applied.SerializeAsString());
  EXPECT_EQ(ReasonOr(Move(name, "P10", v1::PREPARE)), "PROCEDURE_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Move(name, "P20", v1::PREPARE, "2022-03-02")), "PROCEDURE_NOT_REQUIRED");
  Must(Move(name, "P30", v1::SUBMIT, "2022-03-02"));
  Must(Move(name, "P30", v1::ACCEPT, "2022-03-02"));  // Its prerequisite is the procedure that goes on as Q10.
  const std::vector<v1::Baseline> baselines = Baselines(name);
  ASSERT_EQ(baselines.size(), 2u);
  EXPECT_EQ(baselines[0].reason(), "新条例施行");
  EXPECT_EQ(baselines[0].template_(), "templates/small-2022");
  EXPECT_EQ(baselines[1].template_(), "templates/small");
}

TEST_F(CaseMigrationTest, WhatRunsKeepsItsClock) {
  const std::string name = NewCase();
  Approve(name, "P01");
  Accept(name, "P10");
  Must(Move(name, "P10", v1::REQUEST_CORRECTION));
  Must(Apply(Must(Create(Request(kForward, {name}))).name()));
  const v1::Procedure going = Read(name + "/procedures/Q10");
  EXPECT_EQ(going.state(), v1::IN_CORRECTION);
  EXPECT_EQ(going.pauses_size(), 1);
  EXPECT_EQ(going.last_move(), v1::MIGRATE);
  EXPECT_EQ(going.department(), "organizations/dept-01") << "whoever works on it goes on";
  EXPECT_TRUE(going.clock().paused());
  Must(Move(name, "Q10", v1::RESUBMIT, "2022-03-02"));  // Entered late, of a day before the migration.
  Must(Move(name, "Q10", v1::APPROVE, "2022-04-20"));
}

TEST_F(CaseMigrationTest, WhatWasPreviewedIsAppliedOrNothing) {
  const std::string kept = NewCase(), dropped = NewCase(), other = NewCase();
  Approve(dropped, "P01");
  Approve(dropped, "P10");
  const v1::CaseMigration both = Must(Create(Request(kForward, {kept, dropped, other})));
  Must(Move(kept, "P01", v1::SUBMIT));  // Means nothing to the migration.
  Must(Move(dropped, "P20", v1::SUBMIT));
  const absl::Status status = Apply(both.name()).status();
  EXPECT_EQ(ReasonOf(status), "CASE_CHANGED");
  EXPECT_EQ(MetadataOf(status, "case"), dropped);
  for (const std::string& name : {kept, dropped, other}) EXPECT_EQ(Page(name).case_().etag(), "1");
  EXPECT_EQ(Count("SELECT COUNT(*) FROM change_set WHERE committed = 0"), 0);
  EXPECT_EQ(Must(Get(both.name())).state(), v1::CaseMigration::PREVIEWED);
  Must(Move(dropped, "P20", v1::WITHDRAW));
  EXPECT_EQ(ReasonOr(Apply(both.name())), "CASE_CHANGED") << "would stay with its history now";
  const v1::CaseMigration again = Must(Create(Request(kForward, {kept, other})));
  Must(Move(kept, "P01", v1::ACCEPT));
  Must(Apply(again.name()));
  EXPECT_EQ(Stand(Page(kept)), "P01 ACCEPTED, Q10 NOT_STARTED, P30 NOT_STARTED, P50 NOT_STARTED");
}

TEST_F(CaseMigrationTest, ItIsTakenBackWhole) {
  const std::string name = NewCase(), other = NewCase();
  Approve(name, "P01");
  Accept(name, "P10");
  const v1::CaseView before = Page(name);
  const v1::CaseMigration previewed = Must(Create(Request(kForward, {name, other})));
  EXPECT_EQ(ReasonOr(Revert(previewed.name())), "CASE_MIGRATION_NOT_APPLIED");
  Must(Apply(previewed.name()));
  EXPECT_EQ(ReasonOr(Revert(previewed.name(), "etag: '1'")), "ETAG_MISMATCH");
  const std::string once = "etag: '2' request_id: '00000000-0000-4000-8000-000000000022'";
  const v1::CaseMigration reverted = Must(Revert(previewed.name(), once));
  EXPECT_EQ(reverted.state(), v1::CaseMigration::REVERTED);
  EXPECT_EQ(reverted.revert_reason(), "条例暂缓");
  const v1::CaseView after = Page(name);
  EXPECT_EQ(Stand(after), Stand(before));
  EXPECT_EQ(after.case_().template_(), "templates/small");
  EXPECT_EQ(after.case_().baselines(), 2);
  EXPECT_EQ(after.schedule().SerializeAsString(), before.schedule().SerializeAsString());
  EXPECT_EQ(Page(other).case_().template_(), "templates/small");
  EXPECT_EQ(ReasonOr(Revert(previewed.name())), "CASE_MIGRATION_NOT_APPLIED");
  EXPECT_EQ(ReasonOr(Apply(previewed.name())), "CASE_MIGRATION_CLOSED");
  EXPECT_EQ(Must(Revert(previewed.name(), once)).SerializeAsString(), reverted.SerializeAsString());
  EXPECT_EQ(Must(Get(previewed.name())).previews_size(), 2) << "what was previewed stays on record";
  // Migrated once more, what went on meanwhile goes on from there.
  Must(Move(name, "P10", v1::APPROVE, "2022-04-20"));
  Must(Apply(Must(Create(Request(kForward, {name}))).name()));
  EXPECT_EQ(Read(name + "/procedures/Q10").state(), v1::APPROVED);
}

TEST_F(CaseMigrationTest, ACaseThatMovedSinceIsNotTakenBack) {
  const std::string moved = NewCase(), other = NewCase(), retargeted = NewCase();
  const v1::CaseMigration first = Must(Create(Request(kForward, {moved, other})));
  const v1::CaseMigration second = Must(Create(Request(kForward, {retargeted})));
  Must(Apply(first.name()));
  Must(Apply(second.name()));
  Must(Move(moved, "P01", v1::SUBMIT));
  v1::SetTargetStartRequest target;
  target.set_name(retargeted);
  target.set_target_start_on("2022-10-10");
  target.set_reason("变更");
  Must(world_->server().Call<v1::Case>(CityOffice(), "CaseService/SetTargetStart", target));
  const absl::Status status = Revert(first.name()).status();
  EXPECT_EQ(ReasonOf(status), "CASE_MOVED_SINCE");
  EXPECT_EQ(MetadataOf(status, "case"), moved);
  EXPECT_EQ(ReasonOr(Revert(second.name())), "CASE_MOVED_SINCE");
  EXPECT_EQ(Page(other).case_().template_(), "templates/small-2022") << "all or nothing";
  EXPECT_EQ(Must(Get(first.name())).state(), v1::CaseMigration::APPLIED);
  EXPECT_EQ(Count("SELECT COUNT(*) FROM change_set WHERE committed = 0"), 0);
}

TEST_F(CaseMigrationTest, ANewAssessmentKeepsWhatWasRetained) {
  const std::string name = NewCase();
  for (const char* code : {"P01", "P10", "P20"}) Approve(name, code);
  Must(Apply(Must(Create(Request(kForward, {name}))).name()));
  auto reassess = Parse<v1::ReassessCaseRequest>("reason: '核对'");
  reassess.set_name(name);
  Must(world_->server().Call<v1::Case>(CityOffice(), "CaseService/ReassessCase", reassess));
  EXPECT_EQ(Stand(Page(name)), "P01 APPROVED, Q10 APPROVED, P30 NOT_STARTED, P50 NOT_STARTED, P20! APPROVED");
  auto back =
      Parse<v1::ReassessCaseRequest>("reason: '恢复' decisions { code: 'P20' requirement: REQUIRED reason: 'x' }");
  back.set_name(name);
  EXPECT_EQ(WrongFields(world_->server().Call<v1::Case>(CityOffice(), "CaseService/ReassessCase", back).status()),
            "decisions[0].code");
}

// What a migration left behind under an old code is no procedure of the case when that code comes back.
TEST_F(CaseMigrationTest, ACodeThatComesBackBeginsAnewOrTakesUpWhatIsMappedToIt) {
  const std::string renamed = NewCase(), anew = NewCase();
  for (const std::string& name : {renamed, anew}) {
    Approve(name, "P01");
    Approve(name, "P10");
  }
  Must(Apply(Must(Create(Request(kForward, {renamed, anew}))).name()));
  const std::string back =
      "from_template: 'templates/small-2022' to_template: 'templates/small' rules { from: 'P30' reason: '取消' } ";
  Must(Apply(Must(Create(Request(back + "rules { from: 'Q10' to: 'P10' reason: '恢复' }", {renamed}))).name()));
  EXPECT_EQ(Stand(Page(renamed)), "P01 APPROVED, P10 APPROVED, P20 NOT_STARTED, P50 NOT_STARTED");
  Must(Apply(Must(Create(Request(back + "rules { from: 'Q10' reason: '作废' }", {anew}))).name()));
  EXPECT_EQ(Stand(Page(anew)), "P01 APPROVED, P10 NOT_STARTED, P20 NOT_STARTED, P50 NOT_STARTED, Q10! APPROVED");
  Approve(anew, "P10");
}

TEST_F(CaseMigrationTest, AListIsMigratedInTheRegionsThatTheCallerWrites) {
  world_->NewLists();
  const std::string mine = NewCase("621122", true), theirs = NewCase("621121", true);
  const std::string request = kForward + "list: '" + world_->list() + "'";
  const v1::CaseMigration own = Must(Create(Request(request)));
  EXPECT_EQ(own.cases(), 1);
  EXPECT_EQ(own.region(), "621122");
  const v1::CaseMigration both = Must(Create(Request(request), CityOffice()));
  EXPECT_EQ(both.cases(), 2);
  EXPECT_EQ(ReasonOr(Get(both.name())), "CASE_MIGRATION_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Apply(own.name(), "", County("621121"))), "CASE_MIGRATION_NOT_FOUND");
  Must(Apply(both.name(), "", CityOffice()));
  EXPECT_EQ(ReasonOr(Apply(own.name())), "CASE_CHANGED");
  EXPECT_EQ(ReasonOr(Revert(both.name())), "CASE_MIGRATION_NOT_FOUND");
}

TEST_F(CaseMigrationTest, AreListedNewestFirstPageByPage) {
  const auth::Principal county = County("621125");
  const std::string name = NewCase("621125");
  std::vector<std::string> made;
  for (int i = 0; i < 3; ++i) made.push_back(Must(Create(Request(kForward, {name}), county)).name());
  std::vector<std::string> seen;
  auto request = Parse<v1::ListCaseMigrationsRequest>("page_size: 2");
  do {
    const auto page = Must(world_->server().Call<v1::ListCaseMigrationsResponse>(
        county, "CaseMigrationService/ListCaseMigrations", request));
    for (const v1::CaseMigration& one : page.case_migrations()) {
      seen.push_back(one.name());
      EXPECT_EQ(one.previews_size(), 0);
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(seen, std::vector<std::string>(made.rbegin(), made.rend()));
}

TEST_F(CaseMigrationTest, ManyCasesAreMigratedAndTakenBackAllOrNone) {
  const std::vector<std::string> names = Open(450);  // More than two transactions of an application take.
  Approve(names.front(), "P01");
  Accept(names.front(), "P10");
  const v1::CreateCaseMigrationRequest request = Request(kForward, names);
  const v1::CaseMigration early = Must(Create(request));
  Must(Move(names.back(), "P20", v1::SUBMIT));
  EXPECT_EQ(ReasonOr(Apply(early.name())), "CASE_CHANGED");
  EXPECT_EQ(Count("SELECT COUNT(*) FROM change_set WHERE committed = 0"), 0);
  EXPECT_EQ(Page(names.front()).case_().etag(), "1");
  Must(Move(names.back(), "P20", v1::WITHDRAW));
  const v1::CaseMigration late = Must(Create(request));
  Must(Apply(late.name()));
  for (const std::string& name : names) ASSERT_EQ(Page(name).case_().template_(), "templates/small-2022");
  EXPECT_EQ(Read(names.front() + "/procedures/Q10").state(), v1::ACCEPTED);
  Must(Revert(late.name()));
  for (const std::string& name : names) ASSERT_EQ(Page(name).case_().template_(), "templates/small");
}

TEST_F(CaseMigrationTest, IsMadeTrueOnceByManyWhoApply) {
  const std::vector<std::string> names = Open(20);
  const v1::CaseMigration migration = Must(Create(Request(kForward, names)));
  std::atomic<int> applied{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      v1::ApplyCaseMigrationRequest request;
      request.set_name(migration.name());
      request.set_reason("同时");
      PreapprovalServer& server = world_->server();
      const auto answer = server.rpc().channel().Call<v1::CaseMigration>(
          kPreapproval + "CaseMigrationService/ApplyCaseMigration", request, server.OptionsFor(County("621122")));
      applied += answer.ok() ? 1 : 0;
      if (!answer.ok()) {
        EXPECT_THAT(ReasonOf(answer.status()), ::testing::AnyOf("CASE_MIGRATION_CLOSED", "CHANGE_IN_PROGRESS"));
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(applied, 1);
  EXPECT_TRUE(
      world_->server().service().engine().Sync(std::chrono::steady_clock::now() + std::chrono::seconds(10)).ok());
  for (const std::string& name : names) EXPECT_EQ(Page(name).case_().etag(), "2");
}

// Moves of the same cases at the same time: each is either part of what is migrated, or made behind it.
TEST_F(CaseMigrationTest, NoMoveIsLostBesideAMigration) {
  const std::vector<std::string> names = Open(40);
  const v1::CaseMigration migration = Must(Create(Request(kForward, names)));
  std::atomic<int> moves{0};
  const rpc::CallOptions options = world_->server().OptionsFor(County("621122"));
  std::thread mover([&] {
    PreapprovalServer& server = world_->server();
    for (const std::string& name : names) {
      v1::MoveProcedureRequest request;
      request.set_name(name + "/procedures/P01");
      request.set_move(v1::SUBMIT);
      const auto answer =
          server.rpc().channel().Call<v1::Procedure>(kPreapproval + "ProcedureService/MoveProcedure", request, options);
      if (answer.ok()) ++moves;
      if (!answer.ok()) {
        EXPECT_EQ(ReasonOf(answer.status()), "CHANGE_IN_PROGRESS");
      }
    }
  });
  Must(Apply(migration.name()));
  mover.join();
  int submitted = 0;
  EXPECT_TRUE(
      world_->server().service().engine().Sync(std::chrono::steady_clock::now() + std::chrono::seconds(10)).ok());
  for (const std::string& name : names) {
    const v1::CaseView page = Page(name);
    EXPECT_EQ(page.case_().template_(), "templates/small-2022");
    submitted += page.procedures(0).state() == v1::SUBMITTED ? 1 : 0;
  }
  EXPECT_EQ(submitted, moves);
}

}  // namespace
}  // namespace yaoshi::preapproval::testing

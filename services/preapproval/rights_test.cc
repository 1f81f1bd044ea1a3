// A county reads and writes nothing of another county, by any method of preapproval: every method of its protos has a
// probe, and what is bound is called.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "common/rpc/service.h"
#include "services/preapproval/testing/rates_world.h"
#include "yaoshi/common/v1/change_feed.pb.h"
#include "yaoshi/common/v1/figure.pb.h"
#include "yaoshi/preapproval/v1/case.pb.h"
#include "yaoshi/preapproval/v1/case_migration.pb.h"
#include "yaoshi/preapproval/v1/delegation.pb.h"
#include "yaoshi/preapproval/v1/procedure.pb.h"
#include "yaoshi/preapproval/v1/procedure_import.pb.h"
#include "yaoshi/preapproval/v1/procedure_type.pb.h"
#include "yaoshi/preapproval/v1/scenario.pb.h"
#include "yaoshi/preapproval/v1/schedule.pb.h"
#include "yaoshi/preapproval/v1/statistics.pb.h"
#include "yaoshi/preapproval/v1/template.pb.h"
#include "yaoshi/preapproval/v1/work_calendar.pb.h"

namespace yaoshi::preapproval::testing {
namespace {

// In every text of the other county's data; nothing that the caller is answered may contain it.
const std::string kSecret = "通渭机密";
// Longxi asks; Tongwei owns.
const auth::Principal kLongxi = {"longxi", auth::Role::kCounty, "621122", "", false};

enum class Answer {
  kDenied,   // PERMISSION_DENIED: the role never may.
  kRefused,  // Any error that tells nothing: a write, or a read of one thing.
  kNothing,  // OK, without anything of the other county.
};

struct Probe {
  std::string
      request;  // In protobuf's text format; $ is the other county's project id, @ its scenario's, % its migration's.
  Answer expected = Answer::kRefused;
};

// By "Service.Method".
const std::map<std::string, std::vector<Probe>> kProbes = {
    {"CaseService.OpenCase", {{"project: 'projects/$'"}, {"project: 'projects/$' validate_only: true"}}},
    {"CaseService.BatchOpenCases", {{"requests { project: 'projects/$' }"}}},
    {"CaseService.GetCase", {{"name: 'cases/$'"}, {"name: 'cases/$' as_of: '2022-04-19'"}}},
    {"CaseService.ListCases",
     {{"", Answer::kNothing},
      {"list: 'lists/invest-2022-1' include_total_size: true", Answer::kNothing},
      {"filter: 'region = \"621121\"'", Answer::kNothing},
      {"filter: 'NOT region = \"621122\"' as_of: '2022-04-19'", Answer::kNothing},
      {"region: '621121'"}}},
    {"CaseService.ListBaselines", {{"name: 'cases/$'"}}},
    {"CaseService.SetTargetStart", {{"name: 'cases/$' target_start_on: '2022-06-01' reason: '越权'"}}},
    {"CaseService.ReassessCase", {{"name: 'cases/$' reason: '越权'"}}},
    {"CaseService.CheckGate", {{"project: 'projects/$'"}, {"project: 'projects/$' as_of: '2022-04-19'"}}},
    {"ProcedureService.GetProcedure",
     {{"name: 'cases/$/procedures/P01'"}, {"name: 'cases/$/procedures/P10' as_of: '2022-04-19'"}}},
    {"ProcedureService.ListProcedures",
     {{"", Answer::kNothing},
      {"list: 'lists/invest-2022-1' include_total_size: true", Answer::kNothing},
      {"filter: 'region = \"621121\" OR region = \"621122\"'", Answer::kNothing},
      {"filter: 'NOT region = \"621122\"' as_of: '2022-04-19'", Answer::kNothing},
      {"region: '621121'"}}},
    {"ProcedureService.MoveProcedure",
     {{"name: 'cases/$/procedures/P10' move: SUBMIT"},
      {"name: 'cases/$/procedures/P10' move: WITHDRAW reason: '越权'"}}},
    {"ProcedureService.BatchMoveProcedures", {{"requests { name: 'cases/$/procedures/P10' move: SUBMIT }"}}},
    {"ProcedureService.ListProcedureVersions", {{"name: 'cases/$/procedures/P01'"}}},
    {"ProcedureService.ListTasks", {{"", Answer::kNothing}, {"region: '621121'"}}},
    {"ScenarioService.CreateScenario",
     {{"title: '越权' cases: 'cases/$' changes { shift_working_days: 5 }"},
      {"title: '越权' cases: 'cases/$' changes { shift_working_days: 5 } validate_only: true"},
      {"title: '自己的' list: 'lists/invest-2022-1' changes { shift_working_days: 5 } validate_only: true",
       Answer::kNothing},
      {"title: '越权' list: 'lists/invest-2022-1' region: '621121' changes { shift_working_days: 5 }"}}},
    {"ScenarioService.GetScenario", {{"name: 'scenarios/@'"}}},
    {"ScenarioService.ListScenarios", {{"", Answer::kNothing}, {"region: '621121'"}}},
    {"ScenarioService.ApplyScenario", {{"name: 'scenarios/@' reason: '越权'"}}},
    {"ScenarioService.DropScenario", {{"name: 'scenarios/@'"}}},
    {"CaseMigrationService.CreateCaseMigration",
     {{"from_template: 'templates/small' to_template: 'templates/small-2022' cases: 'cases/$'"},
      {"from_template: 'templates/small' to_template: 'templates/small-2022' cases: 'cases/$' validate_only: true"},
      {"from_template: 'templates/small' to_template: 'templates/small-2022' list: 'lists/invest-2022-1' "
       "validate_only: true",
       Answer::kNothing},
      {"from_template: 'templates/small' to_template: 'templates/small-2022' validate_only: true", Answer::kNothing},
      {"from_template: 'templates/small' to_template: 'templates/small-2022' region: '621121'"}}},
    {"CaseMigrationService.GetCaseMigration", {{"name: 'caseMigrations/%'"}}},
    {"CaseMigrationService.ListCaseMigrations", {{"", Answer::kNothing}, {"region: '621121'"}}},
    {"CaseMigrationService.ApplyCaseMigration", {{"name: 'caseMigrations/%' reason: '越权'"}}},
    {"CaseMigrationService.RevertCaseMigration", {{"name: 'caseMigrations/%' reason: '越权'"}}},
    {"ScheduleService.GetSchedule", {{"name: 'cases/$/schedule'"}}},
    {"ScheduleService.ListWarnings", {{"", Answer::kNothing}, {"region: '621121'"}}},
    {"StatisticsService.GetCompletionRates",
     {{"list: 'lists/invest-2022-1' group_by: RATE_BY_REGION include_year_before: true", Answer::kNothing},
      {"list: 'lists/invest-2022-1' group_by: RATE_BY_REGION as_of: '2022-04-19'", Answer::kNothing},
      {"list: 'lists/invest-2022-1' region: '621121'"},
      {"list: 'lists/invest-2022-1' region: '621100'"}}},
    {"StatisticsService.GetEfficiency",
     {{"", Answer::kNothing}, {"department: 'organizations/secret'", Answer::kNothing}, {"region: '621121'"}}},
    {"DelegationService.CreateDelegation",
     {{"delegation { from_department: 'organizations/dept-01' to_department: 'organizations/dept-02' "
       "from_on: '2022-04-20' to_on: '2022-05-20' reason: '越权' }"}}},
    {"DelegationService.EndDelegation", {{"name: 'delegations/$'"}}},
    // Who acts for whom is public in the city.
    {"DelegationService.ListDelegations", {{"", Answer::kNothing}}},
    // The catalogue and the calendars are public; only the city's office changes them.
    {"ProcedureTypeService.CreateProcedureType",
     {{"procedure_type_id: 'P99' procedure_type { title: '越权' stage: PLANNING_PERMISSION department: "
       "'organizations/dept-01' terms { effective_on: '2022-01-01' basis: '无' } }",
       Answer::kDenied}}},
    {"ProcedureTypeService.GetProcedureType", {{"name: 'procedureTypes/P01'", Answer::kNothing}}},
    {"ProcedureTypeService.ListProcedureTypes", {{"", Answer::kNothing}}},
    {"ProcedureTypeService.UpdateProcedureType",
     {{"procedure_type { name: 'procedureTypes/P01' title: '越权' }", Answer::kDenied}}},
    {"TemplateService.CreateTemplate", {{"template_id: 'own' template { title: '越权' }", Answer::kDenied}}},
    {"TemplateService.GetTemplate", {{"name: 'templates/small'", Answer::kNothing}}},
    {"TemplateService.ListTemplates", {{"", Answer::kNothing}}},
    {"TemplateService.UpdateTemplate", {{"template { name: 'templates/small' title: '越权' }", Answer::kDenied}}},
    {"TemplateService.PublishTemplate", {{"name: 'templates/small'", Answer::kDenied}}},
    {"TemplateService.ApplyTemplate",
     {{"template: 'templates/small' project { name: 'projects/$' title: '甲' region: '621122' regime: APPROVAL "
       "field: AGRICULTURE_WATER nature: NEW_CONSTRUCTION industry: 'N76' owner_title: '水务局' "
       "total_investment_fen: 1 }",
       Answer::kNothing}}},
    {"WorkCalendarService.CreateWorkCalendar", {{"work_calendar { year: 2030 source: '无' }", Answer::kDenied}}},
    {"WorkCalendarService.GetWorkCalendar", {{"name: 'workCalendars/2022'", Answer::kNothing}}},
    {"WorkCalendarService.ListWorkCalendars", {{"", Answer::kNothing}}},
    {"WorkCalendarService.UpdateWorkCalendar",
     {{"work_calendar { name: 'workCalendars/2022' source: '无' }", Answer::kDenied}}},
    {"WorkCalendarService.PreviewWorkCalendar", {{"work_calendar { year: 2022 source: '无' }", Answer::kDenied}}},
    {"WorkCalendarService.CountDays", {{"from: '2022-04-20' days: 1", Answer::kNothing}}},
    {"FigureService.ListFigures",
     {{"", Answer::kNothing}, {"as_of: '2022-04-19'", Answer::kNothing}, {"region: '621121'"}}},
    // Which rows a county may import is tested with the importer; here no registry keeps a file.
    {"ProcedureImportService.ImportProcedures", {{"file: 'files/$' reason: '越权'"}}},
    {"OperationService.GetOperation", {{"name: 'operations/$'"}}},
    {"OperationService.CancelOperation", {{"name: 'operations/$'"}}},
    {"ChangeFeed.Subscribe", {{"", Answer::kDenied}}},
    {"ChangeFeed.ListChanges", {{"", Answer::kDenied}, {"name: 'cases/$'", Answer::kDenied}}},
    {"ChangeFeed.VerifyChanges", {{"", Answer::kDenied}}},
};

std::string KeyOf(const google::protobuf::MethodDescriptor& method) {
  return fmt::format("{}.{}", std::string(method.service()->name()), std::string(method.name()));
}

class RightsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = new RatesWorld;
    theirs_ = Fill("621121", kSecret + "一号");
    Fill("621122", "陇西自己的水渠");
    v1::CreateScenarioRequest what_if = Parse<v1::CreateScenarioRequest>("changes { shift_working_days: 5 }");
    what_if.set_title(kSecret);
    what_if.add_cases("cases/" + theirs_.ToString());
    scenario_ = Must(world_->server().Call<v1::Scenario>(rpc::testing::County("621121"),
                                                         "ScenarioService/CreateScenario", what_if))
                    .name();
    scenario_.erase(0, scenario_.find('/') + 1);
    migration_ = NewMigration();
  }
  static void TearDownTestSuite() {
    delete world_;
    world_ = nullptr;
  }

  // Tongwei's cases to a template that asks for the same.
  static std::string NewMigration() {
    PreapprovalServer& server = world_->server();
    Must(server.Call<v1::Template>(
        rpc::testing::CityOffice(), "TemplateService/CreateTemplate",
        Parse<v1::CreateTemplateRequest>(
            "template_id: 'small-2022' template { title: '小型' effective_on: '2022-04-01' basis: '条例' "
            "nodes { code: 'P01' gates_start: true } nodes { code: 'P10' prerequisites: 'P01' gates_start: true } "
            "nodes { code: 'P20' prerequisites: 'P10' gates_start: true } "
            "nodes { code: 'P50' prerequisites: 'P20' } }")));
    Must(server.Call<v1::Template>(rpc::testing::CityOffice(), "TemplateService/PublishTemplate",
                                   Parse<v1::PublishTemplateRequest>("name: 'templates/small-2022'")));
    const auto previewed = Must(server.Call<v1::CaseMigration>(
        rpc::testing::County("621121"), "CaseMigrationService/CreateCaseMigration",
        Parse<v1::CreateCaseMigrationRequest>("from_template: 'templates/small' to_template: 'templates/small-2022'")));
    EXPECT_EQ(previewed.previews(0).title(), kSecret + "一号");
    return previewed.name().substr(previewed.name().find('/') + 1);
  }

  static Uuid Fill(const std::string& region, const std::string& title) {
    const Uuid project = world_->NewProjectOf(title, region, "2022-05-01");
    world_->PutOn(world_->list(), project);
    Case subject = world_->NewCase(project, region, *Date::Parse("2022-01-04"));
    subject.procedures[0].reason = title;
    world_->Write(subject);
    Procedure procedure;
    procedure.project = project;
    procedure.code = "P01";
    procedure.region = region;
    procedure.department = region == "621121" ? "organizations/secret" : "organizations/dept-01";
    procedure.state = ProcedureState::kApproved;
    procedure.last_move = ProcedureMove::kApprove;
    procedure.accepted_on = *Date::Parse("2022-03-01");
    procedure.decided_on = procedure.effective_on = procedure.state_since = *Date::Parse("2022-03-07");
    procedure.approval = Approval{title, title, *procedure.decided_on, std::nullopt, ""};
    procedure.basis = title;
    procedure.rounds = 1;
    world_->Write(procedure);
    return project;
  }

  // The request of a probe; every one must be a message of the method.
  std::unique_ptr<google::protobuf::Message> RequestOf(const google::protobuf::MethodDescriptor& method,
                                                       const Probe& probe) {
    std::string text = probe.request;
    for (const auto& [sign, id] :
         {std::pair('$', theirs_.ToString()), std::pair('@', scenario_), std::pair('%', migration_)}) {
      for (size_t at = text.find(sign); at != std::string::npos; at = text.find(sign)) text.replace(at, 1, id);
    }
    std::unique_ptr<google::protobuf::Message> request(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(method.input_type())->New());
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, request.get())) << text;
    return request;
  }

  void Ask(const google::protobuf::MethodDescriptor& method, const Probe& probe) {
    SCOPED_TRACE(KeyOf(method) + " " + probe.request);
    const std::unique_ptr<google::protobuf::Message> request = RequestOf(method, probe);
    const std::string path =
        fmt::format("/{}/{}", std::string(method.service()->full_name()), std::string(method.name()));
    const rpc::Reply reply =
        world_->server().rpc().channel().CallBlocking(path, *request, world_->server().OptionsFor(kLongxi));
    if (probe.expected == Answer::kDenied) {
      EXPECT_EQ(reply.status.code(), absl::StatusCode::kPermissionDenied) << reply.status;
    } else {
      EXPECT_EQ(reply.status.ok(), probe.expected == Answer::kNothing) << reply.status;
    }
    const std::string told = reply.bytes + ToWire(reply.status);
    EXPECT_EQ(told.find(kSecret), std::string::npos) << "tells a text of the other county";
    EXPECT_EQ(told.find("organizations/secret"), std::string::npos) << "tells a department of the other county";
    const bool asked = probe.request.find('$') != std::string::npos;
    EXPECT_TRUE(asked || told.find(theirs_.ToString()) == std::string::npos) << "tells an id of the other county";
  }

  static inline RatesWorld* world_ = nullptr;
  static inline Uuid theirs_;
  static inline std::string scenario_, migration_;
};

TEST_F(RightsTest, ACountyReachesNothingOfAnother) {
  std::set<std::string> bound;
  for (const rpc::BoundService& service : world_->server().service().Bind()) {
    for (const rpc::BoundMethod& method : service.methods) {
      const std::string key = KeyOf(*method.descriptor);
      bound.insert(key);
      const auto probes = kProbes.find(key);
      ASSERT_NE(probes, kProbes.end()) << key << ": no probe says what a county may not do by this method: add one";
      for (const Probe& probe : probes->second) Ask(*method.descriptor, probe);
    }
  }
  EXPECT_TRUE(bound.contains("StatisticsService.GetCompletionRates"));
}

TEST_F(RightsTest, TheCityReadsBothCounties) {
  const auto rates = Must(
      world_->server().Call<v1::CompletionRates>(rpc::testing::CityOffice(), "StatisticsService/GetCompletionRates",
                                                 Parse<v1::GetCompletionRatesRequest>("list: 'lists/invest-2022-1'")));
  EXPECT_EQ(rates.total().projects(), 2);
  EXPECT_EQ(rates.total().completed(), 2);
}

// Every method of every proto of this service has a probe, bound or not.
TEST(Probes, KnowEveryMethod) {
  for (const google::protobuf::FileDescriptor* file :
       {v1::Case::descriptor()->file(), v1::CaseMigration::descriptor()->file(), v1::Delegation::descriptor()->file(),
        v1::Procedure::descriptor()->file(), v1::ProcedureType::descriptor()->file(),
        v1::ImportProceduresRequest::descriptor()->file(), v1::Scenario::descriptor()->file(),
        v1::Schedule::descriptor()->file(), v1::CompletionRates::descriptor()->file(),
        v1::Template::descriptor()->file(), v1::WorkCalendar::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const std::string key = KeyOf(*file->service(s)->method(m));
        EXPECT_TRUE(kProbes.contains(key)) << key;
      }
    }
  }
}

}  // namespace
}  // namespace yaoshi::preapproval::testing

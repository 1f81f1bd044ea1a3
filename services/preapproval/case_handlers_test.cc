// Cases and procedures through the API: opening, moving, rights, the gate, tasks, the past, and writers at once.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "services/preapproval/testing/preapproval_server.h"
#include "yaoshi/preapproval/v1/case.pb.h"
#include "yaoshi/preapproval/v1/delegation.pb.h"
#include "yaoshi/preapproval/v1/procedure.pb.h"
#include "yaoshi/preapproval/v1/work_calendar.pb.h"

namespace yaoshi::preapproval::testing {
namespace {

using rpc::testing::CityOffice;
using rpc::testing::County;
using rpc::testing::WithRole;

auth::Principal Department(const std::string& id) {
  return WithRole(auth::Role::kDepartment, "621100", id);
}

// 赋码 → 建议书 → 可研 → 初设, and 节能审查 beside. 初设 is kept out of the small ones.
const std::string kNodes =
    "nodes { code: 'P00' gates_start: true } nodes { code: 'P01' prerequisites: 'P00' gates_start: true } "
    "nodes { code: 'P04' prerequisites: 'P00' gates_start: true } "
    "nodes { code: 'P10' prerequisites: 'P01' prerequisites: 'P04' gates_start: true } "
    "nodes { code: 'P20' prerequisites: 'P10' gates_start: true rules { condition: 'epc = true' "
    "requirement: NOT_REQUIRED reason: '总承包' } } ";

class CaseTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = new PreapprovalServer;
    for (const char* id : {"dept-01", "dept-02"}) {
      registry::v1::Organization unit;
      unit.set_name(std::string("organizations/") + id);
      unit.set_region("621100");
      server_->Copy(unit);
    }
    Must(server_->Call<v1::WorkCalendar>(
        CityOffice(), "WorkCalendarService/CreateWorkCalendar",
        Parse<v1::CreateWorkCalendarRequest>(
            "work_calendar { year: 2022 source: '国办发明电〔2021〕11号' holidays: '2022-01-31' holidays: '2022-02-01' "
            "holidays: '2022-02-02' holidays: '2022-02-03' holidays: '2022-02-04' }")));
    for (const char* code : {"P00", "P01", "P04", "P10", "P20"}) {
      Must(server_->Call<v1::ProcedureType>(
          CityOffice(), "ProcedureTypeService/CreateProcedureType",
          Parse<v1::CreateProcedureTypeRequest>(
              std::string("procedure_type_id: '") + code + "' procedure_type { title: '手续" + code +
              "' stage: PLANNING_PERMISSION department: 'organizations/dept-0" +
              (std::string(code) == "P04" ? "2" : "1") +
              "' terms { effective_on: '2019-01-01' basis: '条例' legal_limit { count: 20 unit: WORKING_DAYS } "
              "promised_limit { count: 5 unit: WORKING_DAYS } } }")));
    }
    Must(server_->Call<v1::Template>(
        CityOffice(), "TemplateService/CreateTemplate",
        Parse<v1::CreateTemplateRequest>("template_id: 'approval' template { title: '审批制' effective_on: "
                                         "'2021-01-01' basis: '条例' " +
                                         kNodes + "}")));
    Must(server_->Call<v1::Template>(CityOffice(), "TemplateService/PublishTemplate",
                                     Parse<v1::PublishTemplateRequest>("name: 'templates/approval'")));
  }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }

  static registry::v1::Project Project(const std::string& region = "621122") {
    registry::v1::Project project = NewProject("供水工程", region);
    server_->Copy(project);
    return project;
  }
  static absl::StatusOr<v1::Case> Open(const std::string& project, const std::string& on = "2022-01-04",
                                       const auth::Principal& who = County("621122")) {
    v1::OpenCaseRequest request;
    request.set_project(project);
    request.set_opened_on(on);
    return server_->Call<v1::Case>(who, "CaseService/OpenCase", request);
  }
  // A new project's case, by name.
  static std::string NewCase() { return Must(Open(Project().name())).name(); }

  static v1::MoveProcedureRequest MoveRequest(const std::string& subject, const std::string& code,
                                              v1::ProcedureMove move, const std::string& on) {
    v1::MoveProcedureRequest request;
    request.set_name(subject + "/procedures/" + code);
    request.set_move(move);
    request.set_effective_on(on);
    if (move == v1::APPROVE) {
      request.mutable_approval()->set_number("定发改〔2022〕1号");
      request.mutable_approval()->set_issuer("定西市发展和改革委员会");
    }
    if (move == v1::REVOKE || move == v1::RETURN || move == v1::REJECT || move == v1::WAIVE) request.set_reason("依据");
    return request;
  }
  static absl::StatusOr<v1::Procedure> Get(const std::string& name, const auth::Principal& who = County("621122"),
                                           const std::string& more = "") {
    return server_->Call<v1::Procedure>(who, "ProcedureService/GetProcedure",
                                        Parse<v1::GetProcedureRequest>("name: '" + name + "' " + more));
  }
  static absl::StatusOr<v1::Procedure> Send(const v1::MoveProcedureRequest& request,
                                            const auth::Principal& who = County("621122")) {
    return server_->Call<v1::Procedure>(who, "ProcedureService/MoveProcedure", request);
  }
  // Moves with the etag that is there now.
  static absl::StatusOr<v1::Procedure> Move(const std::string& subject, const std::string& code, v1::ProcedureMove move,
                                            const std::string& on, const auth::Principal& who = County("621122")) {
    v1::MoveProcedureRequest request = MoveRequest(subject, code, move, on);
    request.set_etag(Must(Get(request.name(), CityOffice())).etag());
    return Send(request, who);
  }
  static void Approve(const std::string& subject, const std::string& code, const std::string& on) {
    for (const auto move : {v1::SUBMIT, v1::ACCEPT, v1::APPROVE}) Must(Move(subject, code, move, on));
  }
  static absl::StatusOr<v1::CheckGateResponse> Gate(const std::string& subject, const std::string& more = "") {
    return server_->Call<v1::CheckGateResponse>(
        County("621122"), "CaseService/CheckGate",
        Parse<v1::CheckGateRequest>("project: 'projects/" + subject.substr(subject.find('/') + 1) + "' " + more));
  }
  static v1::ListTasksResponse Tasks(const auth::Principal& who, const std::string& more = "") {
    return Must(
        server_->Call<v1::ListTasksResponse>(who, "ProcedureService/ListTasks", Parse<v1::ListTasksRequest>(more)));
  }

  static PreapprovalServer* server_;
};
PreapprovalServer* CaseTest::server_ = nullptr;

TEST_F(CaseTest, RefusesWhatCannotBeOpened) {
  const std::string project = Project().name();
  EXPECT_EQ(ReasonOr(Open("projects/0184c2c0-0000-7000-8000-000000000000")), "PROJECT_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Open(project, "2022-01-04", County("621125"))), "PROJECT_NOT_FOUND");
  EXPECT_EQ(WrongFields(Open(project, "2022-04-21").status()), "opened_on");
  EXPECT_EQ(WrongFields(Open(project, "1999-12-31").status()), "opened_on");
  EXPECT_EQ(ReasonOr(Open(project, "2020-12-31")), "NO_TEMPLATE_APPLIES");
  EXPECT_EQ(WrongFields(Open("cases/x").status()), "project");
  const auto opened = Must(Open(project));
  EXPECT_EQ(opened.procedures_size(), 5);
  EXPECT_EQ(opened.template_(), "templates/approval");
  EXPECT_EQ(ReasonOr(Open(project)), "CASE_EXISTS");
}

TEST_F(CaseTest, BatchOpensAllOrNone) {
  const std::string first = Project().name(), second = Project().name();
  v1::BatchOpenCasesRequest request;
  for (const std::string& name : {first, std::string("projects/0184c2c0-0000-7000-8000-000000000000")}) {
    request.add_requests()->set_project(name);
  }
  const auto open = [&] {
    return server_->Call<v1::BatchOpenCasesResponse>(CityOffice(), "CaseService/BatchOpenCases", request);
  };
  const auto refused = open();
  EXPECT_EQ(ReasonOr(refused), "PROJECT_NOT_FOUND");
  EXPECT_TRUE(refused.status().message().find("requests[1]") != std::string_view::npos);
  request.mutable_requests(1)->set_project(first);
  EXPECT_EQ(WrongFields(open().status()), "requests[1].project");
  request.mutable_requests(1)->set_project(second);
  EXPECT_EQ(Must(open()).cases_size(), 2);
}

TEST_F(CaseTest, ProceduresMoveInOrder) {
  const std::string subject = NewCase();
  EXPECT_EQ(ReasonOr(Send(MoveRequest(subject, "P77", v1::PREPARE, "2022-02-07"))), "PROCEDURE_NOT_FOUND");
  EXPECT_EQ(Must(Get(subject + "/procedures/P01")).etag(), "0");
  EXPECT_EQ(Must(Get(subject + "/procedures/P01")).state(), v1::NOT_STARTED);
  Must(Move(subject, "P01", v1::SUBMIT, "2022-02-07"));
  EXPECT_EQ(ReasonOr(Move(subject, "P01", v1::ACCEPT, "2022-02-08")), "PREREQUISITES_OPEN");
  EXPECT_EQ(ReasonOr(Move(subject, "P01", v1::ACCEPT, "2022-04-21")), "INVALID_FIELDS");
  EXPECT_EQ(ReasonOr(Move(subject, "P00", v1::SUBMIT, "2022-01-03")), "BEFORE_CASE");
  Approve(subject, "P00", "2022-02-08");
  const auto accepted = Must(Move(subject, "P01", v1::ACCEPT, "2022-02-09"));
  EXPECT_EQ(accepted.etag(), "2");
  EXPECT_EQ(accepted.clock().limit().count(), 5);
  EXPECT_TRUE(accepted.clock().overdue());
  EXPECT_FALSE(accepted.open_prerequisites_size());
  EXPECT_EQ(ReasonOr(Move(subject, "P01", v1::APPROVE, "2022-02-08")), "LATER_MOVE_EXISTS");
  EXPECT_EQ(ReasonOr(Move(subject, "P00", v1::REVOKE, "2022-02-08")), "LATER_MOVE_EXISTS");
  v1::MoveProcedureRequest stale = MoveRequest(subject, "P01", v1::APPROVE, "2022-02-16");
  EXPECT_EQ(WrongFields(Send(stale).status()), "etag");
  stale.set_etag("1");
  EXPECT_EQ(ReasonOr(Send(stale)), "ETAG_MISMATCH");
  stale.set_etag("2");
  stale.mutable_approval()->clear_number();
  EXPECT_EQ(WrongFields(Send(stale).status()), "approval.number");
  const auto approved = Must(Move(subject, "P01", v1::APPROVE, "2022-02-16"));
  EXPECT_EQ(approved.approval().approved_on(), "2022-02-16");
  EXPECT_EQ(approved.clock().used(), 5);
  EXPECT_FALSE(approved.clock().overdue());
  const auto shown = Must(Get(approved.name()));
  EXPECT_EQ(shown.DebugString(), approved.DebugString());  // Memory tells what the write answered.
}

TEST_F(CaseTest, ThePastIsToldAsItWas) {
  const std::string subject = NewCase();
  Approve(subject, "P00", "2022-02-08");
  const std::string name = subject + "/procedures/P00";
  Must(Move(subject, "P00", v1::REVOKE, "2022-03-01"));
  EXPECT_EQ(Must(Get(name)).state(), v1::RETURNED);
  EXPECT_EQ(Must(Get(name, County("621122"), "as_of: '2022-02-28'")).state(), v1::APPROVED);
  EXPECT_EQ(Must(Get(name, County("621122"), "as_of: '2022-02-07'")).state(), v1::NOT_STARTED);
  EXPECT_EQ(ReasonOr(Get(name, County("621122"), "as_of: '2022-01-03'")), "PROCEDURE_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Get(name, County("621122"), "known_at: '2022-01-03T00:00:00Z'")), "PROCEDURE_NOT_FOUND");
  const auto versions = Must(server_->Call<v1::ListProcedureVersionsResponse>(
      County("621122"), "ProcedureService/ListProcedureVersions",
      Parse<v1::ListProcedureVersionsRequest>("page_size: 3 name: '" + name + "'")));
  ASSERT_EQ(versions.versions_size(), 3);
  EXPECT_EQ(versions.versions(0).procedure().last_move(), v1::REVOKE);
  EXPECT_EQ(versions.versions(0).reason(), "依据");
  const auto rest = Must(server_->Call<v1::ListProcedureVersionsResponse>(
      County("621122"), "ProcedureService/ListProcedureVersions",
      Parse<v1::ListProcedureVersionsRequest>("page_size: 3 name: '" + name + "' page_token: '" +
                                              versions.next_page_token() + "'")));
  ASSERT_EQ(rest.versions_size(), 1);
  EXPECT_EQ(rest.versions(0).procedure().last_move(), v1::SUBMIT);
}

TEST_F(CaseTest, EachDepartmentMovesItsOwn) {
  const std::string subject = NewCase();
  Must(Move(subject, "P00", v1::SUBMIT, "2022-02-08"));
  EXPECT_EQ(ReasonOr(Move(subject, "P00", v1::ACCEPT, "2022-02-08", County("621125"))), "PROCEDURE_NOT_FOUND");
  EXPECT_EQ(ReasonOr(Move(subject, "P00", v1::ACCEPT, "2022-02-08", Department("dept-02"))), "NOT_YOUR_PROCEDURE");
  EXPECT_EQ(ReasonOr(Move(subject, "P00", v1::WITHDRAW, "2022-02-08", Department("dept-01"))), "NOT_YOUR_PROCEDURE");
  Must(Move(subject, "P00", v1::ACCEPT, "2022-02-08", Department("dept-01")));
  Must(server_->Call<v1::Delegation>(
      Department("dept-01"), "DelegationService/CreateDelegation",
      Parse<v1::CreateDelegationRequest>(
          "delegation { from_department: 'organizations/dept-01' to_department: 'organizations/dept-02' codes: 'P00' "
          "from_on: '2022-03-01' to_on: '2022-12-31' reason: '借调' }")));
  EXPECT_EQ(ReasonOr(Move(subject, "P00", v1::APPROVE, "2022-02-28", Department("dept-02"))), "NOT_YOUR_PROCEDURE");
  Must(Move(subject, "P00", v1::APPROVE, "2022-03-01", Department("dept-02")));
}

TEST_F(CaseTest, TheGateSaysWhatStandsInTheWay) {
  const std::string project = Project().name();
  const auto none = Must(Gate(project));
  ASSERT_EQ(none.obstacles_size(), 1);
  EXPECT_EQ(none.obstacles(0).kind(), v1::CheckGateResponse::Obstacle::NO_CASE);
  const std::string subject = Must(Open(project)).name();
  EXPECT_EQ(Must(Gate(subject)).obstacles_size(), 5);
  for (const char* code : {"P00", "P01", "P04", "P10", "P20"}) Approve(subject, code, "2022-02-10");
  EXPECT_TRUE(Must(Gate(subject)).clear());
  EXPECT_FALSE(Must(Gate(subject, "as_of: '2022-02-09'")).clear());
  v1::MoveProcedureRequest renewed = MoveRequest(subject, "P20", v1::REVOKE, "2022-02-11");
  renewed.set_etag("3");
  Must(Send(renewed));
  const auto open = Must(Gate(subject));
  ASSERT_EQ(open.obstacles_size(), 1);
  EXPECT_EQ(open.obstacles(0).kind(), v1::CheckGateResponse::Obstacle::PROCEDURE_OPEN);
  EXPECT_EQ(open.obstacles(0).procedure(), subject + "/procedures/P20");
  Must(Move(subject, "P20", v1::SUBMIT, "2022-02-12"));
  v1::MoveProcedureRequest tolerant = MoveRequest(subject, "P20", v1::ACCEPT_TOLERANTLY, "2022-02-12");
  v1::Procedure::Obligation& obligation = *tolerant.add_obligations();
  obligation.set_document("用地意见");
  obligation.set_due_on("2022-03-31");
  obligation.set_blocks("P40");
  Must(Send(tolerant));
  v1::MoveProcedureRequest approve = MoveRequest(subject, "P20", v1::APPROVE, "2022-02-14");
  approve.set_etag("6");
  approve.mutable_approval()->set_valid_until("2022-03-15");
  Must(Send(approve));
  EXPECT_EQ(Must(Gate(subject, "as_of: '2022-03-01'")).obstacles_size(), 1);
  const auto lapsed = Must(Gate(subject));
  ASSERT_EQ(lapsed.obstacles_size(), 2);
  EXPECT_EQ(lapsed.obstacles(0).kind(), v1::CheckGateResponse::Obstacle::APPROVAL_EXPIRED);
  EXPECT_EQ(lapsed.obstacles(1).kind(), v1::CheckGateResponse::Obstacle::OBLIGATION_OPEN);
}

// It is 2022-04-20. No move and no timer says that an approval has ended: every read of every date sees it.
TEST_F(CaseTest, AnApprovalIsExpiredBehindItsLastDayForEveryReadAndMove) {
  const std::string subject = NewCase(), name = subject + "/procedures/P00";
  Must(Move(subject, "P00", v1::SUBMIT, "2022-02-08"));
  Must(Move(subject, "P00", v1::ACCEPT, "2022-02-08"));
  v1::MoveProcedureRequest approve = MoveRequest(subject, "P00", v1::APPROVE, "2022-02-10");
  approve.set_etag("2");
  approve.mutable_approval()->set_valid_until("2022-03-15");
  const v1::Procedure answer = Must(Send(approve));
  EXPECT_EQ(answer.state(), v1::EXPIRED) << "what is entered late has ended already";
  EXPECT_EQ(answer.state_since(), "2022-03-16");

  EXPECT_EQ(Must(Get(name, County("621122"), "as_of: '2022-03-15'")).state(), v1::APPROVED);
  EXPECT_EQ(Must(Get(name, County("621122"), "as_of: '2022-03-16'")).state(), v1::EXPIRED);
  const v1::Procedure now = Must(Get(name));
  EXPECT_EQ(now.state(), v1::EXPIRED);
  EXPECT_EQ(now.etag(), "3") << "no version says it";
  EXPECT_EQ(std::vector<int>(now.allowed_moves().begin(), now.allowed_moves().end()),
            (std::vector<int>{v1::PREPARE, v1::SUBMIT, v1::WAIVE, v1::RENEW}));
  const auto states = [&](const std::string& filter, const std::string& as_of) {
    const auto page = Must(server_->Call<v1::ListProceduresResponse>(
        County("621122"), "ProcedureService/ListProcedures",
        Parse<v1::ListProceduresRequest>("page_size: 1000 filter: '" + filter + "' as_of: '" + as_of + "'")));
    return std::count_if(page.procedures().begin(), page.procedures().end(),
                         [&](const v1::Procedure& one) { return one.name() == name; });
  };
  EXPECT_EQ(states("state = EXPIRED", "2022-03-15"), 0);
  EXPECT_EQ(states("state = APPROVED AND approved_on = \"2022-02-10\"", "2022-03-15"), 1);
  EXPECT_EQ(states("state = EXPIRED", "2022-03-16"), 1);
  EXPECT_EQ(states("state = EXPIRED", ""), 1);
  EXPECT_EQ(states("state = APPROVED OR approved_on = \"2022-02-10\"", ""), 0);
  for (const char* day : {"2022-03-15", "2022-03-16", ""}) {
    const v1::CaseView page =
        Must(server_->Call<v1::CaseView>(County("621122"), "CaseService/GetCase",
                                         Parse<v1::GetCaseRequest>("name: '" + subject + "' as_of: '" + day + "'")));
    EXPECT_EQ(page.procedures(0).state(), std::string(day) == "2022-03-15" ? v1::APPROVED : v1::EXPIRED) << day;
  }

  v1::MoveProcedureRequest revoke = MoveRequest(subject, "P00", v1::REVOKE, "2022-04-20");
  revoke.set_etag("3");
  EXPECT_EQ(ReasonOr(Send(revoke)), "PROCEDURE_MOVE_NOT_ALLOWED");
  v1::MoveProcedureRequest expire = MoveRequest(subject, "P00", v1::EXPIRE, "2022-04-20");
  expire.set_reason("失效");
  EXPECT_EQ(ReasonOr(Send(expire)), "PROCEDURE_MOVE_NOT_ALLOWED");
  v1::MoveProcedureRequest renew = MoveRequest(subject, "P00", v1::RENEW, "2022-04-18");
  *renew.mutable_approval() = approve.approval();
  renew.mutable_approval()->set_valid_until("2023-03-15");
  EXPECT_EQ(Must(Send(renew)).state(), v1::APPROVED);
  EXPECT_EQ(Must(Get(name, County("621122"), "as_of: '2022-04-17'")).state(), v1::EXPIRED);
  EXPECT_EQ(Must(Get(name)).state_since(), "2022-04-18");
}

TEST_F(CaseTest, TasksAreThoseOfTheDepartment) {
  const auto before = Tasks(Department("dept-02"));
  const std::string subject = NewCase();
  Approve(subject, "P00", "2022-04-01");
  Must(Move(subject, "P04", v1::SUBMIT, "2022-04-18"));
  EXPECT_EQ(Tasks(Department("dept-02")).counts(2), before.counts(2) + 1);  // ACCEPT_OR_RETURN
  Must(Move(subject, "P04", v1::ACCEPT, "2022-04-19"));
  auto tasks = Tasks(Department("dept-02"));
  ASSERT_EQ(tasks.tasks_size(), 1);
  EXPECT_EQ(tasks.tasks(0).kind(), v1::Task::DECIDE);
  EXPECT_EQ(tasks.tasks(0).due_on(), "2022-04-26");
  EXPECT_EQ(tasks.tasks(0).working_days_left(), 4);
  EXPECT_EQ(tasks.tasks(0).project_title(), "供水工程");
  EXPECT_EQ(Tasks(County("621122"), "department: 'organizations/dept-02' kind: OVERDUE").tasks_size(), 0);
  EXPECT_GT(Tasks(Department("dept-01"), "department: 'organizations/-'").tasks_size(), 0) << "everybody's";
  EXPECT_EQ(Tasks(County("621125"), "department: 'organizations/dept-02'").tasks_size(), 0);
  Must(Move(subject, "P04", v1::APPROVE, "2022-04-20"));
  EXPECT_EQ(Tasks(Department("dept-02")).tasks_size(), 0);
}

TEST_F(CaseTest, BatchMovesAllOrNone) {
  const std::string subject = NewCase();
  v1::BatchMoveProceduresRequest request;
  for (const auto move : {v1::SUBMIT, v1::ACCEPT, v1::APPROVE}) {
    *request.add_requests() = MoveRequest(subject, "P00", move, "2022-02-08");
  }
  *request.add_requests() = MoveRequest(subject, "P10", v1::SUBMIT, "2022-02-08");
  *request.add_requests() = MoveRequest(subject, "P10", v1::ACCEPT, "2022-02-08");
  const auto send = [&] {
    return server_->Call<v1::BatchMoveProceduresResponse>(CityOffice(), "ProcedureService/BatchMoveProcedures",
                                                          request);
  };
  const auto refused = send();
  EXPECT_EQ(ReasonOr(refused), "PREREQUISITES_OPEN");
  EXPECT_TRUE(refused.status().message().find("requests[4]") != std::string_view::npos);
  EXPECT_EQ(Must(Get(subject + "/procedures/P00")).etag(), "0");
  request.mutable_requests(4)->set_move(v1::RETURN);
  request.mutable_requests(4)->set_reason("");
  EXPECT_EQ(WrongFields(send().status()), "requests[4].reason");
  request.mutable_requests(4)->set_reason("材料不齐");
  EXPECT_EQ(Must(send()).procedures_size(), 5);
  EXPECT_EQ(Must(Get(subject + "/procedures/P00")).state(), v1::APPROVED);
  EXPECT_EQ(Must(Get(subject + "/procedures/P10")).state(), v1::RETURNED);
}

TEST_F(CaseTest, ListsFilterPageAndCount) {
  const std::string subject = NewCase();
  Approve(subject, "P00", "2022-02-08");
  const auto list = [&](const std::string& more) {
    return Must(server_->Call<v1::ListProceduresResponse>(CityOffice(), "ProcedureService/ListProcedures",
                                                          Parse<v1::ListProceduresRequest>(more)));
  };
  const auto all = list("include_total_size: true page_size: 1000");
  EXPECT_EQ(all.total_size(), all.procedures_size());
  int64_t paged = 0;
  std::string token;
  do {
    const auto page = list("page_size: 3 include_total_size: true page_token: '" + token + "'");
    EXPECT_EQ(page.total_size(), all.total_size());
    for (const v1::Procedure& one : page.procedures())
      EXPECT_EQ(one.name(), all.procedures(static_cast<int>(paged++)).name());
    token = page.next_page_token();
  } while (!token.empty());
  EXPECT_EQ(paged, all.total_size());
  const auto approved = list("filter: 'state = APPROVED AND completed = true'");
  ASSERT_GT(approved.procedures_size(), 0);
  for (const v1::Procedure& one : approved.procedures()) EXPECT_EQ(one.state(), v1::APPROVED);
  const auto past = list("as_of: '2022-02-07' filter: 'completed = true AND region = 621122'");
  for (const v1::Procedure& one : past.procedures()) EXPECT_NE(one.name(), subject + "/procedures/P00");
  const auto cases = Must(
      server_->Call<v1::ListCasesResponse>(County("621122"), "CaseService/ListCases",
                                           Parse<v1::ListCasesRequest>("page_size: 1000 filter: 'completed = 1'")));
  ASSERT_GT(cases.rows_size(), 0);
  for (const auto& row : cases.rows()) EXPECT_EQ(row.completed(), 1);
}

TEST_F(CaseTest, ReassessingByHandNeedsABasis) {
  const std::string subject = NewCase();
  const auto reassess = [&](const std::string& decision) {
    return server_->Call<v1::Case>(
        County("621122"), "CaseService/ReassessCase",
        Parse<v1::ReassessCaseRequest>("name: '" + subject + "' reason: '会议纪要' " + decision));
  };
  EXPECT_EQ(WrongFields(reassess("decisions { code: 'P77' requirement: NOT_REQUIRED reason: 'x' }").status()),
            "decisions[0].code");
  EXPECT_EQ(WrongFields(reassess("decisions { code: 'P01' requirement: MERGED reason: 'x' }").status()),
            "decisions[0].merged_into");
  EXPECT_EQ(WrongFields(reassess("decisions { code: 'P01' requirement: NOT_REQUIRED }").status()),
            "decisions[0].reason");
  Must(reassess("decisions { code: 'P01' requirement: MERGED merged_into: 'P10' reason: '可研代建议书' }"));
  EXPECT_EQ(ReasonOr(Move(subject, "P01", v1::PREPARE, "2022-04-20")), "PROCEDURE_NOT_REQUIRED");
  Approve(subject, "P00", "2022-04-20");
  EXPECT_EQ(ReasonOr(reassess("decisions { code: 'P00' requirement: NOT_REQUIRED reason: 'x' }")), "PROCEDURE_BEGUN");
}

TEST_F(CaseTest, FollowsItsProject) {
  registry::v1::Project project = Project();
  const std::string subject = Must(Open(project.name())).name();
  project.set_stage(registry::v1::CANCELLED);
  project.set_effective_on("2022-03-01");
  server_->Copy(project);
  EXPECT_EQ(ReasonOr(Move(subject, "P00", v1::PREPARE, "2022-03-02")), "CASE_CLOSED");
  EXPECT_EQ(Must(Gate(subject)).obstacles(0).kind(), v1::CheckGateResponse::Obstacle::CASE_CLOSED);
  project.set_stage(registry::v1::PREPARING);
  project.set_effective_on("2022-03-05");
  server_->Copy(project);
  Must(Move(subject, "P00", v1::PREPARE, "2022-03-06"));
}

TEST_F(CaseTest, FollowsAProjectThatMovesAndIsPlannedAnewAlsoWhileItIsClosed) {
  registry::v1::Project project = Project();
  const std::string subject = Must(Open(project.name())).name();
  auto reassess = Parse<v1::ReassessCaseRequest>("reason: '核对'");
  reassess.set_name(subject);
  Must(server_->Call<v1::Case>(County("621122"), "CaseService/ReassessCase", reassess));
  const auto learn = [&](registry::v1::Stage stage, const char* region, const char* planned, const char* on) {
    project.set_stage(stage);
    project.set_region(region);
    project.set_planned_start_on(planned);
    project.set_effective_on(on);
    server_->Copy(project);
    v1::GetCaseRequest request;
    request.set_name(subject);
    request.set_known_at(server_->now().ToString());
    server_->Advance(std::chrono::seconds(1));  // What was known then is read from the versions.
    return Must(server_->Call<v1::CaseView>(CityOffice(), "CaseService/GetCase", request)).case_();
  };
  // Dated before what the county did: it holds today all the same.
  const v1::Case moved = learn(registry::v1::PREPARING, "621123", "2022-06-01", "2022-04-01");
  EXPECT_EQ(moved.region(), "621123");
  EXPECT_EQ(moved.baselines(), 2);
  const v1::Case closed = learn(registry::v1::CANCELLED, "621123", "2022-08-01", "2022-04-20");
  EXPECT_EQ(closed.closed_on(), "2022-04-20");
  EXPECT_EQ(closed.baselines(), 3);
  EXPECT_EQ(closed.replan().from_on(), "2022-06-01");
  const v1::Case restored = learn(registry::v1::PREPARING, "621123", "2022-08-01", "2022-04-20");
  EXPECT_EQ(restored.closed_on(), "");
  EXPECT_EQ(restored.baselines(), 3);
}

TEST_F(CaseTest, SixteenWritersOnOneCaseMakeNoIllegalMove) {
  const std::string subject = NewCase();
  constexpr int kWriters = 16, kRounds = 6;
  std::atomic<int> moved = 0;
  std::vector<std::thread> writers;
  std::atomic<int> unexpected = 0;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      const v1::ProcedureMove moves[] = {v1::SUBMIT, v1::ACCEPT, v1::APPROVE, v1::REVOKE, v1::RETURN};
      for (int i = 0; i < kRounds * 5; ++i) {
        auto request = MoveRequest(subject,
                                   (writer + i) % 3 == 0   ? "P00"
                                   : (writer + i) % 3 == 1 ? "P01"
                                                           : "P04",
                                   moves[(writer * 7 + i) % 5], "2022-04-20");
        v1::BatchMoveProceduresRequest batch;
        *batch.add_requests() = request;
        const auto answer = server_->rpc().channel().Call<v1::BatchMoveProceduresResponse>(
            "/yaoshi.preapproval.v1.ProcedureService/BatchMoveProcedures", batch, server_->OptionsFor(CityOffice()));
        if (answer.ok()) ++moved;
        const std::string reason = ReasonOr(answer);
        const bool expected = reason == "OK" || reason == "PREREQUISITES_OPEN" || reason == "WRITE_CONFLICT" ||
                              reason == "PROCEDURE_MOVE_NOT_ALLOWED" || reason == "LATER_MOVE_EXISTS";
        if (!expected) ++unexpected;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_TRUE(server_->service().engine().Sync(std::chrono::steady_clock::now() + std::chrono::seconds(30)).ok());
  EXPECT_EQ(unexpected, 0);
  EXPECT_GT(moved, 5);
  // Every acceptance rests on an approval of 赋码 that no writer took away behind its back.
  int64_t versions = 0;
  for (const char* code : {"P00", "P01", "P04"}) {
    const auto shown = Must(Get(subject + "/procedures/" + code));
    versions += std::stoi(shown.etag());
    if (std::string(code) != "P00" && shown.state() == v1::ACCEPTED) {
      EXPECT_EQ(Must(Get(subject + "/procedures/P00")).state(), v1::APPROVED);
    }
  }
  EXPECT_EQ(versions, moved);
}

TEST_F(CaseTest, ARestartTellsTheSame) {
  const std::string subject = NewCase();
  Approve(subject, "P00", "2022-02-08");
  Must(Move(subject, "P04", v1::SUBMIT, "2022-04-19"));
  Must(Move(subject, "P04", v1::ACCEPT, "2022-04-19"));
  const auto view = [&] {
    return Must(server_->Call<v1::CaseView>(County("621122"), "CaseService/GetCase",
                                            Parse<v1::GetCaseRequest>("name: '" + subject + "'")));
  };
  const auto before = view();
  EXPECT_EQ(before.procedures_size(), 5);
  EXPECT_EQ(before.graph_size(), 4);
  const auto tasks = Tasks(Department("dept-02"));
  server_->Restart();
  EXPECT_EQ(view().DebugString(), before.DebugString());
  EXPECT_EQ(Tasks(Department("dept-02")).DebugString(), tasks.DebugString());
}

}  // namespace
}  // namespace yaoshi::preapproval::testing

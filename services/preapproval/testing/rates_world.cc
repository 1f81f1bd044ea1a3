#include "services/preapproval/testing/rates_world.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/db/write.h"
#include "common/feed/change_set.h"
#include "services/preapproval/store/case_store.h"
#include "yaoshi/preapproval/v1/procedure_type.pb.h"
#include "yaoshi/preapproval/v1/template.pb.h"
#include "yaoshi/preapproval/v1/work_calendar.pb.h"

namespace yaoshi::preapproval::testing {
namespace {

using rpc::testing::CityOffice;

void Enter(PreapprovalServer& server) {
  for (int year = 2021; year <= 2023; ++year) {
    Must(server.Call<v1::WorkCalendar>(
        CityOffice(), "WorkCalendarService/CreateWorkCalendar",
        Parse<v1::CreateWorkCalendarRequest>(fmt::format("work_calendar {{ year: {} source: '通知' }}", year))));
  }
  const std::map<std::string, const char*> stages = {{"P01", "PLANNING_PERMISSION"},
                                                     {"P10", "PLANNING_PERMISSION"},
                                                     {"P20", "ENGINEERING_PERMISSION"},
                                                     {"P50", "CONSTRUCTION_PERMISSION"}};
  for (const auto& [code, stage] : stages) {
    Must(server.Call<v1::ProcedureType>(
        CityOffice(), "ProcedureTypeService/CreateProcedureType",
        Parse<v1::CreateProcedureTypeRequest>(
            fmt::format("procedure_type_id: '{}' procedure_type {{ title: '手续' stage: {} after_start: {} "
                        "department: 'organizations/dept-{}' terms {{ effective_on: '2019-01-01' basis: '条例' "
                        "legal_limit {{ count: 20 unit: WORKING_DAYS }} "
                        "promised_limit {{ count: 5 unit: WORKING_DAYS }} }} }}",
                        code, stage, code == "P50", code == "P20" ? "02" : "01"))));
  }
  Must(server.Call<v1::Template>(
      CityOffice(), "TemplateService/CreateTemplate",
      Parse<v1::CreateTemplateRequest>(
          "template_id: 'small' template { title: '小型' effective_on: '2021-01-01' basis: '条例' "
          "nodes { code: 'P01' gates_start: true } nodes { code: 'P10' prerequisites: 'P01' gates_start: true } "
          "nodes { code: 'P20' prerequisites: 'P10' gates_start: true } "
          "nodes { code: 'P50' prerequisites: 'P20' } }")));
  Must(server.Call<v1::Template>(CityOffice(), "TemplateService/PublishTemplate",
                                 Parse<v1::PublishTemplateRequest>("name: 'templates/small'")));
}

}  // namespace

RatesWorld::RatesWorld() {
  Enter(server_);
  NewLists();
}

void RatesWorld::NewLists() {
  suffix_ = std::to_string(std::stoi(suffix_) + 1);
  server_.Copy(Parse<registry::v1::List>(
      fmt::format("name: '{}' title: '总清单' kind: MASTER first_year: 2021 last_year: 2022", master())));
  server_.Copy(Parse<registry::v1::List>(
      fmt::format("name: '{}' title: '2021年清单' kind: STANDALONE first_year: 2021 last_year: 2021", list_before())));
  server_.Copy(Parse<registry::v1::List>(
      fmt::format("name: '{}' title: '2022年清单' kind: SUB parent: '{}' first_year: 2022 last_year: 2022 "
                  "predecessor: '{}'",
                  list(), master(), list_before())));
}

Uuid RatesWorld::NewProjectOf(const std::string& title, const std::string& region,
                              const std::string& planned_start_on) {
  registry::v1::Project project = NewProject(title, region);
  project.set_planned_start_on(planned_start_on);
  server_.Copy(project);
  const Uuid id = Must(ParseProjectName(project.name(), "name"));
  projects_[id] = project;
  return id;
}

void RatesWorld::Replan(const Uuid& project, const std::string& planned_start_on, const std::string& reason) {
  ReplanAtOnce(project, {planned_start_on}, reason);
}

void RatesWorld::ReplanAtOnce(const Uuid& project, const std::vector<std::string>& planned_start_on,
                              const std::string& reason) {
  std::vector<common::v1::Change> changes;
  registry::v1::Project& facts = projects_[project];
  facts.set_effective_on(server_.now().ToString().substr(0, 10));
  for (const std::string& start : planned_start_on) {
    facts.set_planned_start_on(start);
    changes.push_back(ChangeOf(facts));
    changes.back().set_reason(reason);
  }
  server_.Copy(std::move(changes));
}

void RatesWorld::PutOn(const std::string& list, const Uuid& project, bool listed, const std::string& effective_on) {
  registry::v1::Entry entry;
  entry.set_name(list + "/entries/" + project.ToString());
  entry.mutable_project()->set_name("projects/" + project.ToString());
  entry.set_admitted_on("2021-01-04");
  if (!listed) entry.set_removed_on(server_.now().ToString().substr(0, 10));
  server_.Copy(entry, effective_on.empty() ? "2021-01-04" : effective_on);
}

Case RatesWorld::NewCase(const Uuid& project, const std::string& region, Date opened_on) {
  Case subject;
  subject.project = project;
  subject.region = region;
  subject.template_name = "templates/small";
  subject.opened_on = subject.effective_on = opened_on;
  for (const char* code : {"P01", "P10", "P20", "P50"}) {
    Applicability& required = subject.procedures.emplace_back();
    required.code = code;
    required.requirement = Requirement::kRequired;
  }
  return subject;
}

void RatesWorld::Write(const Case& subject) {
  const int64_t number = ++versions_[CaseName(subject.project)];
  const feed::Version version = VersionOf(ToProto(subject, Stamp{number, "", "", ""}), subject.effective_on);
  WriteVersions([&](db::Session& tx, const Uuid& set) { return InsertCases(tx, set, {{subject, number}}); }, {version});
}

void RatesWorld::Write(const Procedure& procedure) {
  const int64_t number = ++versions_[ProcedureName(procedure.project, procedure.code)];
  const feed::Version version = VersionOf(ToProto(procedure, Stamp{number, "", "", ""}));
  WriteVersions(
      [&](db::Session& tx, const Uuid& set) {
        return InsertProcedures(tx, set, {{procedure, number}});
      },
      {version});
}

void RatesWorld::WriteMany(const std::vector<Case>& cases, const std::string& code, Date accepted_on) {
  constexpr size_t kPerTransaction = feed::kMaxRowsPerTransaction / 2;
  for (size_t begin = 0; begin < cases.size(); begin += kPerTransaction) {
    std::vector<CaseVersion> subjects;
    std::vector<ProcedureVersion> procedures;
    std::vector<feed::Version> versions;
    for (size_t i = begin; i < std::min(cases.size(), begin + kPerTransaction); ++i) {
      Procedure procedure;
      procedure.project = cases[i].project;
      procedure.code = code;
      procedure.region = cases[i].region;
      procedure.department = "organizations/dept-01";
      procedure.state = ProcedureState::kAccepted;
      procedure.last_move = ProcedureMove::kAccept;
      procedure.submitted_on = procedure.accepted_on = procedure.state_since = procedure.effective_on = accepted_on;
      versions.push_back(VersionOf(ToProto(cases[i], Stamp{1, "", "", ""}), cases[i].effective_on));
      versions.push_back(VersionOf(ToProto(procedure, Stamp{1, "", "", ""})));
      subjects.push_back({cases[i], 1});
      procedures.push_back({std::move(procedure), 1});
    }
    WriteVersions(
        [&](db::Session& tx, const Uuid& set) -> absl::Status {
          RETURN_IF_ERROR(InsertCases(tx, set, subjects));
          return InsertProcedures(tx, set, procedures);
        },
        versions);
  }
}

void RatesWorld::WriteVersions(const std::function<absl::Status(db::Session&, const Uuid&)>& columns,
                               const std::vector<feed::Version>& versions) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  absl::Status done = db::RunTransaction(server_.session(), deadline, [&](db::Session& tx) -> absl::Status {
    const Uuid set = Uuid::New(SystemClock());
    RETURN_IF_ERROR(columns(tx, set));
    return feed::Write(tx, set, {.account = "test", .origin = "", .method = "", .reason = ""}, server_.now(), versions);
  });
  server_.service().engine().Kick();
  if (done.ok()) done = server_.service().engine().Sync(deadline);
  Must(done);
}

}  // namespace yaoshi::preapproval::testing

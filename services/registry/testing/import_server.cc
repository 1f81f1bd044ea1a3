#include "services/registry/testing/import_server.h"

#include <fmt/format.h>

#include "common/import/operation_handlers.h"
#include "common/testing/test_database.h"
#include "services/registry/directory_context.h"
#include "services/registry/import_handlers.h"
#include "services/registry/importer/import_run.h"
#include "services/registry/list_catalogue_handlers.h"
#include "services/registry/list_handlers.h"
#include "services/registry/organization_handlers.h"
#include "services/registry/project_handlers.h"
#include "services/registry/store/directory.h"
#include "services/registry/store/file_store.h"
#include "services/registry/testing/directory_server.h"
#include "yaoshi/registry/v1/organization.pb.h"

namespace yaoshi::registry {
std::span<const db::Migration> Migrations();
}

namespace yaoshi::registry::testing {
namespace {

constexpr const char* kHeadings[] = {"序号",
                                     "项目名称",
                                     "项目代码",
                                     "县区",
                                     "建设地点",
                                     "国标行业",
                                     "所属领域",
                                     "建设性质",
                                     "审批方式",
                                     "项目单位",
                                     "统一社会信用代码",
                                     "主管部门",
                                     "拟开工日期",
                                     "拟竣工日期",
                                     "总投资（万元）",
                                     "2022年计划投资（万元）",
                                     "专项债券（万元）",
                                     "企业自有（万元）",
                                     "清单类别",
                                     "项目阶段",
                                     "新增用地",
                                     "用地面积（公顷）",
                                     "重复说明",
                                     "准入说明",
                                     "涉密",
                                     "备注"};

}  // namespace

std::vector<Cells> Rows(size_t count, const std::string& word) {
  std::vector<Cells> rows(count);
  for (size_t i = 0; i < count; ++i) {
    rows[i] = {{"序号", fmt::format("{}", i + 1)},
               {"项目名称", fmt::format("{}第{}号引水渠", word, i + 1)},
               {"县区", "陇西县"},
               {"建设地点", fmt::format("{}村{}组", word, i + 1)},
               {"国标行业", "N76"},
               {"所属领域", "农业水利"},
               {"建设性质", "新建"},
               {"审批方式", "审批"},
               {"项目单位", fmt::format("{}第{}水务站", word, i + 1)},
               {"总投资（万元）", fmt::format("{}", 1000 + i)},
               {"2022年计划投资（万元）", "300.5"},
               {"清单类别", "新建"}};
  }
  return rows;
}

std::string Ledger(const std::vector<Cells>& rows) {
  std::string text;
  for (const char* heading : kHeadings) text += fmt::format("{}{}", text.empty() ? "" : ",", heading);
  text += "\r\n";
  for (const Cells& cells : rows) {
    bool first = true;
    for (const char* heading : kHeadings) {
      const auto cell = cells.find(heading);
      text += fmt::format("{}{}", first ? "" : ",", cell == cells.end() ? "" : cell->second);
      first = false;
    }
    text += "\r\n";
  }
  return text;
}

struct ImportServer::State {
  const db::Options& database = yaoshi::testing::TestDatabase(Migrations());
  FakeClock clock{*Timestamp::Parse("2022-04-20T00:00:00Z")};
  resource::ResourceMemory resources{DirectoryTypes()};
  Memory memory{resources};
  Directory directory{resources};
  feed::Engine engine{{.database = database,
                       .clock = &clock,
                       .apply = [this](const std::vector<feed::Change>& changes) { memory.Apply(changes); },
                       .side_tables = kSideTables}};
  feed::Writer writer{engine};
  const PageTokens tokens = Must(PageTokens::FromKey(std::string(PageTokens::kKeyBytes, 'k')));
  const StartGate gate{{}};
  const Context context{memory, writer, tokens, directory, database, gate};
  const DirectoryContext directory_context{resources, writer, tokens};
  OrganizationHandlers organizations{directory_context};
  ListCatalogueHandlers catalogue{directory_context};
  ProjectHandlers projects{context};
  ListHandlers lists{context, catalogue};
  ImportMappingHandlers mappings{directory_context};
  imports::ImportRunner runner{database, nullptr, {.clock = &clock}};  // Never started.
  ImportHandlers project_imports{context, mappings, runner};
  imports::OperationHandlers operations{writer, runner};
  db::Session session{database};
  std::unique_ptr<rpc::testing::TestServer> server;

  absl::Status Synced() { return engine.Sync(std::chrono::steady_clock::now() + std::chrono::seconds(10)); }
};

ImportServer::ImportServer() : state_(std::make_unique<State>()) {
  BootstrapCity(state_->database);
  Must(state_->engine.Load(state_->session));
  state_->engine.Start();
  rpc::ServerOptions options;
  options.workers = 2;
  options.session_factory = [this] { return std::make_unique<db::Session>(state_->database); };
  options.thread_scope = [] { return std::make_shared<db::ThreadScope>(); };
  options.wait_for_token = [this](const std::string& token, auto deadline, auto ready) {
    state_->engine.WaitForToken(token, deadline, std::move(ready));
  };
  state_->server = std::make_unique<rpc::testing::TestServer>(
      std::vector<rpc::BoundService>{state_->organizations.Bind(), state_->projects.Bind(), state_->lists.Bind(),
                                     state_->project_imports.Bind(), state_->operations.Bind()},
      options);
  const std::pair<std::string, std::string> kUnits[] = {{"longxi", "陇西县"}, {"zhangxian", "漳县"}};
  for (const auto& [id, title] : kUnits) {
    v1::CreateOrganizationRequest request;
    request.set_organization_id(id);
    request.mutable_organization()->set_title(title);
    request.mutable_organization()->set_kind(v1::Organization::COUNTY_LEVEL);
    request.mutable_organization()->set_region(id == "longxi" ? "621122" : "621125");
    const auto made =
        Call<v1::Organization>(rpc::testing::CityOffice(), "OrganizationService/CreateOrganization", request);
    if (ReasonOr(made) != "ORGANIZATION_EXISTS") Must(made);  // Another suite of this process was first.
  }
  Must(state_->Synced());
}

ImportServer::~ImportServer() {
  state_->server.reset();
  state_->engine.Stop();
}

const Context& ImportServer::context() const {
  return state_->context;
}
db::Session& ImportServer::session() {
  return state_->session;
}
FakeClock& ImportServer::clock() {
  return state_->clock;
}
rpc::testing::TestServer& ImportServer::rpc() {
  return *state_->server;
}

std::string ImportServer::NewList(const std::string& id, int64_t min_total_wan) {
  v1::CreateListRequest request;
  request.set_list_id(id);
  v1::List& list = *request.mutable_list();
  list.set_title("清单" + id);
  list.set_kind(v1::List::STANDALONE);
  list.set_horizon(v1::List::THIS_YEAR);
  list.set_first_year(2022);
  list.set_last_year(2022);
  list.mutable_admission_rules()->set_min_total_investment_fen(min_total_wan * 1'000'000);
  const v1::List made = Must(Call<v1::List>(rpc::testing::CityOffice(), "ListService/CreateList", request));
  Must(state_->Synced());
  return made.name();
}

std::string ImportServer::Upload(const std::string& bytes, const auth::Principal& who, const std::string& filename) {
  return FileName(Must(SaveFile(session(), who.account, filename, bytes, clock().Now(),
                                std::chrono::steady_clock::now() + std::chrono::seconds(30)))
                      .id);
}

absl::StatusOr<std::string> ImportServer::Begin(const v1::ImportProjectsRequest& request, const auth::Principal& who) {
  auto operation = Call<google::longrunning::Operation>(who, "ImportService/ImportProjects", request);
  if (!operation.ok()) return operation.status();
  return operation->name();
}

absl::Status ImportServer::Work(const std::function<bool()>& after_chunk) {
  const Timestamp now = clock().Now();
  const imports::Lease lease{Uuid::New(clock()), Timestamp{now.micros + 60'000'000}};
  const auto job = imports::TakeImport(session(), lease, now);
  if (!job.ok()) return job.status();
  if (!*job) return absl::NotFoundError("no import is free");
  return ProjectImport(context(), session(), {&clock(), lease.runner, nullptr, after_chunk}, **job).Run();
}

google::longrunning::Operation ImportServer::Operation(const std::string& name, const auth::Principal& who) {
  Must(state_->Synced());
  common::v1::GetOperationRequest request;
  request.set_name(name);
  return Must(
      rpc().Call<google::longrunning::Operation>(who, "/yaoshi.common.v1.OperationService/GetOperation", request));
}

absl::StatusOr<v1::ImportResult> ImportServer::Import(const std::string& ledger, v1::ImportProjectsRequest request,
                                                      const auth::Principal& who) {
  request.set_file(Upload(ledger, who));
  if (request.reason().empty()) request.set_reason("试验");
  const auto name = Begin(request, who);
  if (!name.ok()) return name.status();
  const absl::Status worked = Work();
  if (!worked.ok()) return worked;
  const google::longrunning::Operation operation = Operation(*name, who);
  if (operation.has_error()) {
    return FromWire(operation.error().code(), operation.error().message(), operation.error().SerializeAsString());
  }
  v1::ImportResult result;
  operation.response().UnpackTo(&result);
  return result;
}

std::vector<v1::Project> ImportServer::Projects(const std::string& word) {
  Must(state_->Synced());
  return context().memory.Read([&](const Portfolio& portfolio) {
    std::vector<v1::Project> projects;
    portfolio.Visit(
        nullptr, 0,
        [&](const ListedProject& listed, int64_t) {
          if (listed.project->Text(ProjectField::kTitle).find(word) == std::string_view::npos) return;
          projects.emplace_back().ParseFromString(listed.project->body);
        },
        0);
    return projects;
  });
}

size_t ImportServer::Listed(const std::string& list) {
  Must(state_->Synced());
  return context().memory.Read([&](const Portfolio& portfolio) {
    size_t count = 0;
    const List* found = portfolio.FindList(list);
    if (found != nullptr)
      portfolio.Visit(
          found, 0, [&](const ListedProject&, int64_t) { ++count; }, 0);
    return count;
  });
}

int64_t ImportServer::Count(const std::string& sql) {
  auto rows = session().Query(sql);
  if (!rows.ok() || !rows->Next()) Must(absl::StatusOr<int>(rows.status()));
  return rows->Int(1);
}

}  // namespace yaoshi::registry::testing

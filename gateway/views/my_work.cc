#include "gateway/views/my_work.h"

#include "common/auth/rules.h"
#include "fmt/format.h"
#include "gateway/views/overview.h"
#include "yaoshi/preapproval/v1/procedure.pb.h"
#include "yaoshi/registry/v1/project.pb.h"

namespace yaoshi::gateway {
namespace {

namespace preapproval = yaoshi::preapproval::v1;
namespace registry = yaoshi::registry::v1;

constexpr int kShown = 50;
constexpr int kDueDays = 30;
constexpr std::string_view kNotStarted = "(stage = PLANNED OR stage = RESERVED OR stage = PREPARING)";

struct Kind {
  v1::WorkItem::Kind kind;
  std::string_view part;
  std::string (*filter)(Date as_of);
  std::string_view order_by;
};

const Kind kKinds[] = {
    {v1::WorkItem::START_OVERDUE, "start-overdue",
     [](Date as_of) { return fmt::format("planned_start_on < \"{}\" AND {}", as_of.ToString(), kNotStarted); },
     "planned_start_on"},
    {v1::WorkItem::START_DUE, "start-due",
     [](Date as_of) {
       return fmt::format("planned_start_on >= \"{}\" AND planned_start_on <= \"{}\" AND {}", as_of.ToString(),
                          as_of.AddDays(kDueDays).ToString(), kNotStarted);
     },
     "planned_start_on"},
    {v1::WorkItem::CODE_MISSING, "code-missing",
     [](Date) { return fmt::format("NOT project_code:* AND planned_start_on:* AND {}", kNotStarted); },
     "planned_start_on"},
    {v1::WorkItem::RESPONSIBLE_UNIT_MISSING, "responsible-unit-missing",
     [](Date) { return fmt::format("NOT responsible_unit:* AND {}", kNotStarted); }, "planned_start_on"},
};

struct TaskKind {
  v1::WorkItem::Kind kind;
  std::string_view part;
  preapproval::Task::Kind asked;
};

const TaskKind kTaskKinds[] = {
    {v1::WorkItem::PROCEDURE_OVERDUE, "procedure-overdue", preapproval::Task::OVERDUE},
    {v1::WorkItem::PROCEDURE_TO_DECIDE, "procedure-to-decide", preapproval::Task::DECIDE},
    {v1::WorkItem::PROCEDURE_TO_ACCEPT, "procedure-to-accept", preapproval::Task::ACCEPT_OR_RETURN},
    {v1::WorkItem::SIGNATURE_ASKED, "signature-asked", preapproval::Task::SIGN_OFF},
    {v1::WorkItem::PROCEDURE_WAITS, "procedure-waits", preapproval::Task::WAIT_FOR_OTHERS},
    {v1::WorkItem::OBLIGATION_OPEN, "obligation-open", preapproval::Task::OBLIGATION},
};

bool HasWork(const auth::Principal& who) {
  return who.role == auth::Role::kDepartment || auth::ReachOf(who.role, "projects.write") != auth::Reach::kNone;
}

// A department's work are the projects that it answers for; an office's those of its region.
std::string FilterOf(const WorkQuestion& question, const Kind& kind) {
  std::string filter = kind.filter(question.as_of);
  if (question.who.role == auth::Role::kDepartment) {
    filter += fmt::format(" AND competent_department = \"organizations/{}\"", question.who.organization);
  }
  const std::string region = RegionFilter(question.region);
  return region.empty() ? filter : filter + " AND " + region;
}

v1::WorkItem ItemOf(const WorkQuestion& question, const Kind& kind, const registry::Project& project) {
  v1::WorkItem item;
  item.set_kind(kind.kind);
  registry::Project& shown = *item.mutable_project();
  shown.set_name(project.name());
  shown.set_title(project.title());
  shown.set_region(project.region());
  shown.set_stage(project.stage());
  shown.set_planned_start_on(project.planned_start_on());
  shown.set_planned_completion_on(project.planned_completion_on());
  shown.set_total_investment_fen(project.total_investment_fen());
  shown.set_etag(project.etag());
  const auto due = Date::Parse(project.planned_start_on());
  if (!due.ok()) return item;
  item.set_due_on(project.planned_start_on());
  item.set_days_left(due->days() - question.as_of.days());
  return item;
}

bool HasTasks(const WorkQuestion& question) {
  return HasWork(question.who) && question.as_of == question.today && question.known_at.empty();
}

// A department's own tasks; an office's are all of its region, whoever decides.
std::string TaskDepartment(const auth::Principal& who) {
  return "organizations/" + (who.role == auth::Role::kDepartment ? who.organization : "-");
}

PartAsk AskTasks(const WorkQuestion& question, const TaskKind& kind) {
  preapproval::ListTasksRequest request;
  request.set_department(TaskDepartment(question.who));
  request.set_region(question.region);
  request.set_page_size(kShown);
  request.set_kind(kind.asked);
  return {std::string(kind.part),
          "preapproval",
          "/yaoshi.preapproval.v1.ProcedureService/ListTasks",
          request.SerializeAsString(),
          {question.as_of, question.known_at}};
}

v1::WorkItem ItemOf(const WorkQuestion& question, const TaskKind& kind, const preapproval::Task& task) {
  v1::WorkItem item;
  item.set_kind(kind.kind);
  *item.mutable_procedure() = task.procedure();
  const std::string& name = task.procedure().name();  // "cases/{uuid}/procedures/{code}"
  const size_t id = name.find('/') + 1;
  item.mutable_project()->set_name("projects/" + name.substr(id, name.find('/', id) - id));
  item.mutable_project()->set_title(task.project_title());
  item.mutable_project()->set_region(task.procedure().region());
  const auto due = Date::Parse(task.due_on());
  if (!due.ok()) return item;
  item.set_due_on(task.due_on());
  item.set_days_left(due->days() - question.as_of.days());
  item.set_working_days_left(task.working_days_left());
  return item;
}

v1::WorkGroup GroupOf(const WorkQuestion& question, const TaskKind& kind, const std::vector<PartAnswer>& answers) {
  v1::WorkGroup group;
  group.set_kind(kind.kind);
  if (!IsKnown(answers, kind.part)) return group;  // Nothing is not zero.
  const auto page = AnswerOf<preapproval::ListTasksResponse>(answers, kind.part);
  const int counted = static_cast<int>(kind.asked) - 1;
  const int64_t total = counted < page.counts_size() ? page.counts(counted) : 0;
  group.mutable_items_total()->set_value(std::to_string(total));
  group.mutable_items_total()->set_unit("count");
  std::string rows = fmt::format("/v1/tasks?kind={}&department={}", preapproval::Task::Kind_Name(kind.asked),
                                 UrlEncode(TaskDepartment(question.who)));
  if (!question.region.empty()) rows += "&region=" + question.region;
  group.mutable_items_total()->set_rows(std::move(rows));
  for (const preapproval::Task& task : page.tasks()) *group.add_items() = ItemOf(question, kind, task);
  return group;
}

}  // namespace

std::vector<PartAsk> AsksOf(const WorkQuestion& question) {
  std::vector<PartAsk> asks;
  if (!HasWork(question.who)) return asks;
  for (const Kind& kind : kKinds) {
    registry::ListProjectsRequest request;
    request.set_page_size(kShown);
    request.set_filter(FilterOf(question, kind));
    request.set_order_by(std::string(kind.order_by));
    request.set_as_of(question.as_of.ToString());
    request.set_known_at(question.known_at);
    request.set_include_total_size(true);
    asks.push_back({std::string(kind.part),
                    "registry",
                    "/yaoshi.registry.v1.ProjectService/ListProjects",
                    request.SerializeAsString(),
                    {question.as_of, question.known_at}});
  }
  if (!HasTasks(question)) return asks;
  for (const TaskKind& kind : kTaskKinds) asks.push_back(AskTasks(question, kind));
  return asks;
}

absl::StatusOr<v1::MyWork> ComposeMyWork(const WorkQuestion& question, const std::vector<PartAnswer>& answers) {
  if (absl::Status fault = CallersFault(answers); !fault.ok()) return fault;
  v1::MyWork work;
  work.set_as_of(question.as_of.ToString());
  if (!question.who.organization.empty()) work.set_organization("organizations/" + question.who.organization);
  DescribeParts(answers, work.mutable_parts());
  if (!HasWork(question.who)) return work;
  for (const Kind& kind : kKinds) {
    v1::WorkGroup& group = *work.add_groups();
    group.set_kind(kind.kind);
    if (!IsKnown(answers, kind.part)) continue;  // Nothing is not zero.
    const auto page = AnswerOf<registry::ListProjectsResponse>(answers, kind.part);
    const OverviewQuestion everything = {question.as_of, question.known_at, "", ""};
    group.mutable_items_total()->set_value(std::to_string(page.total_size()));
    group.mutable_items_total()->set_unit("count");
    group.mutable_items_total()->set_rows(RowsLink(everything, FilterOf(question, kind)));
    for (const registry::Project& project : page.projects()) *group.add_items() = ItemOf(question, kind, project);
  }
  if (!HasTasks(question)) return work;
  for (const TaskKind& kind : kTaskKinds) *work.add_groups() = GroupOf(question, kind, answers);
  return work;
}

}  // namespace yaoshi::gateway

#include "services/preapproval/baselines.h"

#include <algorithm>
#include <limits>

#include "common/status/status.h"
#include "services/preapproval/case_view.h"
#include "services/preapproval/convert.h"
#include "services/preapproval/domain/baseline.h"
#include "services/preapproval/domain/case_plan.h"
#include "services/preapproval/errors.h"

namespace yaoshi::preapproval {
namespace {

void AddItem(const BaselineItem& item, v1::Baseline& baseline) {
  v1::Baseline::Item& proto = *baseline.add_items();
  proto.set_code(item.code);
  proto.set_need(static_cast<v1::Baseline::Need>(item.need));
  proto.set_latest_start_on(DateText(item.latest_start_on));
  proto.set_latest_acceptance_on(DateText(item.latest_acceptance_on));
  proto.set_latest_finish_on(DateText(item.latest_finish_on));
  proto.set_current_latest_finish_on(DateText(item.current_latest_finish_on));
  proto.set_current_finish_on(DateText(item.current_finish_on));
  proto.set_behind_working_days(item.behind_working_days);
}

// The project counts as the registry had planned it then, also where more of its changes came at the same time.
void PutPlannedStart(const Uuid& project, const Replan& replan, CaseBook& book) {
  const ProjectRow* row = book.FindProject(project);
  if (row == nullptr) return;
  ProjectCopy facts = row->facts;
  facts.planned_start_on = replan.to_on;
  book.PutProject(facts, row->version + 1);
}

// The last two parts of "/yaoshi.preapproval.v1.CaseService/SetTargetStart".
std::string ShortMethod(std::string_view method) {
  const size_t service = method.rfind('.');
  return std::string(service == std::string_view::npos ? method : method.substr(service + 1));
}

}  // namespace

std::vector<feed::StoredVersion> BaselineVersions(std::vector<feed::StoredVersion> history) {
  std::vector<feed::StoredVersion> baselines;
  int32_t known = -1;
  for (feed::StoredVersion& version : history) {
    v1::Case subject;
    if (version.recorded_at.micros == 0 || !subject.ParseFromString(version.body)) continue;
    if (subject.baselines() <= known) continue;
    known = subject.baselines();
    baselines.push_back(std::move(version));
  }
  std::reverse(baselines.begin(), baselines.end());
  return baselines;
}

absl::StatusOr<v1::Baseline> BaselineOf(const Context& context, db::Session& session,
                                        const feed::StoredVersion& version, const std::optional<Schedule>& now) {
  v1::Case subject;
  subject.ParseFromString(version.body);
  ASSIGN_OR_RETURN(const Uuid project, ParseCaseName(version.name, "name"));
  v1::Baseline baseline;
  baseline.set_number(subject.baselines());
  baseline.set_set_on(version.effective_on.ToString());
  baseline.set_record_time(version.recorded_at.ToString());
  baseline.set_account(version.author.account);
  baseline.set_method(ShortMethod(version.author.method));
  baseline.set_template_(subject.template_());
  const Past then{version.effective_on, version.recorded_at};
  ASSIGN_OR_RETURN(const auto book, LoadPastBook(context, session, then, {{project}, "", ""}));
  // This version, whatever else was learned at the same time.
  Case planned_case = FromProto(subject);
  planned_case.effective_on = version.effective_on;
  baseline.set_reason(planned_case.replan ? WhyOf(*planned_case.replan) : version.author.reason);
  if (planned_case.replan) PutPlannedStart(project, *planned_case.replan, *book);
  book->PutCase(planned_case, std::numeric_limits<uint32_t>::max());
  const CaseRow* row = book->Find(project);
  if (row == nullptr) return CaseNotFound(version.name);
  const absl::StatusOr<Date> target = TargetOf(*book, *row);
  if (target.ok()) baseline.set_target_start_on(target->ToString());
  const absl::StatusOr<Schedule> planned = ScheduleOf(*book, *row, then.as_of);
  baseline.set_missing_reason(ReasonOf(planned.status()));
  if (!planned.ok()) return baseline;
  baseline.set_shortfall_days(planned->shortfall_days);
  for (const BaselineItem& item : CompareBaseline(*planned, now ? &*now : nullptr, book->calendar())) {
    AddItem(item, baseline);
  }
  return baseline;
}

}  // namespace yaoshi::preapproval

#include "services/preapproval/work_calendar_handlers.h"

#include <fmt/format.h>

#include "services/preapproval/convert.h"
#include "services/preapproval/domain/due_shift.h"
#include "services/preapproval/errors.h"

namespace yaoshi::preapproval {
namespace {

using resource::Draft;
using resource::Finding;

// What is wrong with a calendar, paths relative to it.
std::vector<FieldViolation> Violations(const v1::WorkCalendar& calendar) {
  constexpr std::string_view kFirst = "years[0].";
  std::vector<FieldViolation> violations = ViolationsOf(WorkCalendar::Create({FromProto(calendar)}).status());
  for (FieldViolation& violation : violations) {
    if (violation.field.starts_with(kFirst)) violation.field.erase(0, kFirst.size());
  }
  if (calendar.year() == 0) violations.push_back({"year", "must be set, such as 2022"});
  return violations;
}

absl::StatusOr<std::vector<Finding>> Check(Draft& draft) {
  const auto& calendar = static_cast<const v1::WorkCalendar&>(draft.after);
  std::vector<Finding> findings;
  for (const FieldViolation& violation : Violations(calendar)) {
    findings.push_back({"INVALID_FIELDS", violation.field, violation.description});
  }
  if (draft.before != nullptr && static_cast<const v1::WorkCalendar&>(*draft.before).year() != calendar.year()) {
    findings.push_back({"INVALID_FIELDS", "year", "is the calendar's name and cannot change; enter another calendar."});
  }
  return findings;
}

constexpr int kCasesPerSlice = 2000;
constexpr int kMostShifts = 1000;

// Adds the shifts of the next cases behind `after`, and moves it; false when there are no more.
bool AddShifts(const rpc::Call& call, const CaseBook& book, const WorkCalendar& planned, Uuid& after,
               v1::PreviewWorkCalendarResponse& response) {
  int cases = 0;
  book.Visit(Uuid(after), [&](const CaseRow& subject) {
    if (cases++ == kCasesPerSlice) return false;
    after = subject.project;
    if (!call.MayTouch(fmt::format("{:06}", subject.region), "")) return true;
    for (const DueShift& shift : ShiftsOf(book, subject, planned)) {
      response.set_total(response.total() + 1);
      if (response.shifts_size() == kMostShifts) continue;
      auto& said = *response.add_shifts();
      said.set_procedure(fmt::format("cases/{}/procedures/{}", subject.project.ToString(), shift.code));
      said.set_due_on_before(DateText(shift.before));
      said.set_due_on_after(DateText(shift.after));
    }
    return true;
  });
  return cases > kCasesPerSlice;
}

resource::Spec MakeSpec() {
  resource::Spec spec;
  spec.type = "work_calendar";
  spec.collection = "workCalendars";
  spec.path = "work_calendar";
  spec.prototype = &v1::WorkCalendar::default_instance();
  spec.not_found = WorkCalendarNotFound;
  spec.exists = WorkCalendarExists;
  spec.filter_fields = {"year", "issued_on"};
  spec.shared_below = true;
  spec.check = Check;
  return spec;
}

}  // namespace

WorkCalendarHandlers::WorkCalendarHandlers(const Context& context)
    : context_(context), calendars_(MakeSpec(), context.memory.resources(), context.writer, context.tokens) {}

rpc::BoundService WorkCalendarHandlers::Bind() {
  rpc::ServiceBuilder builder(v1::WorkCalendar::descriptor()->file()->FindServiceByName("WorkCalendarService"));
  builder.Memory("GetWorkCalendar", [this](rpc::Call& call, const v1::GetWorkCalendarRequest& request) {
    return calendars_.Get(call, request.name());
  });
  builder.Memory("ListWorkCalendars", [this](rpc::Call& call, const v1::ListWorkCalendarsRequest& request) {
    return calendars_.List(call, {request.page_size(), request.page_token(), request.filter()});
  });
  builder.Database("CreateWorkCalendar", [this](rpc::Call& call, const v1::CreateWorkCalendarRequest& request) {
    return calendars_.Create(call, fmt::format("{}", request.work_calendar().year()), request.work_calendar(),
                             {.validate_only = request.validate_only()});
  });
  builder.Database("UpdateWorkCalendar", [this](rpc::Call& call, const v1::UpdateWorkCalendarRequest& request) {
    return calendars_.Update(
        call, request.work_calendar(),
        {.validate_only = request.validate_only(), .update_mask = request.update_mask(), .reason = request.reason()});
  });
  builder.Database("PreviewWorkCalendar", this, &WorkCalendarHandlers::Preview);
  builder.Memory("CountDays", this, &WorkCalendarHandlers::CountDays);
  return builder.Finish();
}

absl::StatusOr<v1::PreviewWorkCalendarResponse> WorkCalendarHandlers::Preview(
    rpc::Call& call, const v1::PreviewWorkCalendarRequest& request) {
  std::vector<FieldViolation> violations = Violations(request.work_calendar());
  for (FieldViolation& violation : violations) violation.field.insert(0, "work_calendar.");
  RETURN_IF_ERROR(InvalidFields(violations));
  ASSIGN_OR_RETURN(const WorkCalendar planned, context_.memory.CalendarWith(FromProto(request.work_calendar())));
  v1::PreviewWorkCalendarResponse response;
  Uuid after;
  for (bool more = true; more && !call.cancelled();) {  // In slices: nobody waits long for the lock.
    more = context_.memory.Read([&](const CaseBook& book) { return AddShifts(call, book, planned, after, response); });
  }
  return response;
}

absl::StatusOr<v1::CountDaysResponse> WorkCalendarHandlers::CountDays(rpc::Call& /*call*/,
                                                                      const v1::CountDaysRequest& request) {
  const std::shared_ptr<const WorkCalendar> calendar = context_.memory.calendar();
  const Date from = DateOr(request.from(), Date());
  if (!request.to().empty() && request.days() != 0) {
    return InvalidFields({{"days", "must not be set with `to`; ask for the one or the other"}});
  }
  v1::CountDaysResponse response;
  ASSIGN_OR_RETURN(const bool working, calendar->IsWorkingDay(from));
  response.set_working_day(working);
  Date to = DateOr(request.to(), from.AddDays(request.days()));
  if (request.to().empty()) {
    if (request.unit() != v1::CALENDAR_DAYS) {
      ASSIGN_OR_RETURN(to, calendar->AddWorkingDays(from, request.days()));
    }
    response.set_date(to.ToString());
  }
  ASSIGN_OR_RETURN(const int between, calendar->WorkingDaysBetween(from, to));
  response.set_working_days(between);
  response.set_calendar_days(to.days() - from.days());
  return response;
}

}  // namespace yaoshi::preapproval

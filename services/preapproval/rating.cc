#include "services/preapproval/rating.h"

#include <set>

#include "common/calendar/year_before.h"
#include "common/region/region.h"
#include "services/preapproval/case_convert.h"
#include "services/preapproval/domain/procedure.h"
#include "services/preapproval/errors.h"
#include "services/preapproval/store/case_store.h"
#include "services/preapproval/store/rate_store.h"

namespace yaoshi::preapproval {
namespace {

constexpr size_t kCasesAtATime = 500;  // Of the past; bounds what is in memory at once.

// The catalogue as it is now; terms are dated inside it.
struct Catalogue {
  std::map<std::string, std::set<std::string>> gates;  // Codes that gate the start, by template.
  std::map<std::string, ProcedureType> types;
  WorkCalendar calendar;
};

Catalogue CatalogueOf(const Context& context) {
  return context.memory.Read([](const CaseBook& book) {
    Catalogue catalogue;
    for (const Template& one : book.Templates()) {
      std::set<std::string>& codes = catalogue.gates[one.name];
      for (const Node& node : one.nodes) {
        if (node.gates_start) codes.insert(node.code);
      }
    }
    for (ProcedureType& type : book.Types()) catalogue.types[type.code] = std::move(type);
    catalogue.calendar = book.calendar();
    return catalogue;
  });
}

// Which lists count each project, with the numbers of the lists.
using Ratings = std::map<Uuid, std::set<size_t>>;

// A master list counts each project of its sub-lists once.
Ratings RatingsOf(const Context& context, const std::vector<ListCopy>& lists,
                  const std::vector<ListedProject>& listed) {
  std::map<std::string, std::vector<size_t>> counting;  // By the list that a project is on.
  context.memory.Read([&](const CaseBook& book) {
    for (size_t i = 0; i < lists.size(); ++i) {
      for (const std::string& name : book.SubLists(lists[i])) counting[name].push_back(i);
    }
    return 0;
  });
  Ratings ratings;
  for (const ListedProject& one : listed) {
    for (const size_t list : counting[one.list]) {
      const bool counts = StartsInYears(one.planned_start_on, lists[list].first_year, lists[list].last_year);
      if (counts) ratings[one.project].insert(list);
    }
  }
  return ratings;
}

// Counts the cases of the past, some at a time.
class PastCount {
 public:
  PastCount(const Context& context, db::Session& session, const Past& at)
      : catalogue_(CatalogueOf(context)), lists_(AllLists(context)), session_(session), at_(at) {}

  absl::StatusOr<DayRates> Count(const Context& context) && {
    const db::DeadlineScope until(session_, at_.deadline);
    ASSIGN_OR_RETURN(const std::vector<ListedProject> listed, LoadListedProjects(session_, at_));
    ratings_ = RatingsOf(context, lists_, listed);
    std::vector<Uuid> projects;
    for (auto next = ratings_.begin(); next != ratings_.end();) {
      projects.push_back(next->first);
      if (++next != ratings_.end() && projects.size() < kCasesAtATime) continue;
      RETURN_IF_ERROR(Add(projects));
      projects.clear();
    }
    return std::move(day_);
  }

 private:
  using Standing = std::map<std::string, StandingProcedure>;  // By code.

  absl::Status Add(const std::vector<Uuid>& projects) {
    ASSIGN_OR_RETURN(const std::vector<StoredBody> cases, LoadCasesAsOf(session_, projects, at_));
    ASSIGN_OR_RETURN(std::vector<StandingProcedure> standing, LoadStandingProcedures(session_, projects, at_));
    RETURN_IF_ERROR(LoadRunning(standing));
    std::map<Uuid, Standing> procedures;
    for (StandingProcedure& one : standing) procedures[one.project].emplace(one.code, std::move(one));
    for (const StoredBody& stored : cases) {
      v1::Case proto;
      if (!proto.ParseFromString(stored.body)) return absl::DataLossError("a case's version cannot be read");
      AddCase(stored.project, proto, procedures[stored.project]);
    }
    return absl::OkStatus();
  }

  // The days by which what runs is due: few run at a time, and their clocks are only in their bodies.
  absl::Status LoadRunning(const std::vector<StandingProcedure>& standing) {
    std::vector<std::pair<Uuid, int64_t>> versions;
    for (const StandingProcedure& one : standing) {
      if (IsRunning(one.state)) versions.emplace_back(ProcedureId(one.project, one.code), one.version);
    }
    due_.clear();
    ASSIGN_OR_RETURN(const std::vector<std::string> bodies, LoadBodies(session_, versions));
    for (const std::string& body : bodies) {
      v1::Procedure proto;
      if (!proto.ParseFromString(body)) return absl::DataLossError("a procedure's version cannot be read");
      const Procedure procedure = FromProto(proto);
      const ProcedureType& type = catalogue_.types[procedure.code];
      const std::optional<ClockFacts> clock = FactsOf(procedure);
      if (!clock || type.terms.empty()) continue;
      ASSIGN_OR_RETURN(const std::optional<Date> due,
                       DueOn(*clock, TermsOn(type, clock->accepted_on), catalogue_.calendar));
      if (due) due_[{procedure.project, procedure.code}] = due->days();
    }
    return absl::OkStatus();
  }

  // Of a case's body only what rates ask is taken.
  void AddCase(const Uuid& project, const v1::Case& subject, const Standing& procedures) {
    if (!subject.closed_on().empty()) return;
    RatedProject rated{RegionNumber(subject.region()), {}};
    const std::set<std::string>& gates = catalogue_.gates[subject.template_()];
    for (const v1::Applicability& one : subject.procedures()) {
      if (one.requirement() != v1::REQUIRED || !gates.contains(one.code())) continue;
      const auto found = procedures.find(one.code());
      rated.procedures.push_back(Rated(one, found == procedures.end() ? nullptr : &found->second));
    }
    for (const size_t list : ratings_.at(project)) day_.lists[lists_[list].name].Add(rated, at_.as_of);
  }

  RatedProcedure Rated(const v1::Applicability& one, const StandingProcedure* procedure) {
    const ProcedureType& type = catalogue_.types[one.code()];
    const std::string& own = one.department().empty() ? type.department : one.department();
    RatedProcedure rated;
    rated.department = day_.departments.Number(procedure == nullptr ? own : procedure->department);
    rated.code = day_.codes.Number(one.code());
    rated.stage = type.stage;
    if (procedure == nullptr) return rated;
    rated.done = IsDecided(procedure->state);
    if (procedure->state == ProcedureState::kApproved && procedure->valid_until) {
      rated.valid_until = procedure->valid_until->days();
    }
    const auto due = due_.find({procedure->project, procedure->code});
    if (due != due_.end()) rated.due_on = due->second;
    return rated;
  }

  Catalogue catalogue_;
  const std::vector<ListCopy> lists_;
  db::Session& session_;
  const Past at_;
  Ratings ratings_;
  std::map<std::pair<Uuid, std::string>, int32_t> due_;  // Days since 1970, by project and code.
  DayRates day_;
};

}  // namespace

absl::StatusOr<ListCopy> FindList(const Context& context, const std::string& name) {
  const std::optional<ListCopy> found = context.memory.Read([&](const CaseBook& book) {
    const ListCopy* list = book.FindList(name);
    return list == nullptr || list->title.empty() ? std::nullopt : std::optional<ListCopy>(*list);
  });
  if (!found) return ListNotFound(name);
  return *found;
}

std::vector<ListCopy> AllLists(const Context& context) {
  std::vector<ListCopy> lists;
  context.memory.resources().Scan("list_copy", "", [&](const std::string& name, const resource::Row&) {
    if (absl::StatusOr<ListCopy> list = FindList(context, name); list.ok()) lists.push_back(*std::move(list));
    return true;
  });
  return lists;
}

RatedList RatedListOf(const ListCopy& list) {
  return {list.name, list.title, list.master, list.first_year, list.last_year};
}

RateAnswer DayRates::Of(const std::string& list, const std::string& region, const RateDimensions& dimensions) const {
  const auto found = lists.find(list);
  if (found == lists.end()) return {};
  const uint32_t number = RegionNumber(region);
  return {Named(found->second.By(number, dimensions), departments, codes), found->second.Total(number)};
}

absl::StatusOr<std::shared_ptr<const DayRates>> PastRates::On(rpc::Call& call, const Past& asked) {
  return kept_.On(call.now(), asked, "", [&](const Past& at) -> absl::StatusOr<std::shared_ptr<const DayRates>> {
    ASSIGN_OR_RETURN(DayRates counted, PastCount(context_, call.session(), at).Count(context_));
    return std::make_shared<const DayRates>(std::move(counted));
  });
}

absl::StatusOr<RateAnswer> RatesOf(const Context& context, PastRates& past, rpc::Call& call, const ListCopy& list,
                                   const std::string& region, const RateDimensions& dimensions, const Moment& moment) {
  if (moment.past) {
    ASSIGN_OR_RETURN(const std::shared_ptr<const DayRates> day, past.On(call, moment.at));
    return day->Of(list.name, region, dimensions);
  }
  return context.memory.ReadRates(call.today(), [&](const RateKeeper& rates) {
    const uint32_t number = RegionNumber(region);
    return RateAnswer{rates.By(list.name, number, dimensions), rates.Total(list.name, number)};
  });
}

absl::StatusOr<std::optional<Rates>> YearBeforeRates(const Context& context, PastRates& past, rpc::Call& call,
                                                     const ListCopy& list, const std::string& region,
                                                     const Moment& moment) {
  const absl::StatusOr<ListCopy> before = FindList(context, list.predecessor);
  if (!before.ok()) return std::optional<Rates>();
  ASSIGN_OR_RETURN(const std::shared_ptr<const DayRates> day,
                   past.On(call, {YearBefore(moment.at.as_of), moment.at.known_at, moment.at.deadline}));
  return std::optional<Rates>(day->Of(before->name, region, {}).total);
}

}  // namespace yaoshi::preapproval

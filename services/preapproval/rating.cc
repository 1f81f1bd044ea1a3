#include "services/preapproval/rating.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <span>

#include "common/auth/rules.h"
#include "services/preapproval/case_convert.h"
#include "services/preapproval/domain/procedure.h"
#include "services/preapproval/errors.h"
#include "services/preapproval/store/case_store.h"
#include "services/preapproval/store/rate_store.h"

namespace yaoshi::preapproval {
namespace {

constexpr size_t kCasesAtATime = 500;  // Of the past; bounds what is in memory at once.
constexpr size_t kMaxKept = 4096;      // Totals of the year before: lists × regions × dates asked.

uint32_t RegionNumber(std::string_view region) {
  uint32_t number = 0;
  std::from_chars(region.data(), region.data() + region.size(), number);
  return number;
}

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

// Counts the cases of the past, some at a time.
class PastCount {
 public:
  PastCount(const Context& context, std::string region, const resource::Past& at)
      : catalogue_(CatalogueOf(context)), region_(std::move(region)), at_(at) {}

  absl::Status Add(db::Session& session, const std::vector<Uuid>& projects) {
    ASSIGN_OR_RETURN(const std::vector<StoredBody> cases, LoadCasesAsOf(session, projects, at_));
    ASSIGN_OR_RETURN(const std::vector<StoredBody> bodies, LoadProceduresAsOf(session, projects, at_));
    std::map<Uuid, std::map<std::string, Procedure>> procedures;
    for (const StoredBody& stored : bodies) {
      v1::Procedure proto;
      if (!proto.ParseFromString(stored.body)) return absl::DataLossError("a procedure's version cannot be read");
      procedures[stored.project][stored.code] = FromProto(proto);
    }
    for (const StoredBody& stored : cases) {
      v1::Case proto;
      if (!proto.ParseFromString(stored.body)) return absl::DataLossError("a case's version cannot be read");
      RETURN_IF_ERROR(AddCase(FromProto(proto), procedures[stored.project]));
    }
    return absl::OkStatus();
  }

  RateAnswer Answer(const RateDimensions& dimensions) const {
    return {Named(CountRates(rated_, at_.as_of, dimensions), departments_, codes_), CountTotal(rated_, at_.as_of)};
  }

 private:
  absl::Status AddCase(const Case& subject, const std::map<std::string, Procedure>& procedures) {
    if (subject.closed_on || (!region_.empty() && !auth::Covers(region_, subject.region))) return absl::OkStatus();
    RatedProject rated{RegionNumber(subject.region), {}};
    const std::set<std::string>& gates = catalogue_.gates[subject.template_name];
    for (const Applicability& one : subject.procedures) {
      if (one.requirement != Requirement::kRequired || !gates.contains(one.code)) continue;
      const auto found = procedures.find(one.code);
      ASSIGN_OR_RETURN(RatedProcedure procedure, Rated(one, found == procedures.end() ? nullptr : &found->second));
      rated.procedures.push_back(procedure);
    }
    rated_.push_back(std::move(rated));
    return absl::OkStatus();
  }

  absl::StatusOr<RatedProcedure> Rated(const Applicability& one, const Procedure* procedure) {
    const ProcedureType& type = catalogue_.types[one.code];
    const std::string& own = one.department.empty() ? type.department : one.department;
    RatedProcedure rated;
    rated.department = departments_.Number(procedure == nullptr ? own : procedure->department);
    rated.code = codes_.Number(one.code);
    rated.stage = type.stage;
    if (procedure == nullptr) return rated;
    rated.done = IsDecided(procedure->state);
    if (procedure->state == ProcedureState::kApproved && procedure->approval && procedure->approval->valid_until) {
      rated.valid_until = procedure->approval->valid_until->days();
    }
    const std::optional<ClockFacts> clock = FactsOf(*procedure);
    if (!IsRunning(procedure->state) || !clock || type.terms.empty()) return rated;
    ASSIGN_OR_RETURN(const std::optional<Date> due,
                     DueOn(*clock, TermsOn(type, clock->accepted_on), catalogue_.calendar));
    if (due) rated.due_on = due->days();
    return rated;
  }

  Catalogue catalogue_;
  const std::string region_;
  const resource::Past at_;
  std::vector<RatedProject> rated_;
  Names departments_, codes_;
};

absl::StatusOr<RateAnswer> PastRates(const Context& context, db::Session& session, const ListCopy& list,
                                     const std::string& region, const RateDimensions& dimensions,
                                     const resource::Past& at) {
  const std::vector<std::string> lists = context.memory.Read([&](const CaseBook& book) { return book.SubLists(list); });
  ASSIGN_OR_RETURN(const std::vector<Uuid> projects,
                   LoadRatedProjects(session, lists, list.first_year, list.last_year, at));
  PastCount count(context, region, at);
  for (size_t begin = 0; begin < projects.size(); begin += kCasesAtATime) {
    const auto from = projects.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto to = projects.begin() + static_cast<std::ptrdiff_t>(std::min(projects.size(), begin + kCasesAtATime));
    RETURN_IF_ERROR(count.Add(session, {from, to}));
  }
  return count.Answer(dimensions);
}

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

absl::StatusOr<RateAnswer> RatesOf(const Context& context, rpc::Call& call, const ListCopy& list,
                                   const std::string& region, const RateDimensions& dimensions, const Moment& moment) {
  if (moment.past) return PastRates(context, call.session(), list, region, dimensions, moment.at);
  return context.memory.ReadRates(call.today(), [&](const RateKeeper& rates) {
    const uint32_t number = RegionNumber(region);
    return RateAnswer{rates.By(list.name, number, dimensions), rates.Total(list.name, number)};
  });
}

absl::StatusOr<std::optional<Rates>> YearBeforeRates::Of(const Context& context, rpc::Call& call, const ListCopy& list,
                                                         const std::string& region, const Moment& moment) {
  const absl::StatusOr<ListCopy> before = FindList(context, list.predecessor);
  if (!before.ok()) return std::optional<Rates>();
  const resource::Past at{YearBefore(moment.at.as_of), moment.at.known_at};
  const bool newest = at.known_at >= call.now();
  const std::string key = fmt::format("{}/{}/{}", before->name, region, at.as_of.ToString());
  const uint64_t generation = context.memory.generation();
  if (newest) {
    absl::MutexLock lock(&mutex_);
    const auto kept = kept_.find(key);
    if (kept != kept_.end() && kept->second.generation == generation) return std::optional<Rates>(kept->second.rates);
  }
  ASSIGN_OR_RETURN(const RateAnswer answer, PastRates(context, call.session(), *before, region, {}, at));
  if (newest) {
    absl::MutexLock lock(&mutex_);
    if (kept_.size() >= kMaxKept) kept_.clear();
    kept_[key] = {generation, answer.total};
  }
  return std::optional<Rates>(answer.total);
}

}  // namespace yaoshi::preapproval

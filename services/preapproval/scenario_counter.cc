#include "services/preapproval/scenario_counter.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "common/region/region.h"
#include "common/status/status.h"
#include "services/preapproval/case_convert.h"
#include "services/preapproval/case_view.h"
#include "services/preapproval/convert.h"
#include "services/preapproval/domain/rates.h"
#include "services/preapproval/errors.h"

namespace yaoshi::preapproval {
namespace {

// Cases that are counted under one lock of memory, which takes some tens of milliseconds.
constexpr size_t kCasesPerPiece = 500;
// Comparisons that the answer shows.
constexpr size_t kMostComparisons = 1000;

// What is wrong with a request by itself.
std::vector<FieldViolation> CheckRequest(const v1::CreateScenarioRequest& request) {
  std::vector<FieldViolation> violations;
  if (request.list().empty() == request.cases().empty()) {
    violations.push_back({"list", "either a list or cases are needed"});
  }
  if (!request.region().empty() && request.list().empty()) violations.push_back({"region", "belongs to a list"});
  for (int i = 0; i < request.changes_size(); ++i) {
    const v1::ScenarioChange& change = request.changes(i);
    const auto wrong = [&](const char* field, const char* text) {
      violations.push_back({fmt::format("changes[{}].{}", i, field), text});
    };
    const bool moves = !change.target_start_on().empty() || change.shift_working_days() != 0;
    if (!moves && change.add_procedure().empty() && change.limit_percent() == 0) {
      wrong("target_start_on", "nothing is changed; say a start, a shift, a procedure or a percentage");
    }
    if (!change.target_start_on().empty() && change.shift_working_days() != 0) {
      wrong("shift_working_days", "does not go with target_start_on");
    }
    if (!change.limit_code().empty() && change.limit_percent() == 0) wrong("limit_percent", "is needed");
  }
  return violations;
}

class Counter {
 public:
  Counter(const Context& context, const rpc::Call& call, const v1::CreateScenarioRequest& request)
      : context_(context), call_(call), request_(request), scenario_(ChangesOf(request.changes())), tally_(Dates()) {}

  absl::StatusOr<CountedScenario> Run() {
    RETURN_IF_ERROR(InvalidFields(CheckRequest(request_)));
    ASSIGN_OR_RETURN(const std::string scope, ScopeOf(call_, request_.region()));
    RETURN_IF_ERROR(context_.memory.Read([&](const CaseBook& book) { return Find(book, scope); }));
    RETURN_IF_ERROR(CheckCases());
    for (size_t begin = 0; begin < projects_.size(); begin += kCasesPerPiece) {
      context_.memory.Read([&](const CaseBook& book) { Count(book, begin); });
    }
    RETURN_IF_ERROR(InvalidFields(UnknownCodes()));
    return Answer(scope.empty() ? call_.principal().region : scope);
  }

 private:
  std::vector<Date> Dates() const {
    std::vector<Date> dates;
    for (const std::string& text : request_.target_dates()) dates.push_back(DateOr(text, Date()));
    return dates;
  }

  absl::Status Find(const CaseBook& book, const std::string& scope) {
    if (request_.list().empty()) return FindNamed(book);
    const ListCopy* list = book.FindList(request_.list());
    if (list == nullptr) return ListNotFound(request_.list());
    book.VisitList(*list, Uuid(), [&](const Uuid& project) {
      const CaseRow* subject = book.Find(project);
      const bool covered = subject != nullptr && RegionCovers(RegionNumber(scope), subject->region);
      if (covered && !subject->closed) projects_.push_back(project);
      return projects_.size() <= kMostScenarioCases;
    });
    return projects_.size() > kMostScenarioCases ? ScenarioTooLarge(kMostScenarioCases) : absl::OkStatus();
  }

  absl::Status FindNamed(const CaseBook& book) {
    std::vector<FieldViolation> closed;
    for (int i = 0; i < request_.cases_size(); ++i) {
      ASSIGN_OR_RETURN(const Uuid project, ParseCaseName(request_.cases(i), fmt::format("cases[{}]", i)));
      const CaseRow* subject = book.Find(project);
      const bool mine = subject != nullptr && call_.MayTouch(RegionCode(subject->region), "");
      if (!mine) return CaseNotFound(request_.cases(i));
      if (subject->closed) closed.push_back({fmt::format("cases[{}]", i), "is closed"});
      projects_.push_back(project);
    }
    std::sort(projects_.begin(), projects_.end());
    projects_.erase(std::unique(projects_.begin(), projects_.end()), projects_.end());
    return InvalidFields(closed);
  }

  // Changes name cases of the scenario.
  absl::Status CheckCases() const {
    std::vector<FieldViolation> violations;
    for (int i = 0; i < request_.changes_size(); ++i) {
      if (request_.changes(i).case_().empty()) continue;
      const absl::StatusOr<Uuid> project = ParseCaseName(request_.changes(i).case_(), "case");
      if (project.ok() && std::binary_search(projects_.begin(), projects_.end(), *project)) continue;
      violations.push_back({fmt::format("changes[{}].case", i), "is none of the scenario's open cases"});
    }
    return InvalidFields(violations);
  }

  void Count(const CaseBook& book, size_t begin) {
    for (size_t i = begin; i < std::min(projects_.size(), begin + kCasesPerPiece); ++i) {
      const CaseRow* subject = book.Find(projects_[i]);
      if (subject == nullptr) continue;
      if (profiles_.insert(subject->profile).second) {
        for (const Applicability& one : subject->profile->procedures) codes_.insert(one.code);
      }
      CaseComparison comparison = scenario_.Compare(book, *subject, call_.today());
      tally_.Add(comparison);
      if (comparison.ChangesCase()) {
        cases_.push_back({comparison.project, comparison.version, comparison.target_before, comparison.target_after});
      }
      if (comparison.Differs()) differing_.push_back(std::move(comparison));
    }
  }

  // Codes of changes that no template of these cases has.
  std::vector<FieldViolation> UnknownCodes() const {
    std::vector<FieldViolation> violations;
    for (int i = 0; i < request_.changes_size(); ++i) {
      const v1::ScenarioChange& change = request_.changes(i);
      for (const auto& [field, code] :
           {std::pair("add_procedure", change.add_procedure()), std::pair("limit_code", change.limit_code())}) {
        if (code.empty() || codes_.contains(code)) continue;
        violations.push_back({fmt::format("changes[{}].{}", i, field), "is in no template of the scenario's cases"});
      }
    }
    return violations;
  }

  CountedScenario Answer(const std::string& region) {
    CountedScenario counted{ToProto(tally_), std::move(cases_)};
    counted.scenario.set_title(request_.title());
    *counted.scenario.mutable_changes() = request_.changes();
    counted.scenario.set_region(region);
    counted.scenario.set_list(request_.list());
    counted.scenario.set_counted_on(call_.today().ToString());
    const size_t shown = std::min(differing_.size(), kMostComparisons);
    std::partial_sort(differing_.begin(), differing_.begin() + static_cast<std::ptrdiff_t>(shown), differing_.end(),
                      Worse);
    context_.memory.Read([&](const CaseBook& book) {
      for (size_t i = 0; i < shown; ++i) {
        v1::Scenario::Comparison& comparison = *counted.scenario.add_comparisons();
        comparison = ToProto(differing_[i]);
        const ProjectRow* project = book.FindProject(differing_[i].project);
        if (project != nullptr) comparison.set_title(project->facts.title);
      }
    });
    return counted;
  }

  static bool Worse(const CaseComparison& a, const CaseComparison& b) {
    const auto short_of = [](const CaseComparison& one) { return one.after ? one.after->shortfall_days : -1; };
    if (short_of(a) != short_of(b)) return short_of(a) > short_of(b);
    return a.project < b.project;
  }

  const Context& context_;
  const rpc::Call& call_;
  const v1::CreateScenarioRequest& request_;
  Scenario scenario_;
  ScenarioTally tally_;
  std::vector<Uuid> projects_;  // In order.
  std::set<std::shared_ptr<const Profile>> profiles_;
  std::set<std::string> codes_;
  std::vector<CaseComparison> differing_;
  std::vector<ScenarioCase> cases_;
};

}  // namespace

absl::StatusOr<CountedScenario> CountScenario(const Context& context, const rpc::Call& call,
                                              const v1::CreateScenarioRequest& request) {
  return Counter(context, call, request).Run();
}

}  // namespace yaoshi::preapproval

#include "services/preapproval/case_migration_previewer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "common/region/region.h"
#include "common/status/status.h"
#include "services/preapproval/case_convert.h"
#include "services/preapproval/case_view.h"
#include "services/preapproval/errors.h"
#include "services/preapproval/store/case_store.h"

namespace yaoshi::preapproval {
namespace {

// Cases that are counted under one lock of memory, which takes some tens of milliseconds.
constexpr size_t kCasesPerPiece = 500;
// Cases that the answer shows.
constexpr size_t kMostPreviews = 1000;

// What is wrong with a request by itself and by its templates.
std::vector<FieldViolation> CheckRequest(const v1::CreateCaseMigrationRequest& request, const Template& from,
                                         const Template& to, Date today) {
  std::vector<FieldViolation> violations;
  if (from.name == to.name) violations.push_back({"to_template", "is the template that the cases have"});
  if (to.state != TemplateState::kPublished) violations.push_back({"to_template", "is a draft; publish it first"});
  if (to.effective_on > today) {
    violations.push_back({"to_template", fmt::format("comes into force on {}", to.effective_on.ToString())});
  }
  if (!request.cases().empty() && !request.list().empty()) violations.push_back({"list", "does not go with cases"});
  if (!request.cases().empty() && !request.region().empty()) violations.push_back({"region", "does not go with cases"});
  if (from.name == to.name) return violations;
  const std::vector<FieldViolation> rules = CheckMigrationRules(from, to, RulesOf(request.rules()));
  violations.insert(violations.end(), rules.begin(), rules.end());
  return violations;
}

absl::StatusOr<Template> TemplateOf(const Context& context, const std::string& name) {
  return context.memory.Read([&](const CaseBook& book) -> absl::StatusOr<Template> {
    const Template* found = book.FindTemplate(name);
    return found == nullptr ? absl::StatusOr<Template>(TemplateNotFound(name)) : *found;
  });
}

class Previewer {
 public:
  Previewer(const Context& context, const rpc::Call& call, const v1::CreateCaseMigrationRequest& request)
      : context_(context), call_(call), request_(request) {}

  absl::StatusOr<PreviewedMigration> Run() {
    ASSIGN_OR_RETURN(const Template from, TemplateOf(context_, request_.from_template()));
    ASSIGN_OR_RETURN(const Template to, TemplateOf(context_, request_.to_template()));
    RETURN_IF_ERROR(InvalidFields(CheckRequest(request_, from, to, call_.today())));
    ASSIGN_OR_RETURN(const std::string scope, ScopeOf(call_, request_.region()));
    RETURN_IF_ERROR(context_.memory.Read([&](const CaseBook& book) { return Find(book, scope); }));
    ASSIGN_OR_RETURN(const Migrator migrator, Migrator::Create(from, to, RulesOf(request_.rules())));
    for (size_t begin = 0; begin < projects_.size(); begin += kCasesPerPiece) {
      context_.memory.Read([&](const CaseBook& book) { Count(book, migrator, begin); });
    }
    return Answer(scope.empty() ? call_.principal().region : scope);
  }

 private:
  absl::Status Find(const CaseBook& book, const std::string& scope) {
    if (!request_.cases().empty()) return FindNamed(book);
    const auto take = [&](const CaseRow& subject) {
      const bool covered = RegionCovers(RegionNumber(scope), subject.region);
      const bool has = subject.profile->template_name == request_.from_template();
      if (covered && has && !subject.closed) projects_.push_back(subject.project);
      return projects_.size() <= kMostMigratedCases;
    };
    if (request_.list().empty()) {
      book.Visit(Uuid(), take);
    } else {
      const ListCopy* list = book.FindList(request_.list());
      if (list == nullptr) return ListNotFound(request_.list());
      book.VisitList(*list, Uuid(), [&](const Uuid& project) {
        const CaseRow* subject = book.Find(project);
        return subject == nullptr || take(*subject);
      });
    }
    return projects_.size() > kMostMigratedCases ? CaseMigrationTooLarge(kMostMigratedCases) : absl::OkStatus();
  }

  absl::Status FindNamed(const CaseBook& book) {
    std::vector<FieldViolation> violations;
    for (int i = 0; i < request_.cases_size(); ++i) {
      const std::string field = fmt::format("cases[{}]", i);
      ASSIGN_OR_RETURN(const Uuid project, ParseCaseName(request_.cases(i), field));
      const CaseRow* subject = book.Find(project);
      const bool mine = subject != nullptr && call_.MayTouch(RegionCode(subject->region), "");
      if (!mine) return CaseNotFound(request_.cases(i));
      const std::string& has = subject->profile->template_name;
      if (subject->closed) violations.push_back({field, "is closed"});
      if (has != request_.from_template()) violations.push_back({field, fmt::format("has {}", has)});
      projects_.push_back(project);
    }
    std::sort(projects_.begin(), projects_.end());
    projects_.erase(std::unique(projects_.begin(), projects_.end()), projects_.end());
    return InvalidFields(violations);
  }

  MigrationStandings StandingsOf(const CaseBook& book, const CaseRow& subject) const {
    MigrationStandings standings;
    for (size_t place = 0; place < subject.rows().size(); ++place) {
      const ProcedureRow& row = subject.procedures[place];
      if (row.version == 0) continue;
      const std::vector<Obligation>& obligations = book.ExtrasOf(row).obligations;
      const bool owes =
          std::any_of(obligations.begin(), obligations.end(), [](const Obligation& one) { return !one.fulfilled_on; });
      standings[subject.profile->procedures[place].code] = {row.StateOn(call_.today()), owes};
    }
    return standings;
  }

  void Count(const CaseBook& book, const Migrator& migrator, size_t begin) {
    for (size_t i = begin; i < std::min(projects_.size(), begin + kCasesPerPiece); ++i) {
      const CaseRow* subject = book.Find(projects_[i]);
      if (subject == nullptr) continue;
      const ProjectRow* project = book.FindProject(projects_[i]);
      const MigrationPlan plan =
          migrator.Plan(subject->profile->procedures, project == nullptr ? nullptr : &project->facts.attributes,
                        StandingsOf(book, *subject));
      std::vector<v1::CaseMigration::Preview>& previews = plan.refusals.empty() ? migrating_ : refused_;
      if (previews.size() < kMostPreviews) {
        v1::CaseMigration::Preview& preview = previews.emplace_back(ToProto(plan));
        preview.set_case_(CaseName(projects_[i]));
        preview.set_case_etag(fmt::format("{}", subject->version));
        if (project != nullptr) preview.set_title(project->facts.title);
      }
      if (!plan.refusals.empty()) {
        ++cases_refused_;
        continue;
      }
      cases_.push_back({projects_[i], DigestOf(plan)});
      for (const MigrationChange& one : plan.changes) ++totals_[{one.from, one.to, one.effect}];
    }
  }

  PreviewedMigration Answer(const std::string& region) {
    PreviewedMigration previewed;
    v1::CaseMigration& migration = previewed.migration;
    migration.set_from_template(request_.from_template());
    migration.set_to_template(request_.to_template());
    *migration.mutable_rules() = request_.rules();
    migration.set_cases(cases_refused_ + static_cast<int64_t>(cases_.size()));
    migration.set_cases_refused(cases_refused_);
    migration.set_skip_refused(request_.skip_refused());
    for (const auto& [key, cases] : totals_) {
      v1::CaseMigration::Total& total = *migration.add_totals();
      total.set_from(std::get<0>(key));
      total.set_to(std::get<1>(key));
      total.set_effect(static_cast<v1::CaseMigration::Effect>(std::get<2>(key)));
      total.set_cases(cases);
    }
    for (const auto* previews : {&refused_, &migrating_}) {
      for (const v1::CaseMigration::Preview& one : *previews) {
        if (migration.previews_size() < static_cast<int>(kMostPreviews)) *migration.add_previews() = one;
      }
    }
    migration.set_region(region);
    migration.set_list(request_.list());
    migration.set_counted_on(call_.today().ToString());
    previewed.cases = std::move(cases_);
    return previewed;
  }

  const Context& context_;
  const rpc::Call& call_;
  const v1::CreateCaseMigrationRequest& request_;
  std::vector<Uuid> projects_;  // In order.
  std::vector<v1::CaseMigration::Preview> refused_, migrating_;
  std::vector<MigratedCase> cases_;
  int64_t cases_refused_ = 0;
  std::map<std::tuple<std::string, std::string, MigrationEffect>, int64_t> totals_;
};

}  // namespace

absl::StatusOr<PreviewedMigration> PreviewMigration(const Context& context, const rpc::Call& call,
                                                    const v1::CreateCaseMigrationRequest& request) {
  return Previewer(context, call, request).Run();
}

absl::StatusOr<Migrator> MigratorOf(const Context& context, const std::string& from, const std::string& to,
                                    std::vector<MigrationRule> rules) {
  ASSIGN_OR_RETURN(const Template old_template, TemplateOf(context, from));
  ASSIGN_OR_RETURN(const Template new_template, TemplateOf(context, to));
  return Migrator::Create(old_template, new_template, std::move(rules));
}

}  // namespace yaoshi::preapproval

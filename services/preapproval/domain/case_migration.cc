#include "services/preapproval/domain/case_migration.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "services/preapproval/domain/procedure.h"

namespace yaoshi::preapproval {
namespace {

using Effect = MigrationEffect;
using State = ProcedureState;

std::set<std::string> CodesOf(const Template& subject) {
  std::set<std::string> codes;
  for (const Node& node : subject.nodes) codes.insert(node.code);
  return codes;
}

// Whether somebody works on it who would be left without a question to answer.
bool IsWithDepartment(State state) {
  return state == State::kSubmitted || IsRunning(state);
}

class Planner {
 public:
  Planner(const std::vector<Applicability>& before, const std::vector<MigrationRule>& rules,
          const MigrationStandings& standings)
      : standings_(standings) {
    for (const Applicability& one : before) before_.emplace(one.code, &one);
    for (const MigrationRule& rule : rules) rules_.emplace(rule.from, &rule);
  }

  MigrationPlan Run(const std::vector<Applicability>& before, const std::vector<Applicability>& fresh) {
    std::set<std::string_view> asked;
    for (const Applicability& one : fresh) {
      asked.insert(one.code);
      Take(one);
    }
    for (const Applicability& one : before) {
      const bool mapped = rules_.contains(one.code) && !rules_.at(one.code)->to.empty();
      if (!asked.contains(one.code) && !mapped) LeaveBehind(one);
    }
    return std::move(plan_);
  }

 private:
  MigrationStanding StandingOf(std::string_view code) const {
    const auto found = standings_.find(code);
    return found == standings_.end() ? MigrationStanding() : found->second;
  }
  bool Begun(std::string_view code) const { return StandingOf(code).state != State::kNotStarted; }
  const Applicability* Before(std::string_view code) const {
    const auto found = before_.find(code);
    return found == before_.end() ? nullptr : found->second;
  }
  void Say(Effect effect, std::string from, std::string to, std::string reason) {
    const State state = from.empty() ? State::kNotStarted : StandingOf(from).state;
    plan_.changes.push_back({effect, std::move(from), std::move(to), state, std::move(reason)});
  }

  // The codes that go on as `code`: itself, and those that the rules map to it; what has begun first.
  std::vector<std::string> SourcesOf(const std::string& code) const {
    std::vector<std::string> sources;
    if (Before(code) != nullptr) sources.push_back(code);
    for (const auto& [from, rule] : rules_) {
      if (rule->to == code && Before(from) != nullptr) sources.push_back(from);
    }
    std::stable_partition(sources.begin(), sources.end(), [&](const std::string& one) { return Begun(one); });
    return sources;
  }

  void Take(Applicability one) {
    const std::vector<std::string> sources = SourcesOf(one.code);
    if (sources.size() > 1 && Begun(sources[1])) {
      plan_.refusals.push_back(fmt::format("{}与{}均已办理，不能合并为{}", sources[0], sources[1], one.code));
    }
    for (const std::string& from : sources) {  // Who decides was said by hand and stays.
      if (one.department.empty()) one.department = Before(from)->department;
    }
    const std::string from = sources.empty() ? "" : sources[0];
    if (!from.empty() && from != one.code && Begun(from)) plan_.copies.emplace(one.code, from);
    Judge(one, from);
    for (size_t i = 1; i < sources.size(); ++i) Judge(one, sources[i]);
    plan_.procedures.push_back(std::move(one));
  }

  // What becomes of `from`, which the new template knows as `one`; "": nothing before.
  void Judge(const Applicability& one, const std::string& from) {
    const bool was = !from.empty() && Before(from)->requirement == Requirement::kRequired;
    if (one.requirement != Requirement::kRequired) {
      if (was) End(from, one.code, one.reason);
    } else if (!was) {
      Say(Effect::kNewlyRequired, from, one.code, one.reason);
    } else if (from == one.code) {
      Say(Effect::kKept, from, one.code, one.reason);
    } else {
      Say(Effect::kMapped, from, one.code, rules_.at(from)->reason);
    }
  }

  // A required procedure is not asked for any more.
  void End(const std::string& from, const std::string& to, const std::string& reason) {
    const MigrationStanding standing = StandingOf(from);
    if (IsWithDepartment(standing.state)) {
      plan_.refusals.push_back(fmt::format("{}{}，须先办结、退回或撤回", from, StateTitle(standing.state)));
      Say(Effect::kRefused, from, to, reason);
    } else if (standing.owes) {
      plan_.refusals.push_back(fmt::format("{}容缺材料尚未补齐，须先补齐", from));
      Say(Effect::kRefused, from, to, reason);
    } else {
      Say(Begun(from) ? Effect::kRetained : Effect::kNoLongerRequired, from, to, reason);
    }
  }

  // The new template does not have it. What a migration before retained stays retained.
  void LeaveBehind(const Applicability& one) {
    const auto rule = rules_.find(one.code);
    const std::string reason = rule == rules_.end() ? one.reason : rule->second->reason;
    const bool begun = Begun(one.code);
    if (one.requirement == Requirement::kRequired) {
      End(one.code, "", reason);
    } else if (begun) {
      Say(Effect::kRetained, one.code, "", reason);
    }
    if (begun) plan_.procedures.push_back({one.code, Requirement::kNotRequired, "", reason, one.department});
  }

  const MigrationStandings& standings_;
  std::map<std::string, const Applicability*, std::less<>> before_;
  std::map<std::string, const MigrationRule*, std::less<>> rules_;
  MigrationPlan plan_;
};

}  // namespace

std::vector<FieldViolation> CheckMigrationRules(const Template& from, const Template& to,
                                                const std::vector<MigrationRule>& rules) {
  const std::set<std::string> old_codes = CodesOf(from), new_codes = CodesOf(to);
  std::vector<FieldViolation> violations;
  std::set<std::string> seen;
  for (size_t i = 0; i < rules.size(); ++i) {
    const MigrationRule& rule = rules[i];
    const auto wrong = [&](const char* field, const char* text) {
      violations.push_back({fmt::format("rules[{}].{}", i, field), text});
    };
    if (!old_codes.contains(rule.from)) {
      wrong("from", "is no code of the old template");
    } else if (new_codes.contains(rule.from)) {
      wrong("from", "is a code of the new template, too: its procedure goes on without a rule");
    } else if (!seen.insert(rule.from).second) {
      wrong("from", "has a rule already");
    }
    if (rule.to.empty()) continue;
    if (!new_codes.contains(rule.to)) {
      wrong("to", "is no code of the new template");
    } else if (old_codes.contains(rule.to)) {
      wrong("to", "is a code of the old template, too, and has a procedure of its own; drop the old code instead");
    }
  }
  for (const std::string& code : old_codes) {
    if (new_codes.contains(code) || seen.contains(code)) continue;
    violations.push_back({"rules", fmt::format("{} is not in the new template: map it or drop it, and say why", code)});
  }
  return violations;
}

std::string MigrationPlan::Essence() const {
  std::string text;
  const auto add = [&](std::string_view part) {
    text += part;
    text += '\0';
  };
  for (const MigrationChange& one : changes) {
    add(fmt::format("{}", static_cast<int>(one.effect)));
    add(one.from);
    add(one.to);
  }
  for (const std::string& refusal : refusals) add(refusal);
  for (const Applicability& one : procedures) {
    add(fmt::format("{}", static_cast<int>(one.requirement)));
    for (const std::string* part : {&one.code, &one.merged_into, &one.reason, &one.department}) add(*part);
  }
  return text;
}

MigrationPlan PlanMigration(const std::vector<Applicability>& before, const std::vector<Applicability>& fresh,
                            const std::vector<MigrationRule>& rules, const MigrationStandings& standings) {
  return Planner(before, rules, standings).Run(before, fresh);
}

absl::StatusOr<Migrator> Migrator::Create(const Template& from, const Template& to, std::vector<MigrationRule> rules) {
  ASSIGN_OR_RETURN(Assessor assessor, Assessor::Create(to));
  return Migrator(from.selector, to.selector, std::move(assessor), std::move(rules));
}

MigrationPlan Migrator::Plan(const std::vector<Applicability>& before, const ProjectAttributes* attributes,
                             const MigrationStandings& standings) const {
  if (attributes == nullptr) {
    MigrationPlan refused;
    refused.refusals.emplace_back("项目信息尚未从项目库传来");
    return refused;
  }
  MigrationPlan plan = PlanMigration(before, assessor_.Assess(*attributes), rules_, standings);
  if (Selects(from_, *attributes) && !Selects(to_, *attributes)) plan.refusals.emplace_back("新模板不适用于该项目");
  return plan;
}

}  // namespace yaoshi::preapproval

// What is wrong with a template.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "services/preapproval/domain/template.h"

namespace yaoshi::preapproval {
namespace {

using Violations = std::vector<FieldViolation>;

// The procedures of a template by code; the first of a code counts.
std::map<std::string_view, int> Positions(const Template& subject) {
  std::map<std::string_view, int> positions;
  for (size_t i = 0; i < subject.nodes.size(); ++i) positions.emplace(subject.nodes[i].code, static_cast<int>(i));
  return positions;
}

void CheckTwice(const std::vector<std::string>& codes, const std::string& path, Violations& violations) {
  std::set<std::string_view> seen;
  for (size_t i = 0; i < codes.size(); ++i) {
    if (!seen.insert(codes[i]).second) {
      violations.push_back({fmt::format("{}[{}]", path, i), fmt::format("{} is given twice; give it once.", codes[i])});
    }
  }
}

void CheckRule(const Rule& rule, const std::string& path, Violations& violations) {
  const auto condition = filter::ParseAndBind(rule.condition, AttributeFields());
  for (const FieldViolation& found : ViolationsOf(condition.status())) {
    violations.push_back({path + ".condition", found.description});
  }
  const bool merged = rule.requirement == Requirement::kMerged;
  if (rule.requirement == Requirement::kUnspecified) {
    violations.push_back({path + ".requirement", "Say REQUIRED, NOT_REQUIRED or MERGED."});
  } else if (merged && rule.merged_into.empty()) {
    violations.push_back({path + ".merged_into", "Name the code that it is decided with."});
  } else if (!merged && !rule.merged_into.empty()) {
    violations.push_back({path + ".merged_into", "Only a rule that says MERGED names a code; leave it out."});
  }
}

void CheckNode(const Node& node, const std::string& path, Violations& violations) {
  CheckTwice(node.prerequisites, path + ".prerequisites", violations);
  for (size_t i = 0; i < node.rules.size(); ++i) {
    CheckRule(node.rules[i], fmt::format("{}.rules[{}]", path, i), violations);
    if (i > 0 && node.rules[i - 1].condition.empty()) {
      violations.push_back(
          {fmt::format("{}.rules[{}]", path, i),
           "The row before holds for every project, so this one never decides; move it up or remove it."});
    }
  }
}

void CheckGroup(const JointGroup& group, const std::string& path, Violations& violations) {
  CheckTwice(group.codes, path + ".codes", violations);
  CheckTwice(group.dependents, path + ".dependents", violations);
  const int members = static_cast<int>(group.codes.size());
  if (group.codes.empty()) violations.push_back({path + ".codes", "Name the codes that are decided together."});
  if (group.mode == JointMode::kUnspecified) violations.push_back({path + ".mode", "Say ALL, ANY or N_OF_M."});
  if (group.mode != JointMode::kNOfM && group.n != 0) {
    violations.push_back({path + ".n", "Only N_OF_M has a number; leave it out."});
  } else if (group.mode == JointMode::kNOfM && (group.n < 1 || group.n > members)) {
    violations.push_back({path + ".n", fmt::format("{} of {} codes cannot be decided; give 1 to {}.", group.n, members,
                                                   std::max(1, members))});
  }
  for (size_t i = 0; i < group.dependents.size(); ++i) {
    if (std::find(group.codes.begin(), group.codes.end(), group.dependents[i]) == group.codes.end()) continue;
    violations.push_back({fmt::format("{}.dependents[{}]", path, i),
                          fmt::format("{} is of the group and cannot wait for it.", group.dependents[i])});
  }
}

void CheckGroupIds(const Template& subject, Violations& violations) {
  std::set<std::string_view> ids;
  std::map<std::string_view, std::string_view> group_of;
  for (size_t g = 0; g < subject.joint_groups.size(); ++g) {
    const JointGroup& group = subject.joint_groups[g];
    if (!ids.insert(group.id).second) {
      violations.push_back({fmt::format("joint_groups[{}].id", g), fmt::format("{} is given twice.", group.id)});
    }
    for (size_t i = 0; i < group.codes.size(); ++i) {
      const auto [first, is_first] = group_of.emplace(group.codes[i], group.id);
      if (is_first || first->second == group.id) continue;
      violations.push_back(
          {fmt::format("joint_groups[{}].codes[{}]", g, i),
           fmt::format("{} is of the group {} already; a code is in one.", group.codes[i], first->second)});
    }
  }
}

// What is asked of a template before it is published: one object per question.
class Publication {
 public:
  Publication(const Template& subject, std::span<const ProcedureType> catalogue, Violations& violations);

  void CheckCodes();
  void CheckMerges();
  // Needs known codes.
  void CheckCycles();
  // Needs a graph without cycles.
  void CheckStart();

 private:
  struct Edge {
    int before;
    std::string path;  // Where the template says so.
  };

  void CheckKnown(const std::vector<std::string>& codes, const std::string& path);
  void AddEdges();
  int procedures() const { return static_cast<int>(subject_.nodes.size()); }
  std::string NameOf(int vertex) const {
    return vertex < procedures() ? subject_.nodes[vertex].code : subject_.joint_groups[vertex - procedures()].id;
  }
  void ReportCycle(const std::vector<int>& path, int closes);
  // The vertices that `from` waits for, directly or not, and itself.
  std::vector<bool> Before(const std::vector<int>& from) const;

  const Template& subject_;
  std::map<std::string_view, const ProcedureType*> types_;
  const std::map<std::string_view, int> positions_;
  std::vector<std::vector<Edge>> waits_;  // By vertex: procedures, then groups.
  Violations& violations_;
};

Publication::Publication(const Template& subject, std::span<const ProcedureType> catalogue, Violations& violations)
    : subject_(subject), positions_(Positions(subject)), violations_(violations) {
  for (const ProcedureType& type : catalogue) types_.emplace(type.code, &type);
  waits_.resize(subject.nodes.size() + subject.joint_groups.size());
  AddEdges();
}

void Publication::AddEdges() {
  const auto add = [&](int from, std::string_view code, const std::string& path, size_t i) {
    const auto found = positions_.find(code);
    if (found != positions_.end()) waits_[from].push_back({found->second, fmt::format("{}[{}]", path, i)});
  };
  for (int node = 0; node < procedures(); ++node) {
    const auto& codes = subject_.nodes[node].prerequisites;
    for (size_t i = 0; i < codes.size(); ++i) add(node, codes[i], fmt::format("nodes[{}].prerequisites", node), i);
  }
  for (size_t g = 0; g < subject_.joint_groups.size(); ++g) {
    const JointGroup& group = subject_.joint_groups[g];
    const int vertex = procedures() + static_cast<int>(g);
    const std::string path = fmt::format("joint_groups[{}]", g);
    for (size_t i = 0; i < group.codes.size(); ++i) add(vertex, group.codes[i], path + ".codes", i);
    for (size_t i = 0; i < group.dependents.size(); ++i) {
      const auto found = positions_.find(group.dependents[i]);
      if (found != positions_.end())
        waits_[found->second].push_back({vertex, fmt::format("{}.dependents[{}]", path, i)});
    }
  }
}

void Publication::CheckKnown(const std::vector<std::string>& codes, const std::string& path) {
  for (size_t i = 0; i < codes.size(); ++i) {
    if (positions_.contains(codes[i])) continue;
    violations_.push_back({fmt::format("{}[{}]", path, i),
                           fmt::format("{} is no procedure of the template; add it or name another.", codes[i])});
  }
}

void Publication::CheckCodes() {
  for (size_t i = 0; i < subject_.nodes.size(); ++i) {
    const Node& node = subject_.nodes[i];
    if (!types_.contains(node.code)) {
      violations_.push_back({fmt::format("nodes[{}].code", i),
                             fmt::format("{} is not in the catalogue of procedures; enter it first.", node.code)});
    }
    CheckKnown(node.prerequisites, fmt::format("nodes[{}].prerequisites", i));
  }
  for (size_t g = 0; g < subject_.joint_groups.size(); ++g) {
    CheckKnown(subject_.joint_groups[g].codes, fmt::format("joint_groups[{}].codes", g));
    CheckKnown(subject_.joint_groups[g].dependents, fmt::format("joint_groups[{}].dependents", g));
  }
}

void Publication::CheckMerges() {
  std::map<std::string_view, std::set<std::string_view>> targets;
  for (const Node& node : subject_.nodes) {
    for (const Rule& rule : node.rules) {
      if (!rule.merged_into.empty()) targets[node.code].insert(rule.merged_into);
    }
  }
  const auto leads_back = [&](std::string_view from, std::string_view to) {
    std::set<std::string_view> seen;
    std::vector<std::string_view> open{from};
    while (!open.empty()) {
      const std::string_view at = open.back();
      open.pop_back();
      if (at == to) return true;
      if (!seen.insert(at).second) continue;
      const auto found = targets.find(at);
      if (found != targets.end()) open.insert(open.end(), found->second.begin(), found->second.end());
    }
    return false;
  };
  for (size_t i = 0; i < subject_.nodes.size(); ++i) {
    for (size_t r = 0; r < subject_.nodes[i].rules.size(); ++r) {
      const std::string& target = subject_.nodes[i].rules[r].merged_into;
      const std::string path = fmt::format("nodes[{}].rules[{}].merged_into", i, r);
      if (target.empty()) continue;
      if (!positions_.contains(target)) {
        violations_.push_back({path, fmt::format("{} is no procedure of the template.", target)});
      } else if (leads_back(target, subject_.nodes[i].code)) {
        violations_.push_back(
            {path, fmt::format("{} is merged into {} itself, directly or not; one of them must stand.", target,
                               subject_.nodes[i].code)});
      }
    }
  }
}

void Publication::ReportCycle(const std::vector<int>& path, int closes) {
  auto first = std::find(path.begin(), path.end(), closes);
  std::vector<int> cycle(first, path.end());
  std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
  std::string codes;
  for (const int vertex : cycle) codes += NameOf(vertex) + " → ";
  codes += NameOf(cycle.front());
  const int before = cycle.size() > 1 ? cycle[1] : cycle[0];
  const auto& edges = waits_[cycle.front()];
  const auto edge = std::find_if(edges.begin(), edges.end(), [&](const Edge& one) { return one.before == before; });
  violations_.push_back(
      {edge->path, fmt::format("These wait for each other in a circle: {}. Remove one of the steps.", codes)});
}

void Publication::CheckCycles() {
  enum class Mark : uint8_t { kNew, kOnPath, kDone };
  std::vector<Mark> marks(waits_.size(), Mark::kNew);
  std::vector<int> path;
  const std::function<void(int)> visit = [&](int vertex) {  // Not deeper than a template has procedures and groups.
    marks[vertex] = Mark::kOnPath;
    path.push_back(vertex);
    for (const Edge& edge : waits_[vertex]) {
      if (marks[edge.before] == Mark::kNew)
        visit(edge.before);
      else if (marks[edge.before] == Mark::kOnPath)
        ReportCycle(path, edge.before);
    }
    path.pop_back();
    marks[vertex] = Mark::kDone;
  };
  for (int vertex = 0; vertex < static_cast<int>(waits_.size()); ++vertex) {
    if (marks[vertex] == Mark::kNew) visit(vertex);
  }
}

std::vector<bool> Publication::Before(const std::vector<int>& from) const {
  std::vector<bool> before(waits_.size(), false);
  std::vector<int> open = from;
  while (!open.empty()) {
    const int at = open.back();
    open.pop_back();
    if (before[at]) continue;
    before[at] = true;
    for (const Edge& edge : waits_[at]) open.push_back(edge.before);
  }
  return before;
}

void Publication::CheckStart() {
  std::vector<int> gates;
  for (int i = 0; i < procedures(); ++i) {
    if (subject_.nodes[i].gates_start) gates.push_back(i);
  }
  if (gates.empty()) {
    violations_.push_back({"nodes", "No procedure gates the start; set gates_start where work may not begin before."});
    return;
  }
  const std::vector<bool> before_start = Before(gates);
  for (int i = 0; i < procedures(); ++i) {
    const auto type = types_.find(subject_.nodes[i].code);
    if (type == types_.end()) continue;
    if (!type->second->after_start && !before_start[i]) {
      violations_.push_back({fmt::format("nodes[{}]", i),
                             fmt::format("{} leads to no start: nothing that gates the start waits for it. Set "
                                         "gates_start, or make it a prerequisite.",
                                         subject_.nodes[i].code)});
    }
    if (!type->second->after_start || !before_start[i]) continue;
    const std::string field = subject_.nodes[i].gates_start ? "gates_start" : "code";
    violations_.push_back({fmt::format("nodes[{}].{}", i, field),
                           fmt::format("{} comes after the start, so what the start waits for can never be reached "
                                       "behind it.",
                                       subject_.nodes[i].code)});
  }
}

}  // namespace

Violations CheckDraft(const Template& subject) {
  Violations violations;
  const Selector& selector = subject.selector;
  if (selector.below_total_investment_fen != 0 &&
      selector.below_total_investment_fen <= selector.min_total_investment_fen) {
    violations.push_back({"selector.below_total_investment_fen",
                          "No amount is in this range; make it larger than the "
                          "smallest total investment, or 0 for no bound."});
  }
  std::vector<std::string> codes;
  for (size_t i = 0; i < subject.nodes.size(); ++i) {
    if (std::find(codes.begin(), codes.end(), subject.nodes[i].code) != codes.end()) {
      violations.push_back({fmt::format("nodes[{}].code", i),
                            fmt::format("{} is given twice; give each code once.", subject.nodes[i].code)});
    }
    codes.push_back(subject.nodes[i].code);
    CheckNode(subject.nodes[i], fmt::format("nodes[{}]", i), violations);
  }
  for (size_t g = 0; g < subject.joint_groups.size(); ++g) {
    CheckGroup(subject.joint_groups[g], fmt::format("joint_groups[{}]", g), violations);
  }
  CheckGroupIds(subject, violations);
  return violations;
}

Violations CheckPublishable(const Template& subject, std::span<const ProcedureType> catalogue) {
  Violations violations = CheckDraft(subject);
  Publication publication(subject, catalogue, violations);
  publication.CheckCodes();
  publication.CheckMerges();
  publication.CheckCycles();
  publication.CheckStart();
  return violations;
}

}  // namespace yaoshi::preapproval

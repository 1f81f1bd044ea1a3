#include "services/preapproval/domain/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "common/status/status.h"

namespace yaoshi::preapproval {
namespace {

// The graph while it is made: procedures by place in the template, then groups, then the start.
class Draft {
 public:
  Draft(const Template& subject, std::span<const Applicability> applicability, std::span<const ProcedureType> types);

  // Replaces merged procedures by their targets and leaves out what is not required.
  void Reduce();
  // What is left, everything after what it waits for; shorter than it should be when there is a cycle.
  std::vector<int> Order() const;
  // Codes that are in a cycle or behind one, given what Order() found.
  std::string Left(const std::vector<int>& order) const;

  int procedures() const { return static_cast<int>(subject_.nodes.size()); }
  int start() const { return procedures() + static_cast<int>(subject_.joint_groups.size()); }
  size_t size() const { return static_cast<size_t>(start()) + 1; }
  bool Kept(int vertex) const {
    return vertex >= procedures() || applied_[vertex].requirement == Requirement::kRequired;
  }
  size_t kept() const { return size() - static_cast<size_t>(dropped_); }
  const std::set<int>& waits(int vertex) const { return waits_[vertex]; }
  int Needed(int vertex) const;
  // The vertex that stands for a procedure; -1 when it is left out.
  int Stands(int procedure) const;

 private:
  struct Applied {
    Requirement requirement = Requirement::kRequired;
    int target = -1;  // Of a merged one: where it ends.
  };

  int Position(std::string_view code) const;
  bool IsGroup(int vertex) const { return vertex >= procedures() && vertex < start(); }
  // Whether the vertex waits for some only of those it names, so that what is left out is not replaced.
  bool ChoosesSome(int vertex) const {
    return IsGroup(vertex) && subject_.joint_groups[vertex - procedures()].mode != JointMode::kAll;
  }
  std::vector<bool> AncestorsOf(int vertex) const;
  // `vertex` waits for these too, in place of one that is gone.
  void Inherit(int vertex, const std::set<int>& from);
  void Merge(int merged);
  void LeaveOut(int vertex);
  // Forgets what was inherited and is waited for anyway, through something else.
  void Tidy();

  const Template& subject_;
  std::map<std::string_view, int> positions_;
  std::vector<Applied> applied_;
  std::vector<std::set<int>> waits_;
  std::set<std::pair<int, int>> inherited_;  // Who waits for whom.
  int dropped_ = 0;
};

Draft::Draft(const Template& subject, std::span<const Applicability> applicability,
             std::span<const ProcedureType> types)
    : subject_(subject), applied_(subject.nodes.size()) {
  waits_.resize(size());
  for (int i = 0; i < procedures(); ++i) positions_.emplace(subject.nodes[i].code, i);
  for (int i = 0; i < procedures(); ++i) {
    for (const std::string& code : subject.nodes[i].prerequisites) {
      if (const int position = Position(code); position >= 0) waits_[i].insert(position);
    }
    if (subject.nodes[i].gates_start) waits_[start()].insert(i);
  }
  for (size_t g = 0; g < subject.joint_groups.size(); ++g) {
    const int vertex = procedures() + static_cast<int>(g);
    for (const std::string& code : subject.joint_groups[g].codes) {
      if (const int position = Position(code); position >= 0) waits_[vertex].insert(position);
    }
    for (const std::string& code : subject.joint_groups[g].dependents) {
      if (const int position = Position(code); position >= 0) waits_[position].insert(vertex);
    }
  }
  for (const ProcedureType& type : types) {
    if (const int position = Position(type.code); type.after_start && position >= 0) waits_[position].insert(start());
  }
  for (const Applicability& one : applicability) {
    const int position = Position(one.code);
    if (position < 0) continue;
    applied_[position] = {one.requirement, one.requirement == Requirement::kMerged ? Position(one.merged_into) : -1};
  }
}

int Draft::Position(std::string_view code) const {
  const auto found = positions_.find(code);
  return found == positions_.end() ? -1 : found->second;
}

std::vector<bool> Draft::AncestorsOf(int vertex) const {
  std::vector<bool> ancestors(size(), false);
  std::vector<int> open{vertex};
  while (!open.empty()) {
    const int at = open.back();
    open.pop_back();
    for (const int before : waits_[at]) {
      if (!ancestors[before]) open.push_back(before);
      ancestors[before] = true;
    }
  }
  return ancestors;
}

int Draft::Stands(int procedure) const {
  for (size_t steps = 0; steps <= applied_.size() && procedure >= 0; ++steps) {
    if (applied_[procedure].requirement == Requirement::kRequired) return procedure;
    if (applied_[procedure].requirement == Requirement::kNotRequired) return -1;
    procedure = applied_[procedure].target;
  }
  return -1;
}

void Draft::Inherit(int vertex, const std::set<int>& from) {
  for (const int before : from) {
    if (waits_[vertex].insert(before).second) inherited_.emplace(vertex, before);
  }
}

// The target waits for what the merged one waited for, unless that waits for the target. Then who waited for the merged
// one waits for both, unless it leads to the target: no edge closes a circle.
void Draft::Merge(int merged) {
  const int target = Stands(merged);
  const std::set<int> before = waits_[merged];
  for (const int vertex : before) {
    if (vertex != target && !AncestorsOf(vertex)[target]) Inherit(target, {vertex});
  }
  waits_[target].erase(merged);
  const std::vector<bool> ancestors = AncestorsOf(target);
  for (int vertex = 0; vertex < static_cast<int>(size()); ++vertex) {
    if (vertex == merged || waits_[vertex].erase(merged) == 0) continue;
    if (vertex != target && !ancestors[vertex]) waits_[vertex].insert(target);
    if (!ChoosesSome(vertex) || waits_[vertex].empty()) Inherit(vertex, before);
  }
  waits_[merged].clear();
}

void Draft::LeaveOut(int left_out) {
  const std::set<int> before = waits_[left_out];
  for (int vertex = 0; vertex < static_cast<int>(size()); ++vertex) {
    if (waits_[vertex].erase(left_out) == 0) continue;
    if (!ChoosesSome(vertex) || waits_[vertex].empty()) Inherit(vertex, before);
  }
  waits_[left_out].clear();
}

void Draft::Tidy() {
  for (const auto& [vertex, before] : inherited_) {
    if (ChoosesSome(vertex) || waits_[vertex].erase(before) == 0) continue;
    if (!AncestorsOf(vertex)[before]) waits_[vertex].insert(before);
  }
}

void Draft::Reduce() {
  for (int i = 0; i < procedures(); ++i) {
    Applied& applied = applied_[i];
    if (applied.requirement == Requirement::kMerged && Stands(i) < 0) applied.requirement = Requirement::kRequired;
  }
  for (int i = 0; i < procedures(); ++i) {
    if (applied_[i].requirement == Requirement::kMerged) Merge(i);
  }
  for (int i = 0; i < procedures(); ++i) {
    if (applied_[i].requirement == Requirement::kNotRequired) LeaveOut(i);
    if (!Kept(i)) ++dropped_;
  }
  Tidy();
}

int Draft::Needed(int vertex) const {
  const int all = static_cast<int>(waits_[vertex].size());
  if (!ChoosesSome(vertex)) return all;
  const JointGroup& group = subject_.joint_groups[vertex - procedures()];
  return std::min(all, group.mode == JointMode::kAny ? 1 : group.n);
}

std::vector<int> Draft::Order() const {
  std::vector<size_t> open(size());
  std::set<int> ready;
  for (int vertex = 0; vertex < static_cast<int>(size()); ++vertex) {
    open[vertex] = waits_[vertex].size();
    if (open[vertex] == 0 && Kept(vertex)) ready.insert(vertex);
  }
  std::vector<int> order;
  while (!ready.empty()) {
    const int next = *ready.begin();
    ready.erase(ready.begin());
    order.push_back(next);
    for (int vertex = 0; vertex < static_cast<int>(size()); ++vertex) {
      if (waits_[vertex].contains(next) && --open[vertex] == 0) ready.insert(vertex);
    }
  }
  return order;
}

std::string Draft::Left(const std::vector<int>& order) const {
  std::string codes;
  for (int i = 0; i < procedures(); ++i) {
    if (!Kept(i) || std::find(order.begin(), order.end(), i) != order.end()) continue;
    codes += (codes.empty() ? "" : ", ") + subject_.nodes[i].code;
  }
  return codes;
}

CaseGraph::Node NodeOf(const Template& subject, const Draft& draft, int vertex) {
  CaseGraph::Node node;
  if (vertex < draft.procedures()) {
    node.code = subject.nodes[vertex].code;
    node.position = vertex;
  } else if (vertex < draft.start()) {
    node.kind = CaseGraph::Kind::kGroup;
    node.code = subject.joint_groups[vertex - draft.procedures()].id;
  } else {
    node.kind = CaseGraph::Kind::kStart;
  }
  node.count = static_cast<int32_t>(draft.waits(vertex).size());
  node.needed = draft.Needed(vertex);
  return node;
}

}  // namespace

absl::StatusOr<CaseGraph> CaseGraph::Create(const Template& subject, std::span<const Applicability> applicability,
                                            std::span<const ProcedureType> types) {
  Draft draft(subject, applicability, types);
  draft.Reduce();
  const std::vector<int> order = draft.Order();
  if (order.size() != draft.kept()) {
    return InvalidFields({{"nodes", fmt::format("These procedures wait for each other: {}. Remove a prerequisite.",
                                                draft.Left(order))}});
  }
  CaseGraph graph;
  std::vector<int32_t> node_of(draft.size(), -1);
  for (const int vertex : order) {
    node_of[vertex] = static_cast<int32_t>(graph.nodes_.size());
    Node& node = graph.nodes_.emplace_back(NodeOf(subject, draft, vertex));
    node.first = static_cast<int32_t>(graph.edges_.size());
    for (const int before : draft.waits(vertex)) graph.edges_.push_back(node_of[before]);
  }
  graph.start_ = node_of[draft.start()];
  graph.nodes_[graph.start_].leads_to_start = true;
  for (int32_t i = graph.start_; i >= 0; --i) {
    if (!graph.nodes_[i].leads_to_start) continue;
    for (const int32_t before : graph.Prerequisites(i)) graph.nodes_[before].leads_to_start = true;
  }
  for (int i = 0; i < draft.procedures(); ++i) {
    if (const int stands = draft.Stands(i); stands >= 0) {
      graph.by_code_.emplace_back(subject.nodes[i].code, node_of[stands]);
    }
  }
  std::sort(graph.by_code_.begin(), graph.by_code_.end());
  return graph;
}

int32_t CaseGraph::Find(std::string_view code) const {
  const auto found = std::lower_bound(by_code_.begin(), by_code_.end(), code,
                                      [](const auto& entry, std::string_view value) { return entry.first < value; });
  return found == by_code_.end() || found->first != code ? -1 : found->second;
}

std::vector<std::string> CaseGraph::PrerequisiteCodes(int32_t node) const {
  std::map<int, std::string> codes;  // By place in the template.
  std::vector<int32_t> open{node};
  while (!open.empty()) {
    const int32_t at = open.back();
    open.pop_back();
    for (const int32_t before : Prerequisites(at)) {
      if (nodes_[before].kind == Kind::kGroup) open.push_back(before);
      if (nodes_[before].kind == Kind::kProcedure) codes.emplace(nodes_[before].position, nodes_[before].code);
    }
  }
  std::vector<std::string> result;
  result.reserve(codes.size());
  for (auto& [position, code] : codes) result.push_back(std::move(code));
  return result;
}

}  // namespace yaoshi::preapproval

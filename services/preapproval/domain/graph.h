// The order of a case's procedures as a graph of small integers, made once for all cases that need the same.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/preapproval/domain/types.h"

namespace yaoshi::preapproval {

// What a case has to do, in an order in which everything comes after what it waits for. Procedures that are not
// required are left out, and who waited for them waits for what they waited for. A merged procedure is its target,
// except to those that lead to the target: they wait for what it waited for (可研 in place of 建议书: 用地预审 does not
// wait for 可研). A joint group is a node without time of its own; so is the start.
class CaseGraph {
 public:
  enum class Kind : uint8_t { kProcedure, kGroup, kStart };
  struct Node {
    Kind kind = Kind::kProcedure;
    std::string code;             // Of a procedure; the id of a group; "" for the start.
    int position = -1;            // Of a procedure: its place in the template.
    int32_t first = 0;            // Where its prerequisites begin in `edges`.
    int32_t count = 0;            // How many it has.
    int32_t needed = 0;           // How many of them must be decided: all, but for groups of ANY and N_OF_M.
    bool leads_to_start = false;  // The start waits for it, directly or not.
  };

  // `types` say which procedures come after the start. INVALID_FIELDS naming the cycle when the template has one, which
  // CheckPublishable would have said.
  static absl::StatusOr<CaseGraph> Create(const Template& subject, std::span<const Applicability> applicability,
                                          std::span<const ProcedureType> types);

  std::span<const Node> nodes() const { return nodes_; }
  // The nodes that a node waits for.
  std::span<const int32_t> Prerequisites(int32_t node) const {
    return std::span(edges_).subspan(static_cast<size_t>(nodes_[node].first), static_cast<size_t>(nodes_[node].count));
  }
  int32_t start() const { return start_; }
  // The node of a procedure; -1 when the case has none of that code. A merged one is its target's.
  int32_t Find(std::string_view code) const;
  // The codes that a procedure waits for, through groups and what was left out, in the template's order.
  std::vector<std::string> PrerequisiteCodes(int32_t node) const;

 private:
  std::vector<Node> nodes_;
  std::vector<int32_t> edges_;
  std::vector<std::pair<std::string, int32_t>> by_code_;  // In order of code.
  int32_t start_ = -1;
};

}  // namespace yaoshi::preapproval

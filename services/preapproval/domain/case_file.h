// The file of one case: the case, the order of its procedures, and every version of each of them. What moves are
// decided on, by handlers and tests alike.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/preapproval/domain/graph.h"
#include "services/preapproval/domain/procedure.h"
#include "services/preapproval/domain/types.h"

namespace yaoshi::preapproval {

// The codes that a procedure waits for on their own or through its groups: nothing when enough of them are decided.
// `done(position)` says whether the procedure at that place of the template is.
template <class Done>
std::vector<std::string> OpenPrerequisites(const CaseGraph& graph, int32_t node, const Done& done);

// CASE_CLOSED, of a case that is.
absl::Status CaseClosed(const Case& subject);

class CaseFile {
 public:
  // `graph` is that of the case's procedures.
  CaseFile(Case subject, std::shared_ptr<const CaseGraph> graph);

  // Takes the next version of a procedure; versions of one procedure come in their order.
  void Add(Procedure version);

  const Case& subject() const { return case_; }
  const CaseGraph& graph() const { return *graph_; }
  // The newest version, and how many there are; null and 0 before the first move.
  const Procedure* Newest(std::string_view code) const;
  int64_t VersionsOf(std::string_view code) const;
  // What a procedure was on a day; null before its first move.
  const Procedure* Find(std::string_view code, Date day) const;
  // What the others say to a move of `code` on a day.
  Surroundings SurroundingsOf(std::string_view code, Date day, int validity_months) const;

  // Decides a move and takes the version it makes. `fresh` is the procedure as it is before its first move: department
  // and region. Errors: those of Apply; CASE_CLOSED; PROCEDURE_NOT_REQUIRED; BEFORE_CASE when the case was opened
  // later; LATER_MOVE_EXISTS also when another procedure was accepted after `order.on` that this move would have
  // stopped.
  absl::StatusOr<Procedure> Move(const Procedure& fresh, const MoveOrder& order, int validity_months);

 private:
  // The versions of other procedures from `on` on whose move rests on what was not done on its day.
  std::vector<const Procedure*> Unsupported(std::string_view moved, Date on) const;

  Case case_;
  std::shared_ptr<const CaseGraph> graph_;
  std::map<std::string, std::vector<Procedure>, std::less<>> versions_;
};

template <class Done>
std::vector<std::string> OpenPrerequisites(const CaseGraph& graph, int32_t node, const Done& done) {
  std::vector<std::string> open;
  for (const int32_t before : graph.Prerequisites(node)) {
    const CaseGraph::Node& one = graph.nodes()[before];
    if (one.kind == CaseGraph::Kind::kProcedure) {
      if (!done(one.position)) open.push_back(one.code);
      continue;
    }
    int32_t decided = 0;
    std::vector<std::string> missing;
    for (const int32_t member : graph.Prerequisites(before)) {
      const std::vector<std::string> inner =
          graph.nodes()[member].kind == CaseGraph::Kind::kProcedure
              ? (done(graph.nodes()[member].position) ? std::vector<std::string>()
                                                      : std::vector<std::string>{graph.nodes()[member].code})
              : OpenPrerequisites(graph, member, done);
      if (inner.empty()) ++decided;
      missing.insert(missing.end(), inner.begin(), inner.end());
    }
    if (decided < one.needed) open.insert(open.end(), missing.begin(), missing.end());
  }
  return open;
}

}  // namespace yaoshi::preapproval

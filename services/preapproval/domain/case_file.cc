#include "services/preapproval/domain/case_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/status/status.h"

namespace yaoshi::preapproval {
namespace {

using Code = absl::StatusCode;

// Moves that rest on the prerequisites of their day.
bool RestsOnOthers(ProcedureMove move) {
  return move == ProcedureMove::kAccept || move == ProcedureMove::kAcceptTolerantly || move == ProcedureMove::kApprove;
}

// The same of a version; one that a migration wrote may have been accepted under another code.
bool RestsOnOthers(const Procedure& version) {
  const bool accepted = IsRunning(version.state) || version.state == ProcedureState::kApproved;
  return RestsOnOthers(version.last_move) || (version.last_move == ProcedureMove::kMigrate && accepted);
}

absl::Status BeforeCase(const Case& subject, Date on) {
  return Error(Code::kFailedPrecondition, "BEFORE_CASE",
               fmt::format("The case was opened on {}; a move of {} lies before it. Give a later effective_on.",
                           subject.opened_on.ToString(), on.ToString()),
               {{"opened_on", subject.opened_on.ToString()}});
}

absl::Status NotRequired(const Applicability& applicability) {
  const std::string why = applicability.requirement == Requirement::kMerged
                              ? fmt::format("is decided with {}; move that one", applicability.merged_into)
                              : "is not required; have the case reassessed if it is";
  return Error(Code::kFailedPrecondition, "PROCEDURE_NOT_REQUIRED",
               fmt::format("{} {} ({}).", applicability.code, why, applicability.reason),
               {{"code", applicability.code}, {"merged_into", applicability.merged_into}});
}

absl::Status LaterRelies(std::string_view code, const Procedure& later) {
  return Error(Code::kFailedPrecondition, "LATER_MOVE_EXISTS",
               fmt::format("{} moved on {} ({}) on the strength of {}; undo that first, or date this move later.",
                           later.code, later.effective_on.ToString(), MoveName(later.last_move), code),
               {{"later", later.effective_on.ToString()}, {"code", later.code}});
}

}  // namespace

absl::Status CaseClosed(const Case& subject) {
  return Error(Code::kFailedPrecondition, "CASE_CLOSED",
               fmt::format("The case was closed on {} ({}); its procedures do not move any more.",
                           subject.closed_on->ToString(), subject.closed_reason),
               {{"closed_on", subject.closed_on->ToString()}});
}

CaseFile::CaseFile(Case subject, std::shared_ptr<const CaseGraph> graph)
    : case_(std::move(subject)), graph_(std::move(graph)) {}

void CaseFile::Add(Procedure version) {
  versions_[version.code].push_back(std::move(version));
}

const Procedure* CaseFile::Newest(std::string_view code) const {
  const auto found = versions_.find(code);
  return found == versions_.end() ? nullptr : &found->second.back();
}

int64_t CaseFile::VersionsOf(std::string_view code) const {
  const auto found = versions_.find(code);
  return found == versions_.end() ? 0 : static_cast<int64_t>(found->second.size());
}

const Procedure* CaseFile::Find(std::string_view code, Date day) const {
  const auto found = versions_.find(code);
  if (found == versions_.end()) return nullptr;
  const Procedure* state = nullptr;
  for (const Procedure& version : found->second) {
    if (version.effective_on <= day) state = &version;
  }
  return state;
}

Surroundings CaseFile::SurroundingsOf(std::string_view code, Date day, int validity_months) const {
  Surroundings surroundings;
  surroundings.validity_months = validity_months;
  const int32_t node = graph_->Find(code);
  if (node >= 0) {
    surroundings.open_prerequisites = OpenPrerequisites(*graph_, node, [&](int position) {
      const Procedure* other = Find(case_.procedures[static_cast<size_t>(position)].code, day);
      return other != nullptr && DoneOn(*other, day);
    });
  }
  for (const Applicability& other : case_.procedures) {  // What a migration left behind owes nothing.
    const Procedure* state = Find(other.code, day);
    if (state == nullptr) continue;
    for (const Obligation& one : state->obligations) {
      if (one.blocks == code && !one.fulfilled_on) {
        surroundings.blocking_obligations.push_back(fmt::format("{} of {}", one.document, other.code));
      }
    }
  }
  return surroundings;
}

absl::StatusOr<Procedure> CaseFile::Move(const Procedure& fresh, const MoveOrder& order, int validity_months) {
  if (case_.closed_on) return CaseClosed(case_);
  if (order.on < case_.opened_on) return BeforeCase(case_, order.on);
  for (const Applicability& one : case_.procedures) {
    if (one.code == fresh.code && one.requirement != Requirement::kRequired) return NotRequired(one);
  }
  const Procedure* newest = Newest(fresh.code);
  Surroundings surroundings;
  surroundings.validity_months = validity_months;
  if (RestsOnOthers(order.move)) surroundings = SurroundingsOf(fresh.code, order.on, validity_months);
  ASSIGN_OR_RETURN(Procedure moved, Apply(newest == nullptr ? fresh : *newest, order, surroundings));
  const std::vector<const Procedure*> unsupported = Unsupported(fresh.code, order.on);
  std::vector<Procedure>& versions = versions_[fresh.code];
  versions.push_back(moved);
  for (const Procedure* later : Unsupported(fresh.code, order.on)) {
    if (std::find(unsupported.begin(), unsupported.end(), later) != unsupported.end()) continue;
    absl::Status refused = LaterRelies(fresh.code, *later);
    versions.pop_back();
    if (versions.empty()) versions_.erase(fresh.code);
    return refused;
  }
  return moved;
}

std::vector<const Procedure*> CaseFile::Unsupported(std::string_view moved, Date on) const {
  std::vector<const Procedure*> unsupported;
  for (const auto& [code, versions] : versions_) {
    if (code == moved) continue;
    for (const Procedure& version : versions) {
      if (version.effective_on < on || !RestsOnOthers(version)) continue;
      const Surroundings surroundings = SurroundingsOf(code, version.effective_on, 0);
      const bool blocked = version.state != ProcedureState::kApproved && !surroundings.blocking_obligations.empty();
      if (blocked || !surroundings.open_prerequisites.empty()) unsupported.push_back(&version);
    }
  }
  return unsupported;
}

}  // namespace yaoshi::preapproval

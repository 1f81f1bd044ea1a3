// The moves of a procedure as one table (reference §2.2): which state leads where, who may move, and what a move does
// to clock, signatures and obligations. The same for handlers, imports, expiry and tests.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/preapproval/domain/types.h"

namespace yaoshi::preapproval {

// Who makes a move.
enum class Actor : uint8_t {
  kApplicant,   // For the project's region.
  kDepartment,  // The deciding department, or who acts for it.
  kSigner,      // A department that was asked for its signature, or who acts for it.
};

// A move that somebody asks for.
struct MoveOrder {
  ProcedureMove move = ProcedureMove::kUnspecified;
  Date on;
  std::string reason = {};
  std::optional<Approval> approval = {};                  // With kApprove and kRenew; approved_on is `on`.
  PauseKind special_procedure = PauseKind::kUnspecified;  // With kBeginSpecialProcedure.
  std::vector<Obligation> obligations = {};               // With kAcceptTolerantly; ids are given by Apply.
  int obligation = 0;                                     // With kFulfil: its id.
  std::vector<std::string> departments = {};              // With kRequestCountersignature and kAddSignature.
  bool agreed = false;                                    // With kSign.
  std::string department = {};                            // With kSign: for whom.
};

// What a move depends on beside the procedure itself, on the day of the move.
struct Surroundings {
  std::vector<std::string> open_prerequisites;    // Codes that must be decided first and are not.
  std::vector<std::string> blocking_obligations;  // What others still owe before this one may be accepted, as text.
  int validity_months = 0;                        // Of the approval, when it does not say until when; 0: no end.
};

// The state that `move` leads to from `state`, or nullopt when it is not allowed. Some moves stay where they are.
std::optional<ProcedureState> Next(ProcedureState state, ProcedureMove move);

Actor ActorOf(ProcedureMove move);
bool NeedsReason(ProcedureMove move);
// kApproved and kWaived: what comes after may go on. That an approval is still valid is another question: DoneOn.
bool IsDecided(ProcedureState state);
// Accepted and not decided: the clock runs or stands.
bool IsRunning(ProcedureState state);
// What a stored state is on a day: an approval lapses by its date, without a move and without a timer.
ProcedureState StateOn(ProcedureState stored, const std::optional<Date>& valid_until, Date day);
ProcedureState StateOn(const Procedure& procedure, Date day);
// The procedure as it is on a day.
Procedure OnDay(Procedure procedure, Date day);
// Whether it is decided and, when it is an approval, valid on that day.
bool DoneOn(const Procedure& procedure, Date day);

// Applies a move to the procedure as it is on that day: an approval whose validity has passed is EXPIRED by then. All
// fields of the answer but project, code, department and region may differ; effective_on is `order.on`.
// PROCEDURE_MOVE_NOT_ALLOWED names the state and the moves that are allowed; PREREQUISITES_OPEN, OBLIGATIONS_OPEN and
// SIGNATURES_OPEN name what is open; LATER_MOVE_EXISTS when the procedure moved after `order.on`; INVALID_FIELDS, with
// paths of MoveProcedureRequest, names all that is missing or does not belong to the move.
absl::StatusOr<Procedure> Apply(const Procedure& before, const MoveOrder& order, const Surroundings& surroundings);

// The moves that the state, signatures and prerequisites allow, in order of their numbers.
std::vector<ProcedureMove> AllowedMoves(const Procedure& procedure, const Surroundings& surroundings);

// The English name of the proto's value ("IN_CORRECTION") and the Chinese word (补正).
std::string_view StateName(ProcedureState state);
std::string_view StateTitle(ProcedureState state);
std::string_view MoveName(ProcedureMove move);
std::string_view MoveTitle(ProcedureMove move);

}  // namespace yaoshi::preapproval

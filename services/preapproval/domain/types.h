// The words of pre-approval as plain values (reference §2). The numbers of all enums are those of the proto.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/calendar/date.h"
#include "common/ids/uuid.h"

namespace yaoshi::preapproval {

enum class DayUnit : uint8_t { kUnspecified = 0, kWorkingDays = 1, kCalendarDays = 2 };

// A number of days, 0 to 3650.
struct Days {
  int count = 0;
  DayUnit unit = DayUnit::kWorkingDays;
  friend bool operator==(const Days&, const Days&) = default;
};

enum class ApprovalStage : uint8_t {
  kUnspecified = 0,
  kPlanningPermission = 1,      // 立项用地规划许可
  kEngineeringPermission = 2,   // 工程建设许可
  kConstructionPermission = 3,  // 施工许可
  kCompletionAcceptance = 4,    // 竣工验收
};
inline constexpr int kApprovalStageCount = 5;

// What holds for a type of procedure from a date on.
struct Terms {
  Date effective_on;
  std::optional<Days> legal_limit;     // nullopt: the law sets none.
  std::optional<Days> promised_limit;  // nullopt: none is promised, the legal limit counts.
  int validity_months = 0;             // 0: as long as the project.
  std::string basis;
  friend bool operator==(const Terms&, const Terms&) = default;
};

// A type of procedure (审批事项).
struct ProcedureType {
  std::string code;  // "P10"
  std::string title;
  ApprovalStage stage = ApprovalStage::kUnspecified;
  std::string department;    // "organizations/{id}"
  std::vector<Terms> terms;  // In order of date, each date once, at least one.
  std::optional<Days> preparation;
  std::optional<Days> outside_clock;
  bool after_start = false;
  friend bool operator==(const ProcedureType&, const ProcedureType&) = default;
};

enum class Requirement : uint8_t { kUnspecified = 0, kRequired = 1, kNotRequired = 2, kMerged = 3 };

// One row of a decision table.
struct Rule {
  std::string condition;  // AIP-160 filter over the project's attributes; "" always holds.
  Requirement requirement = Requirement::kUnspecified;
  std::string merged_into;
  std::string reason;
  friend bool operator==(const Rule&, const Rule&) = default;
};

// One procedure of a template.
struct Node {
  std::string code;
  std::vector<std::string> prerequisites;
  std::vector<Rule> rules;  // The first whose condition holds decides; none: required.
  std::optional<Days> preparation;
  bool gates_start = false;
  friend bool operator==(const Node&, const Node&) = default;
};

enum class JointMode : uint8_t { kUnspecified = 0, kAll = 1, kAny = 2, kNOfM = 3 };

// Procedures that are decided together (联合审批).
struct JointGroup {
  std::string id;
  std::string title;
  std::vector<std::string> codes;
  JointMode mode = JointMode::kUnspecified;
  int n = 0;  // Of kNOfM.
  std::string lead_department;
  std::vector<std::string> dependents;  // Codes that wait for the group as a whole.
  friend bool operator==(const JointGroup&, const JointGroup&) = default;
};

enum class TemplateState : uint8_t { kUnspecified = 0, kDraft = 1, kPublished = 2 };

// Which projects a template is for; all that is set must hold. Regimes and fields carry the numbers of registry's
// proto.
struct Selector {
  std::vector<int> regimes;
  std::vector<int> fields;
  int64_t min_total_investment_fen = 0;
  int64_t below_total_investment_fen = 0;  // 0: no bound.
  int priority = 0;
  friend bool operator==(const Selector&, const Selector&) = default;
};

struct Template {
  std::string name;  // "templates/{id}"
  std::string title;
  TemplateState state = TemplateState::kDraft;
  Date effective_on;
  std::string supersedes;
  Selector selector;
  std::vector<Node> nodes;
  std::vector<JointGroup> joint_groups;
  std::string basis;
  friend bool operator==(const Template&, const Template&) = default;
};

// What one procedure means to one project.
struct Applicability {
  std::string code;
  Requirement requirement = Requirement::kUnspecified;
  std::string merged_into;
  std::string reason;
  std::string department = {};  // Who decides it for this project when it is not the type's department.
  friend bool operator==(const Applicability&, const Applicability&) = default;
};

enum class ProcedureState : uint8_t {
  kUnspecified = 0,
  kNotStarted = 1,          // 待办
  kInPreparation = 2,       // 准备材料
  kSubmitted = 3,           // 已报送
  kAccepted = 4,            // 已受理
  kInCorrection = 5,        // 补正
  kInSpecialProcedure = 6,  // 特别程序
  kApproved = 7,            // 已批复
  kReturned = 8,            // 退回
  kWithdrawn = 9,           // 撤回
  kRejected = 10,           // 不予许可
  kWaived = 11,             // 免办
  kExpired = 12,            // 失效
};
inline constexpr int kProcedureStateCount = 13;

enum class ProcedureMove : uint8_t {
  kUnspecified = 0,
  kPrepare = 1,
  kSubmit = 2,
  kAccept = 3,
  kAcceptTolerantly = 4,
  kRequestCorrection = 5,
  kResubmit = 6,
  kBeginSpecialProcedure = 7,
  kEndSpecialProcedure = 8,
  kRequestCountersignature = 9,
  kAddSignature = 10,
  kSign = 11,
  kApprove = 12,
  kReturn = 13,
  kWithdraw = 14,
  kReject = 15,
  kWaive = 16,
  kFulfil = 17,
  kExpire = 18,
  kRenew = 19,
  kRevoke = 20,
  kMigrate = 21,  // By a migration of the case, never by hand.
};
inline constexpr int kProcedureMoveCount = 22;

enum class PauseKind : uint8_t {
  kUnspecified = 0,
  kCorrection = 1,    // 补正
  kExpertReview = 2,  // 专家评审
  kPublicNotice = 3,  // 公示
  kHearing = 4,       // 听证
  kTender = 5,        // 招标
  kInspection = 6,    // 检测检验
};

// Time that the clock stood: [from_on, to_on); nullopt while it stands.
struct Pause {
  PauseKind kind = PauseKind::kUnspecified;
  Date from_on;
  std::optional<Date> to_on;
  std::string reason;
  friend bool operator==(const Pause&, const Pause&) = default;
};

// What a tolerant acceptance (容缺受理) still asks for.
struct Obligation {
  int id = 0;  // 1, 2, … within the procedure.
  std::string document;
  Date due_on;
  std::string blocks;  // The code whose acceptance it blocks; "": the approval of its own procedure only.
  std::optional<Date> fulfilled_on;
  friend bool operator==(const Obligation&, const Obligation&) = default;
};

// A signature asked for: 加签 one after the other (sequential), 会签 all at once.
struct Signature {
  std::string department;
  bool sequential = false;
  Date requested_on;
  std::optional<Date> signed_on;
  bool agreed = false;
  std::string opinion;
  friend bool operator==(const Signature&, const Signature&) = default;
};

struct Approval {
  std::string number;
  std::string issuer;
  Date approved_on;
  std::optional<Date> valid_until;
  std::string document_sha256;
  friend bool operator==(const Approval&, const Approval&) = default;
};

// A procedure of a case from `effective_on` on. Before its first move it has state kNotStarted and no version.
struct Procedure {
  Uuid project;
  std::string code;
  std::string department;
  std::string region;
  ProcedureState state = ProcedureState::kNotStarted;
  Date state_since;
  std::optional<Date> submitted_on;
  std::optional<Date> accepted_on;  // Of the last round.
  std::optional<Date> decided_on;   // Approved or rejected in this round; a renewal does not change it.
  std::vector<Pause> pauses;        // Of the last round.
  std::vector<Obligation> obligations;
  std::vector<Signature> signatures;  // Of the last round.
  std::optional<Approval> approval;
  std::string basis;
  ProcedureMove last_move = ProcedureMove::kUnspecified;
  Date effective_on;
  int rounds = 0;
  friend bool operator==(const Procedure&, const Procedure&) = default;
};

// The registry plans a start anew.
struct Replan {
  std::optional<Date> from_on, to_on;  // nullopt: no start was planned, none is any more.
  std::string reason;                  // As it was said there; "" when it was not.
  friend bool operator==(const Replan&, const Replan&) = default;
};

// The case of a project; its id is the project's.
struct Case {
  Uuid project;
  std::string region;
  std::string template_name;
  Date opened_on;
  std::optional<Date> closed_on;
  std::string closed_reason;
  std::optional<Date> target_start_on;    // nullopt: the project's planned start.
  std::vector<Applicability> procedures;  // In the template's order.
  int baselines = 0;
  std::optional<Replan> replan;  // What made the newest baseline; nullopt: the opening, or a person.
  Date effective_on;
  friend bool operator==(const Case&, const Case&) = default;
};

}  // namespace yaoshi::preapproval

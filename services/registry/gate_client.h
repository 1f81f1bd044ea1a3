// Whether a project may start: preapproval knows which procedures, obligations or expired approvals stand in the way
// (architecture §1).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "common/obs/log.h"
#include "common/rpc/call.h"
#include "common/rpc/client.h"
#include "yaoshi/preapproval/v1/case.pb.h"

namespace yaoshi::registry {

enum class StartGateMode {
  kOff,      // Nobody is asked.
  kWarn,     // What stands in the way is logged, and the start is entered.
  kEnforce,  // A start that is not clear is refused.
};

struct StartGateOptions {
  StartGateMode mode = StartGateMode::kOff;
  std::shared_ptr<rpc::Channel> preapproval;  // Null: as kOff.
  std::function<std::string()> token;         // Of this service, with procedures.read.
  std::shared_ptr<obs::Log> log;              // Null: silent.
};

// What an answer of preapproval means for a start on `on`. GATE_NOT_CLEAR, with what stands in the way as
// preconditions. That there is no case is no obstacle to a start before `today`: it is the record of what happened
// before there were cases.
absl::Status JudgeGate(const preapproval::v1::CheckGateResponse& answer, const std::string& project, Date on,
                       Date today);

class StartGate {
 public:
  explicit StartGate(StartGateOptions options) : options_(std::move(options)) {}

  bool closed() const { return options_.mode != StartGateMode::kOff && options_.preapproval != nullptr; }
  // Asks, outside of any transaction. OK when the start is clear, or the mode is not kEnforce; GATE_NOT_CLEAR;
  // GATE_UNAVAILABLE when preapproval does not answer or does not know the project yet.
  absl::Status Check(const rpc::Call& call, const std::string& project, Date on) const;

 private:
  absl::Status Ask(const rpc::Call& call, const std::string& project, Date on) const;

  const StartGateOptions options_;
};

}  // namespace yaoshi::registry

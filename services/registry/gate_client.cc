#include "services/registry/gate_client.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "common/status/status.h"
#include "services/registry/errors.h"

namespace yaoshi::registry {
namespace {

namespace preapproval_v1 = ::yaoshi::preapproval::v1;
using Obstacle = preapproval_v1::CheckGateResponse::Obstacle;

constexpr std::string_view kCheckGate = "/yaoshi.preapproval.v1.CaseService/CheckGate";
// A person waits for the start to be entered.
constexpr std::chrono::milliseconds kMostPatience{2000};

}  // namespace

absl::Status JudgeGate(const preapproval_v1::CheckGateResponse& answer, const std::string& project, Date on,
                       Date today) {
  std::vector<Precondition> obstacles;
  for (const Obstacle& obstacle : answer.obstacles()) {
    if (obstacle.kind() == Obstacle::NO_CASE && on < today) continue;
    obstacles.push_back({Obstacle::Kind_Name(obstacle.kind()),
                         obstacle.procedure().empty() ? project : obstacle.procedure(), obstacle.explanation()});
  }
  return obstacles.empty() ? absl::OkStatus() : GateNotClear(project, obstacles);
}

absl::Status StartGate::Ask(const rpc::Call& call, const std::string& project, Date on) const {
  preapproval_v1::CheckGateRequest request;
  request.set_project(project);
  request.set_gate(preapproval_v1::START);
  request.set_as_of(on.ToString());
  rpc::CallOptions options;
  options.token = options_.token();
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(call.deadline() - std::chrono::steady_clock::now());
  options.timeout = std::clamp(left / 2, std::chrono::milliseconds(1), kMostPatience);
  const auto answer = options_.preapproval->Call<preapproval_v1::CheckGateResponse>(kCheckGate, request, options);
  if (answer.ok()) return JudgeGate(*answer, project, on, call.today());
  // Preapproval has not heard of a project that was entered a moment ago. One of the past had no case.
  if (ReasonOf(answer.status()) == "PROJECT_NOT_FOUND" && on < call.today()) return absl::OkStatus();
  return GateUnavailable(project, ReasonOf(answer.status()));
}

absl::Status StartGate::Check(const rpc::Call& call, const std::string& project, Date on) const {
  const absl::Status asked = Ask(call, project, on);
  if (asked.ok() || options_.mode == StartGateMode::kEnforce) return asked;
  if (options_.log != nullptr) {
    options_.log->Event(obs::Severity::kWarning, "a start is entered that is not clear",
                        {{"project", project}, {"reason", ReasonOf(asked)}});
  }
  return absl::OkStatus();
}

}  // namespace yaoshi::registry

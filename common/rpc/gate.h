// The gate that every request passes, once and in this order (architecture §3): trace and log context; metrics;
// deadline; authenticate; authorise; field rules; admission; the handler; status → wire; one log line.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "common/obs/log.h"
#include "common/obs/metrics.h"
#include "common/rpc/call.h"
#include "common/rpc/field_rules.h"
#include "common/rpc/server.h"
#include "common/rpc/workers.h"

namespace yaoshi::rpc {

using SteadyTime = std::chrono::steady_clock::time_point;

// The deadline of a unary call that brings none.
inline constexpr std::chrono::seconds kDefaultDeadline{5};
// A call with less time left is refused: its answer would come too late.
inline constexpr std::chrono::milliseconds kShortestDeadline{20};

// A bound method with all that the gate can compute before the first call.
struct GatedMethod {
  BoundMethod bound;
  const MessageRules* rules = nullptr;
  const google::protobuf::FieldDescriptor* request_id = nullptr;  // Null when requests have none.
  obs::RpcMeter* meter = nullptr;                                 // Null when no metrics are kept.
  std::array<auth::Reach, auth::kRoleCount> reach{};              // By role.
};

// What the transport knows of a request before its body is read. The views live as long as the request.
struct Arrival {
  SteadyTime arrived;
  std::optional<SteadyTime> deadline;
  std::string_view authorization;
  std::string_view gateway_token;
  std::string_view forwarded_for;
  std::string_view traceparent;
  std::string_view after_write;  // A consistency token.
  std::string peer;              // As gRPC says it: "ipv4:192.0.2.7:5123".
};

class StreamInProgress;

class Gate {
 public:
  explicit Gate(ServerOptions options);

  // Prepares a method; an unusable field rule is an error.
  absl::StatusOr<std::unique_ptr<GatedMethod>> Prepare(BoundMethod method);

  // Deadline, authentication, authorisation. Fills everything of the call but its request.
  absl::StatusOr<CallInfo> Admit(const GatedMethod& method, const Arrival& arrival, std::string trace_id) const;
  // The peer's certificate names one of the allowed peers.
  absl::Status CheckPeer(const std::vector<std::string>& names) const;
  bool checks_peers() const { return options_.tls.enabled() && !options_.allowed_peers.empty(); }

  // The request's own id, or a new one.
  std::string RequestId(const GatedMethod& method, const google::protobuf::Message& request) const;

  // What a caller gets when the queue is full.
  absl::Status Overloaded(std::chrono::milliseconds* pushback) const;

  // Counts calls, so that a drain sees when no more arrive.
  void NoteArrival() { arrivals_.fetch_add(1, std::memory_order_relaxed); }
  // Counts calls whose caller left, or whose deadline passed, before they were answered.
  void NoteCancellation() const {
    if (cancellations_ != nullptr) cancellations_->Add(1);
  }
  uint64_t arrivals() const { return arrivals_.load(std::memory_order_relaxed); }

  // Metrics and the log line of a finished call. `call` is null when it was refused before it had a caller.
  void Record(const GatedMethod& method, SteadyTime arrived, const absl::Status& status, const Call* call,
              std::string_view trace_id) const;
  // A handler threw.
  void RecordException(const GatedMethod& method, std::string_view type, std::string_view trace_id) const;

  const ServerOptions& options() const { return options_; }
  Timestamp Now() const { return clock_.Now(); }
  Workers& workers() { return *workers_; }
  Workers& stream_workers() { return *stream_workers_; }

  // Streams in progress, so that a drain reaches them. A stream that arrives after CancelStreams() is cancelled.
  void AddStream(StreamInProgress* stream) ABSL_LOCKS_EXCLUDED(streams_mutex_);
  void RemoveStream(StreamInProgress* stream) ABSL_LOCKS_EXCLUDED(streams_mutex_);
  void CancelStreams() ABSL_LOCKS_EXCLUDED(streams_mutex_);
  bool draining() const { return draining_.load(); }
  // Ends the pools; nothing may be pushed any more.
  void StopWorkers();

 private:
  std::string OriginOf(const Arrival& arrival, const auth::Principal& principal, Timestamp now) const;
  void AddMetrics();

  const ServerOptions options_;
  const Clock& clock_;
  FieldRulesSet rules_;
  std::unique_ptr<Workers> workers_;
  std::unique_ptr<Workers> stream_workers_;
  std::vector<std::shared_ptr<void>> gauges_;
  obs::Counter* cancellations_ = nullptr;
  mutable std::atomic<uint32_t> refusals_{0};
  std::atomic<uint64_t> arrivals_{0};
  std::atomic<bool> draining_{false};
  absl::Mutex streams_mutex_;
  absl::flat_hash_set<StreamInProgress*> streams_ ABSL_GUARDED_BY(streams_mutex_);
};

// What a drain may do to a stream.
class StreamInProgress {
 public:
  virtual ~StreamInProgress() = default;
  virtual void EndForDrain() = 0;
};

// The status as callers may see it: always with an ErrorInfo, and nothing of the inside.
absl::Status ForCallers(absl::Status status);

}  // namespace yaoshi::rpc

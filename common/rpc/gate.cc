#include "common/rpc/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/ids/uuid.h"
#include "common/status/status.h"

namespace yaoshi::rpc {
namespace {

// A refused caller comes back after so long, spread so that all do not come at once.
constexpr int kPushbackMillis = 100;
constexpr int kPushbackSpreadMillis = 200;
// No address is longer (an IPv6 address with a mapped IPv4 part).
constexpr size_t kMaxAddressLength = 45;

std::string_view WithoutBearer(std::string_view authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!authorization.starts_with(kScheme)) return {};
  return authorization.substr(kScheme.size());
}

// "192.0.2.7" of "ipv4:192.0.2.7:5123", "::1" of "ipv6:%5B::1%5D:5123"; anything else as it is.
std::string AddressOf(const std::string& peer) {
  if (!peer.starts_with("ipv4:") && !peer.starts_with("ipv6:")) return peer;
  std::string address = peer.substr(5, peer.rfind(':') - 5);
  if (address.starts_with("%5B") && address.ends_with("%5D")) return address.substr(3, address.size() - 6);
  if (address.starts_with('[') && address.ends_with(']')) return address.substr(1, address.size() - 2);
  return address;
}

// The first address of an x-forwarded-for, or "" when it is none.
std::string ForwardedAddress(std::string_view header) {
  const std::string_view first = header.substr(0, header.find(','));
  const bool plausible = !first.empty() && first.size() <= kMaxAddressLength &&
                         first.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos;
  return plausible ? std::string(first) : std::string();
}

std::string_view CodeName(absl::StatusCode code) {
  static const auto* const kNames = [] {
    auto* names = new std::array<std::string, 17>();
    for (size_t i = 0; i < names->size(); ++i) (*names)[i] = absl::StatusCodeToString(static_cast<absl::StatusCode>(i));
    return names;
  }();
  const auto index = static_cast<size_t>(code);
  return index < kNames->size() ? (*kNames)[index] : (*kNames)[static_cast<size_t>(absl::StatusCode::kUnknown)];
}

}  // namespace

Gate::Gate(ServerOptions options)
    : options_(std::move(options)), clock_(options_.clock != nullptr ? *options_.clock : SystemClock()) {
  workers_ = std::make_unique<Workers>(Workers::Options{options_.workers, static_cast<size_t>(options_.queue_limit),
                                                        options_.thread_scope, options_.session_factory});
  stream_workers_ =
      std::make_unique<Workers>(Workers::Options{options_.stream_limit, 0, options_.thread_scope, nullptr});
  if (options_.metrics != nullptr) AddMetrics();
}

void Gate::AddMetrics() {
  obs::Metrics& metrics = *options_.metrics;
  cancellations_ = metrics.AddCounter("yaoshi_rpc_cancelled_total", "Calls whose caller left before the answer.");
  const auto number = [](auto read) { return [read] { return static_cast<double>(read()); }; };
  gauges_ = {
      metrics.AddGauge("yaoshi_rpc_queue_calls", "Calls that wait for a worker.",
                       number([this] { return workers_->queued(); })),
      metrics.AddGauge("yaoshi_rpc_queue_limit_calls", "Calls that may wait for a worker.",
                       number([this] { return options_.queue_limit; })),
      metrics.AddGauge("yaoshi_rpc_workers", "Workers, each with a database session.",
                       number([this] { return options_.workers; })),
      metrics.AddGauge("yaoshi_rpc_workers_busy", "Workers that run a call.",
                       number([this] { return workers_->busy(); })),
      metrics.AddGauge("yaoshi_rpc_streams", "Open streams.", number([this] { return stream_workers_->busy(); })),
  };
  if (options_.log == nullptr) return;
  gauges_.push_back(metrics.AddGauge("yaoshi_log_dropped_lines", "Log lines that could not be written.",
                                     number([log = options_.log] { return log->dropped(); })));
}

absl::StatusOr<std::unique_ptr<GatedMethod>> Gate::Prepare(BoundMethod method) {
  auto gated = std::make_unique<GatedMethod>();
  ASSIGN_OR_RETURN(gated->rules, rules_.Compile(method.descriptor->input_type()));
  const auto* request_id = method.descriptor->input_type()->FindFieldByName("request_id");
  const bool has_id = request_id != nullptr && !request_id->is_repeated() &&
                      request_id->type() == google::protobuf::FieldDescriptor::TYPE_STRING;
  gated->request_id = has_id ? request_id : nullptr;
  if (options_.metrics != nullptr) gated->meter = options_.metrics->Rpc(method.path);
  for (size_t role = 0; role < gated->reach.size(); ++role) {
    gated->reach[role] = auth::ReachOf(static_cast<auth::Role>(role), method.permission);
  }
  gated->bound = std::move(method);
  return gated;
}

absl::StatusOr<CallInfo> Gate::Admit(const GatedMethod& method, const Arrival& arrival, std::string trace_id) const {
  CallInfo info;
  const bool streams = method.bound.kind == HandlerKind::kStream;
  info.deadline = arrival.deadline.value_or(streams ? SteadyTime::max() : arrival.arrived + kDefaultDeadline);
  if (info.deadline < arrival.arrived + kShortestDeadline) {
    return Error(absl::StatusCode::kDeadlineExceeded, "DEADLINE_TOO_SHORT",
                 fmt::format("Give the call at least {} ms.", kShortestDeadline.count()));
  }
  info.now = clock_.Now();
  info.token = WithoutBearer(arrival.authorization);
  info.after_write = arrival.after_write;
  if (options_.verifier == nullptr) return auth::Unauthenticated();
  ASSIGN_OR_RETURN(info.principal, options_.verifier->Verify(info.token, info.now));
  info.reach = method.reach[static_cast<size_t>(info.principal.role)];
  if (info.reach == auth::Reach::kNone) {
    return Error(absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED",
                 fmt::format("This needs the permission {}; ask the operator for an account that has it.",
                             method.bound.permission),
                 {{"permission", method.bound.permission}});
  }
  info.origin = OriginOf(arrival, info.principal, info.now);
  info.method = &method.bound.path;
  info.permission = &method.bound.permission;
  info.trace_id = std::move(trace_id);
  return info;
}

std::string Gate::OriginOf(const Arrival& arrival, const auth::Principal& principal, Timestamp now) const {
  if (!arrival.forwarded_for.empty()) {
    bool believed = principal.service;
    if (!believed && !arrival.gateway_token.empty()) {
      const absl::StatusOr<auth::Principal> gateway = options_.verifier->Verify(arrival.gateway_token, now);
      believed = gateway.ok() && gateway->service;
    }
    std::string address = believed ? ForwardedAddress(arrival.forwarded_for) : std::string();
    if (!address.empty()) return address;
  }
  return AddressOf(arrival.peer);
}

absl::Status Gate::CheckPeer(const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    const auto& allowed = options_.allowed_peers;
    if (std::find(allowed.begin(), allowed.end(), name) != allowed.end()) return absl::OkStatus();
  }
  return Error(absl::StatusCode::kUnauthenticated, "PEER_NOT_ALLOWED",
               "The client's certificate names no peer that may call this service.");
}

std::string Gate::RequestId(const GatedMethod& method, const google::protobuf::Message& request) const {
  if (method.request_id != nullptr) {
    std::string id = request.GetReflection()->GetString(request, method.request_id);
    if (!id.empty()) return id;
  } else if (method.bound.kind == HandlerKind::kMemory || method.bound.kind == HandlerKind::kRelay) {
    return {};  // A read without a database: its trace id names it well enough.
  }
  return Uuid::New(clock_).ToString();
}

absl::Status Gate::Overloaded(std::chrono::milliseconds* pushback) const {
  const uint32_t turn = refusals_.fetch_add(1, std::memory_order_relaxed);
  // 37 is coprime to the spread: neighbours get far-apart delays.
  *pushback = std::chrono::milliseconds(kPushbackMillis + static_cast<int>(turn * 37 % kPushbackSpreadMillis));
  return WithRetryAfter(Error(absl::StatusCode::kResourceExhausted, "OVERLOADED",
                              "The service is busy; try again after the given delay."),
                        *pushback);
}

void Gate::Record(const GatedMethod& method, SteadyTime arrived, const absl::Status& status, const Call* call,
                  std::string_view trace_id) const {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - arrived);
  if (method.meter != nullptr) method.meter->Observe(static_cast<int>(status.code()), micros.count());
  if (options_.log == nullptr) return;
  const std::string reason = status.ok() ? std::string() : ReasonOf(status);
  obs::RpcRecord record;
  record.method = method.bound.path;
  record.code = CodeName(status.code());
  record.micros = micros.count();
  record.trace_id = trace_id;
  record.reason = reason;
  if (call != nullptr) {
    record.account = call->principal().account;
    record.request_id = call->request_id();
  }
  options_.log->Rpc(record);
}

void Gate::RecordException(const GatedMethod& method, std::string_view type, std::string_view trace_id) const {
  if (options_.log == nullptr) return;
  options_.log->Event(obs::Severity::kError, "A handler threw an exception.",
                      {{"method", method.bound.path}, {"type", type}, {"trace_id", trace_id}});
}

void Gate::AddStream(StreamInProgress* stream) {
  {
    absl::MutexLock lock(&streams_mutex_);
    if (!draining_) {
      streams_.insert(stream);
      return;
    }
  }
  stream->EndForDrain();
}

void Gate::RemoveStream(StreamInProgress* stream) {
  absl::MutexLock lock(&streams_mutex_);
  streams_.erase(stream);
}

void Gate::CancelStreams() {
  // Under the lock, so that no stream ends meanwhile; EndForDrain() only sets flags.
  absl::MutexLock lock(&streams_mutex_);
  draining_ = true;
  for (StreamInProgress* stream : streams_) stream->EndForDrain();
}

void Gate::StopWorkers() {
  gauges_.clear();
  workers_.reset();
  stream_workers_.reset();
}

absl::Status ForCallers(absl::Status status) {
  if (status.ok() || !ReasonOf(status).empty()) return status;
  switch (status.code()) {
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      // Such a text was not written for callers.
      return Error(absl::StatusCode::kInternal, "INTERNAL",
                   "The service failed. Tell the operator the trace id of the request.");
    default:
      return Error(status.code(), CodeName(status.code()), std::string(status.message()));
  }
}

}  // namespace yaoshi::rpc

#include "common/rpc/transport.h"

#include <google/protobuf/arena.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/server_callback.h>
// After server_callback.h, which it needs.
#include <cxxabi.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>

#include <atomic>
#include <limits>
#include <optional>
#include <string>
#include <typeinfo>
#include <utility>

#include "common/obs/trace.h"
#include "common/rpc/metadata.h"
#include "common/rpc/wire.h"
#include "common/status/status.h"

namespace yaoshi::rpc {
namespace {

// Most requests fit, so that parsing one allocates nothing.
constexpr size_t kArenaBlockBytes = 2048;

std::string_view View(const grpc::string_ref& text) {
  return {text.data(), text.size()};
}

// gRPC's deadline is a time of the system's clock; ours is steady.
std::optional<SteadyTime> DeadlineOf(const grpc::CallbackServerContext& context, SteadyTime now) {
  const auto deadline = context.deadline();
  const auto left = deadline - std::chrono::system_clock::now();
  // "Never" arrives as the largest time.
  if (deadline == std::chrono::system_clock::time_point::max() || left > std::chrono::hours(24 * 365)) {
    return std::nullopt;
  }
  return now + std::chrono::duration_cast<std::chrono::steady_clock::duration>(left);
}

// The name of the exception that is being handled; its text may hold values and is not asked.
std::string CurrentExceptionType() {
  const std::type_info* type = abi::__cxa_current_exception_type();
  return type == nullptr ? "unknown" : type->name();
}

absl::Status Failed() {
  return ForCallers(absl::InternalError(""));
}

absl::Status TooLate(const Call& call) {
  if (std::chrono::steady_clock::now() >= call.deadline()) {
    return Error(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                 "The service was too busy to answer in time; try again later.");
  }
  return Error(absl::StatusCode::kCancelled, "CANCELLED", "The caller cancelled the call.");
}

// The part of a call that does not depend on how it answers.
class Exchange {
 public:
  Exchange(Gate& gate, const GatedMethod& method, grpc::CallbackServerContext& context)
      : gate_(gate), method_(method), context_(context), arena_(block_, sizeof(block_)) {}

 protected:
  // Everything of the gate before admission to a queue. After OK, running_ and request_ are there.
  absl::Status Enter(const grpc::ByteBuffer& body) {
    gate_.NoteArrival();
    Arrival arrival;
    arrival.arrived = arrived_;
    ReadMetadata(arrival);
    const std::optional<obs::TraceContext> trace = obs::ParseTraceparent(arrival.traceparent);
    trace_id_ = trace ? trace->trace_id : obs::NewTrace().trace_id;
    arrival.deadline = DeadlineOf(context_, arrived_);
    arrival.peer = context_.peer();
    if (gate_.checks_peers()) RETURN_IF_ERROR(gate_.CheckPeer(PeerNames()));
    ASSIGN_OR_RETURN(CallInfo info, gate_.Admit(method_, arrival, trace_id_));
    absl::Status valid = Parse(body);
    if (valid.ok()) valid = CheckFields(method_.rules, *request_);
    info.request = request_;
    if (valid.ok()) info.request_id = gate_.RequestId(method_, *request_);
    running_.emplace(std::move(info));  // Also for an invalid request: its log line names the caller.
    return valid;
  }

  // Runs `handler`; no exception leaves.
  template <class Result, class F>
  Result Guarded(F handler) {
    try {
      return handler();
    } catch (abi::__forced_unwind&) {
      throw;  // The thread is being ended; swallowing this would abort.
    } catch (...) {
      gate_.RecordException(method_, CurrentExceptionType(), trace_id_);
      return Result(Failed());
    }
  }

  // Trailing metadata, metrics, log. Comes before Finish(), after which this object may be gone.
  void Conclude(const absl::Status& status) {
    if (running_ && !running_->consistency_token().empty()) {
      context_.AddTrailingMetadata(std::string(kConsistencyTokenKey), running_->consistency_token());
    }
    gate_.Record(method_, arrived_, status, running_ ? &*running_ : nullptr, trace_id_);
  }

  absl::Status Refuse() {
    std::chrono::milliseconds pushback{};
    absl::Status status = gate_.Overloaded(&pushback);
    context_.AddTrailingMetadata(std::string(kRetryPushbackKey), std::to_string(pushback.count()));
    return status;
  }

  Gate& gate_;
  const GatedMethod& method_;
  grpc::CallbackServerContext& context_;
  const SteadyTime arrived_ = std::chrono::steady_clock::now();
  std::string trace_id_;
  google::protobuf::Message* request_ = nullptr;  // Owned by the arena.
  std::optional<Call> running_;

 private:
  void ReadMetadata(Arrival& arrival) {
    for (const auto& [key_ref, value_ref] : context_.client_metadata()) {
      const std::string_view key = View(key_ref);
      const std::string_view value = View(value_ref);
      if (key == kAuthorizationKey) {
        arrival.authorization = value;
      } else if (key == kTraceparentKey) {
        arrival.traceparent = value;
      } else if (key == kConsistencyTokenKey) {
        arrival.after_write = value;
      } else if (key == kForwardedForKey) {
        arrival.forwarded_for = value;
      } else if (key == kGatewayTokenKey) {
        arrival.gateway_token = value;
      }
    }
  }

  std::vector<std::string> PeerNames() const {
    std::vector<std::string> names;
    for (const grpc::string_ref& name : context_.auth_context()->FindPropertyValues("x509_subject_alternative_name")) {
      names.emplace_back(name.data(), name.size());
    }
    return names;
  }

  absl::Status Parse(const grpc::ByteBuffer& body) {
    request_ = method_.bound.prototype->New(&arena_);
    grpc::ByteBuffer copy(body);  // The reader wants a mutable one; slices are shared.
    grpc::ProtoBufferReader reader(&copy);
    if (reader.status().ok() && request_->ParseFromZeroCopyStream(&reader)) return absl::OkStatus();
    request_->Clear();
    return ExplainMalformed(method_.bound.descriptor->input_type(), ToString(body));
  }

  alignas(std::max_align_t) char block_[kArenaBlockBytes];
  google::protobuf::Arena arena_;
};

// One unary call. Deletes itself.
class UnaryReactor final : public grpc::ServerUnaryReactor, private Exchange, private Job {
 public:
  UnaryReactor(Gate& gate, const GatedMethod& method, grpc::CallbackServerContext& context, grpc::ByteBuffer* response)
      : Exchange(gate, method, context), response_(response) {}

  void Start(const grpc::ByteBuffer& body) {
    if (absl::Status status = Enter(body); !status.ok()) return Reply(std::move(status));
    if (running_->after_write().empty() || !gate_.options().wait_for_token) return Dispatch();
    gate_.options().wait_for_token(std::string(running_->after_write()), running_->deadline(),
                                   [this](absl::Status ready) {
                                     if (!ready.ok()) return Reply(std::move(ready));
                                     // What the caller wrote was recorded after the call came in; a read of the past
                                     // must know of it too.
                                     running_->set_now(gate_.Now());
                                     Dispatch();
                                   });
  }

 private:
  // A memory handler runs here and now, unless this request needs the database; a relay begins here.
  void Dispatch() {
    const auto& needs_database = method_.bound.needs_database;
    const bool on_worker =
        method_.bound.kind == HandlerKind::kDatabase || (needs_database && needs_database(*running_, *request_));
    if (!on_worker) return RunHandler();
    if (!gate_.workers().TryPush(this)) Reply(Refuse());
  }

  void Run(db::Session* session) override {
    running_->set_session(session);
    RunHandler();
  }

  void RunHandler() {
    // Nobody waits for the answer any more.
    if (running_->cancelled()) return Reply(TooLate(*running_));
    if (method_.bound.kind == HandlerKind::kRelay) return Relay();
    Answer(Guarded<absl::StatusOr<std::string>>([this] { return method_.bound.unary(*running_, *request_); }));
  }

  // An answer may come, and this object be gone, before the handler returns; or it throws, and none comes.
  void Relay() {
    const auto taken = std::make_shared<std::atomic_flag>();
    try {
      method_.bound.relay(*running_, *request_, [this, taken](absl::StatusOr<std::string> answer) {
        if (!taken->test_and_set()) Answer(std::move(answer));
      });
    } catch (abi::__forced_unwind&) {
      throw;
    } catch (...) {
      if (taken->test_and_set()) return;
      gate_.RecordException(method_, CurrentExceptionType(), trace_id_);
      Reply(Failed());
    }
  }

  void Answer(absl::StatusOr<std::string> answer) {
    if (!answer.ok()) return Reply(std::move(answer).status());
    *response_ = ToBuffer(*std::move(answer));
    Reply(absl::OkStatus());
  }

  void Reply(absl::Status status) {
    status = ForCallers(std::move(status));
    Conclude(status);
    Finish(ToGrpc(status));
  }

  void OnCancel() override {
    if (running_) running_->Cancel();
    gate_.NoteCancellation();
  }
  void OnDone() override { delete this; }
  // OnDone() and OnCancel() are so short that gRPC may run them where it is, without a hop to another thread.
  bool InternalInlineable() override { return true; }

  grpc::ByteBuffer* const response_;
};

// One server stream, whose handler blocks a thread of the stream pool. Deletes itself.
class StreamReactor final : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                            public StreamInProgress,
                            private Exchange,
                            private Job,
                            private StreamWriter {
 public:
  StreamReactor(Gate& gate, const GatedMethod& method, grpc::CallbackServerContext& context)
      : Exchange(gate, method, context) {}

  void Start(const grpc::ByteBuffer& body) {
    if (absl::Status status = Enter(body); !status.ok()) return Reply(std::move(status));
    gate_.AddStream(this);
    registered_ = true;
    if (!gate_.stream_workers().TryPush(this)) Reply(Refuse());
  }

  void EndForDrain() override { Stop(); }

 private:
  void Run(db::Session*) override {
    absl::Status status = Guarded<absl::Status>([this] { return method_.bound.stream(*running_, *request_, *this); });
    AwaitWrite();
    if (gate_.draining()) {
      status = Error(absl::StatusCode::kUnavailable, "DRAINING", "This replica stops; connect again and go on.");
    } else if (status.ok() && running_->cancelled()) {
      status = TooLate(*running_);
    }
    Reply(std::move(status));
  }

  // Waits for the message before, so that at most one is on its way; then sends without waiting.
  bool WriteBytes(std::string serialized) override {
    if (!AwaitWrite() || running_->cancelled()) return false;
    {
      absl::MutexLock lock(&mutex_);
      writing_ = true;
    }
    message_ = ToBuffer(std::move(serialized));
    StartWrite(&message_);
    return true;
  }

  // False when the client takes no more.
  bool AwaitWrite() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &StreamReactor::WriteIsOver));
    return !broken_;
  }
  bool WriteIsOver() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !writing_; }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    broken_ = broken_ || !ok;
  }

  void Stop() {
    if (running_) running_->Cancel();
  }

  void Reply(absl::Status status) {
    if (registered_) gate_.RemoveStream(this);
    status = ForCallers(std::move(status));
    Conclude(status);
    Finish(ToGrpc(status));
  }

  void OnCancel() override {
    Stop();
    gate_.NoteCancellation();
  }
  void OnDone() override { delete this; }

  bool registered_ = false;
  grpc::ByteBuffer message_;  // On its way while writing_.
  absl::Mutex mutex_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
};

grpc::internal::MethodHandler* UnaryHandler(Gate& gate, const GatedMethod& method) {
  return new grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
      [&gate, &method](grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                       grpc::ByteBuffer* response) -> grpc::ServerUnaryReactor* {
        auto* reactor = new UnaryReactor(gate, method, *context, response);
        reactor->Start(*request);
        return reactor;
      });
}

grpc::internal::MethodHandler* StreamHandler(Gate& gate, const GatedMethod& method) {
  return new grpc::internal::CallbackServerStreamingHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
      [&gate, &method](grpc::CallbackServerContext* context,
                       const grpc::ByteBuffer* request) -> grpc::ServerWriteReactor<grpc::ByteBuffer>* {
        auto* reactor = new StreamReactor(gate, method, *context);
        reactor->Start(*request);
        return reactor;
      });
}

}  // namespace

GatedService::GatedService(Gate& gate, std::vector<std::unique_ptr<GatedMethod>> methods)
    : methods_(std::move(methods)) {
  using grpc::internal::RpcMethod;
  using grpc::internal::RpcServiceMethod;
  for (int index = 0; index < static_cast<int>(methods_.size()); ++index) {
    const GatedMethod& method = *methods_[static_cast<size_t>(index)];
    const bool streams = method.bound.kind == HandlerKind::kStream;
    AddMethod(new RpcServiceMethod(method.bound.path.c_str(),
                                   streams ? RpcMethod::SERVER_STREAMING : RpcMethod::NORMAL_RPC, nullptr));
    MarkMethodRawCallback(index, streams ? StreamHandler(gate, method) : UnaryHandler(gate, method));
  }
}

}  // namespace yaoshi::rpc

#include "common/rpc/client.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/channel_arguments.h>
#include <grpcpp/support/client_callback.h>

#include <atomic>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "common/ids/uuid.h"
#include "common/obs/trace.h"
#include "common/rpc/metadata.h"
#include "common/rpc/tls.h"
#include "common/rpc/wire.h"
#include "common/status/status.h"

namespace yaoshi::rpc {
namespace {

// Retries are for UNAVAILABLE only, and stop when the service is down for all (retryThrottling). Replicas that drain or
// still load are passed over (healthCheckConfig).
constexpr char kServiceConfig[] = R"({
  "loadBalancingConfig": [{"round_robin": {}}],
  "healthCheckConfig": {"serviceName": ""},
  "methodConfig": [{
    "name": [{}],
    "retryPolicy": {
      "maxAttempts": 3,
      "initialBackoff": "0.05s",
      "maxBackoff": "1s",
      "backoffMultiplier": 2,
      "retryableStatusCodes": ["UNAVAILABLE"]
    }
  }],
  "retryThrottling": {"maxTokens": 10, "tokenRatio": 0.1}
})";

constexpr int kKeepaliveMillis = 25'000;
constexpr int kKeepaliveTimeoutMillis = 8'000;
constexpr int kMaxAnswerBytes = 64 << 20;
constexpr int kMaxMetadataBytes = 64 << 10;  // Room for the details of errors.
constexpr int kDnsIntervalMillis = 5'000;
constexpr int kMinReconnectMillis = 100;
constexpr int kMaxReconnectMillis = 2'000;

grpc::ChannelArguments ArgumentsOf(const ChannelOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(kServiceConfig);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 1);
  arguments.SetMaxReceiveMessageSize(kMaxAnswerBytes);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMillis);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, options.keepalive_without_calls ? 1 : 0);
  arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, kDnsIntervalMillis);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kMinReconnectMillis);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kMaxReconnectMillis);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectMillis);
  return arguments;
}

void AddIfSet(grpc::ClientContext& context, std::string_view key, const std::string& value) {
  if (!value.empty()) context.AddMetadata(std::string(key), value);
}

void Prepare(grpc::ClientContext& context, const CallOptions& options, bool streams) {
  if (!options.token.empty()) context.AddMetadata(std::string(kAuthorizationKey), "Bearer " + options.token);
  AddIfSet(context, kGatewayTokenKey, options.gateway_token);
  AddIfSet(context, kForwardedForKey, options.forwarded_for);
  AddIfSet(context, kConsistencyTokenKey, options.consistency_token);
  AddIfSet(context, kTraceparentKey,
           options.traceparent.empty() ? obs::ToTraceparent(obs::NewTrace()) : options.traceparent);
  for (const auto& [key, value] : options.metadata) context.AddMetadata(key, value);
  if (streams && options.timeout.count() == 0) return;
  context.set_deadline(std::chrono::system_clock::now() + options.timeout);
}

// gRPC's word for a call that met a closing server is CANCELLED, although nobody cancelled it.
absl::Status Stopped() {
  return Error(absl::StatusCode::kUnavailable, "SERVICE_STOPPED",
               "The service stopped; try again, with the same request_id.");
}

// A unary call on its way. Kept alive by its completion and by the caller's handle.
class UnaryCall : public CallHandle {
 public:
  void Cancel() override {
    cancelled_ = true;
    context.TryCancel();
  }

  Reply Answer(const grpc::Status& status) const {
    Reply reply;
    reply.status = status.error_code() == grpc::StatusCode::CANCELLED && !cancelled_ ? Stopped() : FromGrpc(status);
    if (status.ok()) reply.bytes = ToString(response);
    const auto& trailing = context.GetServerTrailingMetadata();
    const auto token = trailing.find(grpc::string_ref(kConsistencyTokenKey.data(), kConsistencyTokenKey.size()));
    if (token != trailing.end()) reply.consistency_token.assign(token->second.data(), token->second.size());
    return reply;
  }

  grpc::ClientContext context;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;

 private:
  std::atomic<bool> cancelled_{false};
};

// A server stream being read. Holds itself until it is done.
class StreamReader final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>, public CallHandle {
 public:
  StreamReader(std::string request, std::function<void(std::string)> on_message,
               std::function<void(absl::Status)> on_done)
      : request_(ToBuffer(std::move(request))), on_message_(std::move(on_message)), on_done_(std::move(on_done)) {}

  void Cancel() override { context.TryCancel(); }
  void Pause() override {
    const absl::MutexLock lock(&mutex_);
    paused_ = true;
  }
  void Resume() override {
    {
      const absl::MutexLock lock(&mutex_);
      paused_ = false;
      if (!std::exchange(held_, false)) return;
    }
    StartRead(&message_);
    RemoveHold();
  }

  void Begin(std::shared_ptr<StreamReader> self) {
    self_ = std::move(self);
    StartWriteLast(&request_, grpc::WriteOptions());
    StartRead(&message_);
    StartCall();
  }

  grpc::ClientContext context;

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return;  // OnDone() follows.
    on_message_(ToString(message_));
    message_.Clear();
    {
      const absl::MutexLock lock(&mutex_);
      if (paused_) {
        held_ = true;
        AddHold();  // Resume() reads on from outside of a reaction.
        return;
      }
    }
    StartRead(&message_);
  }

  void OnDone(const grpc::Status& status) override {
    const auto on_done = std::move(on_done_);
    absl::Status result = FromGrpc(status);
    self_.reset();  // This object may be gone now, and with it its hold on the channel (see CallBytes).
    on_done(std::move(result));
  }

  grpc::ByteBuffer request_;
  grpc::ByteBuffer message_;
  const std::function<void(std::string)> on_message_;
  std::function<void(absl::Status)> on_done_;
  std::shared_ptr<StreamReader> self_;
  absl::Mutex mutex_;
  bool paused_ ABSL_GUARDED_BY(mutex_) = false;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;  // A read is due when the stream is resumed.
};

// The request's bytes, with a request_id when it has that field, unset.
std::string WithRequestId(const google::protobuf::Message& request) {
  const auto* field = request.GetDescriptor()->FindFieldByName("request_id");
  if (field == nullptr || field->is_repeated() || field->type() != google::protobuf::FieldDescriptor::TYPE_STRING ||
      !request.GetReflection()->GetString(request, field).empty()) {
    return request.SerializeAsString();
  }
  const std::unique_ptr<google::protobuf::Message> copy(request.New());
  copy->CopyFrom(request);
  copy->GetReflection()->SetString(copy.get(), field, Uuid::New(SystemClock()).ToString());
  return copy->SerializeAsString();
}

}  // namespace

struct Channel::State {
  explicit State(const ChannelOptions& options)
      : stub(grpc::CreateCustomChannel(options.target, ChannelCredentialsOf(options.tls), ArgumentsOf(options))) {}
  grpc::GenericStub stub;
};

Channel::Channel(std::unique_ptr<State> state) : state_(std::move(state)) {}
Channel::~Channel() = default;

std::shared_ptr<Channel> Channel::Open(ChannelOptions options) {
  return std::shared_ptr<Channel>(new Channel(std::make_unique<State>(options)));
}

std::shared_ptr<CallHandle> Channel::CallBytes(std::string_view method, std::string request, const CallOptions& options,
                                               std::function<void(Reply)> done) {
  auto call = std::make_shared<UnaryCall>();
  Prepare(call->context, options, /*streams=*/false);
  call->request = ToBuffer(std::move(request));
  state_->stub.UnaryCall(&call->context, std::string(method), grpc::StubOptions(), &call->request, &call->response,
                         [call, done = std::move(done)](const grpc::Status& status) mutable {
                           Reply reply = call->Answer(status);
                           // The call holds the channel, whose last owner must not be a gRPC thread: it would wait for
                           // itself. So it goes before `done` lets anybody drop the channel.
                           call.reset();
                           done(std::move(reply));
                         });
  return call;
}

std::shared_ptr<CallHandle> Channel::ReadStream(std::string_view method, std::string request,
                                                const CallOptions& options, std::function<void(std::string)> on_message,
                                                std::function<void(absl::Status)> on_done) {
  auto reader = std::make_shared<StreamReader>(std::move(request), std::move(on_message), std::move(on_done));
  Prepare(reader->context, options, /*streams=*/true);
  state_->stub.PrepareBidiStreamingCall(&reader->context, std::string(method), grpc::StubOptions(), reader.get());
  reader->Begin(reader);
  return reader;
}

Reply Channel::CallBlocking(std::string_view method, const google::protobuf::Message& request,
                            const CallOptions& options) {
  Reply answer;
  absl::Notification answered;
  CallBytes(method, WithRequestId(request), options, [&](Reply reply) {
    answer = std::move(reply);
    answered.Notify();
  });
  answered.WaitForNotification();
  return answer;
}

}  // namespace yaoshi::rpc

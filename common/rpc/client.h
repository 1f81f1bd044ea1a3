// Calls another service: one channel per target and process, a deadline on every call, retries on UNAVAILABLE only.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/server.h"
#include "google/protobuf/message.h"

namespace yaoshi::rpc {

struct ChannelOptions {
  std::string target;                    // "dns:///registry:7001" or "127.0.0.1:7001".
  TlsFiles tls;                          // Same files as the server's.
  bool keepalive_without_calls = false;  // True only for subscribers of a feed.
};

struct CallOptions {
  std::string token;              // Sent as "authorization: Bearer …" when not empty.
  std::string gateway_token;      // The gateway's own token, so that forwarded_for is believed.
  std::string forwarded_for;      // The address of the person behind the gateway.
  std::string consistency_token;  // From an earlier write: the read waits until the replica has it.
  std::string traceparent;        // W3C; made when empty.
  std::map<std::string, std::string> metadata;
  std::chrono::milliseconds timeout{5000};  // Of a stream: 0 means no deadline.
};

struct Reply {
  absl::Status status;            // With the details that the service sent.
  std::string bytes;              // The serialised answer, when OK.
  std::string consistency_token;  // Not empty after a write.
};

// A stream or call in progress; dropping the handle cancels nothing, Cancel() does.
class CallHandle {
 public:
  virtual ~CallHandle() = default;
  virtual void Cancel() = 0;
  // Of a stream: after Pause() at most one more message comes until Resume(), so that a slow consumer fills no memory.
  // A paused stream does not end: resume it after Cancel() too.
  virtual void Pause() {}
  virtual void Resume() {}
};

class Channel {
 public:
  // Connects lazily; a service that is not there yet is no error.
  static std::shared_ptr<Channel> Open(ChannelOptions options);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // `done` runs exactly once on a gRPC thread and must not block. A mutating request must carry a request_id, since a
  // call may be retried when the service was UNAVAILABLE.
  std::shared_ptr<CallHandle> CallBytes(std::string_view method, std::string request, const CallOptions& options,
                                        std::function<void(Reply)> done);

  // Reads a server stream: `on_message` per message, then `on_done` exactly once, all on gRPC threads and one at a
  // time. Reconnecting is the caller's.
  std::shared_ptr<CallHandle> ReadStream(std::string_view method, std::string request, const CallOptions& options,
                                         std::function<void(std::string bytes)> on_message,
                                         std::function<void(absl::Status)> on_done);

  // Blocks; for tests, tools and threads of one's own. Gives the request a request_id when it has that field, unset.
  Reply CallBlocking(std::string_view method, const google::protobuf::Message& request, const CallOptions& options);

  // Typed, blocking.
  template <class Response>
  absl::StatusOr<Response> Call(std::string_view method, const google::protobuf::Message& request,
                                const CallOptions& options = {}, std::string* consistency_token = nullptr) {
    Reply reply = CallBlocking(method, request, options);
    if (!reply.status.ok()) return reply.status;
    if (consistency_token != nullptr) *consistency_token = reply.consistency_token;
    Response response;
    if (!response.ParseFromString(reply.bytes)) return absl::InternalError("The answer is malformed.");
    return response;
  }

 private:
  struct State;
  explicit Channel(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace yaoshi::rpc

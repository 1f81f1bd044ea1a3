// One RPC in progress: everything a handler may know about its caller.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

#include "common/auth/principal.h"
#include "common/auth/rules.h"
#include "common/calendar/clock.h"
#include "common/calendar/date.h"

namespace google::protobuf {
class Message;
}
namespace yaoshi::db {
class Session;
}

namespace yaoshi::rpc {

// What the gate knows of a call before its handler runs.
struct CallInfo {
  auth::Principal principal;
  const std::string* method = nullptr;      // "/yaoshi.registry.v1.ProjectService/CreateProject"; outlives the call.
  const std::string* permission = nullptr;  // "projects.write"; outlives the call.
  auth::Reach reach = auth::Reach::kNone;
  std::string request_id;
  std::string origin;
  std::string trace_id;
  std::string_view token;        // Outlives the call, as does the next.
  std::string_view after_write;  // A consistency token.
  Timestamp now;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  const google::protobuf::Message* request = nullptr;  // Outlives the call.
};

class Call {
 public:
  // The gate makes calls; a store test may make its own.
  explicit Call(CallInfo info) : info_(std::move(info)) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  const auth::Principal& principal() const { return info_.principal; }
  const std::string& method() const { return *info_.method; }
  const std::string& permission() const { return *info_.permission; }
  // The request's request_id; made by the gate (a UUID) when the request has none.
  const std::string& request_id() const { return info_.request_id; }
  // SHA-256 (32 bytes) of the request, serialised deterministically. Computed at the first use.
  const std::string& request_hash() const;
  // The peer's address ("192.0.2.7"), or the x-forwarded-for of the gateway, which is believed only with a service's
  // token (see kGatewayTokenKey in metadata.h).
  const std::string& origin() const { return info_.origin; }
  // 32 hex digits (W3C trace context).
  const std::string& trace_id() const { return info_.trace_id; }

  // The caller's access token, and the token of the write that the answer must show ("": of none): for a handler that
  // asks other services on the caller's behalf.
  std::string_view token() const { return info_.token; }
  std::string_view after_write() const { return info_.after_write; }

  // Fixed at admission, or when the wait for the caller's own write ended: all of a call happens at one moment.
  Timestamp now() const { return info_.now; }
  Date today() const;

  // A stream without a deadline has time_point::max().
  std::chrono::steady_clock::time_point deadline() const { return info_.deadline; }
  // True when the client has gone, the deadline has passed, or (streams) the server drains.
  bool cancelled() const;

  // The worker's own database session; only in Database handlers, aborts elsewhere.
  db::Session& session();

  // How far the principal's role carries the method's permission; never kNone inside a handler.
  auth::Reach reach() const { return info_.reach; }
  // Whether the caller may touch what lies in `region` and belongs to `organization_id`. If not, answer NOT_FOUND.
  bool MayTouch(std::string_view region, std::string_view organization_id) const;

  // Sent to the client as trailing metadata "yaoshi-consistency-token".
  void set_consistency_token(std::string token) { consistency_token_ = std::move(token); }
  const std::string& consistency_token() const { return consistency_token_; }

  // For the gate and for tests.
  void set_session(db::Session* session) { session_ = session; }
  void set_now(Timestamp now) { info_.now = now; }
  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }

 private:
  CallInfo info_;
  mutable std::string request_hash_;
  std::string consistency_token_;
  db::Session* session_ = nullptr;
  std::atomic<bool> cancelled_{false};
};

}  // namespace yaoshi::rpc

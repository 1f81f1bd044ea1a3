// Binds a service's descriptor to handlers (ADR 0002: no gRPC code is generated).
//
//   rpc::ServiceBuilder builder(v1::Project::descriptor()->file()->FindServiceByName("ProjectService"));
//   builder.Memory("GetProject", this, &Handlers::GetProject);
//   builder.Database("CreateProject", [&](rpc::Call& call, const v1::CreateProjectRequest& req) { … });
//   services.push_back(builder.Finish());
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/call.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace yaoshi::rpc {

// An answer that is serialised already.
struct Bytes {
  std::string serialized;
};

// Where a streaming handler puts its messages. Blocks while the client reads slowly: nothing piles up.
class StreamWriter {
 public:
  virtual ~StreamWriter() = default;
  // False when the client has gone, the deadline has passed or the server drains: return from the handler then.
  virtual bool WriteBytes(std::string serialized) = 0;
  bool Write(const google::protobuf::Message& message) { return WriteBytes(message.SerializeAsString()); }
};

enum class HandlerKind {
  kMemory,    // Runs on the gRPC callback thread; reads memory only and must not block.
  kDatabase,  // Runs on a worker that owns a database session.
  kRelay,     // Starts on the gRPC callback thread, must not block, and answers later, from any thread.
  kStream,    // Server streaming; runs on a thread of the bounded stream pool until it returns.
};

// Takes the serialised answer of a relay handler: once, from any thread.
using RelayDone = std::function<void(absl::StatusOr<std::string>)>;
using RelayHandler = std::function<void(Call&, const google::protobuf::Message&, RelayDone)>;

// One method with its handler, types erased.
struct BoundMethod {
  const google::protobuf::MethodDescriptor* descriptor = nullptr;
  HandlerKind kind = HandlerKind::kMemory;
  std::string path;        // "/package.Service/Method"
  std::string permission;  // From the method's option.
  // A fresh request message of the method's generated class.
  const google::protobuf::Message* prototype = nullptr;
  std::function<absl::StatusOr<std::string>(Call&, const google::protobuf::Message&)> unary;
  // Only of a memory handler: requests that need the database after all run on a worker. Null: none do.
  std::function<bool(const Call&, const google::protobuf::Message&)> needs_database;
  RelayHandler relay;  // The call and the request live until it has answered.
  std::function<absl::Status(Call&, const google::protobuf::Message&, StreamWriter&)> stream;
};

struct BoundService {
  const google::protobuf::ServiceDescriptor* descriptor = nullptr;
  std::vector<BoundMethod> methods;
};

namespace internal {

// The parameter and result types of a handler, from lambda, function or std::function.
template <class F>
struct Signature;
template <class R, class Req>
struct Signature<std::function<R(Call&, const Req&)>> {
  using Request = Req;
  using Result = R;
};
template <class R, class Req>
struct Signature<std::function<R(Call&, const Req&, StreamWriter&)>> {
  using Request = Req;
  using Result = R;
};
template <class H>
using SignatureOf = Signature<decltype(std::function(std::declval<H>()))>;

inline absl::StatusOr<std::string> ToBytes(absl::StatusOr<Bytes> answer) {
  if (!answer.ok()) return std::move(answer).status();
  return std::move(answer->serialized);
}
template <class Response>
absl::StatusOr<std::string> ToBytes(absl::StatusOr<Response> answer) {
  if (!answer.ok()) return std::move(answer).status();
  return answer->SerializeAsString();
}

template <class Result>
struct ResponseOf;
template <class Response>
struct ResponseOf<absl::StatusOr<Response>> {
  static const google::protobuf::Descriptor* descriptor() { return Response::descriptor(); }
};
template <>
struct ResponseOf<absl::StatusOr<Bytes>> {
  static const google::protobuf::Descriptor* descriptor() { return nullptr; }
};

}  // namespace internal

class ServiceBuilder {
 public:
  // `service` must be of the generated pool: any generated message of the file gives it by
  // `v1::X::descriptor()->file()->FindServiceByName(…)`. Aborts when it is null.
  explicit ServiceBuilder(const google::protobuf::ServiceDescriptor* service);

  // absl::StatusOr<Response>(Call&, const Request&), or absl::StatusOr<Bytes>. Waits for the caller's consistency token
  // before it runs; must not block.
  template <class H>
  ServiceBuilder& Memory(std::string_view method, H handler) {
    return Unary(HandlerKind::kMemory, method, std::move(handler));
  }
  // Same signature; runs on a worker and may use call.session().
  template <class H>
  ServiceBuilder& Database(std::string_view method, H handler) {
    return Unary(HandlerKind::kDatabase, method, std::move(handler));
  }
  // A memory handler for most requests; where `needs_database(call, request)`, the same handler runs on a worker and
  // has call.session(): reads of the present come from memory, reads of the past from SQL.
  template <class T, class R, class Req>
  ServiceBuilder& Either(std::string_view method, bool (*needs_database)(const Call&, const Req&), T* object,
                         R (T::*handler)(Call&, const Req&)) {
    Memory(method, object, handler);
    methods_.back().needs_database = [needs_database](const Call& call, const google::protobuf::Message& request) {
      return needs_database(call, static_cast<const Req&>(request));
    };
    return *this;
  }
  // For a service that puts answers of others together: it waits for them without a thread, and for itself for
  // call.after_write().
  ServiceBuilder& Relay(std::string_view method, RelayHandler handler);
  // absl::Status(Call&, const Request&, StreamWriter&) for a server-streaming method.
  template <class H>
  ServiceBuilder& Stream(std::string_view method, H handler) {
    using S = internal::SignatureOf<H>;
    BoundMethod bound;
    bound.kind = HandlerKind::kStream;
    bound.prototype = &S::Request::default_instance();
    bound.stream = [handler = std::move(handler)](Call& call, const google::protobuf::Message& request,
                                                  StreamWriter& writer) -> absl::Status {
      return handler(call, static_cast<const typename S::Request&>(request), writer);
    };
    Add(method, std::move(bound), nullptr);
    return *this;
  }

  // The same three with a member function of `object`, which must outlive the server.
  template <class T, class R, class Req>
  ServiceBuilder& Memory(std::string_view method, T* object, R (T::*handler)(Call&, const Req&)) {
    return Memory(method, [object, handler](Call& call, const Req& req) -> R { return (object->*handler)(call, req); });
  }
  template <class T, class R, class Req>
  ServiceBuilder& Database(std::string_view method, T* object, R (T::*handler)(Call&, const Req&)) {
    return Database(method,
                    [object, handler](Call& call, const Req& req) -> R { return (object->*handler)(call, req); });
  }
  template <class T, class Req>
  ServiceBuilder& Stream(std::string_view method, T* object,
                         absl::Status (T::*handler)(Call&, const Req&, StreamWriter&)) {
    return Stream(method, [object, handler](Call& call, const Req& req, StreamWriter& writer) -> absl::Status {
      return (object->*handler)(call, req, writer);
    });
  }

  // Aborts, naming all of them, when a method of the descriptor has no handler, no permission option, or a handler
  // of other types than the descriptor says.
  BoundService Finish();

 private:
  template <class H>
  ServiceBuilder& Unary(HandlerKind kind, std::string_view method, H handler) {
    using S = internal::SignatureOf<H>;
    BoundMethod bound;
    bound.kind = kind;
    bound.prototype = &S::Request::default_instance();
    bound.unary = [handler = std::move(handler)](Call& call, const google::protobuf::Message& request) {
      return internal::ToBytes(handler(call, static_cast<const typename S::Request&>(request)));
    };
    Add(method, std::move(bound), internal::ResponseOf<typename S::Result>::descriptor());
    return *this;
  }
  void Add(std::string_view method, BoundMethod bound, const google::protobuf::Descriptor* response);

  const google::protobuf::ServiceDescriptor* service_;
  std::vector<BoundMethod> methods_;
  std::vector<std::string> problems_;
};

}  // namespace yaoshi::rpc

#include "common/rpc/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "yaoshi/common/v1/options.pb.h"

namespace yaoshi::rpc {
namespace {

[[noreturn]] void Die(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  std::abort();
}

}  // namespace

ServiceBuilder::ServiceBuilder(const google::protobuf::ServiceDescriptor* service) : service_(service) {
  if (service_ == nullptr) Die("A ServiceBuilder was given no service descriptor.");
}

void ServiceBuilder::Add(std::string_view method, BoundMethod bound, const google::protobuf::Descriptor* response) {
  const std::string name(method);
  const google::protobuf::MethodDescriptor* descriptor = service_->FindMethodByName(name);
  if (descriptor == nullptr) {
    problems_.push_back(fmt::format("{} is no method of {}", name, service_->full_name()));
    return;
  }
  const bool twice = std::any_of(methods_.begin(), methods_.end(),
                                 [descriptor](const BoundMethod& other) { return other.descriptor == descriptor; });
  if (twice) problems_.push_back(fmt::format("{} is bound twice", descriptor->full_name()));
  if (bound.prototype->GetDescriptor() != descriptor->input_type()) {
    problems_.push_back(fmt::format("{} takes {}, its handler {}", descriptor->full_name(),
                                    descriptor->input_type()->full_name(), bound.prototype->GetTypeName()));
  }
  if (response != nullptr && response != descriptor->output_type()) {
    problems_.push_back(fmt::format("{} returns {}, its handler {}", descriptor->full_name(),
                                    descriptor->output_type()->full_name(), response->full_name()));
  }
  const bool streams = bound.kind == HandlerKind::kStream;
  if (descriptor->client_streaming() || descriptor->server_streaming() != streams) {
    problems_.push_back(fmt::format("{} and its handler do not agree on streaming", descriptor->full_name()));
  }
  bound.descriptor = descriptor;
  bound.path = fmt::format("/{}/{}", service_->full_name(), name);
  bound.permission = descriptor->options().GetExtension(common::v1::permission);
  if (bound.permission.empty()) {
    problems_.push_back(fmt::format("{} has no permission option", descriptor->full_name()));
  } else if (const auto known = auth::Permissions();
             std::find(known.begin(), known.end(), bound.permission) == known.end()) {
    problems_.push_back(fmt::format("{} needs {}, which no role holds", descriptor->full_name(), bound.permission));
  }
  methods_.push_back(std::move(bound));
}

ServiceBuilder& ServiceBuilder::Relay(std::string_view method, RelayHandler handler) {
  BoundMethod bound;
  bound.kind = HandlerKind::kRelay;
  bound.relay = std::move(handler);
  if (const auto* descriptor = service_->FindMethodByName(std::string(method)); descriptor != nullptr) {
    bound.prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor->input_type());
  }
  Add(method, std::move(bound), nullptr);
  return *this;
}

BoundService ServiceBuilder::Finish() {
  for (int i = 0; i < service_->method_count(); ++i) {
    const google::protobuf::MethodDescriptor* descriptor = service_->method(i);
    const bool bound = std::any_of(methods_.begin(), methods_.end(),
                                   [descriptor](const BoundMethod& method) { return method.descriptor == descriptor; });
    if (!bound) problems_.push_back(fmt::format("{} has no handler", descriptor->full_name()));
  }
  if (!problems_.empty()) Die(fmt::format("Cannot bind {}: {}.", service_->full_name(), fmt::join(problems_, "; ")));
  return {service_, std::move(methods_)};
}

}  // namespace yaoshi::rpc

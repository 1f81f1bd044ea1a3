// Carries requests between gRPC and the gate: raw callback handlers, one reactor per call.
#pragma once

#include <grpcpp/impl/service_type.h>

#include <memory>
#include <vector>

#include "common/rpc/gate.h"

namespace yaoshi::rpc {

// A gRPC service whose methods all run through the gate.
class GatedService : public grpc::Service {
 public:
  // `gate` must outlive the service and every call.
  GatedService(Gate& gate, std::vector<std::unique_ptr<GatedMethod>> methods);

 private:
  std::vector<std::unique_ptr<GatedMethod>> methods_;
};

}  // namespace yaoshi::rpc

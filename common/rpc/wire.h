// Between bytes, statuses and what gRPC sends.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <string>

#include "absl/status/status.h"

namespace yaoshi::rpc {

// The bytes without a copy (short ones are copied: that is cheaper).
grpc::ByteBuffer ToBuffer(std::string bytes);
std::string ToString(const grpc::ByteBuffer& buffer);

grpc::Status ToGrpc(const absl::Status& status);
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace yaoshi::rpc

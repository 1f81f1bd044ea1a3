#include "common/rpc/wire.h"

#include <utility>
#include <vector>

#include "common/status/status.h"

namespace yaoshi::rpc {
namespace {

// A shorter answer is copied into the slice; a longer one is handed over.
constexpr size_t kCopyBelowBytes = 512;
// The text travels percent-encoded in the trailing metadata, whose limit is 8 KiB in common clients.
constexpr size_t kMaxMessageBytes = 1024;

}  // namespace

grpc::ByteBuffer ToBuffer(std::string bytes) {
  if (bytes.size() < kCopyBelowBytes) {
    const grpc::Slice slice(bytes);
    return grpc::ByteBuffer(&slice, 1);
  }
  auto* owned = new std::string(std::move(bytes));
  const grpc::Slice slice(
      owned->data(), owned->size(), [](void* owner) { delete static_cast<std::string*>(owner); }, owned);
  return grpc::ByteBuffer(&slice, 1);
}

std::string ToString(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices) bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  std::string message(status.message());
  if (message.size() > kMaxMessageBytes) {
    size_t end = kMaxMessageBytes;
    while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0) == 0x80) --end;  // Not inside a character.
    message.resize(end);
  }
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), message, ToWire(status));
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return FromWire(static_cast<int>(status.error_code()), status.error_message(), status.error_details());
}

}  // namespace yaoshi::rpc

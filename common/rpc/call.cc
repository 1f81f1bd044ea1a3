#include "common/rpc/call.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>
#include <sodium.h>

#include <cstdio>
#include <cstdlib>

namespace yaoshi::rpc {
namespace {

// The same bytes for the same content, whatever the order in which a client wrote them.
std::string SerializeDeterministically(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializePartialToCodedStream(&coded);
  }
  return bytes;
}

}  // namespace

const std::string& Call::request_hash() const {
  if (request_hash_.empty()) {
    const std::string bytes = info_.request == nullptr ? std::string() : SerializeDeterministically(*info_.request);
    request_hash_.resize(crypto_hash_sha256_BYTES);
    crypto_hash_sha256(reinterpret_cast<unsigned char*>(request_hash_.data()),
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  }
  return request_hash_;
}

Date Call::today() const {
  return info_.now.ToDate();
}

bool Call::cancelled() const {
  return cancelled_.load(std::memory_order_relaxed) || std::chrono::steady_clock::now() >= info_.deadline;
}

db::Session& Call::session() {
  if (session_ == nullptr) {
    std::fprintf(stderr, "%s has no database session: bind it with ServiceBuilder::Database.\n", info_.method->c_str());
    std::abort();
  }
  return *session_;
}

bool Call::MayTouch(std::string_view region, std::string_view organization_id) const {
  return auth::WithinReach(info_.principal, info_.reach, region, organization_id);
}

}  // namespace yaoshi::rpc

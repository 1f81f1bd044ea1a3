// A call that the gateway answers by itself.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/auth/principal.h"
#include "common/rpc/client.h"
#include "gateway/http/exchange.h"

namespace yaoshi::gateway {

struct LocalCall {
  std::string request;                 // Serialised.
  auth::Principal principal;           // Empty for a method that needs no sign-in.
  rpc::CallOptions options;            // For calls on behalf of the caller: token, address, trace, time left.
  std::shared_ptr<Exchange> exchange;  // For the body of a method that takes raw bytes.
  // Called once, from any thread, with the serialised answer.
  std::function<void(absl::StatusOr<std::string>)> done;
};

using LocalHandler = std::function<void(LocalCall)>;

}  // namespace yaoshi::gateway

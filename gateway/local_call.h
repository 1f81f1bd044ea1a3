// A call that the gateway answers by itself.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/auth/principal.h"
#include "common/rpc/client.h"
#include "gateway/http/exchange.h"
#include "gateway/session_cookie.h"

namespace yaoshi::gateway {

struct LocalCall {
  std::string request;                  // Serialised.
  auth::Principal principal;            // Empty for a method that needs no sign-in.
  rpc::CallOptions options;             // For calls on behalf of the caller: token, address, trace, time left.
  std::shared_ptr<Exchange> exchange;   // For the body of a method that takes raw bytes.
  std::optional<SessionClaims> cookie;  // When the caller came by cookie.
  std::string title;                    // Then: of the caller's account.
  // Headers that a successful answer is to have, beside the usual ones.
  std::shared_ptr<std::vector<std::pair<std::string, std::string>>> headers;
  // One of these is called once, from any thread. With the serialised answer:
  std::function<void(absl::StatusOr<std::string>)> done;
  // With a reply that is finished already:
  std::function<void(HttpReply)> reply;
  // After the exchange's own StartStream … FinishStream:
  std::function<void(absl::Status)> streamed;
};

using LocalHandler = std::function<void(LocalCall)>;

}  // namespace yaoshi::gateway

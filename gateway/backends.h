// The services behind the gateway, and the gateway's own identity towards them.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/auth/token.h"
#include "common/calendar/clock.h"
#include "common/rpc/client.h"

namespace yaoshi::gateway {

struct Backend {
  std::string name;  // "registry"
  std::shared_ptr<rpc::Channel> channel;
};

// Whose token the header Yaoshi-Consistency-Token carries in a request that goes to several services.
inline constexpr std::string_view kTokenBackend = "registry";

// What the keys of a backend's figures start with; empty for one that has none.
std::vector<std::string> FigurePrefixes(std::string_view backend);

// The token that the gateway shows for itself: signed anew long before it expires.
class GatewayIdentity {
 public:
  GatewayIdentity(const auth::TokenSigner& signer, const Clock& clock) : signer_(signer), clock_(clock) {}
  std::string Token() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const auth::TokenSigner& signer_;
  const Clock& clock_;
  absl::Mutex mutex_;
  std::string token_ ABSL_GUARDED_BY(mutex_);
  Timestamp renew_ ABSL_GUARDED_BY(mutex_);
};

// Asks every backend's grpc.health.v1 at once; `done` gets "SERVING", "NOT_SERVING" or "UNREACHABLE" per name.
void CheckHealth(const std::map<std::string, Backend>& backends, std::chrono::milliseconds timeout,
                 std::function<void(std::map<std::string, std::string>)> done);

}  // namespace yaoshi::gateway

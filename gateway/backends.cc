#include "gateway/backends.h"

#include <utility>

namespace yaoshi::gateway {
namespace {

constexpr std::chrono::seconds kIdentityLifetime{600};

// HealthCheckResponse{status: SERVING}
constexpr std::string_view kServing("\x08\x01", 2);

}  // namespace

std::vector<std::string> FigurePrefixes(std::string_view backend) {
  if (backend == "registry") return {"duty.", "lists.", "starts."};
  if (backend == "preapproval") return {"dispatch.", "procedures."};
  if (backend == "funding") return {"bonds."};
  return {};
}

std::string GatewayIdentity::Token() {
  const Timestamp now = clock_.Now();
  const absl::MutexLock lock(&mutex_);
  if (token_.empty() || now >= renew_) {
    auth::Principal principal;
    principal.account = "gateway";
    principal.role = auth::Role::kService;
    principal.service = true;
    token_ = signer_.Sign(principal, now, kIdentityLifetime);
    renew_.micros = now.micros + std::chrono::microseconds(kIdentityLifetime).count() / 2;
  }
  return token_;
}

void CheckHealth(const std::map<std::string, Backend>& backends, std::chrono::milliseconds timeout,
                 std::function<void(std::map<std::string, std::string>)> done) {
  struct Gathered {
    absl::Mutex mutex;
    std::map<std::string, std::string> states;
    size_t wanted = 0;
    std::function<void(std::map<std::string, std::string>)> done;
  };
  if (backends.empty()) return done({});
  auto gathered = std::make_shared<Gathered>();
  gathered->wanted = backends.size();
  gathered->done = std::move(done);
  for (const auto& [name, backend] : backends) {
    rpc::CallOptions options;
    options.timeout = timeout;
    backend.channel->CallBytes("/grpc.health.v1.Health/Check", "", options,
                               [gathered, key = name](const rpc::Reply& reply) {
                                 const std::string state = !reply.status.ok()        ? "UNREACHABLE"
                                                           : reply.bytes == kServing ? "SERVING"
                                                                                     : "NOT_SERVING";
                                 std::map<std::string, std::string> all;
                                 {
                                   const absl::MutexLock lock(&gathered->mutex);
                                   gathered->states[key] = state;
                                   if (gathered->states.size() < gathered->wanted) return;
                                   all = gathered->states;
                                 }
                                 gathered->done(std::move(all));
                               });
  }
}

}  // namespace yaoshi::gateway

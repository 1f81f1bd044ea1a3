#include "common/auth/service_identity.h"

#include <chrono>

namespace yaoshi::auth {
namespace {

constexpr std::chrono::seconds kLifetime{600};

}  // namespace

std::string ServiceIdentity::Token() {
  const Timestamp now = clock_.Now();
  const absl::MutexLock lock(&mutex_);
  if (token_.empty() || now >= renew_) {
    token_ = signer_.Sign({service_, Role::kService, "", "", true}, now, kLifetime);
    renew_.micros = now.micros + std::chrono::microseconds(kLifetime).count() / 2;
  }
  return token_;
}

}  // namespace yaoshi::auth

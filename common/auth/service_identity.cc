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

std::string ServiceIdentity::TokenFor(const Principal& person) const {
  return signer_.Sign(person, clock_.Now(), kLifetime);
}

}  // namespace yaoshi::auth

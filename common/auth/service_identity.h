// The token that a service shows for itself when it calls another.
#pragma once

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/auth/token.h"
#include "common/calendar/clock.h"

namespace yaoshi::auth {

// Thread-safe. The token is signed anew long before it expires.
class ServiceIdentity {
 public:
  // `clock` outlives it. `service` is the account that others see: "preapproval".
  ServiceIdentity(std::string service, TokenSigner signer, const Clock& clock)
      : service_(std::move(service)), signer_(std::move(signer)), clock_(clock) {}

  std::string Token() ABSL_LOCKS_EXCLUDED(mutex_);
  // A short-lived token of a person on whose behalf the service works on, after their own may have expired.
  std::string TokenFor(const Principal& person) const;

 private:
  const std::string service_;
  const TokenSigner signer_;
  const Clock& clock_;
  absl::Mutex mutex_;
  std::string token_ ABSL_GUARDED_BY(mutex_);
  Timestamp renew_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace yaoshi::auth

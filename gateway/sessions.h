// Signing people in: the registry checks the password, the gateway signs the token.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/auth/token.h"
#include "common/calendar/clock.h"
#include "gateway/backends.h"
#include "gateway/local_call.h"
#include "gateway/throttle.h"
#include "yaoshi/registry/v1/account.pb.h"

namespace yaoshi::gateway {

struct SessionOptions {
  std::chrono::seconds token_lifetime{3600};
  std::chrono::seconds session_lifetime{12 * 3600};  // From the password to the last refresh's end.
  // Failed tries: of one account from one address, of one address, of one account from everywhere. The last is wide, so
  // that a stranger cannot lock somebody out for long.
  TokenBuckets::Limits per_account_and_address{.burst = 5, .refill = std::chrono::seconds(10)};
  TokenBuckets::Limits per_address{.burst = 50, .refill = std::chrono::seconds(1)};
  TokenBuckets::Limits per_account{.burst = 100, .refill = std::chrono::seconds(1)};
};

class Sessions {
 public:
  // `accounts` is the channel to the registry. All references must outlive this object.
  Sessions(SessionOptions options, std::shared_ptr<rpc::Channel> accounts, const auth::TokenSigner& signer,
           GatewayIdentity& identity, const Clock& clock);

  void Create(LocalCall call);
  void Refresh(const LocalCall& call);

 private:
  // Takes a try from every bucket, or says how long to wait.
  absl::Status TakeTry(const std::string& account, const std::string& address);
  void ReturnTry(const std::string& account, const std::string& address);
  absl::StatusOr<std::string> Sign(const yaoshi::registry::v1::Account& account, Timestamp signed_in) const;
  rpc::CallOptions AsGateway(const rpc::CallOptions& caller);

  const SessionOptions options_;
  const std::shared_ptr<rpc::Channel> accounts_;
  const auth::TokenSigner& signer_;
  GatewayIdentity& identity_;
  const Clock& clock_;
  TokenBuckets per_account_and_address_;
  TokenBuckets per_address_;
  TokenBuckets per_account_;
};

// When the holder of a verified token gave the password (claim auth_time); nullopt when the token does not say.
std::optional<Timestamp> SignedInAt(std::string_view token);

}  // namespace yaoshi::gateway

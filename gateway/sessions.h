// Signing people in and out: the registry checks the password and keeps which sessions have ended; the gateway signs
// the tokens and seals the cookies.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/auth/token.h"
#include "common/calendar/clock.h"
#include "gateway/backends.h"
#include "gateway/local_call.h"
#include "gateway/session_book.h"
#include "gateway/throttle.h"
#include "yaoshi/registry/v1/account.pb.h"

namespace yaoshi::gateway {

struct SessionOptions {
  std::chrono::seconds token_lifetime{3600};
  std::chrono::seconds session_lifetime{12 * 3600};  // From the password to the last refresh's end.
  std::chrono::seconds idle_lifetime{2 * 3600};      // Of a cookie's session without a request.
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

  // `sign_out_uri`: where a browser whose person came from the identity provider may go after signing out; "" for
  // nowhere.
  void SetSignOutUri(std::function<std::string()> sign_out_uri) { sign_out_uri_ = std::move(sign_out_uri); }

  void Create(LocalCall call);
  void Refresh(const LocalCall& call);
  void Current(const LocalCall& call);
  void Delete(const LocalCall& call);

  // What the request's cookie says, when it is one of ours and its time is not over; nullopt otherwise.
  std::optional<SessionClaims> OpenCookie(const HttpRequest& request) const;
  // Who holds the session. UNAUTHENTICATED when it has ended or the account may no longer sign in; UNAVAILABLE when
  // that cannot be known now.
  void Resolve(const SessionClaims& claims, const rpc::CallOptions& caller,
               std::function<void(absl::StatusOr<SessionHolder>)> done);
  // UNAUTHENTICATED when the session that an access token was given out for has ended.
  absl::Status CheckToken(const auth::Principal& principal) const;
  // The Set-Cookie value that lets the session go on; empty while the cookie is young.
  std::string Renew(const SessionClaims& claims, bool secure) const;

  // A session for a person whom the identity provider knows as `account`, when the registry says that it may sign in;
  // WRONG_CREDENTIALS otherwise. CookieFor is the Set-Cookie value that the session is.
  void Begin(const std::string& account, const rpc::CallOptions& caller,
             std::function<void(absl::StatusOr<SessionClaims>)> done);
  std::string CookieFor(const SessionClaims& claims, bool secure) const;
  // Takes a try of an address whose person is not known yet, or says how long to wait; gives it back after a success.
  absl::Status TakeTry(const std::string& address);
  void ReturnTry(const std::string& address) { per_address_.Return(address); }

  // For the registry's feed: takes up what changed, and reads what had ended before. Blocks; false when that failed.
  void Apply(const yaoshi::common::v1::Change& change) { book_.Apply(change); }
  bool LoadEnded(const std::string& consistency_token);

 private:
  struct Asked;
  // Takes a try from every bucket, or says how long to wait.
  absl::Status TakeTry(const std::string& account, const std::string& address);
  void ReturnTry(const std::string& account, const std::string& address);
  absl::StatusOr<auth::Principal> PrincipalOf(const yaoshi::registry::v1::Account& account,
                                              std::string_view session) const;
  absl::StatusOr<std::string> Sign(const yaoshi::registry::v1::Account& account, Timestamp signed_in,
                                   std::string_view session) const;
  std::chrono::seconds Left(const SessionClaims& claims, Timestamp now) const;
  // The holder with a token that is still good for a while.
  SessionHolder WithToken(SessionHolder holder, const SessionClaims& claims) const;
  void TakeUp(const Asked& asked, const rpc::Reply& reply);
  std::string CurrentOf(const LocalCall& call, const std::string& title) const;
  rpc::CallOptions AsGateway(const rpc::CallOptions& caller);

  const SessionOptions options_;
  const std::shared_ptr<rpc::Channel> accounts_;
  const auth::TokenSigner& signer_;
  GatewayIdentity& identity_;
  const Clock& clock_;
  TokenBuckets per_account_and_address_;
  TokenBuckets per_address_;
  TokenBuckets per_account_;
  const CookieSeal seal_;
  SessionBook book_;
  std::function<std::string()> sign_out_uri_;
};

// A time that a verified token states: "auth_time", when its holder gave the password, or "exp". nullopt when it does
// not say.
std::optional<Timestamp> TimeClaim(std::string_view token, std::string_view claim);

}  // namespace yaoshi::gateway

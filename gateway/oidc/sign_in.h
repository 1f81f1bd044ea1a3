// Signing in at the identity provider: the two addresses that a browser goes through, and the pages it gets there.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/auth/token.h"
#include "gateway/http/exchange.h"
#include "gateway/oidc/attempt.h"
#include "gateway/oidc/provider.h"
#include "gateway/sessions.h"

namespace yaoshi::gateway::oidc {

// What a visit came to.
struct Outcome {
  HttpReply reply;
  absl::Status status;  // For the log; the reply already says it to the person.
  std::string account;  // Who has signed in.
};

class SignIn {
 public:
  // All references must outlive this object.
  SignIn(std::unique_ptr<Provider> provider, Sessions& sessions, const auth::TokenSigner& signer, const Clock& clock);

  // True for a GET of one of the two addresses.
  static bool Owns(const HttpRequest& request);
  // `caller` is for the call to the registry. `done` is called once, from any thread; this object must outlive that.
  void Serve(const HttpRequest& request, const rpc::CallOptions& caller, std::function<void(Outcome)> done);

  // See Provider.
  std::string SignOutUri() const { return provider_->SignOutUri(); }

 private:
  struct Visit;
  using VisitPtr = std::shared_ptr<Visit>;
  // From here to the provider.
  void Start(const VisitPtr& visit);
  HttpReply Departure(const Visit& visit, const Metadata& metadata) const;
  // And back. One code, one try: whatever comes of it, the attempt is over.
  void Return(const VisitPtr& visit);
  absl::Status Recognise(Visit& visit) const;
  // Finds out who comes: the code's token, its claims, the account that they name.
  void Prove(const VisitPtr& visit, const std::function<void(absl::StatusOr<std::string>)>& then);
  void Admit(const VisitPtr& visit, const absl::StatusOr<SessionClaims>& session);
  void Refuse(const VisitPtr& visit, const absl::Status& status);

  const std::unique_ptr<Provider> provider_;
  Sessions& sessions_;
  const Clock& clock_;
  const AttemptSeal seal_;
};

}  // namespace yaoshi::gateway::oidc

#include "gateway/sessions.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "common/status/status.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "yaoshi/gateway/v1/session.pb.h"

namespace yaoshi::gateway {
namespace {

namespace registry = yaoshi::registry::v1;

constexpr std::string_view kAuthenticate = "/yaoshi.registry.v1.AccountService/Authenticate";
constexpr std::string_view kCheckAccount = "/yaoshi.registry.v1.AccountService/CheckAccount";
// As the registry's own rules say.
constexpr size_t kMaxCredentialBytes = 800;

constexpr std::string_view kWrongCredentials = "WRONG_CREDENTIALS";

// That the registry does not trust the gateway is no business of the person who signs in.
absl::Status TellPerson(const absl::Status& status) {
  const bool ours =
      status.code() == absl::StatusCode::kUnauthenticated || status.code() == absl::StatusCode::kPermissionDenied;
  if (ours && ReasonOf(status) != kWrongCredentials) return absl::InternalError("the registry refuses the gateway");
  return status;
}

// The id of "accounts/{id}".
std::string IdOf(std::string_view name) {
  const size_t slash = name.find('/');
  return std::string(slash == std::string_view::npos ? name : name.substr(slash + 1));
}

std::vector<FieldViolation> CredentialViolations(const v1::CreateSessionRequest& request) {
  std::vector<FieldViolation> violations;
  const auto check = [&violations](std::string_view field, const std::string& value) {
    if (value.empty()) violations.push_back({std::string(field), "must be set"});
    if (value.size() > kMaxCredentialBytes) violations.push_back({std::string(field), "is too long"});
  };
  check("account", request.account());
  check("password", request.password());
  return violations;
}

}  // namespace

Sessions::Sessions(SessionOptions options, std::shared_ptr<rpc::Channel> accounts, const auth::TokenSigner& signer,
                   GatewayIdentity& identity, const Clock& clock)
    : options_(options),
      accounts_(std::move(accounts)),
      signer_(signer),
      identity_(identity),
      clock_(clock),
      per_account_and_address_(options.per_account_and_address),
      per_address_(options.per_address),
      per_account_(options.per_account) {}

absl::Status Sessions::TakeTry(const std::string& account, const std::string& address) {
  const Timestamp now = clock_.Now();
  std::optional<std::chrono::milliseconds> wait = per_account_and_address_.Take(account + " " + address, now);
  if (!wait.has_value()) wait = per_address_.Take(address, now);
  if (!wait.has_value()) wait = per_account_.Take(account, now);
  if (!wait.has_value()) return absl::OkStatus();
  return WithRetryAfter(Error(absl::StatusCode::kResourceExhausted, "TOO_MANY_SIGN_INS",
                              "There were too many failed sign-ins. Wait a little, then try again."),
                        *wait);
}

void Sessions::ReturnTry(const std::string& account, const std::string& address) {
  per_account_and_address_.Return(account + " " + address);
  per_address_.Return(address);
  per_account_.Return(account);
}

rpc::CallOptions Sessions::AsGateway(const rpc::CallOptions& caller) {
  rpc::CallOptions options = caller;
  options.token = identity_.Token();
  options.gateway_token.clear();
  options.consistency_token.clear();
  return options;
}

absl::StatusOr<std::string> Sessions::Sign(const registry::Account& account, Timestamp signed_in) const {
  const Timestamp now = clock_.Now();
  const int64_t left = (signed_in.micros - now.micros) / 1'000'000 + options_.session_lifetime.count();
  const auto lifetime = std::chrono::seconds(std::min<int64_t>(options_.token_lifetime.count(), left));
  auth::Principal principal;
  principal.account = IdOf(account.name());
  const std::string role = registry::Account::Role_Name(account.role());
  const auto known = auth::RoleFromName(role);
  if (!known.has_value() || *known == auth::Role::kService || lifetime.count() <= 0) {
    return absl::InternalError("the account has no role that may sign in");
  }
  principal.role = *known;
  principal.region = account.region();
  principal.organization = IdOf(account.organization());

  v1::Session session;
  session.set_access_token(signer_.Sign(principal, now, lifetime, signed_in));
  session.set_expire_time(Timestamp{now.micros + std::chrono::microseconds(lifetime).count()}.ToString());
  session.set_sign_in_time(signed_in.ToString());
  session.set_account(principal.account);
  session.set_title(account.title());
  session.set_role(role);
  session.set_region(account.region());
  session.set_organization(account.organization());
  return session.SerializeAsString();
}

void Sessions::Create(LocalCall call) {
  v1::CreateSessionRequest request;
  if (!request.ParseFromString(call.request)) return call.done(absl::InternalError("the request does not parse"));
  if (absl::Status status = InvalidFields(CredentialViolations(request)); !status.ok()) return call.done(status);
  const std::string address = AddressKey(call.exchange->request().peer);
  if (absl::Status status = TakeTry(request.account(), address); !status.ok()) return call.done(status);
  registry::AuthenticateRequest question;
  question.set_account(request.account());
  question.set_password(request.password());
  accounts_->CallBytes(kAuthenticate, question.SerializeAsString(), AsGateway(call.options),
                       [this, account = request.account(), address, done = call.done](const rpc::Reply& reply) {
                         // Only a wrong password uses a try up; a busy or absent service does not.
                         if (ReasonOf(reply.status) != kWrongCredentials) ReturnTry(account, address);
                         if (!reply.status.ok()) return done(TellPerson(reply.status));
                         registry::Account found;
                         if (!found.ParseFromString(reply.bytes)) return done(absl::InternalError("no account"));
                         done(Sign(found, clock_.Now()));
                       });
}

void Sessions::Refresh(const LocalCall& call) {
  const std::optional<Timestamp> signed_in = SignedInAt(call.options.token);
  if (!signed_in.has_value()) return call.done(auth::Unauthenticated());
  const int64_t age = (clock_.Now().micros - signed_in->micros) / 1'000'000;
  if (age >= options_.session_lifetime.count()) {
    return call.done(Error(absl::StatusCode::kUnauthenticated, "SESSION_TOO_OLD",
                           "This session has lasted as long as it may. Sign in again with your password."));
  }
  registry::CheckAccountRequest question;
  question.set_account(call.principal.account);
  accounts_->CallBytes(kCheckAccount, question.SerializeAsString(), AsGateway(call.options),
                       [this, signed_in, done = call.done](const rpc::Reply& reply) {
                         if (!reply.status.ok()) return done(TellPerson(reply.status));
                         registry::Account found;
                         if (!found.ParseFromString(reply.bytes)) return done(absl::InternalError("no account"));
                         done(Sign(found, *signed_in));
                       });
}

std::optional<Timestamp> SignedInAt(std::string_view token) {
  const size_t begin = token.find('.');
  const size_t end = token.rfind('.');
  if (begin == std::string_view::npos || begin >= end) return std::nullopt;
  std::string payload;
  if (!absl::WebSafeBase64Unescape(std::string(token.substr(begin + 1, end - begin - 1)), &payload))
    return std::nullopt;
  const auto claims = nlohmann::json::parse(payload, nullptr, false);
  if (!claims.is_object()) return std::nullopt;
  const auto found = claims.find("auth_time");
  if (found == claims.end() || !found->is_number_integer()) return std::nullopt;
  return Timestamp{found->get<int64_t>() * 1'000'000};
}

}  // namespace yaoshi::gateway

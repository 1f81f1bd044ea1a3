#include "gateway/sessions.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "common/ids/uuid.h"
#include "common/status/status.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "yaoshi/gateway/v1/session.pb.h"
#include "yaoshi/registry/v1/session.pb.h"

namespace yaoshi::gateway {
namespace {

namespace registry = yaoshi::registry::v1;

constexpr std::string_view kAuthenticate = "/yaoshi.registry.v1.AccountService/Authenticate";
constexpr std::string_view kCheckAccount = "/yaoshi.registry.v1.AccountService/CheckAccount";
constexpr std::string_view kEndSession = "/yaoshi.registry.v1.SessionService/EndSession";
constexpr std::string_view kListEnded = "/yaoshi.registry.v1.SessionService/ListEndedSessions";
constexpr int kEndedPage = 1000;
// A cookie's access token is this short, so that what it says of its holder is never old.
constexpr std::chrono::seconds kCookieTokenLifetime{300};
constexpr std::chrono::seconds kCookieTokenReserve{60};
// So long a session goes on while the registry, which would say who may, does not answer.
constexpr std::chrono::seconds kUncheckedLifetime{3600};
// A cookie is renewed when so much of its idle time has passed.
constexpr int kRenewalPart = 10;

std::chrono::seconds Since(Timestamp then, Timestamp now) {
  return std::chrono::seconds((now.micros - then.micros) / 1'000'000);
}
// As the registry's own rules say.
constexpr size_t kMaxCredentialBytes = 800;

constexpr std::string_view kWrongCredentials = "WRONG_CREDENTIALS";

absl::Status TooManySignIns(std::chrono::milliseconds wait) {
  return WithRetryAfter(Error(absl::StatusCode::kResourceExhausted, "TOO_MANY_SIGN_INS",
                              "There were too many failed sign-ins. Wait a little, then try again."),
                        wait);
}

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
      per_account_(options.per_account),
      seal_(signer.DeriveKey("session cookie")),
      book_(options.session_lifetime) {}

absl::Status Sessions::TakeTry(const std::string& account, const std::string& address) {
  const Timestamp now = clock_.Now();
  std::optional<std::chrono::milliseconds> wait = per_account_and_address_.Take(account + " " + address, now);
  if (!wait.has_value()) wait = per_address_.Take(address, now);
  if (!wait.has_value()) wait = per_account_.Take(account, now);
  return wait.has_value() ? TooManySignIns(*wait) : absl::OkStatus();
}

absl::Status Sessions::TakeTry(const std::string& address) {
  const std::optional<std::chrono::milliseconds> wait = per_address_.Take(address, clock_.Now());
  return wait.has_value() ? TooManySignIns(*wait) : absl::OkStatus();
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

absl::StatusOr<auth::Principal> Sessions::PrincipalOf(const registry::Account& account,
                                                      std::string_view session) const {
  const auto role = auth::RoleFromName(registry::Account::Role_Name(account.role()));
  if (!role.has_value() || *role == auth::Role::kService) {
    return absl::InternalError("the account has no role that may sign in");
  }
  auth::Principal principal;
  principal.account = IdOf(account.name());
  principal.role = *role;
  principal.region = account.region();
  principal.organization = IdOf(account.organization());
  principal.session = std::string(session);
  return principal;
}

std::chrono::seconds Sessions::Left(const SessionClaims& claims, Timestamp now) const {
  return std::min(options_.session_lifetime - Since(claims.signed_in, now),
                  options_.idle_lifetime - Since(claims.renewed, now));
}

absl::StatusOr<std::string> Sessions::Sign(const registry::Account& account, Timestamp signed_in,
                                           std::string_view session_id) const {
  const Timestamp now = clock_.Now();
  const auto lifetime = std::min(options_.token_lifetime, options_.session_lifetime - Since(signed_in, now));
  if (lifetime.count() <= 0) return absl::InternalError("the session is over");
  ASSIGN_OR_RETURN(const auth::Principal principal, PrincipalOf(account, session_id));
  v1::Session session;
  session.set_access_token(signer_.Sign(principal, now, lifetime, signed_in));
  session.set_expire_time(Timestamp{now.micros + std::chrono::microseconds(lifetime).count()}.ToString());
  session.set_sign_in_time(signed_in.ToString());
  session.set_account(principal.account);
  session.set_title(account.title());
  session.set_role(std::string(auth::RoleName(principal.role)));
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
                       [this, account = request.account(), address, headers = call.headers, done = call.done,
                        secure = call.exchange->request().secure](const rpc::Reply& reply) {
                         // Only a wrong password uses a try up; a busy or absent service does not.
                         if (ReasonOf(reply.status) != kWrongCredentials) ReturnTry(account, address);
                         if (!reply.status.ok()) return done(TellPerson(reply.status));
                         registry::Account found;
                         if (!found.ParseFromString(reply.bytes)) return done(absl::InternalError("no account"));
                         const SessionClaims claims = {Uuid::New(clock_).ToString(), IdOf(found.name()), clock_.Now(),
                                                       clock_.Now(), false};
                         headers->emplace_back("Set-Cookie", CookieFor(claims, secure));
                         done(Sign(found, claims.signed_in, claims.session));
                       });
}

void Sessions::Refresh(const LocalCall& call) {
  const std::optional<Timestamp> signed_in = TimeClaim(call.options.token, "auth_time");
  if (!signed_in.has_value()) return call.done(auth::Unauthenticated());
  if (Since(*signed_in, clock_.Now()) >= options_.session_lifetime) {
    return call.done(Error(absl::StatusCode::kUnauthenticated, "SESSION_TOO_OLD",
                           "This session has lasted as long as it may. Sign in again with your password."));
  }
  registry::CheckAccountRequest question;
  question.set_account(call.principal.account);
  // The token says whole seconds: a password set later in the same second is not younger.
  question.set_sign_in_time(Timestamp{signed_in->micros + 999'999}.ToString());
  accounts_->CallBytes(kCheckAccount, question.SerializeAsString(), AsGateway(call.options),
                       [this, signed_in, session = call.principal.session, done = call.done](const rpc::Reply& reply) {
                         if (!reply.status.ok()) return done(TellPerson(reply.status));
                         registry::Account found;
                         if (!found.ParseFromString(reply.bytes)) return done(absl::InternalError("no account"));
                         done(Sign(found, *signed_in, session));
                       });
}

std::string Sessions::CurrentOf(const LocalCall& call, const std::string& title) const {
  const Timestamp now = clock_.Now();
  v1::CurrentSession current;
  current.set_account(call.principal.account);
  current.set_title(title);
  current.set_role(std::string(auth::RoleName(call.principal.role)));
  current.set_region(call.principal.region);
  if (!call.principal.organization.empty()) current.set_organization("organizations/" + call.principal.organization);
  for (const std::string_view permission : auth::Permissions()) {
    if (auth::ReachOf(call.principal.role, permission) == auth::Reach::kNone) continue;
    current.add_permissions(std::string(permission));
  }
  std::optional<Timestamp> signed_in = TimeClaim(call.options.token, "auth_time");
  Timestamp expires = TimeClaim(call.options.token, "exp").value_or(now);
  if (call.cookie.has_value()) {
    signed_in = call.cookie->signed_in;
    if (call.cookie->provided && sign_out_uri_) current.set_sign_out_uri(sign_out_uri_());
    SessionClaims renewed = *call.cookie;
    if (!Renew(renewed, false).empty()) renewed.renewed = now;
    expires.micros = now.micros + std::chrono::microseconds(Left(renewed, now)).count();
  }
  const int64_t lifetime = std::chrono::microseconds(options_.session_lifetime).count();
  current.set_expire_time(expires.ToString());
  current.set_end_time(signed_in.has_value() ? Timestamp{signed_in->micros + lifetime}.ToString() : expires.ToString());
  if (signed_in.has_value()) current.set_sign_in_time(signed_in->ToString());
  return current.SerializeAsString();
}

void Sessions::Current(const LocalCall& call) {
  if (call.cookie.has_value()) return call.done(CurrentOf(call, call.title));
  registry::CheckAccountRequest question;
  question.set_account(call.principal.account);
  accounts_->CallBytes(kCheckAccount, question.SerializeAsString(), AsGateway(call.options),
                       [this, call](const rpc::Reply& reply) {
                         if (!reply.status.ok()) return call.done(TellPerson(reply.status));
                         registry::Account found;
                         if (!found.ParseFromString(reply.bytes)) return call.done(absl::InternalError("no account"));
                         call.done(CurrentOf(call, found.title()));
                       });
}

void Sessions::Delete(const LocalCall& call) {
  if (call.principal.session.empty()) return call.done(auth::Unauthenticated());  // A token of no session.
  registry::EndSessionRequest request;
  request.set_session_id(call.principal.session);
  request.mutable_session()->set_account(call.principal.account);
  request.mutable_session()->set_region(call.principal.region);
  request.set_request_id(Uuid::New(clock_).ToString());
  accounts_->CallBytes(kEndSession, request.SerializeAsString(), AsGateway(call.options),
                       [this, call](const rpc::Reply& reply) {
                         if (!reply.status.ok()) return call.done(TellPerson(reply.status));
                         book_.End(call.principal.session);  // The other replicas hear of it by the feed.
                         const bool secure = call.exchange->request().secure;
                         call.headers->emplace_back("Set-Cookie", ClearCookie(CookieName(secure), secure));
                         call.done(std::string());
                       });
}

std::optional<SessionClaims> Sessions::OpenCookie(const HttpRequest& request) const {
  const std::string_view sealed = FindCookie(request.Header("cookie"), CookieName(request.secure));
  if (sealed.empty()) return std::nullopt;
  std::optional<SessionClaims> claims = seal_.Open(sealed);
  if (!claims.has_value() || Left(*claims, clock_.Now()).count() <= 0) return std::nullopt;
  return claims;
}

std::string Sessions::Renew(const SessionClaims& claims, bool secure) const {
  const Timestamp now = clock_.Now();
  if (Since(claims.renewed, now) < options_.idle_lifetime / kRenewalPart) return "";
  SessionClaims renewed = claims;
  renewed.renewed = now;
  return CookieFor(renewed, secure);
}

std::string Sessions::CookieFor(const SessionClaims& claims, bool secure) const {
  return SetCookie(CookieName(secure), seal_.Seal(claims), secure);
}

void Sessions::Begin(const std::string& account, const rpc::CallOptions& caller,
                     std::function<void(absl::StatusOr<SessionClaims>)> done) {
  registry::CheckAccountRequest question;
  question.set_account(account);
  accounts_->CallBytes(kCheckAccount, question.SerializeAsString(), AsGateway(caller),
                       [this, done = std::move(done)](const rpc::Reply& reply) {
                         if (!reply.status.ok()) return done(TellPerson(reply.status));
                         registry::Account found;
                         if (!found.ParseFromString(reply.bytes)) return done(absl::InternalError("no account"));
                         const Timestamp now = clock_.Now();
                         done(SessionClaims{Uuid::New(clock_).ToString(), IdOf(found.name()), now, now, true});
                       });
}

absl::Status Sessions::CheckToken(const auth::Principal& principal) const {
  const bool ended = !principal.session.empty() && book_.Ended(principal.session);
  return ended ? auth::Unauthenticated() : absl::OkStatus();
}

SessionHolder Sessions::WithToken(SessionHolder holder, const SessionClaims& claims) const {
  const Timestamp now = clock_.Now();
  const auto lifetime = std::min(kCookieTokenLifetime, Left(claims, now));
  holder.token = signer_.Sign(holder.principal, now, lifetime, claims.signed_in);
  holder.token_ends = Timestamp{now.micros + std::chrono::microseconds(lifetime).count()};
  return holder;
}

// A question to the registry about who holds a session.
struct Sessions::Asked {
  SessionClaims claims;
  std::optional<SessionHolder> known;
  uint64_t generation = 0;
  std::function<void(absl::StatusOr<SessionHolder>)> done;
};

void Sessions::Resolve(const SessionClaims& claims, const rpc::CallOptions& caller,
                       std::function<void(absl::StatusOr<SessionHolder>)> done) {
  if (!book_.ready()) return done(absl::UnavailableError("which sessions have ended is not known yet"));
  if (book_.Ended(claims.session)) return done(auth::Unauthenticated());
  Asked asked{claims, book_.Find(claims.session), book_.Generation(), std::move(done)};
  const Timestamp now = clock_.Now();
  if (asked.known.has_value() && Since(now, asked.known->token_ends) > kCookieTokenReserve) {
    return asked.done(*std::move(asked.known));
  }
  registry::CheckAccountRequest question;
  question.set_account(claims.account);
  question.set_sign_in_time(claims.signed_in.ToString());
  accounts_->CallBytes(kCheckAccount, question.SerializeAsString(), AsGateway(caller),
                       [this, asked = std::move(asked)](const rpc::Reply& reply) { TakeUp(asked, reply); });
}

void Sessions::TakeUp(const Asked& asked, const rpc::Reply& reply) {
  const Timestamp now = clock_.Now();
  if (!reply.status.ok()) {
    const bool silent = absl::IsUnavailable(reply.status) || absl::IsDeadlineExceeded(reply.status) ||
                        absl::IsResourceExhausted(reply.status);
    // The registry is away: who could sign in lately still can, so that the rest of the system can be used.
    const bool lately = asked.known.has_value() && Since(asked.known->checked, now) < kUncheckedLifetime;
    if (!silent || !lately) {
      return asked.done(ReasonOf(reply.status) == kWrongCredentials ? auth::Unauthenticated()
                                                                    : TellPerson(reply.status));
    }
    SessionHolder holder = WithToken(*asked.known, asked.claims);
    book_.Remember(asked.claims.session, holder, asked.generation);
    return asked.done(std::move(holder));
  }
  registry::Account found;
  if (!found.ParseFromString(reply.bytes)) return asked.done(absl::InternalError("no account"));
  absl::StatusOr<auth::Principal> principal = PrincipalOf(found, asked.claims.session);
  if (!principal.ok()) return asked.done(principal.status());
  SessionHolder holder;
  holder.principal = *std::move(principal);
  holder.title = found.title();
  holder.checked = now;
  holder = WithToken(std::move(holder), asked.claims);
  book_.Remember(asked.claims.session, holder, asked.generation);
  asked.done(std::move(holder));
}

bool Sessions::LoadEnded(const std::string& consistency_token) {
  rpc::CallOptions options;
  options.token = identity_.Token();
  options.consistency_token = consistency_token;
  registry::ListEndedSessionsRequest request;
  request.set_page_size(kEndedPage);
  request.set_after_name(book_.OldestName(clock_.Now()));
  for (;;) {
    const auto page = accounts_->Call<registry::ListEndedSessionsResponse>(kListEnded, request, options);
    if (!page.ok()) return false;
    for (const registry::EndedSession& session : page->sessions()) book_.End(IdOf(session.name()));
    if (page->sessions_size() < kEndedPage) break;
    request.set_after_name(page->sessions(page->sessions_size() - 1).name());
  }
  book_.SetReady();
  return true;
}

std::optional<Timestamp> TimeClaim(std::string_view token, std::string_view claim) {
  const size_t begin = token.find('.');
  const size_t end = token.rfind('.');
  if (begin == std::string_view::npos || begin >= end) return std::nullopt;
  std::string payload;
  if (!absl::WebSafeBase64Unescape(std::string(token.substr(begin + 1, end - begin - 1)), &payload))
    return std::nullopt;
  const auto claims = nlohmann::json::parse(payload, nullptr, false);
  if (!claims.is_object()) return std::nullopt;
  const auto found = claims.find(claim);
  if (found == claims.end() || !found->is_number_integer()) return std::nullopt;
  return Timestamp{found->get<int64_t>() * 1'000'000};
}

}  // namespace yaoshi::gateway

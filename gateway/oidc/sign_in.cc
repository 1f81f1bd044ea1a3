#include "gateway/oidc/sign_in.h"

#include <sodium.h>

#include <algorithm>
#include <map>
#include <utility>

#include "common/status/status.h"
#include "fmt/format.h"
#include "gateway/http/messages_zh.h"
#include "gateway/http/url.h"
#include "gateway/oidc/errors.h"
#include "gateway/pages.h"
#include "gateway/throttle.h"
#include "gateway/transcode/request.h"

namespace yaoshi::gateway::oidc {
namespace {

constexpr size_t kMaxAccountBytes = 62;  // As the registry makes them.

using Parameters = std::map<std::string, std::string>;

// The query's parameters; INVALID_FIELDS when one comes twice, which two readers could read in two ways.
absl::StatusOr<Parameters> ReadQuery(std::string_view query) {
  ASSIGN_OR_RETURN(auto pairs, ParseQuery(query));
  Parameters parameters;
  for (auto& [name, value] : pairs) {
    if (!parameters.emplace(name, std::move(value)).second) return InvalidFields({{name, "must come once"}});
  }
  return parameters;
}

bool SameText(std::string_view a, std::string_view b) {
  return !a.empty() && a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

// True for what can be the id of an account; nothing else is asked for.
bool IsAccountId(std::string_view text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !text.empty() && text.size() <= kMaxAccountBytes && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), plain);
}

// The account that the claims name.
absl::StatusOr<std::string> AccountOf(const nlohmann::json& claims, const std::string& claim) {
  const auto found = claims.find(claim);
  if (found == claims.end() || !found->is_string()) return AccountRefused();
  std::string account = found->get<std::string>();
  return IsAccountId(account) ? absl::StatusOr<std::string>(std::move(account)) : AccountRefused();
}

// What the provider says when it sends nobody (RFC 6749 §4.1.2.1).
absl::Status RefusalOf(std::string_view error) {
  return error == "temporarily_unavailable" || error == "server_error" ? ProviderUnavailable() : Denied();
}

std::string TakeBack(bool secure) {
  return ClearCookie(AttemptCookieName(secure), secure, SameSite::kLax);
}

}  // namespace

// A request for one of the two addresses, with what is known of it so far.
struct SignIn::Visit {
  Parameters parameters;
  std::string cookie;   // The sealed attempt.
  std::string address;  // For the throttle.
  bool secure = false;
  rpc::CallOptions caller;
  std::function<void(Outcome)> done;
  Attempt attempt;

  std::string Get(const std::string& name) const {
    const auto found = parameters.find(name);
    return found == parameters.end() ? "" : found->second;
  }
};

SignIn::SignIn(std::unique_ptr<Provider> provider, Sessions& sessions, const auth::TokenSigner& signer,
               const Clock& clock)
    : provider_(std::move(provider)),
      sessions_(sessions),
      clock_(clock),
      seal_(signer.DeriveKey("sign-in by OpenID Connect")) {
  sessions_.SetSignOutUri([this] { return SignOutUri(); });
}

bool SignIn::Owns(const HttpRequest& request) {
  return request.method == "GET" && (request.path == Options::kStartPath || request.path == Options::kCallbackPath);
}

void SignIn::Serve(const HttpRequest& request, const rpc::CallOptions& caller, std::function<void(Outcome)> done) {
  const auto visit = std::make_shared<Visit>();
  visit->secure = request.secure;
  visit->cookie = std::string(FindCookie(request.Header("cookie"), AttemptCookieName(request.secure)));
  visit->address = AddressKey(request.peer);
  visit->caller = caller;
  visit->done = std::move(done);
  visit->attempt.return_to = "/";
  absl::StatusOr<Parameters> parameters = ReadQuery(request.query);
  if (!parameters.ok()) return Refuse(visit, parameters.status());
  visit->parameters = *std::move(parameters);
  return request.path == Options::kStartPath ? Start(visit) : Return(visit);
}

void SignIn::Start(const VisitPtr& visit) {
  if (visit->parameters.contains("return_to")) {
    const std::string path = visit->Get("return_to");
    if (const absl::Status status = CheckReturnPath(path); !status.ok()) return Refuse(visit, status);
    visit->attempt.return_to = path;
  }
  if (visit->parameters.contains("prompt") && visit->Get("prompt") != "login") {
    return Refuse(visit, InvalidFields({{"prompt", "must be login, or not be there"}}));
  }
  provider_->Describe([this, visit](const absl::StatusOr<std::shared_ptr<const Metadata>>& metadata) {
    if (!metadata.ok()) return Refuse(visit, metadata.status());
    visit->attempt = Attempt::Begin(visit->attempt.return_to, clock_.Now());
    visit->done({Departure(*visit, **metadata), absl::OkStatus(), ""});
  });
}

HttpReply SignIn::Departure(const Visit& visit, const Metadata& metadata) const {
  const Options& options = provider_->options();
  const std::string& page = metadata.authorization_endpoint;
  std::string query = FormEncode({{"response_type", "code"},
                                  {"client_id", options.client_id},
                                  {"redirect_uri", options.RedirectUri()},
                                  {"scope", options.scopes},
                                  {"state", visit.attempt.state},
                                  {"nonce", visit.attempt.nonce},
                                  {"code_challenge", visit.attempt.Challenge()},
                                  {"code_challenge_method", "S256"}});
  // Who must not be taken for who they were a moment ago: the provider asks them again.
  if (visit.parameters.contains("prompt")) query += "&" + FormEncode({{"prompt", "login"}});
  HttpReply reply;
  reply.status = 302;
  reply.headers = {{"Location", page + (page.find('?') == std::string::npos ? "?" : "&") + query},
                   // Lax: it must come along when the provider sends the person back here.
                   {"Set-Cookie", SetCookie(AttemptCookieName(visit.secure), seal_.Close(visit.attempt), visit.secure,
                                            SameSite::kLax)}};
  return reply;
}

absl::Status SignIn::Recognise(Visit& visit) const {
  std::optional<Attempt> attempt = seal_.Open(visit.cookie, clock_.Now());
  if (!attempt.has_value() || !SameText(attempt->state, visit.Get("state"))) return SignInLost();
  visit.attempt = *std::move(attempt);
  // A provider that says who it is must be the right one (RFC 9207).
  if (visit.parameters.contains("iss") && visit.Get("iss") != provider_->options().issuer) return AnswerInvalid("iss");
  if (visit.parameters.contains("error")) return RefusalOf(visit.Get("error"));
  return visit.Get("code").empty() ? AnswerInvalid("code") : absl::OkStatus();
}

void SignIn::Return(const VisitPtr& visit) {
  absl::Status status = Recognise(*visit);
  if (status.ok()) status = sessions_.TakeTry(visit->address);
  if (!status.ok()) return Refuse(visit, status);
  Prove(visit, [this, visit](const absl::StatusOr<std::string>& account) {
    if (!account.ok()) return Admit(visit, account.status());
    sessions_.Begin(*account, visit->caller, [this, visit](absl::StatusOr<SessionClaims> session) {
      if (ReasonOf(session.status()) == "WRONG_CREDENTIALS") session = AccountRefused();
      Admit(visit, session);
    });
  });
}

void SignIn::Prove(const VisitPtr& visit, const std::function<void(absl::StatusOr<std::string>)>& then) {
  provider_->Describe([this, visit, then](const absl::StatusOr<std::shared_ptr<const Metadata>>& metadata) {
    if (!metadata.ok()) return then(metadata.status());
    const auto verify = [this, visit, then](absl::StatusOr<std::string> token) {
      if (!token.ok()) return then(token.status());
      provider_->Verify(*std::move(token), visit->attempt.nonce, [this, then](const auto& claims) {
        then(claims.ok() ? AccountOf(*claims, provider_->options().account_claim) : claims.status());
      });
    };
    provider_->Redeem(**metadata, visit->Get("code"), visit->attempt.verifier, verify);
  });
}

void SignIn::Admit(const VisitPtr& visit, const absl::StatusOr<SessionClaims>& session) {
  // As with passwords: that somebody is busy or away uses no try up.
  const bool away = absl::IsUnavailable(session.status()) || absl::IsDeadlineExceeded(session.status()) ||
                    absl::IsResourceExhausted(session.status());
  if (session.ok() || away) sessions_.ReturnTry(visit->address);
  if (!session.ok()) return Refuse(visit, session.status());
  // A page, not a redirect: a browser that another site has sent here does not bring a SameSite=Strict cookie to where
  // a redirect leads, but it does to where a page of ours leads.
  HttpReply reply = NoticeReply({.title_zh = "已登录",
                                 .title = "Signed in",
                                 .text_zh = "正在打开页面。",
                                 .text = "The page opens in a moment.",
                                 .links = {{"继续 Continue", visit->attempt.return_to}},
                                 .go_to = provider_->options().public_url + visit->attempt.return_to});
  reply.headers.emplace_back("Set-Cookie", sessions_.CookieFor(*session, visit->secure));
  reply.headers.emplace_back("Set-Cookie", TakeBack(visit->secure));
  visit->done({std::move(reply), absl::OkStatus(), session->account});
}

void SignIn::Refuse(const VisitPtr& visit, const absl::Status& status) {
  const absl::Status told = Presentable(status);
  const std::string& back = visit->attempt.return_to;
  std::string again = fmt::format("{}?{}", Options::kStartPath, FormEncode({{"return_to", back}}));
  if (ReasonOf(told) == ReasonOf(AccountRefused())) again += "&prompt=login";  // Perhaps as somebody else.
  HttpReply reply = NoticeReply({.title_zh = "没有登录",
                                 .title = "Not signed in",
                                 .text_zh = std::string(ChineseMessage(ReasonOf(told), told.code())),
                                 .text = std::string(told.message()),
                                 .reason = ReasonOf(told),
                                 .links = {{"重新登录 Begin again", again}, {"返回 Back", back}}});
  reply.status = HttpStatusOf(told.code());
  AddRetryAfter(told, reply);
  reply.headers.emplace_back("Set-Cookie", TakeBack(visit->secure));
  visit->done({std::move(reply), told, ""});
}

}  // namespace yaoshi::gateway::oidc

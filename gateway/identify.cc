// Who makes a request, and whether they may: the part of App that comes between the route and the body.
#include <algorithm>

#include "absl/strings/match.h"
#include "common/auth/rules.h"
#include "common/status/status.h"
#include "fmt/format.h"
#include "gateway/app.h"
#include "yaoshi/common/v1/options.pb.h"

namespace yaoshi::gateway {
namespace {

constexpr std::chrono::milliseconds kDefaultTimeout{5000};
constexpr std::string_view kTokenHeader = "yaoshi-consistency-token";
constexpr std::string_view kCsrfHeader = "yaoshi-csrf";
constexpr size_t kMaxConsistencyToken = 200;
constexpr std::string_view kPublic = "public";

std::string BearerToken(const HttpRequest& request) {
  const std::string_view header = request.Header("authorization");
  constexpr std::string_view kScheme = "bearer ";
  if (!absl::StartsWithIgnoreCase(std::string(header), std::string(kScheme))) return "";
  return std::string(header.substr(kScheme.size()));
}

bool IsConsistencyToken(std::string_view text) {
  return !text.empty() && text.size() <= kMaxConsistencyToken;
}

// A page of another site can make a browser send a cookie, but not this header.
absl::Status CheckForgery(const HttpRequest& request) {
  const bool safe = request.method == "GET" || request.method == "HEAD";
  if (safe || request.Header(kCsrfHeader) == "1") return absl::OkStatus();
  return Error(absl::StatusCode::kPermissionDenied, "CSRF",
               "A request by cookie that changes something must carry the header yaoshi-csrf: 1.");
}

}  // namespace

std::string PermissionOf(const Route& route) {
  return route.method->options().GetExtension(yaoshi::common::v1::permission);
}

void App::Identify(const std::shared_ptr<Visit>& visit, const std::function<void(absl::Status)>& then) {
  const HttpRequest& request = visit->exchange->request();
  const Route& route = *visit->match.route;
  visit->options.forwarded_for = request.peer;
  visit->options.traceparent = obs::ToTraceparent(visit->trace);
  visit->options.timeout = kDefaultTimeout;
  if (route.backend == kLocalBackend) {
    const auto local = local_methods_.find(route.rpc_path);
    if (local != local_methods_.end() && local->second.anonymous) return then(absl::OkStatus());
  }
  if (!request.Header("authorization").empty() || sessions_ == nullptr) return then(IdentifyByToken(*visit));
  visit->cookie = sessions_->OpenCookie(request);
  if (!visit->cookie.has_value()) return then(auth::Unauthenticated());
  if (absl::Status status = CheckForgery(request); !status.ok()) return then(status);
  sessions_->Resolve(*visit->cookie, visit->options, [this, visit, then](absl::StatusOr<SessionHolder> holder) {
    if (!holder.ok()) return then(holder.status());
    visit->principal = std::move(holder->principal);
    visit->title = std::move(holder->title);
    visit->options.token = std::move(holder->token);
    then(Equip(*visit));
  });
}

absl::Status App::IdentifyByToken(Visit& visit) {
  visit.options.token = BearerToken(visit.exchange->request());
  ASSIGN_OR_RETURN(visit.principal, verifier_->Verify(visit.options.token, clock_.Now()));
  if (sessions_ != nullptr) RETURN_IF_ERROR(sessions_->CheckToken(visit.principal));
  return Equip(visit);
}

absl::Status App::Equip(Visit& visit) {
  const Route& route = *visit.match.route;
  // A service checks the permission itself; what is answered here is checked here.
  if (route.backend == kLocalBackend) {
    const std::string& permission = permissions_.at(&route);
    const bool granted = permission == kPublic || auth::ReachOf(visit.principal.role, permission) != auth::Reach::kNone;
    if (!granted) {
      return Error(
          absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED",
          fmt::format("This needs the permission {}; ask the operator for an account that has it.", permission),
          {{"permission", permission}});
    }
  }
  visit.options.gateway_token = identity_.Token();
  const std::string_view brought = visit.exchange->request().Header(kTokenHeader);
  const std::string_view backend = route.backend == kLocalBackend ? kTokenBackend : std::string_view(route.backend);
  // A write waits for what it names, not for what is remembered.
  if (!visit.writes || IsConsistencyToken(brought)) {
    visit.options.consistency_token = WriteBefore(visit.principal, brought, backend);
  }
  return absl::OkStatus();
}

std::string App::WriteBefore(const auth::Principal& who, std::string_view brought, std::string_view backend) const {
  if (IsConsistencyToken(brought)) return std::string(brought);
  return memory_.Recall(who.account, backend);
}

}  // namespace yaoshi::gateway

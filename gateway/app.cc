#include "gateway/app.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/status/status.h"
#include "fmt/format.h"
#include "gateway/download.h"
#include "gateway/http/reply.h"
#include "gateway/http/task.h"
#include "gateway/pages.h"
#include "gateway/transcode/openapi.h"
#include "gateway/transcode/request.h"
#include "nlohmann/json.hpp"
#include "yaoshi/gateway/v1/session.pb.h"

namespace yaoshi::gateway {
namespace {

constexpr std::chrono::minutes kDownloadTimeout{30};
constexpr std::chrono::milliseconds kHealthTimeout{1000};
constexpr size_t kBodyPiece = size_t{64} * 1024;

// Grpc-Timeout: up to 8 digits and a unit. nullopt when it is malformed.
std::optional<std::chrono::milliseconds> ParseTimeout(std::string_view text) {
  if (text.size() < 2 || text.size() > 9) return std::nullopt;
  int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size() - 1, count);
  if (error != std::errc() || end != text.data() + text.size() - 1 || count < 0) return std::nullopt;
  switch (text.back()) {
    case 'H':
      return std::chrono::hours(count);
    case 'M':
      return std::chrono::minutes(count);
    case 'S':
      return std::chrono::seconds(count);
    case 'm':
      return std::chrono::milliseconds(count);
    case 'u':
      return std::chrono::milliseconds(count / 1000);
    case 'n':
      return std::chrono::milliseconds(count / 1'000'000);
    default:
      return std::nullopt;
  }
}

int HttpStatusFor(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  if (reason == "UNSUPPORTED_MEDIA_TYPE") return 415;
  if (reason == "FILE_TOO_LARGE" || reason == "BODY_TOO_LARGE") return 413;
  return 0;
}

absl::Status BodyTooLarge() {
  return Error(absl::StatusCode::kInvalidArgument, "BODY_TOO_LARGE",
               fmt::format("The body is larger than {} bytes. Send less at a time.", kMaxBodyBytes),
               {{"limit", std::to_string(kMaxBodyBytes)}});
}

}  // namespace

// Reads a whole body and hands it on.
struct BodyReader {
  static Detached Run(App* app, std::shared_ptr<App::Visit> visit) {
    std::string body;
    while (visit->exchange->request().has_body) {
      Callback<absl::StatusOr<std::string>> reading(
          [&](auto done) { visit->exchange->ReadBody(kBodyPiece, std::move(done)); });
      const absl::StatusOr<std::string> piece = co_await reading;
      if (!piece.ok()) {
        app->Record(*visit, 400, absl::CancelledError(""));
        co_return;
      }
      if (piece->empty()) break;
      body += *piece;
      if (body.size() > kMaxBodyBytes) {
        app->Refuse(visit, BodyTooLarge());
        co_return;
      }
    }
    app->Dispatch(visit, body);
  }
};

App::App(AppOptions options)
    : api_(std::move(options.api)),
      backends_(std::move(options.backends)),
      signer_(std::move(options.signer)),
      verifier_(std::move(options.verifier)),
      clock_(options.clock == nullptr ? SystemClock() : *options.clock),
      log_(std::move(options.log)),
      metrics_(std::move(options.metrics)),
      identity_(*signer_, clock_),
      figures_(backends_, memory_, clock_),
      views_(*api_, backends_, memory_, clock_, [this](const std::string& service) { return FeedOf(service); }),
      portal_(std::move(options.portal)),
      map_(options.map != nullptr ? std::move(options.map) : RegionMap::None()),
      openapi_(OpenApi(*api_)) {
  if (const auto registry = backends_.find("registry"); registry != backends_.end()) {
    sessions_ = std::make_unique<Sessions>(options.sessions, registry->second.channel, *signer_, identity_, clock_);
    if (options.identity_provider != nullptr) {
      oidc_ = std::make_unique<oidc::SignIn>(std::move(options.identity_provider), *sessions_, *signer_, clock_);
    }
    uploads_ = std::make_unique<Uploads>(options.uploads, registry->second.channel,
                                         [this] { return Uuid::New(clock_).ToString(); });
    search_ = std::make_unique<ProjectSearch>(ProjectSearchOptions{
        registry->second.channel, [this] { return identity_.Token(); }, [this] { return FeedOf("registry"); }});
  }
  for (const auto& route : api_->routes()) permissions_[route.get()] = PermissionOf(*route);
  RegisterLocalMethods();
  FollowFeeds();
}

App::~App() {
  EndStreams();
  for (const auto& feed : feeds_) feed->Stop();
  if (search_ != nullptr) search_->Stop();
  // Every call has a deadline, so this ends.
  const auto none = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(in_flight_->mutex) { return in_flight_->count == 0; };
  absl::MutexLock lock(&in_flight_->mutex);
  in_flight_->mutex.AwaitWithTimeout(absl::Condition(&none), absl::FromChrono(kMaxTimeout) + absl::Seconds(5));
}

std::vector<std::pair<std::string_view, App::View>> App::ViewsByName() {
  return {{"GetOverview", &PortalViews::GetOverview},       {"GetRegionPage", &PortalViews::GetRegionPage},
          {"GetProjectPage", &PortalViews::GetProjectPage}, {"GetMyWork", &PortalViews::GetMyWork},
          {"GetBulletin", &PortalViews::GetBulletin},       {"DownloadBulletin", &PortalViews::DownloadBulletin}};
}

void App::RegisterLocalMethods() {
  const std::string package = "/yaoshi.gateway.v1.";
  local_methods_[package + "FigureViewService/ListFigures"] = {[this](LocalCall c) { figures_.List(std::move(c)); }};
  local_methods_[package + "MapService/GetMap"] = {[this](const LocalCall& c) { map_->Get(c); }};
  const std::string portal = package + "PortalService/";
  for (const auto& [name, view] : ViewsByName()) local_methods_[portal + std::string(name)] = {ViewOverHttp(view)};
  if (sessions_ == nullptr) return;
  local_methods_[package + "SessionService/CreateSession"] = {[this](LocalCall c) { sessions_->Create(std::move(c)); },
                                                              /*anonymous=*/true};
  local_methods_[package + "SessionService/RefreshSession"] = {[this](const LocalCall& c) { sessions_->Refresh(c); }};
  local_methods_[package + "SessionService/GetCurrentSession"] = {
      [this](const LocalCall& c) { sessions_->Current(c); }};
  local_methods_[package + "SessionService/DeleteCurrentSession"] = {
      [this](const LocalCall& c) { sessions_->Delete(c); }};
  local_methods_[package + "SessionService/GetSignInOptions"] = {[this](const LocalCall& c) { TellSignInOptions(c); },
                                                                 /*anonymous=*/true};
  local_methods_[portal + "Search"] = {[this](const LocalCall& c) { search_->Search(c); }};
  local_methods_[package + "LiveService/WatchChanges"] = {[this](LocalCall c) { WatchChanges(std::move(c)); }};
  local_methods_[package + "UploadService/UploadFile"] = {[this](LocalCall c) { uploads_->Upload(std::move(c)); }};
}

LocalHandler App::ViewOverHttp(View view) {
  return [this, view](const LocalCall& call) {
    const auto done = [call](const ViewCache::Answer& answer) {
      if (!answer.ok()) return call.done(answer.status());
      call.reply(ReplyWith(**answer, call.exchange->request()));
    };
    (views_.*view)({call.request, call.principal, call.options, done});
  };
}

void App::FollowFeeds() {
  for (const auto& [name, backend] : backends_) {
    if (FigurePrefixes(name).empty()) continue;
    FeedOptions options{name, backend.channel, [this] { return identity_.Token(); }, nullptr, nullptr};
    const bool registry = name == "registry";
    options.changed = [this, name = name, registry](const FeedChange& change) {
      views_.Apply(change);
      live_.Apply(name, change);
      if (!registry) return;
      sessions_->Apply(change);
      search_->Apply(change);
    };
    if (registry) options.joined = [this](const std::string& token) { return JoinRegistry(token); };
    feeds_.push_back(std::make_unique<Feed>(std::move(options)));
  }
  for (const auto& feed : feeds_) feed->Start();
}

bool App::JoinRegistry(const std::string& newest_token) {
  if (!sessions_->LoadEnded(newest_token)) return false;
  search_->Start(newest_token);
  return true;
}

void App::WatchChanges(LocalCall call) {
  const auto valid = [this, who = call.principal, until = TimeClaim(call.options.token, "exp")] {
    return sessions_->CheckToken(who).ok() && until.has_value() && clock_.Now() < *until;
  };
  live_.Watch(std::move(call), valid);
}

const Feed* App::FeedOf(const std::string& service) const {
  for (const auto& feed : feeds_) {
    if (feed->service() == service) return feed.get();
  }
  return nullptr;
}

void App::Handle(std::shared_ptr<Exchange> exchange) {
  auto visit = std::make_shared<Visit>(in_flight_);
  visit->start = std::chrono::steady_clock::now();
  const auto parent = obs::ParseTraceparent(exchange->request().Header("traceparent"));
  visit->trace = parent.has_value() ? obs::ChildOf(*parent) : obs::NewTrace();
  visit->label = "unknown";
  visit->exchange = std::move(exchange);
  if (ServePage(visit)) return;
  HttpReply refusal;
  const absl::Status found = FindRoute(*visit, refusal);
  if (!found.ok() || refusal.status == 204) return Send(visit, std::move(refusal), found);
  Identify(visit, [this, visit](absl::Status status) {
    if (status.ok()) status = Admit(*visit);
    if (!status.ok()) return Refuse(visit, status);
    if (visit->match.route->raw_body && visit->match.route->backend == kLocalBackend) return Dispatch(visit, "");
    BodyReader::Run(this, visit);
  });
}

bool App::ServePage(const std::shared_ptr<Visit>& visit) {
  const HttpRequest& request = visit->exchange->request();
  if (portal_ != nullptr) {
    if (std::optional<HttpReply> file = portal_->Serve(request); file.has_value()) {
      visit->label = "GET /";  // One for all files: any address may be asked for.
      Send(visit, *std::move(file), absl::OkStatus());
      return true;
    }
  }
  if (oidc_ != nullptr && oidc::SignIn::Owns(request)) {
    ServeOidc(visit);
    return true;
  }
  const bool page = request.path == "/" || request.path == "/openapi.json" || request.path == "/healthz";
  if (!page || (request.method != "GET" && request.method != "HEAD")) return false;
  visit->label = "GET " + request.path;
  if (request.path == "/healthz") {
    ServeHealth(visit);
    return true;
  }
  HttpReply reply;
  if (request.path == "/") {
    reply.headers = {{"Content-Type", "text/html; charset=utf-8"},
                     {"Content-Security-Policy", std::string(kLandingPolicy)},
                     {"Cache-Control", "no-cache"}};
    reply.body = std::string(kLandingPage);
  } else {
    reply.headers = {{"Content-Type", "application/json; charset=utf-8"}, {"Cache-Control", "no-cache"}};
    reply.body = openapi_;
  }
  Send(visit, std::move(reply), absl::OkStatus());
  return true;
}

void App::ServeHealth(const std::shared_ptr<Visit>& visit) {
  CheckHealth(backends_, kHealthTimeout, [this, visit](const std::map<std::string, std::string>& states) {
    bool ready = std::all_of(states.begin(), states.end(), [](const auto& state) { return state.second == "SERVING"; });
    nlohmann::ordered_json feeds = nlohmann::ordered_json::object();
    for (const auto& feed : feeds_) {
      feeds[feed->service()] = feed->current() ? "CURRENT" : "BEHIND";
      ready = ready && feed->joined();
    }
    HttpReply reply;
    reply.status = ready ? 200 : 503;
    reply.headers = {{"Content-Type", "application/json; charset=utf-8"}};
    const nlohmann::ordered_json body = {{"live", true}, {"ready", ready}, {"backends", states}, {"feeds", feeds}};
    reply.body = body.dump();
    Send(visit, std::move(reply), absl::OkStatus());
  });
}

void App::ServeOidc(const std::shared_ptr<Visit>& visit) {
  const HttpRequest& request = visit->exchange->request();
  visit->label = "GET " + request.path;
  rpc::CallOptions caller;
  caller.forwarded_for = request.peer;
  caller.traceparent = obs::ToTraceparent(visit->trace);
  oidc_->Serve(request, caller, [this, visit](oidc::Outcome outcome) {
    visit->principal.account = std::move(outcome.account);
    Send(visit, std::move(outcome.reply), outcome.status);
  });
}

void App::TellSignInOptions(const LocalCall& call) const {
  v1::SignInOptions options;
  if (oidc_ != nullptr) options.set_oidc_path(oidc::Options::kStartPath);
  call.done(options.SerializeAsString());
}

absl::Status App::Admit(Visit& visit) const {
  const HttpRequest& request = visit.exchange->request();
  RETURN_IF_ERROR(SetTimeout(visit));
  const std::string_view encoding = request.Header("content-encoding");
  if (!encoding.empty() && !absl::EqualsIgnoreCase(std::string(encoding), "identity")) {
    return Error(absl::StatusCode::kInvalidArgument, "UNSUPPORTED_MEDIA_TYPE",
                 "Compressed bodies are not taken. Send the body as it is.");
  }
  const bool streams = visit.match.route->raw_body && visit.match.route->backend == kLocalBackend;
  return !streams && request.content_length.value_or(0) > kMaxBodyBytes ? BodyTooLarge() : absl::OkStatus();
}

absl::Status App::FindRoute(Visit& visit, HttpReply& refusal) {
  const HttpRequest& request = visit.exchange->request();
  const auto segments = SplitPath(request.path);
  if (!segments.ok()) {
    refusal = ErrorReply(*api_, segments.status());
    return segments.status();
  }
  visit.match = api_->Match(request.method, *segments);
  if (visit.match.route != nullptr) {
    visit.label = fmt::format("{} {}", visit.match.route->http_method, visit.match.route->display);
    visit.writes = visit.match.route->http_method != "GET" && !permissions_.at(visit.match.route).ends_with(".read");
    return absl::OkStatus();
  }
  std::vector<std::string>& allowed = visit.match.other_methods;
  if (allowed.empty()) {
    const absl::Status status = Error(absl::StatusCode::kNotFound, "ROUTE_NOT_FOUND",
                                      "Nothing is served at this path. /openapi.json lists what is.");
    refusal = ErrorReply(*api_, status);
    return status;
  }
  if (std::find(allowed.begin(), allowed.end(), "GET") != allowed.end()) allowed.push_back("HEAD");
  allowed.push_back("OPTIONS");
  const std::string list = absl::StrJoin(allowed, ", ");
  if (request.method == "OPTIONS") {
    refusal = {204, {{"Allow", list}}, ""};
    return absl::OkStatus();
  }
  const absl::Status status = Error(absl::StatusCode::kUnimplemented, "METHOD_NOT_ALLOWED",
                                    fmt::format("This path takes {}, not this method.", list));
  refusal = ErrorReply(*api_, status, 405);
  refusal.headers.emplace_back("Allow", list);
  return status;
}

absl::Status App::SetTimeout(Visit& visit) const {
  const std::string_view text = visit.exchange->request().Header("grpc-timeout");
  if (visit.match.route->download) {
    visit.options.timeout = kDownloadTimeout;
    return absl::OkStatus();
  }
  if (text.empty()) return absl::OkStatus();
  const auto timeout = ParseTimeout(text);
  if (!timeout.has_value()) {
    return Error(absl::StatusCode::kInvalidArgument, "INVALID_TIMEOUT",
                 "Grpc-Timeout must be up to eight digits and a unit, such as 500m or 5S.");
  }
  visit.options.timeout = std::min(*timeout, kMaxTimeout);
  return absl::OkStatus();
}

void App::Dispatch(const std::shared_ptr<Visit>& visit, const std::string& body) {
  const HttpRequest& http = visit->exchange->request();
  const Route& route = *visit->match.route;
  const RequestParts parts = {http.query, body, http.Header("content-type"), http.Header("if-match")};
  absl::StatusOr<std::string> request = BuildRequest(*api_, visit->match, parts);
  if (!request.ok()) return Refuse(visit, request.status());
  // A retry of a write must carry the same id, so every write gets one.
  if (visit->writes) AddRequestId(route.method->input_type(), Uuid::New(clock_).ToString(), *request);
  if (route.backend == kLocalBackend) return CallLocal(visit, *std::move(request));
  CallBackend(visit, *std::move(request));
}

void App::CallLocal(const std::shared_ptr<Visit>& visit, std::string request) {
  const auto local = local_methods_.find(visit->match.route->rpc_path);
  if (local == local_methods_.end()) return Refuse(visit, absl::UnimplementedError("no handler"));
  LocalCall call;
  call.request = std::move(request);
  call.principal = visit->principal;
  call.options = visit->options;
  call.exchange = visit->exchange;
  call.cookie = visit->cookie;
  call.title = visit->title;
  call.headers = visit->headers;
  call.done = [this, visit](const absl::StatusOr<std::string>& bytes) { Answer(visit, bytes, ""); };
  call.reply = [this, visit](HttpReply reply) { Send(visit, std::move(reply), absl::OkStatus()); };
  call.streamed = [this, visit](const absl::Status& status) { Record(*visit, 200, status); };
  local->second.handler(std::move(call));
}

void App::CallBackend(const std::shared_ptr<Visit>& visit, std::string request) {
  const Route& route = *visit->match.route;
  rpc::Channel& channel = *backends_.at(route.backend).channel;
  if (route.download) {
    return Download(
        *api_, route, channel, std::move(request), visit->options, visit->exchange,
        [this, visit](int http_status, const absl::Status& status) { Record(*visit, http_status, status); });
  }
  channel.CallBytes(route.rpc_path, std::move(request), visit->options, [this, visit](rpc::Reply reply) {
    const std::string token = std::move(reply.consistency_token);
    if (!token.empty()) memory_.Remember(visit->principal.account, visit->match.route->backend, token);
    if (!reply.status.ok()) return Answer(visit, reply.status, token);
    Answer(visit, std::move(reply.bytes), token);
  });
}

void App::Answer(const std::shared_ptr<Visit>& visit, const absl::StatusOr<std::string>& bytes,
                 const std::string& consistency_token) {
  if (!bytes.ok()) return Refuse(visit, bytes.status());
  const std::string_view if_none_match = visit->exchange->request().Header("if-none-match");
  HttpReply reply = AnswerReply(*api_, *visit->match.route, *bytes, if_none_match);
  if (!consistency_token.empty()) reply.headers.emplace_back("Yaoshi-Consistency-Token", consistency_token);
  Send(visit, std::move(reply), absl::OkStatus());
}

void App::Refuse(const std::shared_ptr<Visit>& visit, const absl::Status& status, int http_status) {
  if (http_status == 0) http_status = HttpStatusFor(status);
  Send(visit, ErrorReply(*api_, status, http_status), status);
}

void App::Send(const std::shared_ptr<Visit>& visit, HttpReply reply, const absl::Status& status) {
  reply.headers.emplace_back("X-Request-Id", visit->trace.trace_id);
  FinishReply(visit->exchange->request(), reply);
  if (status.ok()) {
    for (auto& header : *visit->headers) reply.headers.push_back(std::move(header));
    // What a page loads by itself, because something changed, is no use of the session by its holder.
    const bool by_itself = !visit->exchange->request().Header("yaoshi-background").empty();
    if (visit->cookie.has_value() && visit->headers->empty() && !by_itself) {
      std::string renewed = sessions_->Renew(*visit->cookie, visit->exchange->request().secure);
      if (!renewed.empty()) reply.headers.emplace_back("Set-Cookie", std::move(renewed));
    }
  }
  const int http_status = reply.status;
  visit->exchange->Reply(std::move(reply));
  Record(*visit, http_status, status);
}

void App::Record(const Visit& visit, int http_status, const absl::Status& status) {
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - visit.start).count();
  if (log_ != nullptr) {
    obs::RpcRecord record;
    const std::string code = std::to_string(http_status);
    const std::string reason = status.ok() ? "" : ReasonOf(status);
    record.method = visit.label;
    record.code = code;
    record.micros = micros;
    record.account = visit.principal.account;
    record.trace_id = visit.trace.trace_id;
    record.reason = reason;
    log_->Rpc(record);
  }
  if (metrics_ == nullptr) return;
  metrics_->Rpc(visit.label)->Observe(static_cast<int>(status.code()), micros);
  Count(visit.label, http_status);
}

void App::Count(const std::string& label, int http_status) {
  obs::Counter* counter = nullptr;
  {
    const absl::MutexLock lock(&mutex_);
    obs::Counter*& known = counters_[{label, http_status}];
    if (known == nullptr) {
      known = metrics_->AddCounter("yaoshi_http_total", "HTTP requests by route and status.",
                                   {{"route", label}, {"status", std::to_string(http_status)}});
    }
    counter = known;
  }
  counter->Add(1);
}

HttpReply App::ServerError(int http_status, std::string_view reason, std::string_view message) const {
  if (reason == "INTERNAL") return ErrorReply(*api_, absl::InternalError("unanswered"), http_status);
  return ErrorReply(*api_, Error(absl::StatusCode::kInvalidArgument, reason, message), http_status);
}

void App::CountRefused(std::string_view peer, int http_status) {
  if (metrics_ != nullptr) Count("refused", http_status);
  if (log_ != nullptr) {
    log_->Event(obs::Severity::kInfo, "request refused", {{"peer", peer}, {"code", std::to_string(http_status)}});
  }
}

}  // namespace yaoshi::gateway

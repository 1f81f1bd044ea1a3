// The gateway itself: from an HTTP request to the backend or local method that its route stands for, and back.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/auth/token.h"
#include "common/calendar/clock.h"
#include "common/obs/log.h"
#include "common/obs/metrics.h"
#include "common/obs/trace.h"
#include "common/rpc/service.h"
#include "gateway/backends.h"
#include "gateway/feed.h"
#include "gateway/figures.h"
#include "gateway/http/exchange.h"
#include "gateway/live.h"
#include "gateway/memory.h"
#include "gateway/oidc/sign_in.h"
#include "gateway/region_map.h"
#include "gateway/search/project_search.h"
#include "gateway/sessions.h"
#include "gateway/static_files.h"
#include "gateway/transcode/api.h"
#include "gateway/uploads.h"
#include "gateway/views/portal_views.h"

namespace yaoshi::gateway {

inline constexpr std::chrono::milliseconds kMaxTimeout{60000};  // The longest that a call may take.
inline constexpr size_t kMaxBodyBytes = size_t{4} << 20;        // Of a JSON body; the services take no larger message.

struct AppOptions {
  std::unique_ptr<Api> api;
  std::map<std::string, Backend> backends;  // "registry" signs people in and keeps files.
  std::shared_ptr<const auth::TokenSigner> signer;
  std::shared_ptr<const auth::TokenVerifier> verifier;
  const Clock* clock = nullptr;           // Null: SystemClock().
  std::shared_ptr<obs::Log> log;          // Null: nothing is logged.
  std::shared_ptr<obs::Metrics> metrics;  // Null: none are kept.
  SessionOptions sessions;
  UploadOptions uploads;
  std::unique_ptr<StaticFiles> portal;                // Null: a landing page stands in its place.
  std::shared_ptr<const RegionMap> map;               // Null: there is none.
  std::unique_ptr<oidc::Provider> identity_provider;  // Null: people sign in with account and password alone.
};

// The permission that a route's method needs.
std::string PermissionOf(const Route& route);

class App {
 public:
  explicit App(AppOptions options);
  // Waits for the calls that are on their way; the HTTP server must be gone.
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Answers a request. This object must outlive the answer.
  void Handle(std::shared_ptr<Exchange> exchange);

  // What is served over gRPC: the views, the search and the figures, by the same rights as over HTTP.
  std::vector<rpc::BoundService> GrpcServices();

  // Ends the streams that would never end by themselves; before the HTTP server is stopped.
  void EndStreams() { live_.Stop(); }

  // For HttpServerOptions.
  HttpReply ServerError(int http_status, std::string_view reason, std::string_view message) const;
  void CountRefused(std::string_view peer, int http_status);

 private:
  // How many requests are on their way.
  struct InFlight {
    absl::Mutex mutex;
    int count ABSL_GUARDED_BY(mutex) = 0;
    void Add(int n) ABSL_LOCKS_EXCLUDED(mutex) {
      const absl::MutexLock lock(&mutex);
      count += n;
    }
  };
  // A request with what is known of it so far.
  struct Visit {
    explicit Visit(std::shared_ptr<InFlight> counter) : in_flight(std::move(counter)) { in_flight->Add(1); }
    ~Visit() { in_flight->Add(-1); }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

    const std::shared_ptr<InFlight> in_flight;
    std::shared_ptr<Exchange> exchange;
    std::chrono::steady_clock::time_point start;
    obs::TraceContext trace;
    RouteMatch match;
    std::string label;  // "GET /v1/projects/{name}" in logs and metrics.
    auth::Principal principal;
    std::optional<SessionClaims> cookie;
    std::string title;  // Of the account, with a cookie.
    rpc::CallOptions options;
    bool writes = false;
    // Of a successful answer.
    const std::shared_ptr<std::vector<std::pair<std::string, std::string>>> headers =
        std::make_shared<std::vector<std::pair<std::string, std::string>>>();
  };
  struct LocalMethod {
    LocalHandler handler;
    bool anonymous = false;  // Needs no access token.
  };

  using View = void (PortalViews::*)(const ViewCall&);
  // The methods of PortalService that are kept as views.
  static std::vector<std::pair<std::string_view, View>> ViewsByName();

  void RegisterLocalMethods();
  LocalHandler ViewOverHttp(View view);
  // Pages that are no RPC: true when it answered.
  bool ServePage(const std::shared_ptr<Visit>& visit);
  void ServeHealth(const std::shared_ptr<Visit>& visit);
  void ServeOidc(const std::shared_ptr<Visit>& visit);
  void TellSignInOptions(const LocalCall& call) const;
  void FollowFeeds();
  // Reads what is kept beside the registry's feed.
  bool JoinRegistry(const std::string& newest_token);
  void WatchChanges(LocalCall call);
  // Null when the service has none.
  const Feed* FeedOf(const std::string& service) const;
  // Everything before the body is read, one after the other: the route; who asks; time and size.
  absl::Status FindRoute(Visit& visit, HttpReply& refusal);
  void Identify(const std::shared_ptr<Visit>& visit, const std::function<void(absl::Status)>& then);
  absl::Status IdentifyByToken(Visit& visit);
  absl::Status Equip(Visit& visit);
  // The write that what is read by this account must show; empty: none.
  std::string WriteBefore(const auth::Principal& who, std::string_view brought, std::string_view backend) const;
  // The same of a call over gRPC; an error when its session has ended.
  absl::StatusOr<rpc::CallOptions> OnBehalfOf(const rpc::Call& call);
  rpc::RelayHandler ViewOverGrpc(View view);
  rpc::RelayHandler LocalOverGrpc(LocalHandler handler);
  absl::Status DownloadBulletin(rpc::Call& call, const v1::DownloadBulletinRequest& request, rpc::StreamWriter& writer);
  absl::Status Admit(Visit& visit) const;
  absl::Status SetTimeout(Visit& visit) const;
  // With the whole body at hand.
  void Dispatch(const std::shared_ptr<Visit>& visit, const std::string& body);
  void CallLocal(const std::shared_ptr<Visit>& visit, std::string request);
  void CallBackend(const std::shared_ptr<Visit>& visit, std::string request);
  void Answer(const std::shared_ptr<Visit>& visit, const absl::StatusOr<std::string>& bytes,
              const std::string& consistency_token);
  void Refuse(const std::shared_ptr<Visit>& visit, const absl::Status& status, int http_status = 0);
  void Send(const std::shared_ptr<Visit>& visit, HttpReply reply, const absl::Status& status);
  void Record(const Visit& visit, int http_status, const absl::Status& status);
  void Count(const std::string& label, int http_status) ABSL_LOCKS_EXCLUDED(mutex_);

  friend struct BodyReader;

  const std::shared_ptr<InFlight> in_flight_ = std::make_shared<InFlight>();
  const std::unique_ptr<Api> api_;
  const std::map<std::string, Backend> backends_;
  const std::shared_ptr<const auth::TokenSigner> signer_;
  const std::shared_ptr<const auth::TokenVerifier> verifier_;
  const Clock& clock_;
  const std::shared_ptr<obs::Log> log_;
  const std::shared_ptr<obs::Metrics> metrics_;
  GatewayIdentity identity_;
  ConsistencyMemory memory_;
  Figures figures_;
  PortalViews views_;
  LiveChanges live_{{}};
  std::unique_ptr<Sessions> sessions_;
  std::unique_ptr<oidc::SignIn> oidc_;  // Null: nobody signs in at an identity provider.
  std::unique_ptr<Uploads> uploads_;
  std::unique_ptr<ProjectSearch> search_;
  std::map<std::string, LocalMethod> local_methods_;            // By rpc_path.
  absl::flat_hash_map<const Route*, std::string> permissions_;  // "projects.read"
  std::vector<std::unique_ptr<Feed>> feeds_;
  const std::unique_ptr<StaticFiles> portal_;
  const std::shared_ptr<const RegionMap> map_;
  const std::string openapi_;

  absl::Mutex mutex_;
  // Counters by label and HTTP status: bounded by the routes.
  absl::flat_hash_map<std::pair<std::string, int>, obs::Counter*> counters_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace yaoshi::gateway

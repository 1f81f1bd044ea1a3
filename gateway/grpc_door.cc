// The second door: what internal systems ask the gateway over gRPC. The rest of App is the first, HTTP.
#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/synchronization/notification.h"
#include "common/status/status.h"
#include "gateway/app.h"
#include "google/api/httpbody.pb.h"
#include "google/protobuf/wrappers.pb.h"
#include "yaoshi/gateway/v1/figure_view.pb.h"
#include "yaoshi/gateway/v1/portal.pb.h"

namespace yaoshi::gateway {
namespace {

constexpr size_t kFilePiece = size_t{256} * 1024;

}  // namespace

std::vector<rpc::BoundService> App::GrpcServices() {
  std::vector<rpc::BoundService> services;
  if (search_ == nullptr) return services;  // Without a registry there is nothing to show.
  rpc::ServiceBuilder portal(v1::Overview::descriptor()->file()->FindServiceByName("PortalService"));
  for (const auto& [name, view] : ViewsByName()) {
    if (view != &PortalViews::DownloadBulletin) portal.Relay(name, ViewOverGrpc(view));
  }
  portal.Relay("Search", LocalOverGrpc([this](const LocalCall& call) { search_->Search(call); }));
  portal.Stream("DownloadBulletin", this, &App::DownloadBulletin);
  services.push_back(portal.Finish());
  rpc::ServiceBuilder figures(v1::FigureView::descriptor()->file()->FindServiceByName("FigureViewService"));
  figures.Relay("ListFigures", LocalOverGrpc([this](LocalCall call) { figures_.List(std::move(call)); }));
  services.push_back(figures.Finish());
  return services;
}

absl::StatusOr<rpc::CallOptions> App::OnBehalfOf(const rpc::Call& call) {
  RETURN_IF_ERROR(sessions_->CheckToken(call.principal()));
  rpc::CallOptions options;
  options.token = std::string(call.token());
  options.gateway_token = identity_.Token();
  options.forwarded_for = call.origin();
  options.consistency_token = WriteBefore(call.principal(), call.after_write(), kTokenBackend);
  options.traceparent = obs::ToTraceparent(obs::ChildOf({call.trace_id(), "", /*sampled=*/true}));
  const auto left = call.deadline() - std::chrono::steady_clock::now();
  options.timeout = std::min(std::chrono::duration_cast<std::chrono::milliseconds>(left), kMaxTimeout);
  return options;
}

rpc::RelayHandler App::LocalOverGrpc(LocalHandler handler) {
  return [this, handler = std::move(handler)](rpc::Call& call, const google::protobuf::Message& request,
                                              const rpc::RelayDone& done) {
    absl::StatusOr<rpc::CallOptions> options = OnBehalfOf(call);
    if (!options.ok()) return done(options.status());
    LocalCall local;
    local.request = request.SerializeAsString();
    local.principal = call.principal();
    local.options = *std::move(options);
    local.done = done;
    handler(std::move(local));
  };
}

rpc::RelayHandler App::ViewOverGrpc(View view) {
  return LocalOverGrpc([this, view](LocalCall call) {
    const auto answer = [done = std::move(call.done)](const ViewCache::Answer& kept) {
      done(kept.ok() ? absl::StatusOr<std::string>((*kept)->message) : kept.status());
    };
    (views_.*view)({std::move(call.request), std::move(call.principal), std::move(call.options), answer});
  });
}

absl::Status App::DownloadBulletin(rpc::Call& call, const v1::DownloadBulletinRequest& request,
                                   rpc::StreamWriter& writer) {
  ASSIGN_OR_RETURN(rpc::CallOptions options, OnBehalfOf(call));
  ViewCache::Answer kept = absl::InternalError("");
  absl::Notification made;
  const auto done = [&](const ViewCache::Answer& answer) {
    kept = answer;
    made.Notify();
  };
  views_.DownloadBulletin({request.SerializeAsString(), call.principal(), std::move(options), done});
  made.WaitForNotification();
  RETURN_IF_ERROR(kept.status());
  const Rendered& file = **kept;
  const std::string_view bytes = file.kept.bytes->view();
  google::protobuf::StringValue name;
  name.set_value(file.file_name);
  google::api::HttpBody piece;
  piece.set_content_type(file.kept.type);
  piece.add_extensions()->PackFrom(name);
  for (size_t at = 0; at < bytes.size(); at += kFilePiece) {
    piece.set_data(std::string(bytes.substr(at, kFilePiece)));
    if (!writer.Write(piece)) break;
    piece.Clear();
  }
  return absl::OkStatus();
}

}  // namespace yaoshi::gateway

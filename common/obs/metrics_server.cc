#include <CivetServer.h>

#include <utility>
#include <vector>

#include "common/obs/metrics.h"
#include "common/status/status.h"

namespace yaoshi::obs {
namespace {

// Answers a GET with what `make` says: status line and body.
class GetHandler : public CivetHandler {
 public:
  using Make = std::function<std::pair<const char*, std::string>()>;
  GetHandler(Make make, const char* content_type) : make_(std::move(make)), content_type_(content_type) {}

  bool handleGet(CivetServer*, mg_connection* connection) override {
    const auto [status, body] = make_();
    mg_printf(connection, "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", status,
              content_type_, body.size());
    mg_write(connection, body.data(), body.size());
    return true;
  }

 private:
  const Make make_;
  const char* const content_type_;
};

}  // namespace

struct MetricsServer::State {
  State(const std::vector<std::string>& options, std::shared_ptr<const Metrics> the_metrics,
        std::function<bool()> is_healthy)
      : metrics([m = std::move(the_metrics)] { return std::pair("200 OK", m->Text()); },
                "text/plain; version=0.0.4; charset=utf-8"),
        health(
            [healthy = std::move(is_healthy)] {
              return healthy() ? std::pair("200 OK", std::string("ok\n"))
                               : std::pair("503 Service Unavailable", std::string("not serving\n"));
            },
            "text/plain; charset=utf-8"),
        server(options) {
    server.addHandler("/metrics", metrics);
    server.addHandler("/healthz", health);
  }

  GetHandler metrics;
  GetHandler health;
  CivetServer server;  // Dies first: no handler runs without its object.
};

MetricsServer::MetricsServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
MetricsServer::~MetricsServer() = default;

absl::Status MetricsServer::Start(std::string_view address, std::shared_ptr<const Metrics> metrics,
                                  std::function<bool()> healthy, std::unique_ptr<MetricsServer>* server) {
  const std::vector<std::string> options = {"listening_ports",    std::string(address),
                                            "num_threads",        "2",
                                            "request_timeout_ms", "5000",
                                            "enable_keep_alive",  "no"};
  try {
    auto state = std::make_unique<State>(options, std::move(metrics), std::move(healthy));
    server->reset(new MetricsServer(std::move(state)));
  } catch (const CivetException&) {
    return Error(absl::StatusCode::kUnavailable, "ADDRESS_UNUSABLE",
                 "Cannot listen on metrics address " + std::string(address) + "; choose a free one.");
  }
  return absl::OkStatus();
}

int MetricsServer::port() const {
  const std::vector<int> ports = state_->server.getListeningPorts();
  return ports.empty() ? 0 : ports.front();
}

}  // namespace yaoshi::obs

// Metrics of one process, in the text format of Prometheus.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace yaoshi::obs {

// Counts and latencies of one RPC method; made once per method, then lock-light.
class RpcMeter {
 public:
  virtual ~RpcMeter() = default;
  // `code` is the gRPC status code 0…16.
  virtual void Observe(int code, int64_t micros) = 0;
};

class Counter {
 public:
  virtual ~Counter() = default;
  virtual void Add(int64_t n) = 0;
};

class Metrics {
 public:
  // `service` becomes the label "service" of every metric.
  explicit Metrics(std::string_view service);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // yaoshi_rpc_total{method,code} and yaoshi_rpc_seconds{method}. Owned by this object.
  RpcMeter* Rpc(std::string_view method);
  // A counter; `name` such as "yaoshi_feed_changes_total". Owned by this object.
  Counter* AddCounter(std::string_view name, std::string_view help,
                      const std::map<std::string, std::string>& labels = {});
  // A gauge whose value is asked at each scrape; `read` must be quick and thread-safe. It is asked until the returned
  // handle dies.
  [[nodiscard]] std::shared_ptr<void> AddGauge(std::string_view name, std::string_view help,
                                               std::function<double()> read,
                                               const std::map<std::string, std::string>& labels = {});

  // What /metrics answers.
  std::string Text() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Serves GET /metrics and GET /healthz (200 "ok" or 503 "not serving") over HTTP.
class MetricsServer {
 public:
  // `address` is host:port; port 0 takes a free one.
  static absl::Status Start(std::string_view address, std::shared_ptr<const Metrics> metrics,
                            std::function<bool()> healthy, std::unique_ptr<MetricsServer>* server);
  ~MetricsServer();
  int port() const;

 private:
  struct State;
  explicit MetricsServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace yaoshi::obs

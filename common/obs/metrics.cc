#include "common/obs/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <atomic>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace yaoshi::obs {
namespace {

constexpr int kCodes = 17;  // gRPC status codes 0…16.

// Seconds; from an answer out of memory to the longest deadline.
const std::vector<double>& LatencyBuckets() {
  static const auto* const buckets = new std::vector<double>{
      0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  return *buckets;
}

class PrometheusRpcMeter : public RpcMeter {
 public:
  PrometheusRpcMeter(prometheus::Family<prometheus::Counter>& counts, prometheus::Histogram& seconds,
                     std::string method)
      : counts_(counts), seconds_(seconds), method_(std::move(method)) {}

  void Observe(int code, int64_t micros) override {
    if (code < 0 || code >= kCodes) code = static_cast<int>(absl::StatusCode::kUnknown);
    std::atomic<prometheus::Counter*>& slot = by_code_[static_cast<size_t>(code)];
    prometheus::Counter* counter = slot.load(std::memory_order_acquire);
    if (counter == nullptr) {
      // Add() gives racing threads the same counter.
      counter = &counts_.Add({{"method", method_}, {"code", absl::StatusCodeToString(absl::StatusCode(code))}});
      slot.store(counter, std::memory_order_release);
    }
    counter->Increment();
    seconds_.Observe(static_cast<double>(micros) / 1e6);
  }

 private:
  prometheus::Family<prometheus::Counter>& counts_;
  prometheus::Histogram& seconds_;
  const std::string method_;
  std::array<std::atomic<prometheus::Counter*>, kCodes> by_code_{};
};

class PrometheusCounter : public Counter {
 public:
  explicit PrometheusCounter(prometheus::Counter& counter) : counter_(counter) {}
  void Add(int64_t n) override { counter_.Increment(static_cast<double>(n)); }

 private:
  prometheus::Counter& counter_;
};

}  // namespace

struct Metrics::State {
  explicit State(std::string_view service)
      : labels{{"service", std::string(service)}},
        counts(prometheus::BuildCounter()
                   .Name("yaoshi_rpc_total")
                   .Help("RPCs answered.")
                   .Labels(labels)
                   .Register(registry)),
        seconds(prometheus::BuildHistogram()
                    .Name("yaoshi_rpc_seconds")
                    .Help("From arrival to answer.")
                    .Labels(labels)
                    .Register(registry)) {}

  struct Reader {
    prometheus::Family<prometheus::Gauge>* family;
    prometheus::Gauge* gauge;
    std::function<double()> read;
  };

  const std::map<std::string, std::string> labels;
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& counts;
  prometheus::Family<prometheus::Histogram>& seconds;
  absl::Mutex mutex;
  std::map<std::string, std::unique_ptr<RpcMeter>, std::less<>> meters ABSL_GUARDED_BY(mutex);
  std::vector<std::unique_ptr<Counter>> counters ABSL_GUARDED_BY(mutex);
  std::map<int, Reader> readers ABSL_GUARDED_BY(mutex);
  int next_reader ABSL_GUARDED_BY(mutex) = 0;

  void RemoveReader(int id) ABSL_LOCKS_EXCLUDED(mutex) {
    absl::MutexLock lock(&mutex);
    const auto found = readers.find(id);
    found->second.family->Remove(found->second.gauge);
    readers.erase(found);
  }
};

Metrics::Metrics(std::string_view service) : state_(std::make_shared<State>(service)) {}
Metrics::~Metrics() = default;

RpcMeter* Metrics::Rpc(std::string_view method) {
  absl::MutexLock lock(&state_->mutex);
  auto found = state_->meters.find(method);
  if (found == state_->meters.end()) {
    std::string name(method);
    auto& histogram = state_->seconds.Add({{"method", name}}, LatencyBuckets());
    found = state_->meters.emplace(name, std::make_unique<PrometheusRpcMeter>(state_->counts, histogram, name)).first;
  }
  return found->second.get();
}

Counter* Metrics::AddCounter(std::string_view name, std::string_view help,
                             const std::map<std::string, std::string>& labels) {
  auto& family = prometheus::BuildCounter()
                     .Name(std::string(name))
                     .Help(std::string(help))
                     .Labels(state_->labels)
                     .Register(state_->registry);
  absl::MutexLock lock(&state_->mutex);
  return state_->counters.emplace_back(std::make_unique<PrometheusCounter>(family.Add(labels))).get();
}

std::shared_ptr<void> Metrics::AddGauge(std::string_view name, std::string_view help, std::function<double()> read,
                                        const std::map<std::string, std::string>& labels) {
  auto& family = prometheus::BuildGauge()
                     .Name(std::string(name))
                     .Help(std::string(help))
                     .Labels(state_->labels)
                     .Register(state_->registry);
  absl::MutexLock lock(&state_->mutex);
  const int id = state_->next_reader++;
  state_->readers.emplace(id, State::Reader{&family, &family.Add(labels), std::move(read)});
  // The handle may outlive this object: it holds the state.
  return std::shared_ptr<void>(nullptr, [state = state_, id](void*) { state->RemoveReader(id); });
}

std::string Metrics::Text() const {
  absl::MutexLock lock(&state_->mutex);
  for (const auto& [id, reader] : state_->readers) reader.gauge->Set(reader.read());
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace yaoshi::obs

#include "tests/bench/update_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "common/calendar/clock.h"
#include "common/ids/uuid.h"
#include "common/rpc/client.h"
#include "yaoshi/registry/v1/project.pb.h"

namespace yaoshi::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kUpdateProject = "/yaoshi.registry.v1.ProjectService/UpdateProject";

std::vector<std::string> Lines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(std::move(line));
  return lines;
}

// Keeps `in_flight` calls going until the time or the projects are at their end.
class Load {
 public:
  Load(const UpdateLoad& load, std::shared_ptr<rpc::Channel> channel, std::string token)
      : load_(load), names_(Lines(load.names_file)), channel_(std::move(channel)) {
    options_.token = std::move(token);
  }

  void Run() {
    begin_ = SteadyClock::now();
    running_ = load_.in_flight;
    for (int i = 0; i < load_.in_flight; ++i) Next();
    done_.WaitForNotification();
    const std::chrono::duration<double> seconds = SteadyClock::now() - begin_;
    std::sort(micros_.begin(), micros_.end());
    const auto at = [&](size_t percent) {
      return micros_.empty() ? 0 : micros_[std::min(micros_.size() - 1, micros_.size() * percent / 100)];
    };
    fmt::print("{{\"count\":{},\"seconds\":{:.6f},\"p50_us\":{},\"p99_us\":{}}}\n", micros_.size(), seconds.count(),
               at(50), at(99));
  }

 private:
  std::string Request(const std::string& name, size_t index) const {
    registry::v1::UpdateProjectRequest request;
    request.mutable_project()->set_name(name);
    request.mutable_project()->set_responsible_person(fmt::format("Measured {}", index));
    request.mutable_update_mask()->add_paths("responsible_person");
    request.set_reason("measuring");
    request.set_request_id(Uuid::New(SystemClock()).ToString());
    return request.SerializeAsString();
  }

  void Next() {
    const size_t index = next_.fetch_add(1);
    if (index >= names_.size() || SteadyClock::now() - begin_ > std::chrono::duration<double>(load_.seconds)) {
      if (running_.fetch_sub(1) == 1) done_.Notify();
      return;
    }
    const auto sent = SteadyClock::now();
    channel_->CallBytes(kUpdateProject, Request(names_[index], index), options_, [this, sent](rpc::Reply reply) {
      if (!reply.status.ok()) {
        std::fprintf(stderr, "%s\n", reply.status.ToString().c_str());
        std::_Exit(1);
      }
      const auto took = std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - sent);
      {
        const std::lock_guard lock(mutex_);
        micros_.push_back(took.count());
      }
      Next();
    });
  }

  const UpdateLoad& load_;
  const std::vector<std::string> names_;
  const std::shared_ptr<rpc::Channel> channel_;
  rpc::CallOptions options_;
  SteadyClock::time_point begin_;
  std::atomic<size_t> next_{0};
  std::atomic<int> running_{0};
  std::mutex mutex_;
  std::vector<int64_t> micros_;
  absl::Notification done_;
};

}  // namespace

int RunUpdates(const UpdateLoad& load) {
  const std::vector<std::string> token = Lines(load.token_file);
  if (token.empty()) {
    std::fprintf(stderr, "%s holds no token\n", load.token_file.c_str());
    return 1;
  }
  auto channel = rpc::Channel::Open({.target = load.target, .tls = {}, .keepalive_without_calls = false});
  Load(load, std::move(channel), token.front()).Run();
  return 0;
}

}  // namespace yaoshi::bench

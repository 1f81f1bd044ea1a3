// Follows registry's change feed and copies what this service needs, for ever: it reconnects, it catches up after
// either side was down, and of two replicas that follow one copies (ADR 0007).
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/feed/engine.h"
#include "common/obs/log.h"
#include "common/rpc/client.h"
#include "services/preapproval/memory.h"
#include "services/preapproval/store/copy_store.h"

namespace yaoshi::preapproval {

struct FollowerOptions {
  db::Options database;
  const Clock* clock = nullptr;
  std::shared_ptr<rpc::Channel> registry;  // Null: nothing is followed.
  std::function<std::string()> token;      // Of this service, with feed.read.
  std::shared_ptr<obs::Log> log;           // Null: silent.
  // Between attempts to reconnect: from the first, doubled up to the last.
  std::chrono::milliseconds first_wait{200};
  std::chrono::milliseconds last_wait{5000};
  // A stream that says nothing for so long, not even that it is there, is given up. Registry does so every 5 s.
  std::chrono::milliseconds silence{20000};
};

class RegistryFollower {
 public:
  // All of them outlive it. `copied` is called in the transaction that copies projects.
  RegistryFollower(FollowerOptions options, Memory& memory, feed::Engine& engine, ProjectsCopied copied);
  ~RegistryFollower();  // Stops.
  RegistryFollower(const RegistryFollower&) = delete;
  RegistryFollower& operator=(const RegistryFollower&) = delete;

  void Start();
  void Stop();

 private:
  struct Inbox;

  void Loop();
  // Follows one stream to its end. True when something was copied.
  bool FollowOnce(db::Session& session);
  // Takes what arrived; an error ends the stream.
  absl::Status Take(db::Session& session, std::vector<common::v1::Change> arrived, CopyCursor& cursor);
  absl::Status Save(db::Session& session, std::vector<common::v1::Change>& changes, CopyCursor& cursor);
  void Say(obs::Severity severity, std::string_view message, const absl::Status& status) const;

  const FollowerOptions options_;
  Memory& memory_;
  feed::Engine& engine_;
  const ProjectsCopied copied_;
  const std::shared_ptr<Inbox> inbox_;
  std::thread thread_;
};

}  // namespace yaoshi::preapproval

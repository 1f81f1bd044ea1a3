// PortalService.Search: an index of all projects, read once from the registry and kept by its feed.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/rpc/client.h"
#include "gateway/feed.h"
#include "gateway/local_call.h"
#include "gateway/search/project_index.h"

namespace yaoshi::gateway {

struct ProjectSearchOptions {
  std::shared_ptr<rpc::Channel> registry;
  std::function<std::string()> token;  // The gateway's own access token.
  std::function<const Feed*()> feed;   // The registry's.
};

class ProjectSearch {
 public:
  explicit ProjectSearch(ProjectSearchOptions options) : options_(std::move(options)) {}
  ~ProjectSearch();  // Stops.
  ProjectSearch(const ProjectSearch&) = delete;
  ProjectSearch& operator=(const ProjectSearch&) = delete;

  // The feed is followed: from here on every change comes by Apply, so what is read now is never too old for long.
  // Once.
  void Start(std::string consistency_token);
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  void Apply(const FeedChange& change) ABSL_LOCKS_EXCLUDED(mutex_);
  void Search(const LocalCall& call) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Loop(const std::string& consistency_token) ABSL_LOCKS_EXCLUDED(mutex_);
  bool Load(const std::string& consistency_token) ABSL_LOCKS_EXCLUDED(mutex_);
  void Answer(const LocalCall& call, const SearchQuery& query) ABSL_LOCKS_EXCLUDED(mutex_);
  // Answers those who wait for their own write to come by the feed.
  void ServeWriters() ABSL_LOCKS_EXCLUDED(mutex_);

  struct Writer {
    LocalCall call;
    SearchQuery query;
  };

  const ProjectSearchOptions options_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool ready_ ABSL_GUARDED_BY(mutex_) = false;
  ProjectIndex index_ ABSL_GUARDED_BY(mutex_);
  std::deque<Writer> writers_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace yaoshi::gateway

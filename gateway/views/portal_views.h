// PortalService: the views of the portal, out of the services' parts, kept as finished replies.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/local_call.h"
#include "gateway/memory.h"
#include "gateway/transcode/api.h"
#include "gateway/views/fan_out.h"
#include "gateway/views/view_cache.h"
#include "yaoshi/gateway/v1/bulletin.pb.h"

namespace yaoshi::gateway {

class PortalViews {
 public:
  // All must outlive this object; `feed_of` as FanOut has it.
  PortalViews(const Api& api, const std::map<std::string, Backend>& backends, const ConsistencyMemory& memory,
              const Clock& clock, std::function<const Feed*(const std::string&)> feed_of);

  void GetOverview(const LocalCall& call);
  void GetRegionPage(const LocalCall& call);
  void GetProjectPage(const LocalCall& call);
  void GetMyWork(const LocalCall& call);
  void GetBulletin(const LocalCall& call);
  void DownloadBulletin(const LocalCall& call);

  // Takes up a change of any service's feed.
  void Apply(const FeedChange& change);

 private:
  // How a view is made: what is asked, and what the answers become.
  struct Recipe {
    Basis basis;
    std::string_view type;                      // "Overview": of the gateway's own messages.
    std::function<std::vector<PartAsk>()> ask;  // Only when nobody has made it yet.
    std::function<absl::StatusOr<std::string>(const std::vector<PartAnswer>&)> compose;  // Serialised.
    // As what file it is sent; FORMAT_UNSPECIFIED: as JSON. Only of a bulletin.
    v1::DownloadBulletinRequest::Format format = v1::DownloadBulletinRequest::FORMAT_UNSPECIFIED;
  };
  void Serve(const LocalCall& call, Recipe recipe);
  void ServeBulletin(const LocalCall& call, const v1::GetBulletinRequest& request,
                     v1::DownloadBulletinRequest::Format format);
  WriteTokens WritesOf(const LocalCall& call) const;
  void Ask(const LocalCall& call, std::vector<PartAsk> asks, const WriteTokens& writes,
           std::function<void(const std::vector<PartAnswer>&)> done);
  absl::StatusOr<Basis> BasisOf(const std::string& as_of, const std::string& known_at) const;

  const Api& api_;
  const std::map<std::string, Backend>& backends_;
  const ConsistencyMemory& memory_;
  const Clock& clock_;
  std::vector<std::string> services_;  // That have figures.
  FanOut fan_out_;
  ViewCache cache_;
};

}  // namespace yaoshi::gateway
